"""The audit trail of one service: what was changed, what was looked at, who signed in; each with who, from where, by which rule.

An entry holds ids and no personal data, so it stays as it is when a person is forgotten. What a change changed is asked for
one by one: what the record's earlier events said of each field, and what this one says, without what was personal of the
forgotten. Whoever looks into the trail is in it.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from gardenos_contracts import Received
from gardenos_contracts.event import Event, all_events
from pydantic import AwareDatetime
from pydantic.alias_generators import to_snake
from sqlalchemy import text
from starlette.routing import BaseRoute

from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import MARK, NOT_SIGNED_IN, SIGNED_IN, lists, note_access, opens
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.fields import withhold_changes, withhold_lists
from gardenos_chassis.auth.permissions import LOOK_INTO_AUDIT
from gardenos_chassis.errors import Invalid, NotFound
from gardenos_chassis.events.changes import changes, fields_of
from gardenos_chassis.events.store import history
from gardenos_chassis.http.dependencies import actor_of, asker, service_of
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.history import FieldChange
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.responses import json_response
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.operations.room import Operating
from gardenos_chassis.sealing.fields import WHOSE
from gardenos_chassis.tenancy import Session


class Kind(StrEnum):
    """What kind of thing was done."""

    CHANGE = "change"
    READ = "read"
    SIGN_IN = "sign-in"


class AuditEntry(Shape):
    """Something that was done, and by whom."""

    id: str
    """Of a change, its event's."""
    kind: Kind
    sequence: int | None
    """Of a change, its place in the agency's history within the service."""
    at: datetime
    """When it was recorded."""
    type: str
    """Of a change, its event's: `leads.LeadCaptured.v1`. Else what was done: `opened lead`, `not signed in: locked`."""
    title: str
    """The same in words."""
    subject_id: UUID | None
    """The record that was changed or looked at; of a sign-in the session, of one that was refused the account."""
    person_id: UUID | None
    """The person it is about, where that is known."""
    actor: str
    """`person:<user id>`, `key:<id>`, `ai:<engine>`, `automation:<consumer or job>`, `import:<id>`,
    `operator:<id>` (whoever runs the platform: suspending the agency, resuming it) or `system:<what>`."""
    on_behalf_of: str | None
    """Where no person did it: the user at the beginning of what led to it."""
    origin: str | None
    """From where: network, device and session. Null of what nobody asked for just then."""
    rule: str | None
    """By which rule it was allowed: `records:write/own`, a permission and in which scope the actor had it."""
    correlation_id: str
    causation_id: str | None
    """The event that it follows from."""


class AuditedChange(AuditEntry):
    """A change with what it changed."""

    version: int
    """Of the record, since."""
    forgotten: bool
    """Whether its person was forgotten; then what was personal is gone."""
    changes: list[FieldChange]


class AuditedTypes(Shape):
    """By which types entries can be asked for; sign-ins are a kind of their own."""

    changes: list[str]
    """Of events: `leads.LeadCaptured.v1`."""
    looks: list[str]
    """In words: `opened lead`."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which entries are asked for."""

    kinds: Sequence[Kind]
    actor: str | None
    on_behalf_of: str | None
    subject_id: UUID | None
    types: Sequence[str]
    since: datetime | None
    until: datetime | None


_Told: TypeAlias = Annotated[str, WithoutNul]


def _wanted(
    kind: Annotated[list[Kind], Query(description="Any of these; without it all")] = [],  # noqa: B006
    actor: Annotated[_Told | None, Query(max_length=200, description="As `person:<user id>`")] = None,
    on_behalf_of: Annotated[_Told | None, Query(max_length=200, description="A user's id")] = None,
    subject_id: Annotated[UUID | None, Query(description="A record's or a person's id")] = None,
    type: Annotated[
        list[_Told],
        Query(description="As an entry's `type`, `leads.LeadCaptured.v1` or `opened lead`: any of these alone"),
    ] = [],  # noqa: B006
    since: Annotated[AwareDatetime | None, Query(description="Recorded at this time or later")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Recorded before this time")] = None,
) -> _Wanted:
    return _Wanted(kind or list(Kind), actor, on_behalf_of, subject_id, type, since, until)


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a list has been read: what comes next is before these, of changes and of accesses."""

    sequence: int | None = None
    at: datetime | None = None
    id: UUID | None = None

    @classmethod
    def parse(cls, cursor: str | None) -> "_Place":
        if cursor is None:
            return cls()
        try:
            sequence, at, id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            return cls(
                None if sequence is None else int(sequence),
                None if at is None else datetime.fromisoformat(at),
                None if id is None else UUID(id),
            )
        except (ValueError, TypeError, AttributeError) as foreign:
            raise Invalid(
                "this cursor is not of this list; start from the first page", pointer="query:cursor"
            ) from foreign

    def after(self, entry: "_Row") -> "_Place":
        if entry.sequence is not None:
            return _Place(entry.sequence, self.at, self.id)
        return _Place(self.sequence, entry.shown["at"], UUID(entry.shown["id"]))

    def cursor(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps([self.sequence, self.at, self.id])).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class _Row:
    shown: dict[str, Any]
    sequence: int | None


# The last event that was recorded before a moment: times rise with the sequence, so it is found by halving.
_BEFORE = text(
    """
    with recursive search (low, high) as (
        select 0::bigint, coalesce((select head from agency_heads where agency_id = :agency_id), 0) + 1
        union all
        select case when found.recorded_at < :moment then middle else low end,
            case when found.recorded_at < :moment then high else middle end
        from (select low, high, (low + high) / 2 as middle from search where high - low > 1) as step,
            lateral (
                select recorded_at from events where agency_id = :agency_id and sequence = middle
            ) as found
    )
    select low from search order by high - low limit 1
    """
)
_CHANGES = f"""
select sequence, recorded_at, type, stream_id, {WHOSE} as person_id, metadata from events
where agency_id = :agency_id
"""  # noqa: S608 - constants
_ACCESSES = """
select id, at, act, what, subject_id, person_id, actor, on_behalf_of, origin, rule, correlation_id from accesses
where agency_id = :agency_id
"""
_DONE = "case act when 'signed in' then act when 'not signed in' then act || ': ' || what else act || ' ' || what end"
"""As `_done`, of a row."""

router = APIRouter()


async def _auditing(
    request: Request,
    caller: Annotated[Caller, Depends(asker)],
    service: Annotated[str, Path(description="identity, leads, clients, comms, ai or reporting")],
) -> Operating:
    """Raises Forbidden, and NotFound where another service is meant."""
    caller.require(LOOK_INTO_AUDIT)
    here = service_of(request)
    if service != here.name:
        raise NotFound(f"this is the {here.name} service; ask for /api/v1/operations/{here.name}/audit")
    return Operating(here, caller)


_Auditing = Annotated[Operating, Depends(_auditing)]


@router.get(
    "/audit", responses={200: {"model": Page[AuditEntry]}}, openapi_extra=lists("audit trail", "subject_id")
)  # fmt: skip
async def list_audit_trail(
    here: _Auditing, wanted: Annotated[_Wanted, Depends(_wanted)], limit: Limit = 50, cursor: CursorParam = None
) -> Response:
    """What was done in this service, the latest first. For owners, admins and auditors; it is recorded that they looked."""
    place = _Place.parse(cursor)
    async with here.transaction() as session:
        found = [
            *(await _changes(session, here.agency_id, wanted, place, limit + 1) if here.service.publishes else []),
            *await _accesses(session, here.agency_id, wanted, place, limit + 1),
        ]
        note_access(session, here.caller, actor_of(here.caller))
    found.sort(key=lambda row: (row.shown["at"], row.sequence or 0), reverse=True)
    page = found[:limit]
    for row in page:
        place = place.after(row)
    return json_response(
        {"items": [row.shown for row in page], "next_cursor": place.cursor() if len(found) > limit else None}
    )


@router.get("/audit/types", responses={200: {"model": AuditedTypes}})
async def list_audited_types(here: _Auditing) -> Response:
    """What there may be in this service's audit trail, by which it can be asked for."""
    own = {type for type, event in all_events().items() if event.service == here.service.name}
    looks = set(_looks(here.service.app.routes))
    return json_response({"changes": sorted(own) if here.service.publishes else [], "looks": sorted(looks)})


def _looks(routes: Iterable[BaseRoute]) -> Iterator[str]:
    for route in routes:
        mark = (getattr(route, "openapi_extra", None) or {}).get(MARK)
        if mark is not None:
            yield _done(mark["act"], mark["what"])
            if mark["act"] == "listed":
                yield _done("searched", mark["what"])
        # Routers that an app includes are kept as they were.
        yield from _looks(getattr(getattr(route, "original_router", None), "routes", ()))


@router.get(
    "/audit/changes/{sequence}",
    responses={200: {"model": AuditedChange}},
    openapi_extra=opens("audited change", "sequence"),
)
async def show_audited_change(here: _Auditing, sequence: Annotated[int, Path(ge=1)]) -> Response:
    """One change with what it changed: each field before and after. It is recorded that somebody looked."""
    named = {"agency_id": here.agency_id, "sequence": sequence}
    async with here.transaction() as session:
        row = (await session.execute(text(f"{_CHANGES} and sequence = :sequence"), named)).mappings().first()
        if row is None:
            raise NotFound("there is no such change; the list tells what there is")
        events = [each for each in await history(session, row["stream_id"]) if each.sequence <= sequence]
        shows(person_id=row["person_id"])
        note_access(session, here.caller, actor_of(here.caller))
    last = events[-1]
    before, after = (withhold_lists(here.caller, _said_by(said)) for said in (events[:-1], events))
    changed = changes(before, after)
    return json_response(
        {
            **_shown_change(here.agency_id, row),
            "version": last.version,
            "forgotten": last.forgotten,
            "changes": withhold_changes(here.caller, [asdict(each) for each in changed]),
        }
    )


def _said_by(events: Sequence[Received[Event]]) -> dict[str, Any]:
    """What is known of a record by its events: each tells the whole of what it is about, so the last to name a field is right."""
    known: dict[str, Any] = {}
    for event in events:
        known |= fields_of(event.data.model_dump(mode="json"))
    return {name: value for name, value in known.items() if not name.startswith("previous_")}


async def _changes(
    session: Session, agency_id: UUID, wanted: _Wanted, place: _Place, limit: int
) -> list[_Row]:  # fmt: skip
    types = [each for each in wanted.types if _is_of_event(each)]
    if Kind.CHANGE not in wanted.kinds or (wanted.types and not types):
        return []
    given: dict[str, Any] = {"agency_id": agency_id, "limit": limit}
    where = []
    if wanted.until is not None:
        given["last"] = await _last_before(session, agency_id, wanted.until)
        where.append("sequence <= :last")
    if wanted.since is not None:
        given["first"] = await _last_before(session, agency_id, wanted.since)
        where.append("sequence > :first")
    if place.sequence is not None:
        given["before"] = place.sequence
        where.append("sequence < :before")
    if wanted.actor is not None:
        given["actor"] = wanted.actor
        where.append("metadata ->> 'actor' = :actor")
    if wanted.on_behalf_of is not None:
        given["on_behalf_of"] = wanted.on_behalf_of
        where.append("metadata ->> 'on_behalf_of' = :on_behalf_of")
    if wanted.subject_id is not None:
        given["subject"] = wanted.subject_id
        where.append(f"(stream_id = :subject or {WHOSE} = :subject)")
    if types:
        given["types"] = types
        where.append("type = any(:types)")
    statement = text(" and ".join([_CHANGES, *where]) + " order by sequence desc limit :limit")
    rows = (await session.execute(statement, given)).mappings()
    return [_Row(_shown_change(agency_id, row), row["sequence"]) for row in rows]


async def _last_before(session: Session, agency_id: UUID, moment: datetime) -> int:
    return int((await session.execute(_BEFORE, {"agency_id": agency_id, "moment": moment})).scalar_one())


def _shown_change(agency_id: UUID, row: Any) -> dict[str, Any]:
    said = row["metadata"]
    return {
        "id": f"{agency_id}.{row['sequence']}",
        "kind": Kind.CHANGE,
        "sequence": row["sequence"],
        "at": row["recorded_at"],
        "type": row["type"],
        "title": to_snake(row["type"].split(".")[1]).replace("_", " ").capitalize(),
        "subject_id": row["stream_id"],
        "person_id": row["person_id"],
        "actor": said["actor"],
        "on_behalf_of": said.get("on_behalf_of"),
        "origin": said.get("origin"),
        "rule": said.get("rule"),
        "correlation_id": said["correlation_id"],
        "causation_id": said.get("causation_id"),
    }


async def _accesses(
    session: Session, agency_id: UUID, wanted: _Wanted, place: _Place, limit: int
) -> list[_Row]:  # fmt: skip
    kinds = {Kind.READ, Kind.SIGN_IN} & set(wanted.kinds)
    types = [each for each in wanted.types if not _is_of_event(each)]
    if not kinds or (wanted.types and not types):
        return []
    given: dict[str, Any] = {"agency_id": agency_id, "limit": limit}
    where = []
    if types:
        given["types"] = types
        where.append(f"{_DONE} = any(:types)")
    if len(kinds) == 1:
        given["signing_in"] = [SIGNED_IN, NOT_SIGNED_IN]
        where.append(
            f"act {'=' if Kind.SIGN_IN in kinds else '<>'} {'any' if Kind.SIGN_IN in kinds else 'all'}(:signing_in)"
        )
    if wanted.until is not None:
        given["until"] = wanted.until
        where.append("at < :until")
    if wanted.since is not None:
        given["since"] = wanted.since
        where.append("at >= :since")
    if place.at is not None:
        given |= {"at": place.at, "id": place.id}
        where.append("(at, id) < (:at, :id)")
    for name in ("actor", "on_behalf_of"):
        if (value := getattr(wanted, name)) is not None:
            given[name] = value
            where.append(f"{name} = :{name}")
    if wanted.subject_id is not None:
        given["subject"] = wanted.subject_id
        where.append("(subject_id = :subject or person_id = :subject)")
    statement = text(" and ".join([_ACCESSES, *where]) + " order by at desc, id desc limit :limit")
    rows = (await session.execute(statement, given)).mappings()
    return [_Row(_shown_access(row), None) for row in rows]


def _is_of_event(type: str) -> bool:
    """What was looked at is told in words, which have no dots."""
    return "." in type


def _done(act: str, what: str) -> str:
    """What was done, in words: `opened lead`, `signed in`, `not signed in: wrong password`."""
    if act == SIGNED_IN:
        return act
    return f"{act}: {what}" if act == NOT_SIGNED_IN else f"{act} {what}"


def _shown_access(row: Any) -> dict[str, Any]:
    signing_in = row["act"] in (SIGNED_IN, NOT_SIGNED_IN)
    done = _done(row["act"], row["what"])
    return {
        "id": str(row["id"]),
        "kind": Kind.SIGN_IN if signing_in else Kind.READ,
        "sequence": None,
        "at": row["at"],
        "type": done,
        "title": done.capitalize(),
        "subject_id": row["subject_id"],
        "person_id": row["person_id"],
        "actor": row["actor"],
        "on_behalf_of": row["on_behalf_of"],
        "origin": row["origin"],
        "rule": row["rule"],
        "correlation_id": row["correlation_id"],
        "causation_id": None,
    }
