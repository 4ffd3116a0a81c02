"""What the comms service needs to know beyond what every service does."""

from gardenos_chassis.settings import ServiceSettings
from pydantic import Field


class CommsSettings(ServiceSettings, service="comms"):
    """Read from `GARDENOS_COMMS_<NAME>`, else `GARDENOS_<NAME>`."""

    email_max_bytes: int = Field(default=25_000_000, ge=1)
    """The largest message that is taken in."""
