"""HTTP: parse, decide or ask, answer."""

from gardenos_leads.api.assignment import router as assignment
from gardenos_leads.api.board import router as board
from gardenos_leads.api.bulk_actions import router as bulk_actions
from gardenos_leads.api.campaigns import router as campaigns
from gardenos_leads.api.duplicates import of_leads as merges
from gardenos_leads.api.duplicates import router as duplicates
from gardenos_leads.api.fields import router as fields
from gardenos_leads.api.held import router as held
from gardenos_leads.api.households import router as households
from gardenos_leads.api.imports import router as imports
from gardenos_leads.api.lead_forms import router as lead_forms
from gardenos_leads.api.lead_mails import router as lead_mails
from gardenos_leads.api.lead_posts import router as lead_posts
from gardenos_leads.api.lead_sources import of_leads as inquiries
from gardenos_leads.api.lead_sources import router as lead_sources
from gardenos_leads.api.leads import listed as leads_listed
from gardenos_leads.api.leads import router as leads
from gardenos_leads.api.notes import router as notes
from gardenos_leads.api.pipelines import router as pipelines
from gardenos_leads.api.recycling import router as recycling
from gardenos_leads.api.retention import router as retention
from gardenos_leads.api.risks import router as risks
from gardenos_leads.api.time_travel import router as time_travel
from gardenos_leads.api.views import router as views

# They are tried in this order: what is asked for and posted most comes first, and what is held, and what else has a name,
# before what is asked for by its id.
routers = (
    leads_listed,
    lead_posts,
    lead_forms,
    lead_mails,
    held,
    bulk_actions,
    time_travel,
    fields,
    duplicates,
    assignment,
    views,
    board,
    retention,
    notes,
    risks,
    households,
    recycling,
    leads,
    campaigns,
    imports,
    lead_sources,
    inquiries,
    merges,
    pipelines,
)

__all__ = ["routers"]
