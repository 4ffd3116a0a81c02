"""Who works how and when they are away, as identity tells of it; and what follows for leads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.jobs import enqueue
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Received
from gardenos_contracts.identity import (
    RoleChanged,
    TeamLeadsNamed,
    UserDeactivated,
    UserJoined,
    UserMovedTeams,
    UserReactivated,
)
from gardenos_contracts.work import AbsenceCancelled, AbsencePlanned, WorkProfileChanged
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from gardenos_leads.assigning.routing import AWAY, wake
from gardenos_leads.assigning.tables import absences, staff_changes, work_profiles


def _hearing(*, follows: bool) -> Consumer:
    """Keeps the tables; where something `follows`, what waits is looked at anew, and whose owner goes away goes on."""
    consumer = Consumer("leads.work", listens_to=[WorkProfileChanged, AbsencePlanned, AbsenceCancelled])

    @consumer.on(WorkProfileChanged)
    async def said(event: Received[WorkProfileChanged], db: Session) -> None:
        profile = profile_of(event.data)
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


history = Consumer(
    "leads.staff-history",
    listens_to=[
        UserJoined, RoleChanged, UserMovedTeams, UserDeactivated, UserReactivated, TeamLeadsNamed, WorkProfileChanged,
        AbsencePlanned, AbsenceCancelled,
    ],
)  # fmt: skip
"""A consumer of its own: it reads what was told from the beginning."""


@history.on_batch
async def remember(events: Sequence[Received[Event]], db: Session) -> None:
    """Each thing as it was told, for what is replayed of a moment at which it was not known yet."""
    rows = [
        {
            "agency_id": event.agency_id,
            "sequence": event.sequence,
            "at": event.occurred_at,
            "user_id": user_id,
            "told": told,
        }
        for event in events
        for user_id, told in [told_of(event.data)]
    ]
    await db.execute(insert(staff_changes).values(rows).on_conflict_do_nothing())


def told_of(event: Event) -> tuple[UUID | None, dict[str, Any]]:
    """Of whom an event tells, and what. Raises TypeError for one that tells nothing of staff."""
    match event:
        case UserJoined():
            return event.user_id, event.model_dump(mode="json", include={"role", "team_ids"}) | {"active": True}
        case RoleChanged():
            return event.user_id, event.model_dump(mode="json", include={"role"})
        case UserMovedTeams():
            return event.user_id, event.model_dump(mode="json", include={"team_ids"})
        case UserDeactivated() | UserReactivated():
            return event.user_id, {"active": isinstance(event, UserReactivated)}
        case TeamLeadsNamed():
            return None, event.model_dump(mode="json", include={"team_id", "lead_ids"})
        case WorkProfileChanged():
            return event.user_id, {"profile": profile_of(event)}
        case AbsencePlanned():
            return event.user_id, {"planned": event.model_dump(mode="json", exclude={"note", "user_id"})}
        case AbsenceCancelled():
            return event.user_id, {"cancelled": str(event.absence_id)}
    raise TypeError(f"{event.event_type} tells nothing of staff")


def profile_of(event: WorkProfileChanged) -> dict[str, Any]:
    """As it is kept. By its number nobody is given a lead: that stays where it was said."""
    profile = event.model_dump(mode="json", exclude={"user_id"})
    for licence in profile["licences"]:
        del licence["licence_number"]
    return profile


work = ReadModel(
    "work",
    tables=[work_profiles, absences, staff_changes],
    consumers=[_hearing(follows=True), history],
    rebuilt_by=[_hearing(follows=False), history],
)
