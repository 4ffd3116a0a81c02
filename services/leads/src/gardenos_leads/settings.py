"""What the leads service needs to know beyond what every service does."""

from pathlib import Path
from typing import Self

from gardenos_chassis.settings import ServiceSettings
from pydantic import Field, model_validator


class LeadsSettings(ServiceSettings, service="leads"):
    """Read from `GARDENOS_LEADS_<NAME>`, else `GARDENOS_<NAME>`."""

    import_max_bytes: int = Field(default=100_000_000, ge=1)
    """The largest file an import takes; a workbook may unpack to ten times that."""
    posts_per_minute: int = Field(default=12_000, ge=1)
    """Posts and pings that a process takes from one lead source."""
    mail_domain: str = Field(default="", pattern=r"^([A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*)?$")
    """Where sources of the kind mail have their addresses: `leads.example.com`. None: they are handed mail by HTTP alone."""
    mail_host: str = "127.0.0.1"
    mail_port: int | None = Field(default=None, ge=1, le=65_535)
    """Where mail is taken in by SMTP; none: nowhere."""
    mail_max_bytes: int = Field(default=10_000_000, ge=1_000)
    """The largest mail."""
    mail_certificate_file: Path | None = None
    mail_key_file: Path | None = None
    """A certificate with its chain, and its key, in PEM: with both, STARTTLS is offered."""
    import_max_rows: int = Field(default=100_000, ge=1)
    """The most rows an import takes."""
    keep_imported_files_days: float = Field(default=90, gt=0)
    """For how long it is kept what stood in each row of a file. What became of the rows is kept for good."""

    @model_validator(mode="after")
    def _mail_has_a_domain(self) -> Self:
        if self.mail_port is not None and not self.mail_domain:
            raise ValueError("mail_port: say by mail_domain for which domain mail is taken in")
        if (self.mail_certificate_file is None) != (self.mail_key_file is None):
            raise ValueError("mail_certificate_file and mail_key_file are set together")
        return self
