"""HTTP: parse, decide or ask, answer."""

from gardenos_leads.api.campaigns import router as campaigns
from gardenos_leads.api.held import router as held
from gardenos_leads.api.imports import router as imports
from gardenos_leads.api.leads import router as leads

# What is held goes before what is asked for by its id.
routers = (held, leads, campaigns, imports)

__all__ = ["routers"]
