"""Who works how, and when they are away. Everybody keeps it of themselves, managers of their teams', owners and admins of all."""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.auth.fields import refuse_withheld
from gardenos_chassis.auth.permissions import KEEP_WORK, SEE_IDENTITY, WRITE_RECORDS
from gardenos_chassis.errors import Forbidden, Invalid, NotFound, PreconditionFailed
from gardenos_chassis.events import Changed, UnitOfWork
from gardenos_chassis.http import OwnWriter, Reader, Writing, json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_contracts.values import Hours, LineOfBusiness, Moment
from gardenos_contracts.work import Licence
from pydantic import Field, StringConstraints

from gardenos_identity import queries as people
from gardenos_identity.api.bodies import Strict
from gardenos_identity.changing import present
from gardenos_identity.working import absence, profile, queries, shapes

_PROFILE: Any = {200: {"model": shapes.WorkProfile}}
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), WithoutNul]


class LicenceSaid(Strict):
    """That somebody may sell insurance in a state."""

    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    lines: Annotated[list[LineOfBusiness], Field(default_factory=list, max_length=20)]
    """None: all of them."""
    licence_number: Annotated[Text, Field(max_length=50)] | None = None
    """Who does not see it leaves it out, and it stays as it is."""
    expires_on: date | None = None

    def told(self, known: str | None) -> Licence:
        """As the event has it; `known`: its number, where it is to stay."""
        lines = tuple(line for line in LineOfBusiness if line in self.lines)
        number = self.licence_number if known is None else known
        return Licence(state=self.state, lines=lines, licence_number=number, expires_on=self.expires_on)


class HoursSaid(Strict):
    """A stretch of a weekday; 0 is Monday."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class WriteWorkProfile(Strict):
    """How somebody works: all of it."""

    licences: Annotated[list[LicenceSaid], Field(default_factory=list, max_length=60)]
    languages: Annotated[list[Annotated[str, Field(max_length=35)]], Field(default_factory=list, max_length=50)]
    working_hours: Annotated[list[HoursSaid], Field(default_factory=list, max_length=50)]
    time_zone: str | None = None
    """IANA name; null: the agency's."""


class PlanAbsence(Strict):
    """From when to when somebody is away."""

    starts_at: Moment
    ends_at: Moment
    covered_by: UUID | None = None
    """A colleague who looks after their work meanwhile."""
    note: Text | None = None
    """Shown to themselves, and to whoever keeps it for them."""


def router() -> APIRouter:
    """Routes under `/users`."""
    routes = APIRouter(tags=["work"])

    @routes.get("/users/absences", responses={200: {"model": Page[shapes.Absence]}})
    async def list_absences(
        reading: Reader, user_id: UUID | None = None, limit: Limit = 100, cursor: CursorParam = None
    ) -> Response:
        """Who is away, and who will be, of all or of one person; the first first."""
        found = await queries.absences_of(
            reading.session, reading.caller, datetime.now(UTC), user_id=user_id, limit=limit, cursor=cursor
        )
        return json_response(found)

    @routes.get("/users/{user_id}/work-profile", responses=_PROFILE)
    async def show_work_profile(user_id: UUID, reading: Reader) -> Response:
        """Where somebody is licensed, what they speak, and when they are at work."""
        found = await queries.profile_of(reading.session, reading.caller, user_id)
        return json_response(found, etag=found["version"])

    @routes.put("/users/{user_id}/work-profile", responses=_PROFILE)
    async def write_work_profile(user_id: UUID, body: WriteWorkProfile, writing: OwnWriter) -> Response:
        """All of it anew, by themselves, their manager, an owner or an admin. Rules of assignment go by it from then on."""
        caller = writing.caller
        async with writing.unit_of_work() as work:
            await _require_kept(writing, work, user_id)
            refuse_withheld(caller, {"licence_number"} if any(each.licence_number for each in body.licences) else ())
            was, version = await _profile(work, user_id)
            sees = caller.may(SEE_IDENTITY)
            events = was.change(
                licences=[each.told(None if sees else was.number_in(each.state)) for each in body.licences],
                languages=body.languages,
                working_hours=[Hours(**each.model_dump()) for each in body.working_hours],
                time_zone=body.time_zone,
            )
            work.record(profile.stream_of(user_id), version, events)
            await work.flush()
            answer = await queries.profile_of(work.session, caller, user_id)
        return json_response(answer, etag=answer["version"])

    @routes.post("/users/{user_id}/absences", status_code=201, responses={201: {"model": shapes.Absence}})
    async def plan_absence(user_id: UUID, body: PlanAbsence, writing: OwnWriter) -> Response:
        """Somebody is to be away, or is already. By themselves, their manager, an owner or an admin."""
        async with writing.unit_of_work() as work:
            planned = await work.earlier_outcome()
            if planned is None:
                await _require_kept(writing, work, user_id)
                id = new_id()
                events = list(absence.plan(id, user_id, **body.model_dump(), now=datetime.now(UTC)))
                await _refuse_idle(work, body.covered_by)
                planned = Changed(id, work.record(id, 0, events))
                await work.settle(planned)
                await work.flush()
            answer = await queries.absence(work.session, writing.caller, planned.id)
        return json_response(answer, 201, etag=answer["version"])

    @routes.delete("/users/{user_id}/absences/{absence_id}", status_code=204)
    async def cancel_absence(user_id: UUID, absence_id: UUID, writing: OwnWriter) -> Response:
        """They are not away after all; if they are, they are back."""
        async with writing.unit_of_work() as work:
            await _require_kept(writing, work, user_id)
            found, version = await present(work, absence_id, absence.evolve, "absence")
            if found.user_id != user_id:
                raise NotFound("there is no such absence in your agency")
            work.record(absence_id, version, found.cancel(datetime.now(UTC)))
        return Response(status_code=204)

    return routes


async def _require_kept(writing: Writing, work: UnitOfWork, user_id: UUID) -> None:
    writing.caller.require(KEEP_WORK)
    if not queries.keeps(writing.caller, user_id, await queries.teams_of(work.session, user_id)):
        raise Forbidden("this is for themselves, who manages a team of theirs, and owners and admins of the agency")


async def _profile(work: UnitOfWork, user_id: UUID) -> tuple[profile.WorkProfile, int]:
    """The profile and its version, 0 where nothing was said yet. Raises PreconditionFailed."""
    found: profile.WorkProfile | None = None
    version = 0
    for fact in await work.load(profile.stream_of(user_id)):
        found, version = profile.evolve(found, fact.data), fact.version
    if work.context.if_match not in (None, version):
        raise PreconditionFailed("this work profile was changed meanwhile; read it again and repeat your change")
    return found or profile.WorkProfile(user_id), version


async def _refuse_idle(work: UnitOfWork, covered_by: UUID | None) -> None:
    """Raises Invalid for somebody who cannot cover for a colleague."""
    if covered_by is None:
        return
    role = await people.role_of_worker(work.session, covered_by)
    if role is None or not WRITE_RECORDS.allows(role):
        raise Invalid("who covers is a colleague who works here and may change records", pointer="/covered_by")
