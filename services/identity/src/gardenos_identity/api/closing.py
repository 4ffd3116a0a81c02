"""An owner closes their agency, and reopens it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.auth.permissions import CLOSE_AGENCY
from gardenos_chassis.errors import NotFound
from gardenos_chassis.http import Reader, Writer, Writing, json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.shapes import Shape
from gardenos_contracts.identity import AgencyClosed
from pydantic import Field, StringConstraints

from gardenos_identity.api.bodies import Strict
from gardenos_identity.changing import present
from gardenos_identity.closing import closure, closure_of
from gardenos_identity.closing.erasing import erase_on_the_day


class CloseAgency(Strict):
    """That the agency is to be closed, by somebody who means it."""

    name: Annotated[str, Field(max_length=400), WithoutNul]
    """The agency's, as typed by whoever closes it."""
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), WithoutNul] | None = None


class Closure(Shape):
    """That an agency is closed."""

    closed_at: datetime
    erase_at: datetime
    """When all that is kept of it is erased, unless it is reopened before."""
    reason: str | None


class ClosureShown(Shape):
    """Whether the agency is closed, and what closing it would mean."""

    closure: Closure | None
    """Null of an agency that is not closed."""
    erased_after_days: int
    """How long after its closing an agency is erased here."""


_ANSWER: Any = {200: {"model": ClosureShown}}


def router(erase_after: timedelta) -> APIRouter:
    """Routes under `/agencies/{agency_id}/closure`. `erase_after`: how long an agency can be reopened."""
    routes = APIRouter(prefix="/api/v1")

    def shown(found: dict[str, Any] | None) -> Response:
        return json_response({"closure": found, "erased_after_days": erase_after.days})

    @routes.get("/agencies/{agency_id}/closure", tags=["agencies"], responses=_ANSWER)
    async def show_closure(agency_id: UUID, reading: Reader) -> Response:
        """Whether the caller's own agency is closed, and when it is erased."""
        _refuse_others(agency_id, reading.caller.agency_id)
        return shown(await closure_of(reading.session))

    @routes.put("/agencies/{agency_id}/closure", tags=["agencies"], responses=_ANSWER)
    async def close_agency(agency_id: UUID, body: CloseAgency, writing: Writer) -> Response:
        """Nobody but owners works in the agency any more, in any service, within two seconds; later it is erased. For owners."""
        _may_close(agency_id, writing)
        writing.caller.require_confirmed()
        async with writing.unit_of_work() as work:
            found, version = await present(work, agency_id, closure.evolve, "agency")
            events = [
                *found.close(body.name, body.reason or None, now=datetime.now(UTC), erase_after=erase_after)
            ]  # fmt: skip
            version = work.record(agency_id, version, events)
            for event in events:
                assert isinstance(event, AgencyClosed)
                await erase_on_the_day(work, version, event.erase_at)
            await work.flush()
            answer = await closure_of(work.session)
        return shown(answer)

    @routes.delete("/agencies/{agency_id}/closure", tags=["agencies"], responses=_ANSWER)
    async def reopen_agency(agency_id: UUID, writing: Writer) -> Response:
        """The agency is at work again, as it was, and nothing of it is erased. For owners."""
        _may_close(agency_id, writing)
        async with writing.unit_of_work() as work:
            found, version = await present(work, agency_id, closure.evolve, "agency")
            work.record(agency_id, version, found.reopen())
            await work.flush()
            answer = await closure_of(work.session)
        return shown(answer)

    return routes


def _may_close(agency_id: UUID, writing: Writing) -> None:
    writing.caller.require(CLOSE_AGENCY)
    _refuse_others(agency_id, writing.caller.agency_id)


def _refuse_others(agency_id: UUID, own: UUID) -> None:
    if agency_id != own:
        raise NotFound("there is no such agency of yours")
