"""Invitations: sent by owners and admins, used by who holds the link."""

import hmac
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.auth.agency_standing import agency_standing_of
from gardenos_chassis.errors import Conflict, NotFound
from gardenos_chassis.events import Changed, Context, UnitOfWork
from gardenos_chassis.http import Reader, Writer, json_response
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import Role
from pydantic import EmailStr, Field
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from gardenos_identity import invitation, queries, shapes, user
from gardenos_identity.api.bodies import Name, Password, Strict
from gardenos_identity.api.users import join, refuse_taken_address, refuse_unknown_teams
from gardenos_identity.changing import present
from gardenos_identity.invitation import NOT_GOOD, Invitation
from gardenos_identity.mail import Letter, Link, Mail
from gardenos_identity.passwords import Passwords
from gardenos_identity.sessions import normalised
from gardenos_identity.signing_in.tickets import Ticket
from gardenos_identity.tables import invitation_secrets

SENT: Any = {201: {"model": shapes.SentInvitation}}


class Invite(Strict):
    """Who is asked to join, and as what."""

    email: EmailStr
    role: Role = Role.AGENT
    team_ids: Annotated[list[UUID], Field(max_length=200)] = Field(default_factory=list)


class Token(Strict):
    """What stands behind the # of the link."""

    token: Annotated[str, Field(max_length=500)]


class Join(Token):
    """What the person says of themselves, and the password they choose."""

    name: Name
    password: Password


def router(passwords: Passwords, mail: Mail) -> APIRouter:
    """Routes under `/invitations`."""
    routes = APIRouter()

    @routes.get("/invitations", tags=["invitations"], responses={200: {"model": Page[shapes.Invitation]}})
    async def list_invitations(reading: Reader) -> Response:
        """Those that nobody has used or withdrawn, expired ones among them. For owners and admins."""
        reading.caller.require_administer()
        return json_response({"items": await queries.open_invitations(reading.session), "next_cursor": None})

    @routes.post("/invitations", status_code=201, tags=["invitations"], responses=SENT)
    async def invite_user(body: Invite, writing: Writer) -> Response:
        """Asks a person to join: by mail, or where none is set by the link in this answer. For owners and admins."""
        writing.caller.require_administer()
        user.may_appoint(writing.caller.role, body.role)
        email = normalised(body.email)
        async with writing.unit_of_work() as work:
            invited = await work.earlier_outcome()
            if invited is None:
                await refuse_unknown_teams(work.session, body.team_ids)
                await refuse_taken_address(work, email)
                if await queries.is_invited(work.session, email):
                    raise Conflict(f"{email} is invited already; send that invitation again, or withdraw it")
                id, now, by = new_id(), datetime.now(UTC), writing.caller.user_id
                asked = invitation.invite(id, email=email, role=body.role, team_ids=body.team_ids, by=by, now=now)
                invited = Changed(id, work.record(id, 0, asked))
                await work.settle(invited)
                answer = await _sent(work, mail, id, by)
            else:
                # Whoever asks again never got the answer: where it was to hold the link, it holds a new one.
                answer = await _sent(work, mail, invited.id, writing.caller.user_id, once_more=True)
        return json_response(answer, 201, etag=answer["version"], location=f"/api/v1/invitations/{invited.id}")

    @routes.get("/invitations/{invitation_id}", tags=["invitations"], responses={200: {"model": shapes.Invitation}})
    async def show_invitation(invitation_id: UUID, reading: Reader) -> Response:
        """One invitation, whatever became of it. For owners and admins."""
        reading.caller.require_administer()
        found = await queries.invitation(reading.session, invitation_id)
        return json_response(found, etag=found["version"])

    @routes.post("/invitations/{invitation_id}/resend", status_code=201, tags=["invitations"], responses=SENT)
    async def resend_invitation(invitation_id: UUID, writing: Writer) -> Response:
        """Sends it once more, with a new link that is good as long as a first; the old one is worth nothing."""
        writing.caller.require_administer()
        async with writing.unit_of_work() as work:
            found, version = await present(work, invitation_id, invitation.evolve, "invitation")
            user.may_appoint(writing.caller.role, found.role)
            work.record(invitation_id, version, found.renew(datetime.now(UTC)))
            answer = await _sent(work, mail, invitation_id, writing.caller.user_id)
        return json_response(answer, 201, etag=answer["version"])

    @routes.delete("/invitations/{invitation_id}", status_code=204, tags=["invitations"])
    async def withdraw_invitation(invitation_id: UUID, writing: Writer) -> Response:
        """Its link is worth nothing any more."""
        writing.caller.require_administer()
        async with writing.unit_of_work() as work:
            found, version = await present(work, invitation_id, invitation.evolve, "invitation")
            work.record(invitation_id, version, found.withdraw())
            await forget_secret(work.session, invitation_id)
        return Response(status_code=204)

    @routes.post("/invitations/look", tags=["invitations"], responses={200: {"model": shapes.Invited}})
    async def look_at_invitation(body: Token, request: Request) -> Response:
        """What the bearer of a link is invited to. Changes nothing."""
        ticket = Ticket.parse(body.token, NotFound(NOT_GOOD))
        async with acting_by_ticket(request, ticket, None) as work:
            found, _ = await by_ticket(work, ticket)
            agency = await queries.agency(work.session)
        told = {"email": found.email, "role": found.role, "expires_at": found.expires_at}
        return json_response({"agency": agency["name"], **told})

    @routes.post("/invitations/accept", status_code=201, tags=["invitations"], responses={201: {"model": shapes.User}})
    async def accept_invitation(body: Join, request: Request) -> Response:
        """The person joins, and may sign in with the address that was invited."""
        ticket = Ticket.parse(body.token, NotFound(NOT_GOOD))
        # Before a password is hashed, which is dear, and again when it counts.
        async with acting_by_ticket(request, ticket, None) as work:
            await by_ticket(work, ticket)
        hashed = await passwords.hash(body.password)
        user_id = new_id()
        async with acting_by_ticket(request, ticket, user_id) as work:
            found, version = await by_ticket(work, ticket)
            await refuse_taken_address(work, found.email)
            work.record(found.id, version, found.accept(user_id, datetime.now(UTC)))
            await forget_secret(work.session, found.id)
            await join(
                work, user_id, name=body.name, email=found.email, role=found.role, team_ids=sorted(found.team_ids),
                hashed=hashed,
            )  # fmt: skip
            await work.flush()
            answer = await queries.user(work.session, user_id)
        return json_response(answer, 201, location=f"/api/v1/users/{user_id}")

    return routes


async def _sent(
    work: UnitOfWork, mail: Mail, invitation_id: UUID, by: UUID, *, once_more: bool = False
) -> dict[str, Any]:
    """Makes a new link, which the person gets by mail, or whoever invites in the answer."""
    await work.flush()
    found = await queries.invitation(work.session, invitation_id)
    if mail.is_set and once_more:
        return {**found, "link": None}
    ticket = Ticket.new(work.context.agency_id, invitation_id)
    row = {"agency_id": ticket.agency_id, "invitation_id": invitation_id, "secret_hash": ticket.hash}
    kept = insert(invitation_secrets).values(row)
    again = {"secret_hash": ticket.hash}
    await work.session.execute(kept.on_conflict_do_update(index_elements=["agency_id", "invitation_id"], set_=again))
    link = mail.link(f"/join#{ticket}")
    if not mail.is_set:
        return {**found, "link": link}
    agency = await queries.agency(work.session)
    letter = _letter(agency["name"], await _inviter(work.session, by), found, link)
    await mail.post(work.session, letter, because_of=work.context)
    return {**found, "link": None}


def _letter(agency: str, inviter: str, found: dict[str, Any], link: str) -> Letter:
    until = f"{found['expires_at']:%B} {found['expires_at'].day}"
    return Letter(
        to=found["email"],
        subject=f"Join {agency} on GardenOS",
        paragraphs=(
            f"{inviter} invites you to work with {agency} on GardenOS. Choose your name and password here:",
            f"The link is good once, until {until} (UTC). If you did not expect it, do nothing.",
        ),
        link=Link(f"Join {agency}", link),
    )


async def _inviter(session: Session, user_id: UUID) -> str:
    try:
        return str((await queries.user(session, user_id))["name"])
    except NotFound:
        return "Somebody"


async def by_ticket(work: UnitOfWork, ticket: Ticket) -> tuple[Invitation, int]:
    """The invitation that a link is good for. Raises NotFound, in the same words whatever is the matter."""
    asked = select(invitation_secrets.c.secret_hash).where(invitation_secrets.c.invitation_id == ticket.id)
    kept = (await work.session.execute(asked)).scalar_one_or_none()
    if kept is None or not hmac.compare_digest(kept, ticket.hash):
        raise NotFound(NOT_GOOD)
    found, version = await present(work, ticket.id, invitation.evolve, "invitation", named=False)
    if not found.is_good(datetime.now(UTC)):
        raise NotFound(NOT_GOOD)
    (await agency_standing_of(work.session)).require_at_work()
    return found, version


def acting_by_ticket(request: Request, ticket: Ticket, user_id: UUID | None) -> Any:
    """A transaction in the agency that the link names, by the person who joins."""
    actor = Actor(ActorKind.PERSON, str(user_id)) if user_id else Actor(ActorKind.SYSTEM, "invitation")
    service: Service = request.app.state.service
    return service.store.unit_of_work(Context(ticket.agency_id, actor, request.state.request_id))


async def forget_secret(session: Session, invitation_id: UUID) -> None:
    """The link is worth nothing any more."""
    await session.execute(delete(invitation_secrets).where(invitation_secrets.c.invitation_id == invitation_id))
