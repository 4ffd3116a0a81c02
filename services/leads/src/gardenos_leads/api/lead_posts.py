"""`/api/v1/lead-posts/{address}`: where vendors and systems post leads. Nobody signs in; who knows the address may post."""

from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.errors import Invalid
from gardenos_chassis.ids import new_id
from gardenos_chassis.origins import Proxies
from gardenos_chassis.service import Service

from gardenos_leads.capturing.address import POSTS, Address
from gardenos_leads.capturing.answers import answered
from gardenos_leads.capturing.arrived import Arrived
from gardenos_leads.capturing.log import Fate
from gardenos_leads.capturing.pace import Pace
from gardenos_leads.capturing.payload import MOST_BYTES
from gardenos_leads.capturing.pings import take_ping
from gardenos_leads.capturing.posts import Taken, context_of, run, take_post
from gardenos_leads.settings import LeadsSettings

router = APIRouter(prefix="/api/v1/lead-posts", tags=["lead posts"])

BODIES = {"/api/v1/lead-posts": MOST_BYTES, "/api/v1/lead-forms": 64_000}
"""The largest of each, in bytes."""

_ANY: dict[str, Any] = {"schema": {"type": "object"}}
_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": _ANY, "application/xml": _TEXT, "application/x-www-form-urlencoded": _ANY},
    }
}
_ANSWER: Any = {
    200: {
        "description": "It is kept. The words and their names are the source's own; as it is set up, JSON or XML",
        "content": {
            "application/json": {"schema": {"type": "object", "additionalProperties": {"type": "string"}}},
            "application/xml": _TEXT,
        },
    },
    413: {"description": "Larger than 256,000 bytes"},
    422: {"description": "Neither JSON nor XML nor a form"},
}


@router.post("/{address}", openapi_extra=_BODY, responses=_ANSWER, response_class=Response)
async def post_lead(address: str, request: Request) -> Response:
    """A lead, in the vendor's own words: JSON, XML or a form. The same lead once more is answered as the first time.

    It is kept as it came, and captured where it fits; where it does not, it waits to be mended. Nothing is refused but what
    cannot be read at all.
    """
    return await _answered(request, address, ping=False)


@router.post("/{address}/pings", openapi_extra=_BODY, responses=_ANSWER, response_class=Response)
async def ping_lead(address: str, request: Request) -> Response:
    """Asks whether a lead like this is wanted, and for how much. The answer's id goes along with the post, as `ping_id`."""
    return await _answered(request, address, ping=True)


async def _answered(request: Request, text: str, *, ping: bool) -> Response:
    service: Service = request.app.state.service
    address = Address.parse(text, POSTS)
    settings = service.settings
    assert isinstance(settings, LeadsSettings)
    _pace(settings.posts_per_minute).count(address.source_id)
    arrived = await Arrived.by(request, Proxies(settings.trusted_proxies))
    correlation_id = request.scope.get("state", {}).get("request_id") or str(new_id())
    take = take_ping if ping else take_post
    taken = await run(service.store, context_of(address, correlation_id), lambda work: take(work, address, arrived))
    return _told(taken)


def _told(taken: Taken) -> Response:
    if taken.fate is Fate.UNREADABLE:
        raise Invalid("; ".join(taken.reasons), pointer="")
    # What waits to be mended was taken; what comes while the source is switched off is kept, and not bought.
    accepted = taken.fate is not Fate.REJECTED and taken.source.closed is None
    return answered(
        taken.source.answers,
        accepted=accepted,
        id=taken.id,
        price=taken.price if accepted else None,
        reasons=() if accepted and taken.fate is not Fate.HELD else taken.reasons,
    )


@cache
def _pace(most: int) -> Pace:
    """How much each source takes in this process, a minute."""
    return Pace(most, 60)
