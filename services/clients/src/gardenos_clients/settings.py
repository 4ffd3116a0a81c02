"""What the clients service needs to know: no more than every service does."""

from gardenos_chassis.settings import ServiceSettings


class ClientsSettings(ServiceSettings, service="clients"):
    """Read from `GARDENOS_CLIENTS_<NAME>`, else `GARDENOS_<NAME>`."""
