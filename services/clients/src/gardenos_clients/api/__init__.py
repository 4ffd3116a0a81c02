"""HTTP: parse, decide or ask, answer."""

from gardenos_clients.api.clients import router as clients

routers = (clients,)

__all__ = ["routers"]
