"""What a route asks for: who calls, a session to read in, a way to change things."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.security import HTTPBearer
from gardenos_contracts import Actor, ActorKind, Event

from gardenos_chassis import asked, telemetry
from gardenos_chassis.audit.accesses import note_access
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.api_keys import is_api_key
from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.errors import Conflict, Invalid, NotFound, PreconditionFailed, Unauthorized
from gardenos_chassis.events.repository import Repository
from gardenos_chassis.events.snapshots import Snapshots
from gardenos_chassis.events.store import Context, EventStore, UnitOfWork, fingerprint
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Session

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from gardenos_chassis.service import Service

A = TypeVar("A")

_IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", description="The same key again is the same command again")
]
_IfMatch = Annotated[str | None, Header(alias="If-Match", description="The `ETag` last read; a stale one is refused")]

_bearer = HTTPBearer(auto_error=False, description="The access token of a session, or an API key")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def service_of(request: Request) -> "Service":
    """The service that answers this request."""
    service: Service = request.app.state.service
    return service


async def asker(request: Request, _: Annotated[object, Depends(_bearer)]) -> Caller:
    """Who asks, by the verified access token, or by an API key in its place. Raises Unauthorized.

    For routes that ask for a permission of their own; others take `caller`.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("send an access token: Authorization: Bearer …")
    service = service_of(request)
    token = token.strip()
    if is_api_key(token):
        token = await service.exchange(token, request)
    found = await service.keys.caller(token)
    if service.standings is not None:
        found = await service.standings.now(service.database, found)
    telemetry.note(agency_id=found.agency_id)
    asked.of_session(found.session_id)
    return found


async def caller(request: Request, caller: Annotated[Caller, Depends(asker)]) -> Caller:
    """Who asks. A key must have the scope by which this service is read, or written: raises Forbidden."""
    if caller.key is not None:
        service = service_of(request)
        caller.require(service.read_by if request.method in _SAFE else service.written_by)
    return caller


@dataclass(frozen=True, slots=True)
class Reading:
    """A question: who asks, and a session that sees their agency alone."""

    caller: Caller
    session: Session


async def reading(request: Request, caller: Annotated[Caller, Depends(caller)]) -> AsyncIterator[Reading]:
    """Opens a session in the caller's agency for the time of the request."""
    async with service_of(request).database.transaction(caller.agency_id) as session:
        yield Reading(caller, session)
        note_access(session, caller, actor_of(caller))


@dataclass(frozen=True, slots=True)
class Writing:
    """A command: who gives it, and the store that records what follows."""

    caller: Caller
    store: EventStore
    context: Context
    standings: Standings | None = None

    def unit_of_work(self) -> "AbstractAsyncContextManager[UnitOfWork]":
        """One transaction for this command. Raises LostRace at its end if somebody else was first."""
        return self.store.unit_of_work(self.context)

    async def refuse_strangers(self, *, owner_id: UUID | None = None, team_id: UUID | None = None) -> None:
        """Raises Invalid where a record is to go to somebody, or to a team, that is not of the caller's agency."""
        if self.standings is not None:
            await self.standings.refuse_strangers(self.store.database, self.caller, owner_id=owner_id, team_id=team_id)

    async def require_colleague(self, user_id: UUID) -> None:
        """Raises NotFound for somebody who is not of the caller's agency, and Conflict for somebody who was deactivated."""
        if self.standings is not None:
            await self.standings.require_colleague(self.store.database, self.caller, user_id)

    async def colleagues(self, user_ids: Sequence[UUID], *, pointer: str) -> dict[UUID, Caller]:
        """Colleagues as they would be if they asked, by their ids. Raises Invalid, by place, for whoever is none."""
        if self.standings is None:
            return {}
        asked = (self.standings.as_caller(self.store.database, self.caller, user_id) for user_id in user_ids)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        found: dict[UUID, Caller] = {}
        wrong: list[tuple[str, str]] = []
        for place, (user_id, answer) in enumerate(zip(user_ids, answers, strict=True)):
            match answer:
                case Caller():
                    found[user_id] = answer
                case NotFound() | Conflict():
                    wrong.append((f"{pointer}/{place}", answer.detail))
                case _:
                    raise answer
        if wrong:
            raise Invalid.many(wrong)
        return found


async def writing(
    request: Request,
    caller: Annotated[Caller, Depends(caller)],
    idempotency_key: _IdempotencyKey = None,
    if_match: _IfMatch = None,
) -> Writing:
    """Raises Forbidden for those who only read."""
    if caller.key is None:
        caller.require_write()
    return await _writing(request, caller, idempotency_key, if_match)


async def writing_own(
    request: Request,
    caller: Annotated[Caller, Depends(asker)],
    idempotency_key: _IdempotencyKey = None,
    if_match: _IfMatch = None,
) -> Writing:
    """A command on what is one's own, which everybody may give, whatever their role. Raises Forbidden for keys."""
    caller.require_person()
    return await _writing(request, caller, idempotency_key, if_match)


async def _writing(request: Request, caller: Caller, key: str | None, if_match: str | None) -> Writing:
    service = service_of(request)
    context = await _context(request, caller, key, if_match)
    return Writing(caller, service.store, context, service.standings)


async def _context(request: Request, caller: Caller, key: str | None, if_match: str | None) -> Context:
    return Context(
        agency_id=caller.agency_id,
        actor=actor_of(caller),
        on_behalf_of=None if caller.key is None else str(caller.user_id),
        correlation_id=request.scope.get("state", {}).get("request_id") or str(new_id()),
        traceparent=telemetry.traceparent() or request.headers.get("traceparent"),
        caller=caller,
        if_match=_version(if_match),
        idempotency_key=_scoped(key, caller) if key else None,
        fingerprint=await _fingerprint(request) if key else "",
    )


def _scoped(key: str, caller: Caller) -> str:
    if len(key) > 200:
        raise Invalid("an Idempotency-Key has at most 200 characters", pointer="header:idempotency-key")
    return f"{caller.user_id if caller.key is None else caller.key.id}:{key}"


def actor_of(caller: Caller) -> Actor:
    """Who does it: the person, or their key."""
    if caller.key is not None:
        return Actor(ActorKind.KEY, str(caller.key.id))
    return Actor(ActorKind.PERSON, str(caller.user_id))


async def _fingerprint(request: Request) -> str:
    # A form has been read as a stream by now; its length stands for it.
    is_form = request.headers.get("content-type", "").startswith("multipart/")
    body = request.headers.get("content-length", "").encode() if is_form else await request.body()
    return fingerprint(request.method.encode(), request.scope["path"].encode(), body)


def _version(given: str | None) -> int | None:
    if given is None or given.strip() == "*":
        return None
    version = given.strip().removeprefix("W/").strip('"')
    if not version.isdecimal():
        raise PreconditionFailed("this If-Match is no ETag of ours; read the record again and send its ETag")
    return int(version)


Reader = Annotated[Reading, Depends(reading, scope="function")]
Writer = Annotated[Writing, Depends(writing)]
OwnWriter = Annotated[Writing, Depends(writing_own)]


def repository(
    evolve: Callable[[A | None, Event], A],
    scope: Callable[[A], tuple[UUID | None, ...]],
    noun: str = "record",
    *,
    snapshot_every: int | None = None,
) -> Callable[[Writing], Awaitable[Repository[A]]]:
    """A dependency that gives commands on one kind of aggregate: `Annotated[Repository[Lead], Depends(repository(…))]`.

    `snapshot_every` so many events the state is kept, for aggregates whose streams grow long.
    """
    snapshots = None if snapshot_every is None else Snapshots(evolve, every=snapshot_every)

    async def dependency(writing: Writer) -> Repository[A]:
        return Repository(writing.store, writing.context, evolve, scope, noun, snapshots)

    return dependency
