"""A person's own account: password and second factor. Everybody may, whatever their role.

Of somebody else, owners and admins may take the second factor away.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Request
from fastapi.responses import Response
from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import Conflict
from gardenos_chassis.events import Context, EventStore, UnitOfWork
from gardenos_chassis.http import Reader, Writer, caller, json_response
from gardenos_chassis.origins import Proxies
from gardenos_chassis.service import Service
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.identity import SecondFactorAdded, SecondFactorRemoved
from pydantic import Field

from gardenos_identity import queries, shapes, user
from gardenos_identity.api.bodies import Password, Strict
from gardenos_identity.api.sessions import session_of
from gardenos_identity.changing import present
from gardenos_identity.mail import Letter
from gardenos_identity.signing_in import logins
from gardenos_identity.signing_in.logins import Membership
from gardenos_identity.signing_in.passwords_anew import PasswordsAnew, tell_elsewhere, told_of
from gardenos_identity.signing_in.second_factor import SecondFactor

Given = Annotated[str, Field(max_length=1000)]
Asker = Annotated[Caller, Depends(caller)]


class ChangePassword(Strict):
    """A new password, and the present one as proof."""

    old_password: Given
    new_password: Password


class AskForReset(Strict):
    """Whose password was forgotten."""

    email: Annotated[str, Field(max_length=320)]


class CompleteReset(Strict):
    """What stands behind the # of the letter's link, and the new password."""

    token: Annotated[str, Field(max_length=500)]
    password: Password


class Proof(Strict):
    """The person's password, for what a stolen session must not do."""

    password: Given


class Code(Strict):
    """What the authenticator app shows."""

    code: Annotated[str, Field(max_length=20)]


def router(anew: PasswordsAnew, second_factor: SecondFactor, proxies: Proxies) -> APIRouter:
    """Routes under `/users/me` and `/users/password-resets`."""
    routes = APIRouter()
    database = anew.database

    @routes.put("/users/me/password", status_code=204, tags=["account"])
    async def change_password(body: ChangePassword, request: Request, caller: Asker) -> Response:
        """Changes one's password. Every session but this one ends."""
        await anew.change(
            _store(request), _context(request, caller), caller.user_id, body.old_password, body.new_password,
            keep=session_of(caller), origin=proxies.origin_of(request),
        )  # fmt: skip
        return Response(status_code=204)

    @routes.post("/users/password-resets", status_code=202, response_class=Response, tags=["account"])
    async def ask_for_reset(body: AskForReset, request: Request, after: BackgroundTasks) -> Response:
        """A letter with a link is sent, if there is such an account; the answer is the same if there is none."""
        await anew.may_ask(body.email, proxies.origin_of(request))
        after.add_task(anew.send, body.email, request.state.request_id)
        return Response(status_code=202, background=after)

    @routes.post("/users/password-resets/completion", status_code=204, tags=["account"])
    async def complete_reset(body: CompleteReset, request: Request) -> Response:
        """Sets the password by the letter's link, which is good once. Every session ends."""
        origin = proxies.origin_of(request)
        await anew.complete(_store(request), body.token, body.password, origin, request.state.request_id)
        return Response(status_code=204)

    @routes.get("/users/me/second-factor", tags=["account"], responses={200: {"model": shapes.SecondFactor}})
    async def show_second_factor(reading: Reader) -> Response:
        """Whether signing in asks for a second factor."""
        caller = reading.caller
        caller.require_person()
        home = await logins.home_of(reading.session, caller.agency_id, caller.user_id)
        async with logins.within(reading.session, home.agency_id, then=caller.agency_id):
            since = await second_factor.since(reading.session, home.user_id)
            left = await second_factor.codes_left(reading.session, home.user_id)
        return json_response({"since": since, "recovery_codes_left": left})

    @routes.post(
        "/users/me/second-factor", status_code=201, tags=["account"], responses={201: {"model": shapes.Enrolment}}
    )
    async def add_second_factor(body: Proof, request: Request, caller: Asker) -> Response:
        """A secret for an authenticator app, shown this once; it counts once a code of it is confirmed."""
        await anew.prove(caller.agency_id, caller.user_id, body.password, proxies.origin_of(request))
        async with database.transaction(caller.agency_id) as session:
            home = await logins.home_of(session, caller.agency_id, caller.user_id)
            address = await logins.address_of(session, caller.user_id)
        async with database.transaction(home.agency_id) as session:
            made = await second_factor.enrol(session, home.agency_id, home.user_id, account=address)
        return json_response({"secret": made.secret, "address": made.address}, 201)

    @routes.post(
        "/users/me/second-factor/confirmation",
        status_code=201,
        tags=["account"],
        responses={201: {"model": shapes.RecoveryCodes}},
    )
    async def confirm_second_factor(body: Code, request: Request, caller: Asker) -> Response:
        """From now on signing in asks for a code. Gives recovery codes, shown this once."""
        context = _context(request, caller)
        async with _store(request).unit_of_work(context) as work:
            home = await logins.home_of(work.session, caller.agency_id, caller.user_id)
            async with logins.within(work.session, home.agency_id, then=caller.agency_id):
                codes = await second_factor.confirm(work.session, home.agency_id, home.user_id, body.code)
            elsewhere = await _others(work, home)
            await told_of(work, caller.user_id, SecondFactorAdded(user_id=caller.user_id))
        await tell_elsewhere(_store(request), context, elsewhere, lambda user_id: SecondFactorAdded(user_id=user_id))
        return json_response({"recovery_codes": codes}, 201)

    @routes.post(
        "/users/me/second-factor/recovery-codes",
        status_code=201,
        tags=["account"],
        responses={201: {"model": shapes.RecoveryCodes}},
    )
    async def renew_recovery_codes(caller: Asker) -> Response:
        """New recovery codes in place of all others, shown this once."""
        caller.require_confirmed()
        async with database.transaction(caller.agency_id) as session:
            home = await logins.home_of(session, caller.agency_id, caller.user_id)
        async with database.transaction(home.agency_id) as session:
            codes = await second_factor.renew_recovery_codes(session, home.agency_id, home.user_id)
        return json_response({"recovery_codes": codes}, 201)

    @routes.post("/users/me/second-factor/removal", status_code=204, tags=["account"])
    async def remove_second_factor(request: Request, caller: Asker) -> Response:
        """Signing in asks for the password alone."""
        caller.require_confirmed()
        context = _context(request, caller)
        async with _store(request).unit_of_work(context) as work:
            home = await logins.home_of(work.session, caller.agency_id, caller.user_id)
            async with logins.within(work.session, home.agency_id, then=caller.agency_id):
                await second_factor.remove(work.session, home.user_id)
            elsewhere = await _others(work, home)
            await told_of(work, caller.user_id, SecondFactorRemoved(user_id=caller.user_id))
        await tell_elsewhere(_store(request), context, elsewhere, lambda user_id: SecondFactorRemoved(user_id=user_id))
        return Response(status_code=204)

    @routes.delete("/users/{user_id}/second-factor", status_code=204, tags=["users"])
    async def take_away_second_factor(user_id: UUID, writing: Writer) -> Response:
        """For somebody who lost their app and their recovery codes; they are signed out, and told. For owners and admins."""
        writing.caller.require_administer()
        writing.caller.require_confirmed()
        async with writing.unit_of_work() as work:
            found, version = await present(work, user_id, user.evolve, "person")
            user.may_appoint(writing.caller.role, found.role)
            home = await logins.home_of(work.session, writing.caller.agency_id, user_id)
            if await _others(work, home):
                # It guards other agencies too, which this one has no say in.
                raise Conflict(
                    "this second factor is not your agency's alone; its owner takes it away with a recovery code, and whoever"
                    " operates this platform does where those are lost too"
                )
            await second_factor.remove(work.session, user_id)
            work.record(user_id, version, [SecondFactorRemoved(user_id=user_id)])
            # Whoever has the lost telephone may be signed in on it.
            await anew.sign_in.end_all(work.session, user_id)
            if anew.mail.is_set:
                by = (await queries.user(work.session, writing.caller.user_id))["name"]
                letter = _taken_away(found, by, (await queries.agency(work.session))["name"])
                await anew.mail.post(work.session, letter, because_of=work.context)
        return Response(status_code=204)

    return routes


def _taken_away(person: user.User, by: str, agency: str) -> Letter:
    return Letter(
        to=person.email,
        subject="Signing in to GardenOS asks for your password alone",
        paragraphs=(
            f"{by} took the second factor of your account at {agency} away, and you were signed out everywhere.",
            "Sign in with your password, and add a second factor anew under Your account.",
            f"If you did not ask for this, change your password, and tell an owner of {agency}.",
        ),
    )


async def _others(work: UnitOfWork, home: Membership) -> list[Membership]:
    """The other agencies that a login opens."""
    return [
        each for each in await logins.memberships_of(work.session, home) if each.agency_id != work.context.agency_id
    ]


def _store(request: Request) -> EventStore:
    service: Service = request.app.state.service
    return service.store


def _context(request: Request, caller: Caller) -> Context:
    actor = Actor(ActorKind.PERSON, str(caller.user_id))
    return Context(caller.agency_id, actor, request.state.request_id, caller=caller)
