"""`/api/v1/clients`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import lists, opens
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.fields import refuse_withheld
from gardenos_chassis.auth.permissions import FORGET_PEOPLE
from gardenos_chassis.errors import Invalid
from gardenos_chassis.events import Changed, Repository
from gardenos_chassis.http import Reader, Writer, json_response, repository
from gardenos_chassis.http.fields import Day, Email, Name, Phone, Plain, PostalCode, State
from gardenos_chassis.http.history import history_routes
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_contracts import Event
from gardenos_contracts.clients import ClientOnboarded
from gardenos_contracts.values import LineOfBusiness, Moment, PersonName
from pydantic import BaseModel, ConfigDict

from gardenos_clients import client as aggregate
from gardenos_clients import queries
from gardenos_clients.api import shapes
from gardenos_clients.history import shown, title

router = APIRouter(prefix="/api/v1/clients", tags=["clients"])


def _scope(client: aggregate.Client) -> tuple[UUID | None, ...]:
    return client.owner_id, client.team_id, client.person_id


# Who is a client stays one for decades.
Clients = Annotated[
    Repository[aggregate.Client], Depends(repository(aggregate.evolve, _scope, "client", snapshot_every=100))
]

_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class ClientDetails(BaseModel):
    """What is known of a client. Telephone numbers and dates may be written as people write them."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Name()
    email: Email = None
    phone: Phone = None
    street: Plain = None
    city: Plain = None
    postal_code: PostalCode = None
    state: State = None
    birth_date: Day = None
    line_of_business: LineOfBusiness | None = None


class OnboardClient(ClientDetails):
    """A client who never was a lead. An agent's client is their own unless given to the pool by `owner_id: null`."""

    owner_id: UUID | None = None
    team_id: UUID | None = None
    onboarded_at: Moment | None = None


class AssignClient(BaseModel):
    """A new owner, or none. Without `team_id` the client stays with their team."""

    model_config = ConfigDict(extra="forbid")

    owner_id: UUID | None
    team_id: UUID | None = None


def client_filter(
    q: Annotated[
        str | None, Query(max_length=200, description="Name, email or telephone number, whole or in part")
    ] = None,
    owner_id: Annotated[list[str], Query(description="A person's id, or `none` for the pool")] = [],  # noqa: B006
    line_of_business: Annotated[list[LineOfBusiness], Query()] = [],  # noqa: B006
    id: Annotated[list[UUID], Query(max_length=100, description="These clients alone")] = [],  # noqa: B006
) -> queries.ClientFilter:
    """The filters of a list of clients."""
    try:
        owners = [UUID(owner) for owner in owner_id if owner != "none"]
    except ValueError as error:
        raise Invalid("an owner is a person's id, or `none` for the pool", pointer="query:owner_id") from error
    return queries.ClientFilter(owners, "none" in owner_id, line_of_business, id, q)


@router.get("", responses={200: {"model": Page[shapes.Client]}}, openapi_extra=lists("clients"))
async def list_clients(
    reading: Reader,
    wanted: Annotated[queries.ClientFilter, Depends(client_filter)],
    sort: queries.Sort = "-onboarded_at",
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """The clients in the caller's scope, by cursor."""
    return json_response(await queries.client_page(reading.session, reading.caller, wanted, sort, limit, cursor))


@router.post("", status_code=201, responses={201: {"model": shapes.Client}})
async def onboard_client(request: Request, body: OnboardClient, clients: Clients, writing: Writer) -> Response:
    """Somebody becomes a client who was never a lead; a lead becomes one by its conversion."""
    refuse_withheld(writing.caller, body.model_fields_set)
    client_id, now = new_id(), datetime.now(UTC)
    onboarded_at = body.onboarded_at or now
    if not _EARLIEST <= onboarded_at <= now:
        raise Invalid("a client cannot have been onboarded in the future, or before 1900", pointer="/onboarded_at")
    owner_id = _owner_of_new(body, writing.caller)
    await writing.refuse_strangers(owner_id=owner_id, team_id=body.team_id)
    event = ClientOnboarded(
        client_id=client_id,
        person_id=new_id(),
        name=PersonName(given=body.name.given, family=body.name.family),
        owner_id=owner_id,
        onboarded_at=onboarded_at,
        **body.model_dump(exclude={"name", "owner_id", "onboarded_at"}),
    )
    onboarded = await clients.create(client_id, lambda: aggregate.onboard(event))
    return await _answer(request, writing.caller, onboarded, 201)


@router.get("/{client_id}", responses={200: {"model": shapes.Client}}, openapi_extra=opens("client", "client_id"))
async def show_client(client_id: UUID, reading: Reader) -> Response:
    """One client."""
    found = await queries.client(reading.session, reading.caller, client_id)
    shows(person_id=found["person_id"])
    return json_response(found, etag=found["version"])


@router.patch("/{client_id}", responses={200: {"model": shapes.Client}})
async def change_client_details(
    client_id: UUID, request: Request, body: ClientDetails, clients: Clients, writing: Writer
) -> Response:
    """What is sent is changed, null empties, what is not sent stays."""
    refuse_withheld(writing.caller, body.model_fields_set)
    changes = body.model_dump(include=body.model_fields_set)
    if "name" in changes:
        changes["name"] = PersonName(**changes["name"])
    changed = await clients.change(client_id, lambda client: client.change_details(**changes))
    return await _answer(request, writing.caller, changed)


@router.put("/{client_id}/owner", responses={200: {"model": shapes.Client}})
async def assign_client(
    client_id: UUID, request: Request, body: AssignClient, clients: Clients, writing: Writer
) -> Response:
    """The client goes to a producer, or back to the pool."""
    await writing.refuse_strangers(owner_id=body.owner_id, team_id=body.team_id)
    keeps_team = "team_id" not in body.model_fields_set

    def given(client: aggregate.Client) -> Iterator[Event]:
        return client.assign(body.owner_id, client.team_id if keeps_team else body.team_id)

    changed = await clients.give(client_id, body.owner_id, given)
    return await _answer(request, writing.caller, changed)


@router.post("/{client_id}/claim", responses={200: {"model": shapes.Client}})
async def claim_client(client_id: UUID, request: Request, clients: Clients, writing: Writer) -> Response:
    """The client, whom nobody has yet, is the caller's from now on. Of two who claim at once one is told who was first."""
    changed = await clients.claim(client_id, lambda client: client.assign(writing.caller.user_id, client.team_id))
    return await _answer(request, writing.caller, changed)


@router.put("/{client_id}/shares/{user_id}", responses={200: {"model": shapes.Client}})
async def share_client(client_id: UUID, user_id: UUID, request: Request, clients: Clients, writing: Writer) -> Response:
    """A colleague reads and changes them as their role allows, with all that was said: conversations, insights, reports."""
    await writing.require_colleague(user_id)
    changed = await clients.change(client_id, lambda client: client.share(user_id))
    return await _answer(request, writing.caller, changed)


@router.delete("/{client_id}/shares/{user_id}", responses={200: {"model": shapes.Client}})
async def stop_sharing_client(
    client_id: UUID, user_id: UUID, request: Request, clients: Clients, writing: Writer
) -> Response:
    """It is shared with this colleague no longer."""
    changed = await clients.change(client_id, lambda client: client.unshare(user_id))
    return await _answer(request, writing.caller, changed)


@router.post("/{client_id}/forget", responses={200: {"model": shapes.Client}})
async def forget_client(client_id: UUID, request: Request, clients: Clients, writing: Writer) -> Response:
    """The person is forgotten, everywhere and for good. For owners and admins; the same again changes nothing.

    Lost are their name, email address, telephone number, address and birth date; the transcripts and notes of calls,
    messages whole with what was attached, and what was read out of them; of the lead they were as well; in the history too.
    What remains tells of nobody: dates, lines of business, owners, what is counted.
    """
    writing.caller.require(FORGET_PEOPLE)
    forgotten = await clients.change(client_id, lambda client: client.forget())
    return await _answer(request, writing.caller, forgotten)


router.include_router(history_routes(aggregate.evolve, _scope, "client", shown=shown, title=title))


def _owner_of_new(body: OnboardClient, caller: Caller) -> UUID | None:
    """Who is not agency-wide would lose sight of a client given to nobody's team, so theirs is their own by default."""
    if "owner_id" in body.model_fields_set or caller.agency_wide:
        return body.owner_id
    return caller.user_id


async def _answer(request: Request, caller: Caller, changed: Changed, status: int = 200) -> Response:
    """The client as they are now."""
    service: Service = request.app.state.service
    location = f"/api/v1/clients/{changed.id}" if status == 201 else None
    async with service.database.transaction(caller.agency_id) as session:
        found = await queries.client_for_its_writer(session, caller, changed.id)
    return json_response(found, status, etag=found["version"], location=location)
