"""Who looked at what: each answer that shows personal data is a fact, as each change is.

A route says what it shows, where it is declared, and the document of its service says so too:

    @router.get("/{lead_id}", openapi_extra=opens("lead", "lead_id"))

The row is written by the transaction that reads, along with its commit, so nothing is answered that is not recorded. It costs no
round trip, and its commit is not waited for: a database that dies may lose what was looked at in its last half second or so.
What was looked for is not kept, for that may be personal itself; ids are.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from gardenos_contracts import Actor, ActorKind
from sqlalchemy import text

from gardenos_chassis import asked
from gardenos_chassis.auth.caller import Caller
from gardenos_chassis.auth.permissions import READ_RECORDS
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Database, Session, driver_of, last_of

log = logging.getLogger(__name__)

MARK = "x-shows"
"""In a service's document: what personal data an operation shows, and by which parameter whose."""

OpenApiExtra: TypeAlias = dict[str, Any]

SIGNED_IN = "signed in"
NOT_SIGNED_IN = "not signed in"

_PRUNE_EVERY_SECONDS = 6 * 3600.0
_AT_ONCE = 10_000

_THERE = text("select to_regclass('accesses') is not null")
_OLD = text("select agencies_with_accesses_before(now() - cast(:age as interval))")
_PRUNE = text(
    "delete from accesses where agency_id = :agency_id and (at, id) in ("
    "  select at, id from accesses where agency_id = :agency_id and at < now() - cast(:age as interval)"
    "  order by at limit :limit) returning 1"
)


def opens(what: str, by: str) -> OpenApiExtra:
    """Of a route that shows one thing: what, and the path's or query's parameter that has its id."""
    return {MARK: {"act": "opened", "what": what, "by": by}}


def lists(what: str, *by: str) -> OpenApiExtra:
    """Of a route that shows several; the first parameter of these that is given says whose. With `q` it is a search."""
    return {MARK: {"act": "listed", "what": what, "by": " ".join(by)}}


def downloads(what: str, by: str) -> OpenApiExtra:
    """Of a route that hands out a file."""
    return {MARK: {"act": "downloaded", "what": what, "by": by}}


def note_access(session: Session, caller: Caller, by: Actor) -> None:
    """Records along with this transaction's commit what the request's route shows, if it shows anything personal."""
    statement = _statement(caller, by)
    if statement:
        last_of(session, f"set local synchronous_commit = off; {statement}")


async def record_access(database: Database, caller: Caller, by: Actor) -> None:
    """The same for a route that reads in no transaction, or in several: before it answers."""
    async with database.transaction(caller.agency_id) as session:
        note_access(session, caller, by)


async def record_sign_in(session: Session, agency_id: UUID, user_id: UUID, session_id: UUID) -> None:
    """Records that somebody has signed in, in the transaction that begins their session."""
    request = asked.now()
    if request is not None:
        request.rule, request.session_id = "account:sign in/own", str(session_id)
    actor = Actor(ActorKind.PERSON, str(user_id))
    await driver_of(session).execute(_insert(agency_id, actor, act=SIGNED_IN, what="session", subject=session_id))


def sign_in_refused(agency_id: UUID, id: UUID, user_id: UUID | None, why: str) -> str:
    """The statement that records that somebody was not let in, and why. Nobody knows who it was: it names the account alone."""
    nobody = Actor(ActorKind.SYSTEM, "sign-in")
    return _insert(agency_id, nobody, id=id, act=NOT_SIGNED_IN, what=why, subject=user_id, allowed=False)


def _statement(caller: Caller, by: Actor) -> str:
    request = asked.now()
    mark = (getattr(request.scope.get("route"), "openapi_extra", None) or {}).get(MARK) if request else None
    if request is None or mark is None:
        return ""
    given: dict[str, str] = {**request.query, **{k: str(v) for k, v in request.scope.get("path_params", {}).items()}}
    subject = next((given[name] for name in mark["by"].split() if given.get(name)), None)
    act = request.act or ("searched" if mark["act"] == "listed" and given.get("q") else mark["act"])
    request.rule = request.rule or READ_RECORDS.told_of(caller.role)
    return _insert(
        caller.agency_id,
        by,
        on_behalf_of=None if by.kind is ActorKind.PERSON else caller.user_id,
        act=act,
        what=mark["what"],
        subject=_uuid(subject),
        person=request.person_id,
    )


def _insert(
    agency_id: UUID, actor: Actor, *, act: str, what: str, subject: UUID | None,
    person: UUID | None = None, on_behalf_of: UUID | None = None, id: UUID | None = None, allowed: bool = True,
) -> str:  # fmt: skip
    """One row, as a statement without parameters."""
    request = asked.now()
    row = {
        "agency_id": agency_id,
        "id": id or new_id(),
        "act": act,
        "what": what,
        "subject_id": subject,
        "person_id": person,
        "actor": actor,
        "on_behalf_of": on_behalf_of,
        "origin": request.origin if request else None,
        "rule": request.why if request and allowed else None,
        "correlation_id": (request.scope.get("state", {}).get("request_id") if request else None) or new_id(),
    }
    return f"insert into accesses ({', '.join(row)}) values ({', '.join(map(literal, row.values()))})"  # noqa: S608


def literal(value: object) -> str:
    """A value as SQL text, for a statement without parameters: quoted, whoever it is from."""
    return "null" if value is None else "'" + str(value).replace("\0", "").replace("'", "''") + "'"


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


async def prune_for_ever(database: Database, keep: timedelta) -> None:
    """Removes what was kept long enough, until cancelled."""
    while True:
        await prune(database, keep)
        await asyncio.sleep(_PRUNE_EVERY_SECONDS)


async def prune(database: Database, keep: timedelta) -> int:
    """Removes what is older, some thousand rows at a time; tells how many.

    The database lets nothing go that is younger than ninety days.
    """
    async with database.across() as session:
        if not (await session.execute(_THERE)).scalar_one():
            return 0
        agencies = (await session.execute(_OLD, {"age": keep})).scalars().all()
    removed = 0
    for agency_id in agencies:
        while True:
            async with database.transaction(agency_id) as session:
                found = await session.execute(_PRUNE, {"agency_id": agency_id, "age": keep, "limit": _AT_ONCE})
                here = len(found.all())
            removed += here
            if here < _AT_ONCE:
                break
    if removed:
        log.info("accesses were kept long enough", extra={"removed": removed})
    return removed
