"""Who works how and when they are away, as identity tells of it; and what follows for leads."""

from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.jobs import enqueue
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.work import AbsenceCancelled, AbsencePlanned, WorkProfileChanged
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from gardenos_leads.assigning.routing import AWAY, wake
from gardenos_leads.assigning.tables import absences, work_profiles


def _hearing(*, follows: bool) -> Consumer:
    """Keeps the tables; where something `follows`, what waits is looked at anew, and whose owner goes away goes on."""
    consumer = Consumer("leads.work", listens_to=[WorkProfileChanged, AbsencePlanned, AbsenceCancelled])

    @consumer.on(WorkProfileChanged)
    async def said(event: Received[WorkProfileChanged], db: Session) -> None:
        profile = event.data.model_dump(mode="json", exclude={"user_id"})
        for licence in profile["licences"]:
            # By its number nobody is given a lead: it stays where it was said.
            del licence["licence_number"]
        row = {"agency_id": event.agency_id, "user_id": event.data.user_id, "profile": profile}
        kept = insert(work_profiles).values(row)
        await db.execute(kept.on_conflict_do_update(index_elements=["agency_id", "user_id"], set_={"profile": profile}))
        if follows:
            await wake(db, event, key=str(event.id))

    @consumer.on(AbsencePlanned)
    async def planned(event: Received[AbsencePlanned], db: Session) -> None:
        absence = event.data
        row = absence.model_dump(exclude={"note"}) | {"agency_id": event.agency_id, "cancelled": False}
        await db.execute(insert(absences).values(row).on_conflict_do_nothing())
        if follows:
            told: dict[str, str | int | bool | UUID | None] = {
                "user_id": absence.user_id,
                "absence_id": absence.absence_id,
            }
            key, begins = str(absence.absence_id), absence.starts_at
            await enqueue(db, AWAY, told, because_of=event, key=key, at=begins)

    @consumer.on(AbsenceCancelled)
    async def cancelled(event: Received[AbsenceCancelled], db: Session) -> None:
        # What is to be done when it begins finds it cancelled, and does nothing.
        this = (absences.c.agency_id == event.agency_id, absences.c.absence_id == event.data.absence_id)
        await db.execute(update(absences).where(*this).values(cancelled=True))
        if follows:
            await wake(db, event, key=str(event.id))

    return consumer


work = ReadModel(
    "work",
    tables=[work_profiles, absences],
    consumers=[_hearing(follows=True)],
    rebuilt_by=[_hearing(follows=False)],
)
