"""What an agency settles for itself: hours, branding, how long is kept."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.auth.permissions import CHANGE_AGENCY
from gardenos_chassis.errors import NotFound
from gardenos_chassis.http import Reader, Writer, Writing, json_response
from gardenos_contracts.identity import Accent, OpenHours, QuietHours, Retention, Weekday
from pydantic import Field, StringConstraints
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_identity import agency, queries, shapes
from gardenos_identity.agency import Agency, Settings
from gardenos_identity.api.bodies import Name, Strict
from gardenos_identity.changing import present
from gardenos_identity.pictures import LARGEST, MEDIA_TYPES, picture
from gardenos_identity.tables import agency_logos

ANSWER: Any = {200: {"model": shapes.Agency}}
PICTURE: Any = {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES}}}
_TAKES_PICTURES: Any = {"requestBody": {"required": True, **PICTURE[200]}}

Clock = Annotated[str, Field(max_length=5, examples=["09:00"])]


class Hours(Strict):
    """A stretch of a day, in the agency's time zone."""

    opens: Clock
    closes: Clock


class Quiet(Strict):
    """When nobody is called or texted, where they are; may go over midnight."""

    begins: Clock
    ends: Clock


class Keep(Strict):
    """After how many months what is kept of people may be forgotten; null: it is kept."""

    closed_leads_months: int | None = None
    conversations_months: int | None = None


class ChangeAgency(Strict):
    """What becomes of an agency's settings; what is not named stays."""

    name: Name | None = None
    time_zone: Annotated[str, Field(max_length=100)] | None = None
    currency: Annotated[str, Field(pattern="^[A-Za-z]{3}$")] | None = None
    business_hours: dict[Weekday, Annotated[list[Hours], Field(max_length=6)]] | None = None
    """Of the days that are named; an empty list: closed."""
    quiet_hours: Quiet | None = None
    """Null: none."""
    display_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    """As clients know the agency; null: by its name."""
    accent: Accent | None = None
    retention: Keep | None = None


def router() -> APIRouter:
    """Routes under `/agencies/{agency_id}`."""
    routes = APIRouter()

    @routes.get("/agencies/{agency_id}", tags=["agencies"], responses=ANSWER)
    async def show_agency(agency_id: UUID, reading: Reader) -> Response:
        """The caller's own agency, with what it has settled."""
        _refuse_others(agency_id, reading.caller.agency_id)
        found = await queries.agency(reading.session)
        return json_response(found, etag=found["version"])

    @routes.patch("/agencies/{agency_id}", tags=["agencies"], responses=ANSWER)
    async def change_agency(agency_id: UUID, body: ChangeAgency, writing: Writer) -> Response:
        """Other settings. For owners and admins."""
        _may_change(agency_id, writing)
        async with writing.unit_of_work() as work:
            found, version = await present(work, agency_id, agency.evolve, "agency")
            work.record(agency_id, version, found.settle(_settled(found, body)))
            await work.flush()
            answer = await queries.agency(work.session)
        return json_response(answer, etag=answer["version"])

    @routes.get("/agencies/{agency_id}/logo", tags=["agencies"], response_class=Response, responses=PICTURE)
    async def show_logo(agency_id: UUID, reading: Reader) -> Response:
        """The picture by which the caller's agency is known."""
        _refuse_others(agency_id, reading.caller.agency_id)
        kept = (await reading.session.execute(select(agency_logos.c.media_type, agency_logos.c.content))).first()
        if kept is None:
            raise NotFound("your agency has no logo")
        # It is what somebody sent: whoever opens it by itself runs nothing of it.
        alone = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-cache"}
        return Response(kept.content, media_type=kept.media_type, headers=alone)

    @routes.put("/agencies/{agency_id}/logo", tags=["agencies"], responses=ANSWER, openapi_extra=_TAKES_PICTURES)
    async def change_logo(agency_id: UUID, request: Request, writing: Writer) -> Response:
        """Another logo: a PNG or JPEG of at most 100 kB. For owners and admins."""
        _may_change(agency_id, writing)
        sent = picture(request.headers.get("content-type", ""), await _read(request))
        kept = {"agency_id": agency_id, "media_type": sent.media_type, "content": sent.content}
        async with writing.unit_of_work() as work:
            found, version = await present(work, agency_id, agency.evolve, "agency")
            work.record(agency_id, version, found.show_logo(sent.digest))
            row = upsert(agency_logos).values(kept)
            await work.session.execute(row.on_conflict_do_update(index_elements=["agency_id"], set_=kept))
            await work.flush()
            answer = await queries.agency(work.session)
        return json_response(answer, etag=answer["version"])

    @routes.delete("/agencies/{agency_id}/logo", tags=["agencies"], responses=ANSWER)
    async def remove_logo(agency_id: UUID, writing: Writer) -> Response:
        """No logo any more. For owners and admins."""
        _may_change(agency_id, writing)
        async with writing.unit_of_work() as work:
            found, version = await present(work, agency_id, agency.evolve, "agency")
            work.record(agency_id, version, found.show_logo(None))
            await work.session.execute(delete(agency_logos))
            await work.flush()
            answer = await queries.agency(work.session)
        return json_response(answer, etag=answer["version"])

    return routes


def _may_change(agency_id: UUID, writing: Writing) -> None:
    _refuse_others(agency_id, writing.caller.agency_id)
    writing.caller.require(CHANGE_AGENCY)


def _refuse_others(agency_id: UUID, own: UUID) -> None:
    if agency_id != own:
        raise NotFound("there is no such agency")


async def _read(request: Request) -> bytes:
    """The body, no further than a logo may go."""
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > LARGEST:
            break
    return bytes(read)


def _settled(found: Agency, body: ChangeAgency) -> Settings:
    """The settings as they are to be."""
    now, said = found.settings, body.model_fields_set
    wanted: dict[str, Any] = {}
    for name in ("name", "time_zone", "accent"):
        if (value := getattr(body, name)) is not None:
            wanted[name] = value
    if body.currency is not None:
        wanted["currency"] = body.currency.upper()
    if body.business_hours is not None:
        wanted["business_hours"] = {**now.business_hours} | {
            day: _hours(hours) for day, hours in body.business_hours.items()
        }
    if "quiet_hours" in said:
        wanted["quiet_hours"] = QuietHours(**body.quiet_hours.model_dump()) if body.quiet_hours else None
    if "display_name" in said:
        wanted["display_name"] = body.display_name or None
    if body.retention is not None:
        kept = now.retention.model_dump() | body.retention.model_dump(exclude_unset=True)
        wanted["retention"] = Retention(**kept)
    return replace(now, **wanted)


def _hours(hours: Iterable[Hours]) -> tuple[OpenHours, ...]:
    return tuple(OpenHours(opens=each.opens, closes=each.closes) for each in hours)
