"""What of others' events is counted, and that it is to be counted."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.jobs import enqueue
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts import Event, Received
from gardenos_contracts.ai import InsightExtracted
from gardenos_contracts.comms import CallLogged, Disposition, MessageReceived
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadUnmerged
from gardenos_contracts.lead_lists import LeadFieldsFilled
from gardenos_contracts.leads import (
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    LeadStageChanged,
)
from gardenos_contracts.values import Direction
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_ai.tables import score_inputs

COUNT = "ai.score-leads"
"""The kind of job that counts whatever is due."""

_TOGETHER = timedelta(seconds=1)
"""What comes within it is counted once."""

_ANSWERED = (Disposition.CONNECTED, Disposition.CALLBACK_REQUESTED)
_REFUSED = (Disposition.NOT_INTERESTED, Disposition.DO_NOT_CALL)

_DUE = """
insert into score_due (agency_id, lead_id, due_at) values ($1, $2, now())
on conflict (agency_id, lead_id) do update set due_at = least(score_due.due_at, excluded.due_at)
"""


async def count_soon(db: Session, because_of: Received[Event]) -> None:
    """Has what is due counted; what comes meanwhile with it."""
    # A job that is there is locked even so: who ends it waits for this transaction, and then finds what it made due.
    at = datetime.now(UTC) + _TOGETHER
    await enqueue(db, COUNT, because_of=because_of, key="due", at=at, again=True)


def _hearing(*, follows: bool) -> Consumer:
    """Keeps what is counted; where something `follows`, the lead's score is counted anew."""
    consumer = Consumer(
        "ai.score-inputs",
        listens_to=[
            LeadCaptured,
            LeadDetailsChanged,
            LeadFieldsFilled,
            LeadStageChanged,
            LeadConverted,
            LeadRemoved,
            LeadRestored,
            LeadMergedInto,
            LeadUnmerged,
            CallLogged,
            MessageReceived,
            InsightExtracted,
        ],
        skips_forgotten=True,
    )

    async def keep(event: Received[Any], db: Session, lead_id: UUID, **said: Any) -> None:
        if said:
            row = upsert(score_inputs).values({"agency_id": event.agency_id, "lead_id": lead_id, **said})
            now = {name: _TOGETHER_WITH.get(name, _instead)(score_inputs.c[name], row.excluded[name]) for name in said}
            await db.execute(row.on_conflict_do_update(index_elements=["agency_id", "lead_id"], set_=now))
        if follows:
            await driver_of(db).execute(_DUE, event.agency_id, lead_id)
            await count_soon(db, event)

    @consumer.on(LeadCaptured)
    async def captured(event: Received[LeadCaptured], db: Session) -> None:
        lead = event.data
        known = {"captured_at": lead.captured_at, "source": lead.source, "campaign_id": lead.campaign_id}
        await keep(event, db, lead.lead_id, **known, **_details(lead))

    @consumer.on(LeadDetailsChanged)
    async def changed(event: Received[LeadDetailsChanged], db: Session) -> None:
        await keep(event, db, event.data.lead_id, **_details(event.data))

    @consumer.on(LeadFieldsFilled)
    async def filled(event: Received[LeadFieldsFilled], db: Session) -> None:
        await keep(event, db, event.data.lead_id, fields=dict(event.data.values))

    @consumer.on(LeadStageChanged)
    async def moved(event: Received[LeadStageChanged], db: Session) -> None:
        # How far along a lead is, is no reason for its score: people move leads by what they think of them.
        await keep(event, db, event.data.lead_id, ended=event.data.stage.closed)

    @consumer.on(LeadConverted)
    async def converted(event: Received[LeadConverted], db: Session) -> None:
        await keep(event, db, event.data.lead_id, ended=True)

    @consumer.on(LeadRemoved)
    async def removed(event: Received[LeadRemoved], db: Session) -> None:
        await keep(event, db, event.data.lead_id, removed=True)

    @consumer.on(LeadRestored)
    async def restored(event: Received[LeadRestored], db: Session) -> None:
        await keep(event, db, event.data.lead_id, removed=False)

    @consumer.on(LeadMergedInto)
    async def merged(event: Received[LeadMergedInto], db: Session) -> None:
        await keep(event, db, event.data.lead_id, merged_into=event.data.into_lead_id)

    @consumer.on(LeadUnmerged)
    async def unmerged(event: Received[LeadUnmerged], db: Session) -> None:
        await keep(event, db, event.data.lead_id, merged_into=None)
        await keep(event, db, event.data.from_lead_id)

    @consumer.on(CallLogged)
    async def called(event: Received[CallLogged], db: Session) -> None:
        call = event.data
        if call.lead_id is None:
            return
        said: dict[str, Any] = {"person_id": call.person_id}
        if call.direction is Direction.OUTBOUND:
            said["calls_tried"] = 1
        if call.disposition in _ANSWERED:
            said |= {"calls_answered": 1, "heard_at": call.started_at}
        if call.disposition.is_contact:
            said["contacted_at"] = call.started_at
        if call.disposition in _REFUSED:
            said["refused_at"] = call.started_at
        for disposition, name in _SAYS.items():
            if call.disposition is disposition:
                said[name] = True
        await keep(event, db, call.lead_id, **said)

    @consumer.on(MessageReceived)
    async def wrote(event: Received[MessageReceived], db: Session) -> None:
        message = event.data
        if message.lead_id is not None:
            at = message.received_at
            await keep(event, db, message.lead_id, messages=1, heard_at=at, contacted_at=at)

    @consumer.on(InsightExtracted)
    async def read(event: Received[InsightExtracted], db: Session) -> None:
        # What was read stands with the insights; here it is only that there is more of it.
        if event.data.lead_id is not None:
            await keep(event, db, event.data.lead_id)

    return consumer


_SAYS = {
    Disposition.CALLBACK_REQUESTED: "callback_asked",
    Disposition.WRONG_NUMBER: "wrong_number",
    Disposition.DO_NOT_CALL: "do_not_contact",
}


def _instead(_: Any, new: Any) -> Any:
    return new


_TOGETHER_WITH: Mapping[str, Callable[[Any, Any], Any]] = {
    "calls_tried": lambda known, new: known + new,
    "calls_answered": lambda known, new: known + new,
    "messages": lambda known, new: known + new,
    "heard_at": func.greatest,
    "contacted_at": func.greatest,
    "refused_at": func.greatest,
    "fields": lambda known, new: known.op("||")(new),
}
"""How what is new goes with what is known; elsewhere it takes its place. None of these minds in which order they come, but
fields, of which leads alone tells, in order."""


def _details(lead: LeadCaptured | LeadDetailsChanged) -> dict[str, Any]:
    return {
        "person_id": lead.person_id,
        "line_of_business": lead.line_of_business.value if lead.line_of_business else None,
        "x_date": lead.x_date,
        "has_phone": lead.phone is not None,
        "has_email": lead.email is not None,
    }


hearing = _hearing(follows=True)
remembering = _hearing(follows=False)
"""The same, that has nothing counted: for a rebuild."""
