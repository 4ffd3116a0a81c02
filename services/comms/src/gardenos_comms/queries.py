"""Read tables in, answers out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.auth.fields import withhold
from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Actor, ActorKind
from sqlalchemy import ColumnElement, Select, Table, and_, false, func, select

from gardenos_comms.same_people import is_same, of_either, one_with, shown_as
from gardenos_comms.tables import calls, emails, messages, people, same_people, threads, timeline, users
from gardenos_comms.telling import title_of_assignment, title_of_changes

_SHOWN_AS = shown_as(threads.c.person_id)
_IS_SAME = is_same(threads.c.agency_id, threads.c.person_id)
_OF_PERSON = and_(people.c.agency_id == threads.c.agency_id, people.c.person_id == _SHOWN_AS)

_THREAD = (
    threads.c.id,
    threads.c.subject,
    threads.c.channel,
    _SHOWN_AS.label("person_id"),
    people.c.lead_id,
    people.c.client_id,
    people.c.name.label("person_name"),
    threads.c.sender,
    threads.c.sender_name,
    threads.c.last_at,
    threads.c.last_snippet,
    threads.c.entries_count,
)


def _in_scope(caller: Caller) -> ColumnElement[bool]:
    """By the person's owner and team. What nobody known wrote has neither: it is in the agency's pool."""
    return visible_to(caller, people.c.owner_id, people.c.team_id, people.c.person_id)


def _person(*, lead_id: UUID | None, client_id: UUID | None, person_id: UUID | None) -> list[ColumnElement[bool]]:
    wanted = {people.c.lead_id: lead_id, people.c.client_id: client_id, people.c.person_id: person_id}
    return [column == id for column, id in wanted.items() if id is not None]


async def thread_page(
    session: Session, caller: Caller, *, unknown: bool, limit: int, cursor: str | None, **person: UUID | None
) -> dict[str, Any]:
    """The threads in scope, the latest first; `unknown`: those of nobody known."""
    order = (Key(threads.c.last_at, "last_at", "desc"), Key(threads.c.id, "id", "desc"))
    statement = _threads(caller)
    if wanted := _person(**person):
        persons = await one_with(session, caller.agency_id, *wanted)
        statement = statement.where(of_either(threads.c.person_id, persons) if persons else false())
    else:
        # Of a removed lead whoever asks for it is told, and nobody else.
        statement = statement.where(people.c.removed_at.is_(None))
    if unknown:
        statement = statement.where(threads.c.person_id.is_(None))
    return page_of(await fetch(session, keyset(statement, order, cursor, limit)), order, limit)


def _threads(caller: Caller) -> Select[Any]:
    whole = select(*_THREAD).select_from(threads).outerjoin(same_people, _IS_SAME).outerjoin(people, _OF_PERSON)
    return whole.where(threads.c.agency_id == caller.agency_id, _in_scope(caller))


async def thread(session: Session, caller: Caller, thread_id: UUID) -> dict[str, Any]:
    """One thread with all it holds, the oldest first. Raises NotFound."""
    found = (await session.execute(_threads(caller).where(threads.c.id == thread_id))).mappings().first()
    if found is None:
        raise NotFound("there is no such thread")
    of_agency = caller.agency_id
    entries = [
        *(("call", row["started_at"], row) for row in await _calls(session, of_agency, calls.c.thread_id == thread_id)),
        *(
            ("message", row["received_at"], row)
            for row in await _messages(session, of_agency, messages.c.thread_id == thread_id)
        ),
    ]
    entries.sort(key=lambda entry: (entry[1], entry[2]["id"]))
    return {**found, "entries": [{"kind": kind, **row} for kind, _, row in entries]}


async def call(session: Session, caller: Caller, call_id: UUID) -> dict[str, Any]:
    """One call. Raises NotFound."""
    return _only(await _calls(session, caller.agency_id, calls.c.id == call_id, _in_scope(caller)), "call")


async def call_for_its_writer(session: Session, agency_id: UUID, call_id: UUID) -> dict[str, Any]:
    """A call to whoever just logged it, even if the person has passed out of their scope meanwhile."""
    return _only(await _calls(session, agency_id, calls.c.id == call_id), "call")


async def message(session: Session, caller: Caller, message_id: UUID) -> dict[str, Any]:
    """One message. Raises NotFound."""
    return _only(await _messages(session, caller.agency_id, messages.c.id == message_id, _in_scope(caller)), "message")


async def message_for_its_bearer(session: Session, agency_id: UUID, message_id: UUID) -> dict[str, Any]:
    """A message to whoever just brought it, whosever it is: they hold the whole of it, or would not have its id."""
    return _only(await _messages(session, agency_id, messages.c.id == message_id), "message")


async def original(session: Session, agency_id: UUID, message_id: UUID) -> bytes:
    """The bytes of a message whose asker may see it. Raises NotFound for one that was not kept whole."""
    kept = select(emails.c.raw).where(emails.c.agency_id == agency_id, emails.c.message_id == message_id)
    raw: bytes | None = (await session.execute(kept)).scalar_one_or_none()
    if raw is None:
        raise NotFound("this message is not kept as it came, or no longer")
    return raw


def _only(rows: Sequence[dict[str, Any]], noun: str) -> dict[str, Any]:
    if not rows:
        raise NotFound(f"there is no such {noun}")
    return rows[0]


async def _calls(session: Session, agency_id: UUID, *wanted: ColumnElement[bool]) -> list[dict[str, Any]]:
    statement = _entries(agency_id, calls).where(*wanted)
    return await fetch(session, statement)


async def _messages(session: Session, agency_id: UUID, *wanted: ColumnElement[bool]) -> list[dict[str, Any]]:
    kept = and_(emails.c.agency_id == messages.c.agency_id, emails.c.message_id == messages.c.id)
    truncated = func.coalesce(emails.c.truncated, False).label("truncated")
    statement = _entries(agency_id, messages).add_columns(truncated).outerjoin(emails, kept).where(*wanted)
    return await fetch(session, statement)


def _entries(agency_id: UUID, table: Table) -> Select[Any]:
    own = (column for column in table.c if column.name != "agency_id")
    of_thread = and_(threads.c.agency_id == table.c.agency_id, threads.c.id == table.c.thread_id)
    whole = select(*own, _SHOWN_AS.label("person_id"), people.c.lead_id, people.c.client_id)
    return (
        whole.select_from(table)
        .join(threads, of_thread)
        .outerjoin(same_people, _IS_SAME)
        .outerjoin(people, _OF_PERSON)
        .where(table.c.agency_id == agency_id)
    )


async def timeline_page(
    session: Session, caller: Caller, *, limit: int, cursor: str | None, **person: UUID | None
) -> dict[str, Any]:
    """All that happened with a person, as a lead and as a client; the latest first. Raises NotFound."""
    persons = await one_with(session, caller.agency_id, *_person(**person))
    this = people.c.person_id == persons[0] if persons else false()
    wanted = (people.c.agency_id == caller.agency_id, this, _in_scope(caller))
    found = (await session.execute(select(people).where(*wanted))).mappings().first()
    if found is None:
        raise NotFound("there is no such person, or nothing of them has arrived here yet")
    order = (Key(timeline.c.occurred_at, "occurred_at", "desc"), Key(timeline.c.id, "id", "desc"))
    shown = (column for column in timeline.c if column.name not in ("agency_id", "thread_id"))
    statement = select(*shown).where(timeline.c.agency_id == caller.agency_id, of_either(timeline.c.person_id, persons))
    page = page_of(await fetch(session, keyset(statement, order, cursor, limit)), order, limit)
    await _fill(session, caller, page["items"])
    for entry in page["items"]:
        entry |= {"lead_id": found["lead_id"], "client_id": found["client_id"]}
    return page


async def _fill(session: Session, caller: Caller, entries: Sequence[dict[str, Any]]) -> None:
    """Gives each entry its call or message, and names to the people it speaks of."""
    agency_id = caller.agency_id
    called = [entry["id"] for entry in entries if entry["kind"] == "call"]
    written = [entry["id"] for entry in entries if entry["kind"] == "message"]
    found_calls = await _calls(session, agency_id, calls.c.id.in_(called)) if called else []
    found_messages = await _messages(session, agency_id, messages.c.id.in_(written)) if written else []
    by_id = {row["id"]: row for row in (*found_calls, *found_messages)}
    names = await _names(session, agency_id, {id for entry in entries for id in _users_of(entry)})
    for entry in entries:
        actor = Actor.parse(entry["actor"])
        entry["actor"] = {"kind": actor.kind, "id": actor.id, "name": names.get(actor.id)}
        if entry["kind"] == "assigned":
            _name_owners(entry, names)
        _withhold_changes(entry, caller)
        entry["call"] = by_id.get(entry["id"]) if entry["kind"] == "call" else None
        entry["message"] = by_id.get(entry["id"]) if entry["kind"] == "message" else None


def _withhold_changes(entry: dict[str, Any], caller: Caller) -> None:
    """What the caller may not see goes out of the changes, and out of the title that tells them."""
    changes: list[Any] = [withhold(caller, change) for change in entry["detail"].get("changes", ())]
    if any("withheld" in change for change in changes):
        entry["title"] = title_of_changes(changes)


def _users_of(entry: Mapping[str, Any]) -> Iterator[str]:
    actor = Actor.parse(entry["actor"])
    if actor.kind == ActorKind.PERSON:
        yield actor.id
    if entry["kind"] == "assigned":
        yield from filter(None, (entry["detail"][name] for name in _OWNERS))


async def _names(session: Session, agency_id: UUID, ids: Collection[str]) -> dict[str, str]:
    if not ids:
        return {}
    wanted = (users.c.agency_id == agency_id, users.c.id.in_([UUID(id) for id in ids]))
    return {str(row.id): row.name for row in await session.execute(select(users.c.id, users.c.name).where(*wanted))}


_OWNERS = ("previous_owner_id", "owner_id")


def _name_owners(entry: dict[str, Any], names: Mapping[str, str]) -> None:
    """`owner_id` gets an `owner_name` beside it, and the title says both owners."""
    previous_id, owner_id = (entry["detail"][name] for name in _OWNERS)
    entry["detail"] |= {"previous_owner_name": names.get(previous_id), "owner_name": names.get(owner_id)}
    entry["title"] = title_of_assignment(previous_id, owner_id, names)
