"""Sessions: begun by a password and, where there is one, a second factor; gone on with by a refresh token; ended."""

import hmac
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gardenos_chassis.audit.accesses import record_sign_in
from gardenos_chassis.auth.agency_standing import AT_WORK, agency_standing_of
from gardenos_chassis.errors import Closed, Forbidden, Invalid, NotFound, Suspended, Unauthorized
from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.ids import new_id
from gardenos_chassis.origins import Origin
from gardenos_chassis.tenancy import Database, Session, act_for
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.identity import RefreshTokenReused
from gardenos_contracts.values import Role
from sqlalchemy import delete, func, insert, select, update

from gardenos_identity import queries
from gardenos_identity.passwords import Passwords
from gardenos_identity.signing_in import logins
from gardenos_identity.signing_in.history import Outcome, Refusals, note_signed_in
from gardenos_identity.signing_in.limits import Limits, Locked, Try
from gardenos_identity.signing_in.logins import Login, Membership
from gardenos_identity.signing_in.second_factor import WRONG_CODE, SecondFactor
from gardenos_identity.signing_in.tickets import Ticket
from gardenos_identity.single_sign_on.rules import PASSWORD, USE_IT, refuses_passwords
from gardenos_identity.tables import challenges, credentials, password_resets, sessions
from gardenos_identity.tokens import ACCESS_SECONDS, Signer

CHALLENGE_SECONDS = 300
GRACE = timedelta(seconds=20)
"""For so long a refresh token that was used may be shown again, by a client that never got the answer."""

_REFUSED = "the email address or the password is wrong"
_ENDED = "this session has ended; sign in again"
VOUCHED_HERE_ALONE = (
    "your agency's provider vouches for you in this agency alone; sign out, and sign in with your password"
)
NOT_IN_THIS_AGENCY = "you are not in this agency, or may not sign in to it any more"
_ASKED_TOO_LATE = "that took too long; sign in again with your password"


@dataclass(frozen=True, slots=True)
class Challenge:
    """The password was right, and a second factor is asked for: to be answered with a code."""

    token: str
    expires_in: int = CHALLENGE_SECONDS


@dataclass(frozen=True, slots=True)
class SignIn:
    """Begins, goes on with, lists and ends sessions."""

    database: Database
    passwords: Passwords
    signer: Signer
    second_factor: SecondFactor
    limits: Limits
    refusals: Refusals
    session_days: int

    async def by_password(self, email: str, password: str, origin: Origin) -> dict[str, Any] | Challenge:
        """A new session, or the question for the second factor.

        Raises Unauthorized, in the same words and time whoever is unknown, TooManyRequests, or Unavailable.
        """
        address = normalised(email)
        attempt = Try("password", address, origin.neighbourhood)
        try:
            await self.limits.count(attempt)
        except Locked as locked:
            if await self.limits.is_news(locked):
                await self.refusals.of([each.home for each in await self._logins(address)], Outcome.LOCKED, origin)
            raise
        candidates = await self._logins(address)
        if not candidates:
            await self.passwords.verify(None, password)
        right = [each for each in candidates if await self.passwords.verify(each.password_hash, password)]
        if not right:
            await self.refusals.of([each.home for each in candidates], Outcome.WRONG_PASSWORD, origin)
            raise Unauthorized(_REFUSED)
        await self.limits.succeeded(attempt)
        first, *others = right
        for other in others:
            await self._unite(first, other)
        hashed = await self.passwords.hash(password) if self.passwords.outdated(first.password_hash) else None
        async with self._telling(first.home, origin):
            begun = await self._begin(first.home, origin, hashed)
        if not isinstance(begun, Challenge):
            await self.limits.is_at_home(attempt)
        return begun

    async def by_second_factor(self, challenge: str, code: str, origin: Origin) -> dict[str, Any]:
        """A new session for a challenge and a code. Raises Unauthorized, TooManyRequests, or Invalid for a wrong code."""
        ticket = Ticket.parse(challenge, Unauthorized(_ASKED_TOO_LATE))
        async with self.database.transaction(ticket.agency_id) as session:
            user = await queries.user(session, await _challenged(session, ticket))
        home = Membership(ticket.agency_id, user["id"])
        attempt = Try("code", user["email"], origin.neighbourhood)
        try:
            await self.limits.count(attempt)
        except Locked as locked:
            if await self.limits.is_news(locked):
                await self.refusals.of([home], Outcome.LOCKED, origin)
            raise
        async with self._telling(home, origin), self.database.transaction(ticket.agency_id) as session:
            user_id = await _challenged(session, ticket)
            if not await self.second_factor.accepts(session, ticket.agency_id, user_id, code):
                raise Invalid(WRONG_CODE, pointer="/code")
            # This one alone: two that are answered at once would wait for one another's.
            await session.execute(delete(challenges).where(challenges.c.id == ticket.id))
            answer = await self._enter(session, home, origin)
        await self.limits.succeeded(attempt)
        await self.limits.is_at_home(attempt)
        return answer

    async def by_refresh(self, given: str, origin: Origin, store: EventStore, request_id: str) -> dict[str, Any]:
        """The session goes on with new tokens. Raises Unauthorized; a token used before ends its session.

        A client that lost the answer may ask again for a short while, by the same program, and gets the same next token
        as long as that is not used: nobody is signed out by a bad network. A thief who is as quick gets it too, and is
        found out as without this: whichever of the two goes on second shows a token that was used before.
        """
        token = Ticket.parse(given, Unauthorized("this refresh token is not one of ours; sign in again"))
        now = datetime.now(UTC)
        async with self.database.transaction(token.agency_id) as session:
            found = select(sessions).where(*self._alive(now), sessions.c.id == token.id).with_for_update()
            row = (await session.execute(found)).first()
            if row is None:
                raise Unauthorized(_ENDED)
            if row.begun_by == PASSWORD and await self._needs_more(session, row.user_id):
                raise Unauthorized(USE_IT)
            if _same(row.refresh_hash, token.hash):
                salt = secrets.token_bytes(32)
                renewed = token.successor(salt)
                await session.execute(
                    update(sessions)
                    .where(sessions.c.id == token.id)
                    .values(
                        refresh_hash=renewed.hash,
                        previous_hash=token.hash,
                        successor_salt=salt,
                        rotated_at=now,
                        used_at=now,
                        address=origin.address,
                        user_agent=origin.user_agent,
                    )
                )
                return await self._answer(session, renewed, row.user_id, proved_at(row))
            lost = row.previous_hash is not None and _same(row.previous_hash, token.hash)
            if lost and now - row.rotated_at <= GRACE and row.user_agent == origin.user_agent:
                return await self._answer(session, token.successor(row.successor_salt), row.user_id, proved_at(row))
        context = Context(token.agency_id, Actor(ActorKind.PERSON, str(row.user_id)), request_id)
        async with store.unit_of_work(context) as work:
            if await _ended(work.session, sessions.c.id == token.id):
                # The session's own stream: it ends once.
                work.record(token.id, 0, [RefreshTokenReused(user_id=row.user_id, session_id=token.id)])
        raise Unauthorized(_ENDED)

    async def start(
        self,
        session: Session,
        agency_id: UUID,
        user_id: UUID,
        origin: Origin,
        *,
        begun_by: str = PASSWORD,
        proved: datetime | None = None,
    ) -> dict[str, Any]:
        """A new session of somebody who has `proved` who they are, now if not said, in the caller's transaction."""
        token = Ticket.new(agency_id, new_id())
        now = datetime.now(UTC)
        proved = proved or now
        # Nobody looks at sessions that ended long ago.
        stale = func.coalesce(sessions.c.ended_at, sessions.c.used_at) < now - timedelta(days=self.session_days + 30)
        await session.execute(delete(sessions).where(sessions.c.user_id == user_id, stale))
        await session.execute(
            insert(sessions).values(
                agency_id=agency_id,
                id=token.id,
                user_id=user_id,
                refresh_hash=token.hash,
                address=origin.address,
                user_agent=origin.user_agent,
                started_at=now,
                used_at=now,
                begun_by=begun_by,
                proved_at=proved,
            )
        )
        await logins.note_use(session, user_id)
        await note_signed_in(session, agency_id, user_id, token.id, origin)
        await record_sign_in(session, agency_id, user_id, token.id)
        return await self._answer(session, token, user_id, proved)

    async def switch(
        self, agency_id: UUID, user_id: UUID, session_id: UUID, to: UUID, origin: Origin
    ) -> dict[str, Any]:
        """The session of a person in one agency ends, and one in another that their login opens begins.

        Nothing is asked anew: the session was begun by all that the login asks for. Raises Unauthorized if it has ended,
        NotFound for an agency in which they are not, or not any more, Forbidden where a password is not enough there, or
        where it was one agency's provider who vouched: its word is worth nothing in another.
        """
        now = datetime.now(UTC)
        async with self.database.transaction(agency_id) as session:
            mine = (sessions.c.id == session_id) & (sessions.c.user_id == user_id)
            asked = select(sessions).where(*self._alive(now), mine).with_for_update()
            row = (await session.execute(asked)).first()
            if row is None:
                raise Unauthorized(_ENDED)
            if row.begun_by != PASSWORD:
                raise Forbidden(VOUCHED_HERE_ALONE)
            home = await logins.home_of(session, agency_id, user_id)
            there = next((each for each in await logins.memberships_of(session, home) if each.agency_id == to), None)
            if there is None:
                raise NotFound(NOT_IN_THIS_AGENCY)
            await _ended(session, mine)
            await act_for(session, to)
            user = await queries.user(session, there.user_id)
            if not user["active"]:
                raise NotFound(NOT_IN_THIS_AGENCY)
            if await refuses_passwords(session, user["role"]):
                raise Forbidden(USE_IT)
            return await self.start(session, to, there.user_id, origin, proved=proved_at(row))

    async def confirmed(self, session: Session, agency_id: UUID, user_id: UUID, session_id: UUID) -> dict[str, Any]:
        """A new access token of a session whose person has just proved anew who they are. Raises Unauthorized."""
        now = datetime.now(UTC)
        theirs = (sessions.c.id == session_id) & (sessions.c.user_id == user_id)
        proved = update(sessions).where(*self._alive(now), theirs).values(proved_at=now).returning(sessions.c.id)
        if (await session.execute(proved)).first() is None:
            raise Unauthorized(_ENDED)
        user = await self._who_may_work(session, user_id)
        return self._access(agency_id, user, session_id, now)

    async def agencies(
        self, session: Session, agency_id: UUID, user_id: UUID, session_id: UUID | None
    ) -> list[dict[str, Any]]:
        """The agencies that a person's login opens, by name, with what they are in each.

        To whoever has not signed in by it, the one that they are in. The transaction ends in any of them.
        """
        open_to = [Membership(agency_id, user_id)]
        if session_id is not None and await self.is_by_password(session, user_id, session_id):
            open_to = await logins.memberships_of(session, await logins.home_of(session, agency_id, user_id))
        found = []
        for each in open_to:
            await act_for(session, each.agency_id)
            user = await queries.user(session, each.user_id)
            if user["active"]:
                agency = await queries.agency(session)
                current = each.agency_id == agency_id
                found.append({"id": agency["id"], "name": agency["name"], "role": user["role"], "current": current})
        return sorted(found, key=lambda agency: (str(agency["name"]).casefold(), agency["id"]))

    async def is_by_password(self, session: Session, user_id: UUID, session_id: UUID) -> bool:
        """Whether a person's session goes on and was begun by all that their login asks for."""
        mine = (sessions.c.id == session_id) & (sessions.c.user_id == user_id)
        asked = select(sessions.c.begun_by).where(*self._alive(datetime.now(UTC)), mine)
        return bool((await session.execute(asked)).scalar() == PASSWORD)

    async def of(self, session: Session, user_id: UUID, current: UUID | None) -> list[dict[str, Any]]:
        """A person's sessions that go on, the last used first."""
        asked = select(sessions).where(*self._alive(datetime.now(UTC)), sessions.c.user_id == user_id)
        rows = await session.execute(asked.order_by(sessions.c.used_at.desc(), sessions.c.id))
        return [
            {
                "id": row.id,
                "current": row.id == current,
                "device": Origin(row.address, row.user_agent).device,
                "address": row.address,
                "started_at": row.started_at,
                "used_at": row.used_at,
            }
            for row in rows
        ]

    async def end(self, session: Session, user_id: UUID, session_id: UUID) -> None:
        """The session's refresh token is worth nothing from now on. Raises NotFound for one that is not this person's."""
        if not await self.end_if_alive(session, user_id, session_id):
            raise NotFound("there is no such session of yours; it may have ended already")

    async def end_if_alive(self, session: Session, user_id: UUID, session_id: UUID) -> bool:
        """As `end`; False where there is nothing to end."""
        return await _ended(session, (sessions.c.id == session_id) & (sessions.c.user_id == user_id)) > 0

    async def end_all(self, session: Session, user_id: UUID, *, but: UUID | None = None) -> int:
        """Ends all of a person's sessions, or all but one; tells how many."""
        theirs = sessions.c.user_id == user_id
        return await _ended(session, theirs if but is None else theirs & (sessions.c.id != but))

    def _alive(self, now: datetime) -> tuple[Any, ...]:
        return sessions.c.ended_at.is_(None), sessions.c.used_at > now - timedelta(days=self.session_days)

    async def _logins(self, address: str) -> list[Login]:
        async with self.database.across() as session:
            return await logins.logins_of(session, address)

    @asynccontextmanager
    async def _telling(self, home: Membership, origin: Origin) -> AsyncIterator[None]:
        """Whoever is refused here stands in the trail, with why."""
        try:
            yield
        except (Invalid, Forbidden, NotLetIn) as refused:
            why = next(_OUTCOMES[kind] for kind in type(refused).mro() if kind in _OUTCOMES)
            await self.refusals.of([home], why, origin)
            raise

    async def _begin(self, home: Membership, origin: Origin, hashed: str | None) -> dict[str, Any] | Challenge:
        async with self.database.transaction(home.agency_id) as session:
            if hashed is not None:
                theirs = (credentials.c.user_id == home.user_id) & credentials.c.password_hash.is_not(None)
                await session.execute(update(credentials).where(theirs).values(password_hash=hashed))
            if await self.second_factor.is_on(session, home.user_id):
                return await _challenge(session, home.agency_id, home.user_id)
            return await self._enter(session, home, origin)

    async def _enter(self, session: Session, home: Membership, origin: Origin) -> dict[str, Any]:
        """A session in the agency where the login was last used, among those where its person may sign in."""
        elsewise = False
        resting = AT_WORK
        for each in await logins.memberships_of(session, home):
            await act_for(session, each.agency_id)
            user = await queries.user(session, each.user_id)
            if not user["active"]:
                continue
            if not (standing := await agency_standing_of(session)).lets_in(Role(user["role"])):
                resting = standing
                continue
            if not await refuses_passwords(session, user["role"]):
                return await self.start(session, each.agency_id, each.user_id, origin)
            elsewise = True
        resting.require_at_work()
        if elsewise:
            raise Forbidden(USE_IT)
        raise NotLetIn("this account was deactivated; ask an owner or admin of your agency")

    async def _needs_more(self, session: Session, user_id: UUID) -> bool:
        return await refuses_passwords(session, (await queries.user(session, user_id))["role"])

    async def _unite(self, first: Login, other: Login) -> None:
        """Two logins of one address and one password are one person's, who has just shown it: they become one login.

        Not where a second factor is asked for by either, which nobody has shown yet.
        """
        async with self.database.transaction(first.home.agency_id) as session:
            for each in (first, other):
                await act_for(session, each.home.agency_id)
                if await self.second_factor.is_there(session, each.home.user_id):
                    return
                if each is other:
                    # What was begun by the password that is given up comes to nothing.
                    for table in (password_resets, challenges):
                        await session.execute(delete(table).where(table.c.user_id == each.home.user_id))
            await logins.rehome(session, other, first.home)

    async def _answer(self, session: Session, token: Ticket, user_id: UUID, proved: datetime) -> dict[str, Any]:
        user = await self._who_may_work(session, user_id)
        return {
            **self._access(token.agency_id, user, token.id, proved),
            "refresh_token": str(token),
            "user": user,
            "agency": await queries.agency(session),
        }

    async def _who_may_work(self, session: Session, user_id: UUID) -> dict[str, Any]:
        user = await queries.user_who_may_sign_in(session, user_id)
        (await agency_standing_of(session)).require_at_work(Role(user["role"]))
        return user

    def _access(self, agency_id: UUID, user: dict[str, Any], session_id: UUID, proved: datetime) -> dict[str, Any]:
        access = self.signer.access_token(
            agency_id=agency_id,
            user_id=user["id"],
            role=Role(user["role"]),
            team_ids=user["team_ids"],
            session_id=session_id,
            version=user["version"],
            proved_at=proved,
        )
        return {"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_SECONDS}


class NotLetIn(Unauthorized):
    """Somebody has proved who they are, and may not sign in any more."""


_OUTCOMES: Mapping[type[Exception], Outcome] = {
    Invalid: Outcome.WRONG_CODE,
    Forbidden: Outcome.PASSWORD_REFUSED,
    NotLetIn: Outcome.DEACTIVATED,
    Suspended: Outcome.SUSPENDED,
    Closed: Outcome.CLOSED,
}


def proved_at(row: Any) -> datetime:
    """When the person of a session's row last proved who they are."""
    found: datetime = row.proved_at or row.started_at
    return found


def normalised(email: str) -> str:
    """An address as it is kept and looked up."""
    return email.strip().lower()


async def _challenge(session: Session, agency_id: UUID, user_id: UUID) -> Challenge:
    now = datetime.now(UTC)
    ticket = Ticket.new(agency_id, new_id())
    await session.execute(delete(challenges).where(challenges.c.user_id == user_id, challenges.c.expires_at <= now))
    await session.execute(
        insert(challenges).values(
            agency_id=agency_id,
            id=ticket.id,
            user_id=user_id,
            secret_hash=ticket.hash,
            expires_at=now + timedelta(seconds=CHALLENGE_SECONDS),
        )
    )
    return Challenge(str(ticket))


async def _challenged(session: Session, ticket: Ticket) -> UUID:
    """Whose challenge it is, held to the end of the transaction. Raises Unauthorized."""
    asked = select(challenges.c.user_id, challenges.c.secret_hash).where(
        challenges.c.id == ticket.id, challenges.c.expires_at > datetime.now(UTC)
    )
    row = (await session.execute(asked.with_for_update())).first()
    if row is None or not _same(row.secret_hash, ticket.hash):
        raise Unauthorized(_ASKED_TOO_LATE)
    found: UUID = row.user_id
    return found


async def _ended(session: Session, which: Any) -> int:
    """Ends those that go on; tells how many."""
    ended = await session.execute(
        update(sessions)
        .where(which, sessions.c.ended_at.is_(None))
        .values(ended_at=datetime.now(UTC))
        .returning(sessions.c.id)
    )
    return len(ended.all())


def _same(kept: str, shown: str) -> bool:
    return hmac.compare_digest(kept, shown)
