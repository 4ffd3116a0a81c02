"""What the comms service needs to know beyond what every service does."""

import ipaddress

from gardenos_chassis.settings import ServiceSettings
from pydantic import Field, field_validator


class CommsSettings(ServiceSettings, service="comms"):
    """Read from `GARDENOS_COMMS_<NAME>`, else `GARDENOS_<NAME>`."""

    email_max_bytes: int = Field(default=25_000_000, ge=1)
    """The largest message that is taken in."""
    webhooks_at_once: int = Field(default=16, ge=2)
    """Deliveries under way at the same time, in one process; of one agency at most half as many."""
    webhooks_pause_after_days: float = Field(default=5, gt=0)
    """A webhook that has failed for so long without one success is paused."""
    webhooks_private: str = ""
    """Networks that are not public and may be sent to all the same, with commas between them: `10.20.0.0/16`."""
    webhooks_plain: bool = False
    """Whether webhooks may be sent by http, and to any port. For receivers on one's own machine."""

    @field_validator("webhooks_private")
    @classmethod
    def _are_private_networks(cls, given: str) -> str:
        networks(given)
        return given


def networks(given: str) -> "tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]":
    """The networks that a setting names. Raises ValueError."""
    return tuple(ipaddress.ip_network(each.strip()) for each in given.split(",") if each.strip())
