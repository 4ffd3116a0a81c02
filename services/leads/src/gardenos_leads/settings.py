"""What the leads service needs to know beyond what every service does."""

from gardenos_chassis.settings import ServiceSettings
from pydantic import Field


class LeadsSettings(ServiceSettings, service="leads"):
    """Read from `GARDENOS_LEADS_<NAME>`, else `GARDENOS_<NAME>`."""

    import_max_bytes: int = Field(default=100_000_000, ge=1)
    """The largest file an import takes; a workbook may unpack to ten times that."""
    posts_per_minute: int = Field(default=12_000, ge=1)
    """Posts and pings that a process takes from one lead source."""
    import_max_rows: int = Field(default=100_000, ge=1)
    """The most rows an import takes."""
    keep_imported_files_days: float = Field(default=90, gt=0)
    """For how long it is kept what stood in each row of a file. What became of the rows is kept for good."""
