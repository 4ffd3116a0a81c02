"""Who may look into a service, and who may act there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Depends, Path, Request

from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import ACT_IN_OPERATIONS, LOOK_INTO_OPERATIONS
from gardenos_chassis.errors import NotFound
from gardenos_chassis.http.dependencies import asker, service_of

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from gardenos_chassis.service import Service
    from gardenos_chassis.tenancy import Session


@dataclass(frozen=True, slots=True)
class Operating:
    """One request to a service about itself: for the caller's agency alone."""

    service: "Service"
    caller: Caller

    @property
    def agency_id(self) -> UUID:
        """Whose things are looked at."""
        return self.caller.agency_id

    def transaction(self) -> "AbstractAsyncContextManager[Session]":
        """A transaction in the caller's agency."""
        return self.service.database.transaction(self.caller.agency_id)


async def _looking(
    request: Request,
    caller: Annotated[Caller, Depends(asker)],
    service: Annotated[str, Path(description="identity, leads, clients, comms, ai or reporting")],
) -> Operating:
    """Raises Forbidden, and NotFound where another service is meant."""
    caller.require(LOOK_INTO_OPERATIONS)
    here = service_of(request)
    if service != here.name:
        raise NotFound(f"this is the {here.name} service; ask for /api/v1/operations/{here.name}/…")
    return Operating(here, caller)


async def _acting(operating: Annotated[Operating, Depends(_looking)]) -> Operating:
    """Raises Forbidden for auditors too."""
    operating.caller.require(ACT_IN_OPERATIONS)
    return operating


Looking = Annotated[Operating, Depends(_looking)]
"""For owners, admins and auditors: they read."""

Acting = Annotated[Operating, Depends(_acting)]
"""For owners and admins: they change something."""
