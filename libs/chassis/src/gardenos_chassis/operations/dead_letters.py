"""Dead letters: the events that a consumer could not take, and those of the same aggregate that wait behind them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, DateTime, Integer, Text, Uuid, column, select, table, text
from sqlalchemy.dialects.postgresql import JSONB

from gardenos_chassis.audit.accesses import note_access, opens
from gardenos_chassis.auth.fields import withhold_within
from gardenos_chassis.errors import NotFound, Unavailable
from gardenos_chassis.events.application import Application, Redriven
from gardenos_chassis.events.faults import is_transient
from gardenos_chassis.events.feed import internal_only
from gardenos_chassis.http.dependencies import actor_of
from gardenos_chassis.http.paging import CursorParam, Key, Limit, decoded, keyset, page_of
from gardenos_chassis.http.responses import json_response
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.operations.room import Acting, Looking
from gardenos_chassis.telemetry import told

if TYPE_CHECKING:
    from gardenos_chassis.service import Service


class DeadLetter(Shape):
    """An event that is parked, or was discarded."""

    consumer: str
    source: str
    """The service that published it."""
    sequence: int
    """Its place in the agency's history within its source."""
    stream_id: UUID
    """The aggregate it belongs to."""
    type: str
    error: str
    """What went wrong when it was last tried, without anything it says of anybody."""
    attempts: int
    """0 for one that only waits behind another of its aggregate."""
    parked_at: datetime
    tried_at: datetime
    discarded_at: datetime | None
    discarded_by: str | None
    """A user's id, or `platform`."""
    discarded_because: str | None


class DeadLetterInFull(DeadLetter):
    """The same, with what was received."""

    message: dict[str, Any]
    """The event in the CloudEvents JSON format. Of its data is null, and named in its `withheld`, what your role does not see."""


class RedrivenShape(Shape):
    """What became of an aggregate's parked events."""

    applied: int
    left: int
    """Still parked: behind the one that failed again, or for the next request where `error` is null."""
    error: str | None
    """Why the first of those that are left failed again."""


class Redrive(BaseModel):
    """Whose parked events are to be tried again, in their order."""

    consumer: str
    source: str
    stream_id: UUID


class Discard(BaseModel):
    """Which parked event is to be put aside for good, and why."""

    consumer: str
    source: str
    sequence: Annotated[int, Field(ge=1)]
    because: Annotated[str, Field(min_length=1, max_length=500)]


class _OfAgency(BaseModel):
    agency_id: UUID


class _InternalRedrive(Redrive, _OfAgency):
    pass


class _InternalDiscard(Discard, _OfAgency):
    pass


_parked = table(
    "parked_events",
    column("agency_id", Uuid),
    column("consumer", Text),
    column("source", Text),
    column("sequence", BigInteger),
    column("stream_id", Uuid),
    column("type", Text),
    column("error", Text),
    column("attempts", Integer),
    column("parked_at", DateTime),
    column("tried_at", DateTime),
    column("discarded_at", DateTime),
    column("discarded_by", Text),
    column("discarded_because", Text),
)
_message = column("message", JSONB)
_OWN = [each for each in _parked.c if each.name != "agency_id"]
"""Whoever asks for their agency's own knows which it is."""
_ORDER = [Key(_parked.c[name], name) for name in ("consumer", "source", "sequence")]
_EVERYBODYS_ORDER = [Key(_parked.c.agency_id, "agency_id"), *_ORDER]
_AGENCIES = text(
    "select distinct agency_id from consumer_marks where parked > 0 and agency_id >= :first order by agency_id"
)
_NOBODY = UUID(int=0)

router = APIRouter()


@router.get("/dead-letters", responses={200: {"model": Page[DeadLetter]}})
async def list_dead_letters(
    here: Looking,
    consumer: str | None = None,
    source: str | None = None,
    stream_id: UUID | None = None,
    discarded: Annotated[bool, Query(description="Those that were put aside for good, instead")] = False,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """The agency's events that a consumer could not take, in their order."""
    statement = select(*_OWN).where(
        *_narrowed(consumer, source, stream_id),
        _parked.c.discarded_at.is_not(None) if discarded else _parked.c.discarded_at.is_(None),
    )
    async with here.transaction() as session:
        found = await session.execute(keyset(statement, _ORDER, cursor, limit))
        rows: list[dict[str, Any]] = [dict(row) for row in found.mappings()]
    return json_response(page_of(rows, _ORDER, limit))


@router.get(
    "/dead-letters/{consumer}/{source}/{sequence}",
    responses={200: {"model": DeadLetterInFull}},
    openapi_extra=opens("dead letter", "sequence"),
)
async def show_dead_letter(here: Looking, consumer: str, source: str, sequence: int) -> Response:
    """One of them, with its message."""
    statement = select(*_OWN, _message).where(
        _parked.c.consumer == consumer, _parked.c.source == source, _parked.c.sequence == sequence
    )
    async with here.transaction() as session:
        found = (await session.execute(statement)).mappings().first()
        if found is None:
            raise NotFound("no such event is parked here")
        note_access(session, here.caller, actor_of(here.caller))
    letter = dict(found)
    if isinstance(letter["message"].get("data"), dict):
        letter["message"]["data"] = withhold_within(here.caller, letter["message"]["data"])
    return json_response(letter)


@router.post("/dead-letters/redrive", responses={200: {"model": RedrivenShape}})
async def redrive_dead_letters(here: Acting, body: Redrive) -> Response:
    """Tries an aggregate's parked events again, in their order, up to the first that fails again."""
    return await _redriven(here.service, here.agency_id, body)


@router.post("/dead-letters/discard", status_code=204)
async def discard_dead_letter(here: Acting, body: Discard) -> Response:
    """Puts one event aside for good, with a reason, which is kept; those behind it can be redriven then."""
    return await _discarded(here.service, here.agency_id, body, by=str(here.caller.user_id))


def internal_router(service: "Service") -> APIRouter:
    """For who runs the platform, across agencies, with the internal token: where and why, and never what was in it."""
    token = service.settings.internal_token.get_secret_value()
    router = APIRouter(
        prefix="/internal/v1/dead-letters", dependencies=[Depends(internal_only(token))], include_in_schema=False
    )

    @router.get("")
    async def listed(
        consumer: str | None = None,
        source: str | None = None,
        stream_id: UUID | None = None,
        limit: Limit = 50,
        cursor: CursorParam = None,
    ) -> Response:
        first = decoded(cursor, _EVERYBODYS_ORDER)[0] if cursor else _NOBODY
        async with service.database.across() as session:
            agencies = list((await session.execute(_AGENCIES, {"first": first})).scalars())
        statement = select(_parked).where(*_narrowed(consumer, source, stream_id), _parked.c.discarded_at.is_(None))
        rows: list[dict[str, Any]] = []
        for agency_id in agencies:
            async with service.database.transaction(agency_id) as session:
                found = await session.execute(keyset(statement, _EVERYBODYS_ORDER, cursor, limit - len(rows)))
                rows += [dict(row) for row in found.mappings()]
            if len(rows) > limit:
                break
        return json_response(page_of(rows, _EVERYBODYS_ORDER, limit))

    @router.post("/redrive")
    async def redrive(body: _InternalRedrive) -> Response:
        return await _redriven(service, body.agency_id, body)

    @router.post("/discard")
    async def discard(body: _InternalDiscard) -> Response:
        return await _discarded(service, body.agency_id, body, by="platform")

    return router


def _narrowed(consumer: str | None, source: str | None, stream_id: UUID | None) -> list[Any]:
    wanted = {"consumer": consumer, "source": source, "stream_id": stream_id}
    return [_parked.c[name] == value for name, value in wanted.items() if value is not None]


async def _redriven(service: "Service", agency_id: UUID, wanted: Redrive) -> Response:
    try:
        done: Redriven = await _application(service, wanted).redrive(agency_id, wanted.stream_id)
    except Exception as error:
        if is_transient(error):
            raise Unavailable(f"what is needed for it is away just now ({told(error)}); try again") from error
        raise
    return json_response({"applied": done.applied, "left": done.left, "error": done.error})


async def _discarded(service: "Service", agency_id: UUID, wanted: Discard, *, by: str) -> Response:
    application = _application(service, wanted)
    if not await application.discard(agency_id, wanted.sequence, by=by, because=wanted.because):
        raise NotFound("no such event is parked here, or it was discarded before")
    return Response(status_code=204)


def _application(service: "Service", wanted: Redrive | Discard) -> Application:
    subscription = service.subscriptions.get(wanted.consumer)
    reconciliation = subscription.reconciliations.get(wanted.source) if subscription else None
    if reconciliation is None:
        raise NotFound(f"the {service.name} service has no consumer {wanted.consumer} that reads {wanted.source}")
    return reconciliation.application
