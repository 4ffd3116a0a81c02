"""What the reporting service needs to know beyond what every service does."""

from gardenos_chassis.settings import ServiceSettings
from pydantic import Field


class ReportingSettings(ServiceSettings, service="reporting"):
    """Read from `GARDENOS_REPORTING_<NAME>`, else `GARDENOS_<NAME>`."""

    changes_kept: int = Field(default=10_000, ge=1)
    """How many of an agency's latest changes a stream can resume from."""
    changes_poll_seconds: float = Field(default=0.25, gt=0)
    """How often the log is asked for changes, by one question for all streams of the process."""
    changes_heartbeat_seconds: float = Field(default=15, gt=0)
    """How long a stream is silent at most."""
