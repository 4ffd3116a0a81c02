"""Live changes: what happened to which record, told to those who may read it, in an order that can be resumed."""

from gardenos_reporting.changes.hub import Hub, Stale
from gardenos_reporting.changes.log import Placed

__all__ = ["Hub", "Placed", "Stale"]
