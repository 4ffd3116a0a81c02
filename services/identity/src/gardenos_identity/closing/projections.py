"""Events in, closures out."""

from collections.abc import Sequence
from typing import Any

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.identity import AgencyClosed, AgencyReopened
from sqlalchemy import delete, insert, select

from gardenos_identity.closing.tables import agency_closures


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps closures."""
    for fact in facts:
        match fact.data:
            case AgencyClosed() as closed:
                values = {"closed_at": fact.occurred_at, "erase_at": closed.erase_at, "reason": closed.reason}
                await session.execute(insert(agency_closures).values(agency_id=fact.agency_id, **values))
            case AgencyReopened():
                await session.execute(delete(agency_closures))


async def closure_of(session: Session) -> dict[str, Any] | None:
    """That of the session's agency; None of one that is not closed."""
    columns = agency_closures.c
    row = (await session.execute(select(columns.closed_at, columns.erase_at, columns.reason))).mappings().first()
    return None if row is None else dict(row)
