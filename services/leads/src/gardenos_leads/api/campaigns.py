"""`/api/v1/campaigns`."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from gardenos_chassis.events import Changed
from gardenos_chassis.http import Reader, Writer, json_response
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from pydantic import BaseModel, ConfigDict, StringConstraints

from gardenos_leads import campaign, queries
from gardenos_leads.api import shapes

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"])

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class LaunchCampaign(BaseModel):
    """A new campaign, and where its leads come from."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    source: Line


@router.get("", responses={200: {"model": Page[shapes.Campaign]}})
async def list_campaigns(reading: Reader) -> Response:
    """The agency's campaigns."""
    return json_response({"items": await queries.campaign_list(reading.session), "next_cursor": None})


@router.post("", status_code=201, responses={201: {"model": shapes.Campaign}})
async def launch_campaign(body: LaunchCampaign, writing: Writer) -> Response:
    """A new campaign."""
    async with writing.unit_of_work() as work:
        launched = await work.earlier_outcome()
        if launched is None:
            id = new_id()
            launched = Changed(id, work.record(id, 0, campaign.launch(id, name=body.name, source=body.source)))
            await work.settle(launched)
    answer = {"id": launched.id, **body.model_dump()}
    return json_response(answer, 201, location=f"/api/v1/campaigns/{launched.id}", etag=launched.version)
