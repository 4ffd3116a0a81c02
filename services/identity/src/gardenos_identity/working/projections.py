"""Events in: how people work, and when they are away."""

from collections.abc import Sequence

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.work import AbsenceCancelled, AbsencePlanned, WorkProfileChanged
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from gardenos_identity.working.tables import absences, work_profiles


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps work profiles and absences."""
    for fact in facts:
        match fact.data:
            case WorkProfileChanged() as profile:
                # What is settled is kept as JSON says it.
                said = profile.model_dump(mode="json", exclude={"user_id"}) | {"version": fact.version}
                row = {"agency_id": fact.agency_id, "user_id": profile.user_id, **said}
                kept = insert(work_profiles).values(row)
                await session.execute(kept.on_conflict_do_update(index_elements=["agency_id", "user_id"], set_=said))
            case AbsencePlanned() as planned:
                row = planned.model_dump(exclude={"absence_id"}) | {"cancelled": False, "version": fact.version}
                await session.execute(insert(absences).values(agency_id=fact.agency_id, id=planned.absence_id, **row))
            case AbsenceCancelled() as cancelled:
                await session.execute(
                    update(absences)
                    .where(absences.c.id == cancelled.absence_id)
                    .values(cancelled=True, version=fact.version)
                )
