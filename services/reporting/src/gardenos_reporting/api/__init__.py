"""HTTP: parse, ask, answer."""

from gardenos_reporting.api.changes import changes_router
from gardenos_reporting.api.reports import router as reports_router

__all__ = ["changes_router", "reports_router"]
