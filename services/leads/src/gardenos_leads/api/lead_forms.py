"""`/api/v1/lead-forms`: forms on pages of an agency's, for whoever looks at them."""

from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.errors import Forbidden, NotFound
from gardenos_chassis.events import UnitOfWork
from gardenos_chassis.http import json_response
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.http.responses import dumps
from gardenos_chassis.ids import new_id
from gardenos_chassis.origins import Proxies
from gardenos_chassis.service import Service
from gardenos_contracts.lead_sources import Form
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gardenos_leads.api import lead_source_shapes as shapes
from gardenos_leads.capturing import log
from gardenos_leads.capturing.address import FORMS, Address
from gardenos_leads.capturing.arrived import Arrived
from gardenos_leads.capturing.forms import HONEYPOT, Ticket, refuse_mistakes, said_in, shown, values_in
from gardenos_leads.capturing.log import Entry, Fate
from gardenos_leads.capturing.pace import Pace
from gardenos_leads.capturing.payload import read_payload
from gardenos_leads.capturing.posts import context_of, run, take
from gardenos_leads.capturing.sources import Open, found_by

router = APIRouter(prefix="/api/v1/lead-forms", tags=["lead forms"])

_SCRIPT = files("gardenos_leads.capturing").joinpath("form.js").read_bytes()
_A_PLACE = Pace(5, 600)
"""Forms from one address."""
_LOOKS = Pace(600, 60)
"""How often a form is looked at."""

Text = Annotated[str, StringConstraints(max_length=10_000), WithoutNul]
Short = Annotated[str, StringConstraints(max_length=2_000), WithoutNul]
Name = Annotated[str, StringConstraints(max_length=50), WithoutNul]


class FilledIn(BaseModel):
    """What a person filled in."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    ticket: Annotated[str, StringConstraints(max_length=500), WithoutNul]
    """As it came with the form."""
    values: Annotated[dict[Name, Text], Field(max_length=30)]
    consent: bool = False
    page: Short = ""
    """Where the form stands."""
    website: Short = ""
    """Nobody sees this field, and nobody fills it in."""


@router.get("/form.js", include_in_schema=False)
async def form_script() -> Response:
    """The script that makes the form, for pages anywhere."""
    headers = {
        "Cache-Control": "public, max-age=3600",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Response(_SCRIPT, media_type="text/javascript", headers=headers)


@router.get("/{address}", responses={200: {"model": shapes.ShownForm}})
async def show_lead_form(address: str, request: Request) -> Response:
    """The form, with a ticket for one filling in."""
    service: Service = request.app.state.service
    found = Address.parse(address, FORMS)
    _LOOKS.count(found.source_id)
    async with service.database.transaction(found.agency_id) as session:
        source, form = _of(await found_by(session, found))
    told = shown(form, Ticket.new(form).signed(source.secret_hash))
    return json_response(told, headers=_cors(request, form))


@router.options("/{address}", include_in_schema=False)
async def ask_before_sending(address: str, request: Request) -> Response:
    """What a browser asks before it lets a page send the form."""
    service: Service = request.app.state.service
    found = Address.parse(address, FORMS)
    _LOOKS.count(found.source_id)
    async with service.database.transaction(found.agency_id) as session:
        _, form = _of(await found_by(session, found))
    allowed = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "content-type",
        "Access-Control-Max-Age": "3600",
    }
    headers = _cors(request, form)
    return Response(status_code=204, headers=headers | allowed if "Access-Control-Allow-Origin" in headers else headers)


@router.post("/{address}", responses={200: {"model": shapes.FormTaken}})
async def send_lead_form(address: str, body: FilledIn, request: Request) -> Response:
    """What somebody filled in. The same once more, by its ticket, is one and the same.

    409: the form is to be shown anew, for it was changed, or stood open for a day.
    """
    service: Service = request.app.state.service
    found = Address.parse(address, FORMS)
    _LOOKS.count(found.source_id)
    arrived = await Arrived.by(request, Proxies(service.settings.trusted_proxies))
    async with service.database.transaction(found.agency_id) as session:
        source, form = _of(await found_by(session, found))
    _refuse_elsewhere(request, form)
    leaves = read_payload(arrived.body).leaves
    ticket = Ticket.parse(body.ticket, source.secret_hash)
    why = _no_person(request, body, ticket)
    if why is None and ticket is not None:
        ticket.refuse_old(form)
        said = said_in(form, leaves, arrived.at)
        refuse_mistakes(form, said, values_in(form, leaves), agreed=body.consent)
        _A_PLACE.count((source.id, _place(request, service)))

    async def taken(work: UnitOfWork) -> None:
        entry = Entry(source, arrived, "post", "json")
        if why is None:
            await take(work, Entry(source, arrived, "post", "json", said.reference), said)
        else:
            await log.keep_some(work.session, entry, Fate.SPAM, why)

    correlation_id = request.scope.get("state", {}).get("request_id") or str(new_id())
    await run(service.store, context_of(found, correlation_id), taken)
    # Whoever is a program is told the same: it learns nothing.
    return Response(dumps({"thanks": form.thanks}), media_type="application/json", headers=_cors(request, form))


def _of(source: Open) -> tuple[Open, Form]:
    if source.form is None or not source.active:
        raise NotFound("there is no such form")
    return source, source.form


def _no_person(request: Request, body: FilledIn, ticket: Ticket | None) -> str | None:
    """Why it was sent by no person; None where it may have been."""
    if getattr(body, HONEYPOT):
        return "a field was filled in that nobody sees"
    if ticket is None:
        return "it came without a ticket of this form"
    if ticket.too_soon():
        return "it was sent faster than anybody types"
    return None if request.headers.get("origin") else "it came from no page"


def _refuse_elsewhere(request: Request, form: Form) -> None:
    origin = request.headers.get("origin")
    if origin is not None and not _allowed(request, form, origin):
        raise Forbidden("this form does not belong on that page; add its origin where the form is set up")


def _allowed(request: Request, form: Form, origin: str) -> bool:
    """Pages that were named, and our own, where it is looked at by who sets it up."""
    host = request.headers.get("host", "")
    return origin in form.origins or origin in (f"https://{host}", f"http://{host}")


def _cors(request: Request, form: Form) -> dict[str, str]:
    origin = request.headers.get("origin")
    found = {"Vary": "Origin"}
    if origin is not None and _allowed(request, form, origin):
        found["Access-Control-Allow-Origin"] = origin
    return found


def _place(request: Request, service: Service) -> str:
    return Proxies(service.settings.trusted_proxies).origin_of(request).neighbourhood
