"""`/api/v1/calls`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import opens
from gardenos_chassis.errors import Invalid
from gardenos_chassis.events import Changed
from gardenos_chassis.http import Reader, Writer, json_response
from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_contracts.comms import CallLogged, Disposition
from gardenos_contracts.values import Direction, Moment
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from gardenos_comms import call, queries
from gardenos_comms.api import shapes
from gardenos_comms.directory import find_person

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("the text holds a NUL character; remove it")
    return text


Transcript = Annotated[str, StringConstraints(max_length=500_000), AfterValidator(_without_nul)]
Notes = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_without_nul)]


class LogCall(BaseModel):
    """A call with a lead or a client, one of the two."""

    model_config = ConfigDict(extra="forbid")

    lead_id: UUID | None = None
    client_id: UUID | None = None
    direction: Direction
    started_at: Moment
    duration_seconds: Annotated[int, Field(ge=0)]
    disposition: Disposition
    transcript: Transcript | None = None
    notes: Notes | None = None


@router.post("", status_code=201, responses={201: {"model": shapes.Call}})
async def log_call(request: Request, body: LogCall, writing: Writer) -> Response:
    """A call that took place, or was tried. What nobody has is read by its pool, and written to once it is claimed (409)."""
    if (body.lead_id is None) == (body.client_id is None):
        raise Invalid("name the lead or the client that the call was with, one of the two", pointer="/lead_id")
    service: Service = request.app.state.service
    caller = writing.caller
    token = request.headers["authorization"].partition(" ")[2].strip()
    person = await find_person(service, caller, token, lead_id=body.lead_id, client_id=body.client_id)
    async with writing.unit_of_work() as work:
        logged = await work.earlier_outcome()
        if logged is None:
            call_id = new_id()
            event = CallLogged(
                call_id=call_id,
                thread_id=call.phone_thread(person.person_id),
                person_id=person.person_id,
                lead_id=person.lead_id,
                client_id=person.client_id,
                user_id=caller.user_id,
                **body.model_dump(exclude={"lead_id", "client_id"}),
            )
            logged = Changed(call_id, work.record(call_id, 0, call.log(event)))
            await work.settle(logged)
    async with service.database.transaction(caller.agency_id) as session:
        shown = await queries.call_for_its_writer(session, caller.agency_id, logged.id)
    return json_response(shown, 201, location=f"/api/v1/calls/{logged.id}", etag=logged.version)


@router.get("/{call_id}", responses={200: {"model": shapes.Call}}, openapi_extra=opens("call", "call_id"))
async def show_call(call_id: UUID, reading: Reader) -> Response:
    """One call."""
    found = await queries.call(reading.session, reading.caller, call_id)
    shows(person_id=found["person_id"])
    return json_response(found, etag=1)
