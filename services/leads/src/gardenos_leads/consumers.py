"""What this service does when others' events arrive."""

from collections.abc import Sequence

from gardenos_chassis.events import Consumer, UnitOfWork
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts import Event, Received
from gardenos_contracts.clients import ClientOnboarded, PersonForgotten
from gardenos_contracts.comms import CallLogged, Disposition, MessageReceived
from gardenos_contracts.lead_scores import LeadScored
from gardenos_contracts.values import Direction
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from gardenos_leads.assigning.routing import wake_for_scores
from gardenos_leads.assigning.tables import lead_scores
from gardenos_leads.contacts import Contact, keep_contact
from gardenos_leads.duplicates.commands import record_forgetting
from gardenos_leads.tables import leads

last_contact = Consumer("leads.last-contact", listens_to=[CallLogged, MessageReceived])


@last_contact.on(CallLogged)
async def call_logged(event: Received[CallLogged], db: Session) -> None:
    """A call in either direction is a contact, unless nobody could have noticed it; one to the lead is an attempt anyway.

    Somebody of the agency was on it, so whichever came first is when a person first was in touch; unless it was an
    automation that called.
    """
    call = event.data
    if call.lead_id is None:
        return
    if call.disposition is Disposition.DO_NOT_CALL:
        of_lead = (leads.c.agency_id == event.agency_id, leads.c.id == call.lead_id)
        asked_at = func.least(leads.c.do_not_call_at, call.started_at)
        await db.execute(update(leads).where(*of_lead).values(do_not_call_at=asked_at))
    automated = event.actor.kind.automated
    contact = Contact(
        contacted_at=call.started_at if call.disposition.is_contact else None,
        attempts=int(call.direction is Direction.OUTBOUND),
        touched_at=None if automated else call.started_at,
        automated_at=call.started_at if automated and call.direction is Direction.OUTBOUND else None,
    )
    await keep_contact(db, event.agency_id, call.lead_id, contact)


@last_contact.on(MessageReceived)
async def message_received(event: Received[MessageReceived], db: Session) -> None:
    """A message from the lead is a contact."""
    if event.data.lead_id is not None:
        await keep_contact(db, event.agency_id, event.data.lead_id, Contact(contacted_at=event.data.received_at))


_SCORED = """
update leads set score = new.score from unnest($2::uuid[], $3::int[]) as new (lead_id, score)
where leads.agency_id = $1 and leads.id = new.lead_id and leads.forgotten_at is null
"""


def _scoring(*, follows: bool) -> Consumer:
    """Keeps how promising leads are; where something `follows`, those that wait are looked at anew by that."""
    consumer = Consumer("leads.scores", listens_to=[LeadScored], skips_forgotten=True)

    @consumer.on_batch
    async def scored(events: Sequence[Received[Event]], db: Session) -> None:
        """What lists sort and narrow by, and rules go by. The reasons stay with whoever counted them."""
        last = {event.data.lead_id: event.data.score for event in events if isinstance(event.data, LeadScored)}
        await driver_of(db).execute(_SCORED, events[0].agency_id, list(last), list(last.values()))
        if follows:
            await wake_for_scores(db, events[-1], list(last))

    return consumer


scores, scores_again = _scoring(follows=True), _scoring(follows=False)

score_history = Consumer("leads.score-history", listens_to=[LeadScored], skips_forgotten=True)
"""A consumer of its own: it reads what was told from the beginning."""


@score_history.on_batch
async def remember_scores(events: Sequence[Received[Event]], db: Session) -> None:
    """Each as it was told, for what is replayed of a moment at which it was another. For other reasons alone it is none."""
    rows = [
        {
            "agency_id": event.agency_id,
            "lead_id": event.data.lead_id,
            "sequence": event.sequence,
            "at": event.occurred_at,
            "score": event.data.score,
        }
        for event in events
        if isinstance(event.data, LeadScored) and event.data.score != event.data.previous_score
    ]
    if rows:
        await db.execute(insert(lead_scores).values(rows).on_conflict_do_nothing())


outcomes = Consumer("leads.outcomes", listens_to=[ClientOnboarded])


@outcomes.on(ClientOnboarded)
async def onboarded(event: Received[ClientOnboarded], db: Session) -> None:
    """What came of a conversion: they are a client now, since when."""
    of_lead = (leads.c.agency_id == event.agency_id, leads.c.id == event.data.lead_id)
    since = func.least(leads.c.client_since, event.data.onboarded_at)
    await db.execute(update(leads).where(*of_lead).values(client_since=since))


forgetting = Consumer("leads.forgetting", listens_to=[PersonForgotten])


@forgetting.reacts_to(PersonForgotten)
async def client_forgotten(event: Received[PersonForgotten], work: UnitOfWork) -> None:
    """Who is forgotten as a client is forgotten as the lead they were."""
    if event.data.lead_id is not None and await work.load(event.data.lead_id):
        await record_forgetting(work, event.data.lead_id)
