"""HTTP: parse, decide or ask, answer."""

from gardenos_clients.api.clients import router as clients
from gardenos_clients.api.held import router as held

# What is held goes before what is asked for by its id.
routers = (
    held,
    clients,
)

__all__ = ["routers"]
