"""`/api/v1/operations/ai/readings`: what was not read, or not in full, is read again."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.auth.permissions import ACT_IN_OPERATIONS
from gardenos_chassis.http import Writer, json_response
from pydantic import BaseModel, Field

from gardenos_ai.api import shapes
from gardenos_ai.reading.to_read import Unread, read_again

router = APIRouter(prefix="/api/v1/operations/ai/readings", tags=["operations"])


class ReadAgain(BaseModel):
    """Which communications."""

    statuses: Annotated[list[Unread], Field(min_length=1)] = ["partial", "failed"]


@router.post("", status_code=202, responses={202: {"model": shapes.ReadingsBegun}})
async def read_again_what_was_not(body: ReadAgain, writing: Writer) -> Response:
    """Has communications read again that the model would not read in full, or that failed; a thousand at most.

    For an agency's owners and admins. What was found before stays; each reading is a job that can be watched.
    """
    writing.caller.require(ACT_IN_OPERATIONS)
    async with writing.store.database.transaction(writing.caller.agency_id) as session:
        readings = await read_again(session, writing.context, body.statuses)
    return json_response({"readings": readings}, 202, location="/api/v1/operations/ai/jobs?kind=ai.read-communication")
