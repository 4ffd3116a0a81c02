"""Jobs: what is to be done outside of the database, what came to nothing, and what can be done about it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy import Select, select

from gardenos_chassis.errors import NotFound
from gardenos_chassis.http.paging import CursorParam, Key, Limit, keyset, page_of
from gardenos_chassis.http.responses import json_response
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.jobs.queue import SHOWN_STATE, cancel_job, jobs, retry_job
from gardenos_chassis.operations.room import Acting, Looking


class JobState(StrEnum):
    """How it is with a job. What is done is kept no longer."""

    QUEUED = "queued"
    SCHEDULED = "scheduled"
    RETRYING = "retrying"
    RUNNING = "running"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobShape(Shape):
    """A job that is to be done, or came to nothing."""

    id: UUID
    """Also the key by which its effect outside happens once."""
    kind: str
    key: str
    """What the effect is called; the id, unless whoever wanted it gave it a name."""
    arguments: dict[str, str | int | bool | None]
    """Ids, and no personal data."""
    person_id: UUID | None
    """Whom it concerns."""
    state: JobState
    """`scheduled`: its moment is yet to come; `retrying`: put off after a try."""
    due_at: datetime | None
    """When it may be begun; while it runs, until when its worker is believed to live."""
    tries: int
    """How often it was begun and nothing was away."""
    delays: int
    """How often something was away."""
    error: str | None
    """What went wrong the last time, without anything it says of anybody."""
    stop_asked: bool
    """Whether it runs and was asked to stop."""
    correlation_id: str
    causation_id: str | None
    """The event that wanted it."""
    created_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None


_SHOWN = [name for name in JobShape.model_fields if name != "state"]
_ORDER = [Key(jobs.c.created_at, "created_at"), Key(jobs.c.id, "id")]

router = APIRouter()


@router.get("/jobs", responses={200: {"model": Page[JobShape]}})
async def list_jobs(
    here: Looking,
    state: Annotated[list[JobState], Query(description="Any of these")] = [],  # noqa: B006
    kind: Annotated[str | None, Query(description="As `ai.read-communication`")] = None,
    person_id: Annotated[UUID | None, Query(description="Whom they concern")] = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """The agency's jobs, the oldest first."""
    statement = _selected()
    if state:
        statement = statement.where(SHOWN_STATE.in_(state))
    if kind is not None:
        statement = statement.where(jobs.c.kind == kind)
    if person_id is not None:
        statement = statement.where(jobs.c.person_id == person_id)
    async with here.transaction() as session:
        found = await session.execute(keyset(statement, _ORDER, cursor, limit))
        rows: list[dict[str, Any]] = [dict(row) for row in found.mappings()]
    return json_response(page_of(rows, _ORDER, limit))


@router.get("/jobs/{job_id}", responses={200: {"model": JobShape}})
async def show_job(here: Looking, job_id: UUID) -> Response:
    """One job."""
    async with here.transaction() as session:
        found = (await session.execute(_selected().where(jobs.c.id == job_id))).mappings().first()
    if found is None:
        raise NotFound("there is no such job; what is done is kept no longer")
    return json_response(dict(found))


@router.post("/jobs/{job_id}/cancel", status_code=204)
async def cancel_a_job(here: Acting, job_id: UUID) -> Response:
    """Calls a job off; one that runs is asked to stop, and has done so when its state is `cancelled`."""
    async with here.transaction() as session:
        await cancel_job(session, job_id)
    return Response(status_code=204)


@router.post("/jobs/{job_id}/retry", status_code=204)
async def retry_a_job(here: Acting, job_id: UUID) -> Response:
    """Makes a job that failed, was cancelled, is scheduled or put off due now, with all its tries."""
    async with here.transaction() as session:
        await retry_job(session, job_id)
    return Response(status_code=204)


def _selected() -> Select[Any]:
    return select(*(jobs.c[name] for name in _SHOWN), SHOWN_STATE.label("state"))
