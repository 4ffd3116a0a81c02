"""A password that is changed by its owner, or was forgotten and is set anew by a letter.

Whichever way, every other session ends: who knew the old password is out within the life of an access token.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid, Unavailable
from gardenos_chassis.events import Context, EventStore, UnitOfWork
from gardenos_chassis.ids import new_id
from gardenos_chassis.origins import Origin
from gardenos_chassis.tenancy import Database, Session
from gardenos_contracts import Actor, ActorKind, Event
from gardenos_contracts.identity import PasswordChanged
from sqlalchemy import delete, insert, select, text, update

from gardenos_identity import queries
from gardenos_identity.mail import Letter, Link, Mail
from gardenos_identity.passwords import Passwords
from gardenos_identity.sessions import SignIn, normalised
from gardenos_identity.signing_in import logins
from gardenos_identity.signing_in.limits import Limits, Try
from gardenos_identity.signing_in.logins import Membership
from gardenos_identity.signing_in.tickets import Ticket
from gardenos_identity.tables import challenges, credentials, password_resets

RESET_MINUTES = 30

_STALE = "this link was used before or is too old; ask for a new one"
_VERSION = text("select coalesce(max(version), 0) from events where stream_id = :id")


@dataclass(frozen=True, slots=True)
class PasswordsAnew:
    """Changes passwords, and sends letters by which they are set anew."""

    database: Database
    passwords: Passwords
    limits: Limits
    sign_in: SignIn
    mail: Mail

    async def change(
        self,
        store: EventStore,
        context: Context,
        user_id: UUID,
        old: str,
        new: str,
        *,
        keep: UUID | None,
        origin: Origin,
    ) -> None:
        """The old one proves who asks; the session `keep` goes on. Raises Invalid, Conflict, TooManyRequests."""
        kept = await self.prove(context.agency_id, user_id, old, origin, pointer="/old_password")
        hashed = await self.passwords.hash(new, pointer="/new_password")
        async with store.unit_of_work(context) as work:
            told = PasswordChanged(user_id=user_id, by="old password")
            elsewhere = await self._set(work, user_id, hashed, by=told, known=kept, keep=keep)
        await tell_elsewhere(
            store, context, elsewhere, lambda user_id: PasswordChanged(user_id=user_id, by="old password")
        )

    async def prove(
        self, agency_id: UUID, user_id: UUID, password: str, origin: Origin, *, pointer: str = "/password"
    ) -> str:
        """That the password is this person's; gives its hash. Counted as a sign-in is. Raises Invalid, TooManyRequests."""
        async with self.database.transaction(agency_id) as session:
            home = await logins.home_of(session, agency_id, user_id)
        async with self.database.transaction(home.agency_id) as session:
            asked = select(credentials.c.email, credentials.c.password_hash).where(
                credentials.c.user_id == home.user_id
            )
            held = (await session.execute(asked)).first()
        attempt = Try("password", held.email if held else str(user_id), origin.neighbourhood)
        await self.limits.count(attempt)
        if held is None or not await self.passwords.verify(held.password_hash, password):
            raise Invalid("this is not your password", pointer=pointer)
        await self.limits.succeeded(attempt)
        kept: str = held.password_hash
        return kept

    async def may_ask(self, email: str, origin: Origin) -> None:
        """Counts a wish for a letter. Raises TooManyRequests, or Unavailable where no mail can be sent."""
        if not self.mail.is_set:
            raise Unavailable(
                "no mail server is set here; ask an owner or admin of your agency for help", retry_after=3600
            )
        await self.limits.count(Try("reset", normalised(email), origin.neighbourhood))

    async def send(self, email: str, request_id: str) -> None:
        """A letter with a link to each account of this address; nothing, if there is none.

        To be done once the answer is given: how long it takes tells whether there is an account.
        """
        address = normalised(email)
        async with self.database.across() as session:
            found = await logins.logins_of(session, address)
        for home in (login.home for login in found):
            context = Context(home.agency_id, Actor(ActorKind.PERSON, str(home.user_id)), request_id)
            async with self.database.transaction(home.agency_id) as session:
                await self._post(session, context, address, home.user_id)

    async def complete(self, store: EventStore, token: str, new: str, origin: Origin, request_id: str) -> None:
        """Sets the password by a letter's link, once; every session ends. Raises Invalid."""
        ticket = Ticket.parse(token, Invalid(_STALE, pointer="/token"))
        async with self.database.transaction(ticket.agency_id) as session:
            user_id = await _owner_of(session, ticket)
        hashed = await self.passwords.hash(new)
        context = Context(ticket.agency_id, Actor(ActorKind.PERSON, str(user_id)), request_id)
        async with store.unit_of_work(context) as work:
            await _owner_of(work.session, ticket)
            told = PasswordChanged(user_id=user_id, by="mail")
            elsewhere = await self._set(work, user_id, hashed, by=told)
            email = await logins.address_of(work.session, user_id)
        await tell_elsewhere(store, context, elsewhere, lambda user_id: PasswordChanged(user_id=user_id, by="mail"))
        for what in ("password", "code", "reset"):
            # Who reads the letters of an address is its owner.
            attempt = Try(what, email, origin.neighbourhood)
            await self.limits.begin_anew(attempt)
            await self.limits.is_at_home(attempt)

    async def _set(
        self,
        work: UnitOfWork,
        user_id: UUID,
        hashed: str,
        *,
        by: Event,
        known: str | None = None,
        keep: UUID | None = None,
    ) -> list[Membership]:
        """The new hash; what was begun by the old one, or by a link sent before, comes to nothing.

        Every session but `keep` ends, in every agency that the login opens; gives the other agencies.
        """
        here = work.context.agency_id
        home = await logins.home_of(work.session, here, user_id)
        theirs = [credentials.c.user_id == home.user_id, credentials.c.home_agency_id.is_(None)]
        if known is not None:
            theirs.append(credentials.c.password_hash == known)
        async with logins.within(work.session, home.agency_id, then=here):
            done = await work.session.execute(
                update(credentials).where(*theirs).values(password_hash=hashed).returning(credentials.c.user_id)
            )
            if done.first() is None:
                raise Conflict("the password was changed at the same moment; sign in with the new one")
            for table in (password_resets, challenges):
                await work.session.execute(delete(table).where(table.c.user_id == home.user_id))
        theirs_everywhere = await logins.memberships_of(work.session, home)
        for each in theirs_everywhere:
            async with logins.within(work.session, each.agency_id, then=here):
                await self.sign_in.end_all(work.session, each.user_id, but=keep)
        await told_of(work, user_id, by)
        return [each for each in theirs_everywhere if each.agency_id != here]

    async def _post(self, session: Session, context: Context, email: str, user_id: UUID) -> None:
        now = datetime.now(UTC)
        ticket = Ticket.new(context.agency_id, new_id())
        await session.execute(
            delete(password_resets).where(password_resets.c.user_id == user_id, password_resets.c.expires_at <= now)
        )
        await session.execute(
            insert(password_resets).values(
                agency_id=context.agency_id,
                id=ticket.id,
                user_id=user_id,
                secret_hash=ticket.hash,
                expires_at=now + timedelta(minutes=RESET_MINUTES),
            )
        )
        agency = (await queries.agency(session))["name"]
        # Behind the #, which no browser sends to a server, and so no log keeps.
        link = Link("Set a new password", self.mail.link(f"/reset-password#{ticket}"))
        letter = Letter(
            to=email,
            subject="Set a new password for GardenOS",
            paragraphs=(
                f"Somebody asked for a new password for your account at {agency}. If that was you, set it here:",
                f"The link is good once, for {RESET_MINUTES} minutes.",
                "If it was not you, nothing has changed and there is nothing to do.",
            ),
            link=link,
        )
        await self.mail.post(session, letter, because_of=context)


async def told_of(work: UnitOfWork, user_id: UUID, event: Event) -> None:
    """Records what happened to a person's account in their stream. Raises LostRace at the end, as every change."""
    version = (await work.session.execute(_VERSION, {"id": user_id})).scalar_one()
    work.record(user_id, version, [event])


async def tell_elsewhere(
    store: EventStore,
    context: Context,
    elsewhere: Sequence[Membership],
    event: Callable[[UUID], Event],
    *,
    by: Actor | None = None,
) -> None:
    """What happened to a login, told in the person's stream in each other agency that it opens: as done `by` themselves.

    After it has happened, one agency at a time: each has a history of its own.
    """
    for each in elsewhere:
        actor = by or Actor(ActorKind.PERSON, str(each.user_id))
        there = Context(each.agency_id, actor, context.correlation_id)
        async with store.unit_of_work(there) as work:
            await told_of(work, each.user_id, event(each.user_id))


async def _owner_of(session: Session, ticket: Ticket) -> UUID:
    """Whose link it is. Raises Invalid if it is none, was used, or is too old."""
    asked = select(password_resets.c.user_id, password_resets.c.secret_hash).where(
        password_resets.c.id == ticket.id, password_resets.c.expires_at > datetime.now(UTC)
    )
    row = (await session.execute(asked.with_for_update())).first()
    if row is None or not hmac.compare_digest(row.secret_hash, ticket.hash):
        raise Invalid(_STALE, pointer="/token")
    found: UUID = row.user_id
    return found
