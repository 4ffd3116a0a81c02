"""Forgetting: a person's key is destroyed, and whatever is told of them afterwards is told without what is personal.

Two things make it whole, whatever happens at the same moment. Who seals holds the person's key to its commit, and who
applies others' events shares the agency's turn; who forgets waits for both, takes the key away, and only then looks what
there is to empty. Whoever comes later finds the person forgotten.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

import orjson
from gardenos_contracts import Data, Event, Message, event_class, without_personal
from gardenos_contracts.event import upcast
from sqlalchemy import ARRAY, Uuid, bindparam, text

from gardenos_chassis.leaving.erasing import erase, is_erased
from gardenos_chassis.tenancy import Session

# The keys are named with their schema: a read model that is rebuilt beside the live one asks the same.
_SHARE = text("select pg_advisory_xact_lock_shared(hashtextextended('forgetting ' || :agency_id, 0))")
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('forgetting ' || :agency_id, 0))")
_FORGET = text(
    "insert into public.person_keys as people (agency_id, person_id, forgotten_at)"
    " select :agency_id, person_id, now() from unnest(:people) as person_id"
    " on conflict (agency_id, person_id) do update set key = null, forgotten_at = excluded.forgotten_at"
    " where people.key is not null"
).bindparams(bindparam("people", type_=ARRAY(Uuid)))
_ANYBODY = text("select exists (select from public.person_keys where agency_id = :agency_id and key is null)")
_FORGOTTEN = text(
    "select person_id from public.person_keys"
    " where agency_id = :agency_id and person_id = any(:people) and key is null"
).bindparams(bindparam("people", type_=ARRAY(Uuid)))  # fmt: skip
_KEPT = text(
    "select to_regclass('public.snapshots') is not null as snapshots, to_regclass('public.jobs') is not null as jobs"
)
_SNAPSHOTS = text("delete from public.snapshots where agency_id = :agency_id")
_JOBS = text("delete from public.jobs where agency_id = :agency_id and person_id = any(:people)").bindparams(
    bindparam("people", type_=ARRAY(Uuid))
)
_PARKED = text("select consumer, source, sequence, message from parked_events where agency_id = :agency_id")
# What went wrong may quote what it went wrong with: its kind is enough.
_REDACT = text(
    "update parked_events set message = cast(:message as jsonb), error = split_part(error, ':', 1)"
    " where agency_id = :agency_id and consumer = :consumer and source = :source and sequence = :sequence"
)


async def forget(session: Session, agency_id: UUID, people: Collection[UUID]) -> None:
    """Destroys these people's keys for good, here, and with them their jobs, snapshots, and what is parked of theirs.

    People are named as `Event.about` names them. To be done before read tables are emptied, in the same transaction. With
    the agency's own id among them it is the agency that is erased.
    """
    await session.execute(_ALONE, {"agency_id": str(agency_id)})
    if agency_id in people:
        again = await is_erased(session, agency_id)
        await session.execute(_FORGET, {"agency_id": agency_id, "people": sorted(people)})
        await erase(session, agency_id, again=again)
        return
    await session.execute(_FORGET, {"agency_id": agency_id, "people": sorted(people)})
    # Whose they are nobody knows; they are made anew when they are missed.
    kept = (await session.execute(_KEPT)).one()
    if kept.jobs:
        await session.execute(_JOBS, {"agency_id": agency_id, "people": sorted(people)})
    if kept.snapshots:
        await session.execute(_SNAPSHOTS, {"agency_id": agency_id})
    for row in (await session.execute(_PARKED, {"agency_id": agency_id})).all():
        message = Message.from_json(row.message if isinstance(row.message, dict) else orjson.loads(row.message))
        if _about(message) in people:
            left = _left_of(message)
            key = {"agency_id": agency_id, "consumer": row.consumer, "source": row.source, "sequence": row.sequence}
            await session.execute(_REDACT, {**key, "message": orjson.dumps(left.to_json()).decode()})


async def wait_for_forgetting(session: Session, agency_id: UUID) -> None:
    """Whoever forgets somebody now is waited for, and until the commit nobody else does: then they find what is written here."""
    await session.execute(_SHARE, {"agency_id": str(agency_id)})


async def forgotten_among(session: Session, agency_id: UUID, people: Collection[UUID]) -> set[UUID]:
    """Which of these are forgotten. Until the commit nobody else comes to be: what is written of the others stays right."""
    await wait_for_forgetting(session, agency_id)
    found = await session.execute(_FORGOTTEN, {"agency_id": agency_id, "people": list(people)})
    return set(found.scalars())


async def heeded(session: Session, agency_id: UUID, messages: Sequence[Message]) -> list[Message]:
    """An agency's messages as they may be applied: those of people who are forgotten without what is personal.

    Who is forgotten by one of the messages is forgotten from here on. Nothing that is told of a person is written between
    this and the end of their key: whichever commits first, the other sees it.
    """
    forgotten_now = {person for message in messages for person in _forgets(message)}
    if forgotten_now:
        await forget(session, agency_id, forgotten_now)
    await wait_for_forgetting(session, agency_id)
    if not (await session.execute(_ANYBODY, {"agency_id": agency_id})).scalar_one():
        # As a rule; then nobody need be looked for in every message.
        return list(messages)
    return await without_the_forgotten(session, agency_id, messages)


def forgets_anybody(messages: Sequence[Message]) -> bool:
    """Whether one of these says that somebody is forgotten."""
    types = {message.type for message in messages}
    if not any(map(_may_forget, types)):
        # As a rule; then nobody need be looked for in every message.
        return False
    return any(map(_forgets, messages))


def turn(agency_id: UUID, *, alone: bool) -> str:
    """For the beginning of a transaction that applies messages: waits as `forget` does if one forgets, else as others do.

    Taken before any other lock, by everybody. Who forgets must not share first: two that share, and both want to be alone,
    wait for one another.
    """
    # Digits of a number, whatever was given: nothing that could be SQL.
    return f"select pg_advisory_xact_lock{'' if alone else '_shared'}(hashtextextended('forgetting {UUID(agency_id.hex)}', 0))"


async def without_the_forgotten(session: Session, agency_id: UUID, messages: Sequence[Message]) -> list[Message]:
    """As `heeded`, for messages of which none forgets, where somebody has been forgotten."""
    about = [_about(message) for message in messages]
    people = {person for person in about if person is not None}
    forgotten = await forgotten_among(session, agency_id, {agency_id, *people})
    if not forgotten:
        return list(messages)
    if agency_id in forgotten:
        return [message if agency_id in _forgets(message) else _of_nothing(message) for message in messages]
    return [
        _left_of(message) if person in forgotten else message for message, person in zip(messages, about, strict=True)
    ]


def _about(message: Message) -> UUID | None:
    """As `Event.about`, and of an event that cannot be read by what it says of a person or a thread all the same."""
    known = event_class(message.type) or Event
    try:
        data = _newest(message)
        return next((UUID(data[name]) for name in known.whose if data.get(name)), None)
    except (ValueError, AttributeError):
        return None


@lru_cache(maxsize=1024)
def _may_forget(event_type: str) -> bool:
    known = event_class(event_type)
    return known is not None and known.forgets is not Event.forgets


def _forgets(message: Message) -> tuple[UUID, ...]:
    known = event_class(message.type)
    if known is None or not _may_forget(message.type):
        return ()
    try:
        return message.parse(known).data.forgets()
    except ValueError:
        return ()


def _newest(message: Message) -> Data:
    data: Data = orjson.loads(message.data)
    known = event_class(message.type)
    return data if known is None else upcast(message.type, data, known.event_type)


def _of_nothing(message: Message) -> Message:
    """A message of an agency that is erased: it has its place in history, and no effect."""
    return replace(message, type="erased", data=b"{}", forgotten=True)


def _left_of(message: Message) -> Message:
    """The message as it is of somebody forgotten. Of what cannot be read, only whom it is about."""
    known = event_class(message.type)
    try:
        if known is None:
            raise ValueError(message.type)
        event = message.parse(known).data
    except ValueError:
        told = _newest(message)
        left = {name: told[name] for name in (known or Event).whose if told.get(name)}
        return replace(message, data=orjson.dumps(left), forgotten=True)
    if event.forgets():
        return message
    # In its newest version, for of older ones nobody knows what is personal.
    data = without_personal(event).model_dump_json().encode()
    return replace(message, type=event.event_type, data=data, forgotten=True)
