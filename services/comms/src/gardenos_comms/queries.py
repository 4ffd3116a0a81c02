"""Read tables in, answers out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.errors import NotFound
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Actor
from gardenos_contracts.values import Role
from sqlalchemy import ColumnElement, Select, Table, and_, select

from gardenos_comms.tables import calls, emails, messages, people, threads, timeline, users

_OF_PERSON = and_(people.c.agency_id == threads.c.agency_id, people.c.person_id == threads.c.person_id)

_THREAD = (
    threads.c.id,
    threads.c.subject,
    threads.c.channel,
    threads.c.person_id,
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
    return visible_to(caller, people.c.owner_id, people.c.team_id)


def _person(*, lead_id: UUID | None, client_id: UUID | None, person_id: UUID | None) -> list[ColumnElement[bool]]:
    wanted = {people.c.lead_id: lead_id, people.c.client_id: client_id, people.c.person_id: person_id}
    return [column == id for column, id in wanted.items() if id is not None]


async def thread_page(
    session: Session, caller: Caller, *, unknown: bool, limit: int, cursor: str | None, **person: UUID | None
) -> dict[str, Any]:
    """The threads in scope, the latest first; `unknown`: those of nobody known."""
    order = (Key(threads.c.last_at, "last_at", "desc"), Key(threads.c.id, "id", "desc"))
    statement = _threads(caller).where(*_person(**person))
    if unknown:
        statement = statement.where(threads.c.person_id.is_(None))
    rows = [dict(row) for row in (await session.execute(keyset(statement, order, cursor, limit))).mappings()]
    return page_of(rows, order, limit)


def _threads(caller: Caller) -> Select[Any]:
    whole = select(*_THREAD).select_from(threads).outerjoin(people, _OF_PERSON)
    return whole.where(threads.c.agency_id == caller.agency_id, _in_scope(caller))


async def thread(session: Session, caller: Caller, thread_id: UUID) -> dict[str, Any]:
    """One thread with all it holds, the oldest first. Raises NotFound."""
    found = (await session.execute(_threads(caller).where(threads.c.id == thread_id))).mappings().first()
    if found is None:
        raise NotFound("there is no such thread")
    entries = [
        *(("call", row["started_at"], row) for row in await _calls(session, caller, calls.c.thread_id == thread_id)),
        *(
            ("message", row["received_at"], row)
            for row in await _messages(session, caller, messages.c.thread_id == thread_id)
        ),
    ]
    entries.sort(key=lambda entry: (entry[1], entry[2]["id"]))
    return {**found, "entries": [{"kind": kind, **row} for kind, _, row in entries]}


async def call(session: Session, caller: Caller, call_id: UUID) -> dict[str, Any]:
    """One call. Raises NotFound."""
    return _only(await _calls(session, caller, calls.c.id == call_id), "call")


async def message(session: Session, caller: Caller, message_id: UUID) -> dict[str, Any]:
    """One message. Raises NotFound."""
    return _only(await _messages(session, caller, messages.c.id == message_id), "message")


async def message_for_its_receiver(session: Session, caller: Caller, message_id: UUID) -> dict[str, Any]:
    """A message to whoever just handed it in, whosever it is: they have read it already."""
    everything = replace(caller, role=Role.OWNER)
    return await message(session, everything, message_id)


def _only(rows: Sequence[dict[str, Any]], noun: str) -> dict[str, Any]:
    if not rows:
        raise NotFound(f"there is no such {noun}")
    return rows[0]


async def _calls(session: Session, caller: Caller, wanted: ColumnElement[bool]) -> list[dict[str, Any]]:
    statement = _entries(caller, calls).where(wanted)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def _messages(session: Session, caller: Caller, wanted: ColumnElement[bool]) -> list[dict[str, Any]]:
    kept = and_(emails.c.agency_id == messages.c.agency_id, emails.c.message_id == messages.c.id)
    statement = _entries(caller, messages).add_columns(emails.c.truncated).outerjoin(emails, kept).where(wanted)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


def _entries(caller: Caller, table: Table) -> Select[Any]:
    own = (column for column in table.c if column.name != "agency_id")
    of_thread = and_(threads.c.agency_id == table.c.agency_id, threads.c.id == table.c.thread_id)
    whole = select(*own, threads.c.person_id, people.c.lead_id, people.c.client_id)
    joined = whole.select_from(table).join(threads, of_thread).outerjoin(people, _OF_PERSON)
    return joined.where(table.c.agency_id == caller.agency_id, _in_scope(caller))


async def timeline_page(
    session: Session, caller: Caller, *, limit: int, cursor: str | None, **person: UUID | None
) -> dict[str, Any]:
    """All that happened with a person, as a lead and as a client; the latest first. Raises NotFound."""
    found = (await session.execute(select(people).where(*_person(**person), _in_scope(caller)))).mappings().first()
    if found is None:
        raise NotFound("there is no such person, or nothing of them has arrived here yet")
    order = (Key(timeline.c.occurred_at, "occurred_at", "desc"), Key(timeline.c.id, "id", "desc"))
    shown = (column for column in timeline.c if column.name not in ("agency_id", "thread_id"))
    statement = select(*shown).where(timeline.c.person_id == found["person_id"])
    rows = [dict(row) for row in (await session.execute(keyset(statement, order, cursor, limit))).mappings()]
    page = page_of(rows, order, limit)
    await _fill(session, caller, page["items"])
    for entry in page["items"]:
        entry |= {"lead_id": found["lead_id"], "client_id": found["client_id"]}
    return page


async def _fill(session: Session, caller: Caller, entries: Sequence[dict[str, Any]]) -> None:
    """Gives each entry its call or message, and names to the people it speaks of."""
    called = [entry["id"] for entry in entries if entry["kind"] == "call"]
    written = [entry["id"] for entry in entries if entry["kind"] == "message"]
    found_calls = {row["id"]: row for row in await _calls(session, caller, calls.c.id.in_(called))} if called else {}
    found_messages = (
        {row["id"]: row for row in await _messages(session, caller, messages.c.id.in_(written))} if written else {}
    )
    names = await _names(session)
    for entry in entries:
        actor = Actor.parse(entry["actor"])
        entry["actor"] = {"kind": actor.kind, "id": actor.id, "name": names.get(actor.id)}
        entry["detail"] = {**entry["detail"], **_named(entry["detail"], names)}
        if entry["id"] in found_calls:
            entry["call"] = found_calls[entry["id"]]
        if entry["id"] in found_messages:
            entry["message"] = found_messages[entry["id"]]


async def _names(session: Session) -> dict[str, str]:
    return {str(row.id): row.name for row in await session.execute(select(users.c.id, users.c.name))}


def _named(detail: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str | None]:
    """`owner_id` gets an `owner_name` beside it."""
    return {
        name.replace("_id", "_name"): names.get(id) if id else None
        for name, id in detail.items()
        if name.endswith("owner_id")
    }
