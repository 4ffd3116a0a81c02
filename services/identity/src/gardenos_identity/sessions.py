"""Sign-in, refresh, sign-out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import TooManyRequests, Unauthorized
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Database, Session
from gardenos_contracts.values import Role
from sqlalchemy import insert, text, update

from gardenos_identity import queries
from gardenos_identity.passwords import Passwords
from gardenos_identity.tables import credentials, sessions
from gardenos_identity.tokens import ACCESS_SECONDS, RefreshToken, Signer

_REFUSED = "the email address or the password is wrong"
_FREE_FAILURES = 5
_LONGEST_LOCK = timedelta(minutes=15)
_CREDENTIALS = text("select * from credentials_of(:email)")


@dataclass(frozen=True, slots=True)
class SignIn:
    """Starts, renews and ends sessions."""

    database: Database
    passwords: Passwords
    signer: Signer
    session_days: int

    async def by_password(self, email: str, password: str) -> dict[str, Any]:
        """A new session. Raises Unauthorized, in the same words and time whoever is unknown, or TooManyRequests."""
        async with self.database.across() as session:
            candidates = (await session.execute(_CREDENTIALS, {"email": normalised(email)})).all()
        if not candidates:
            await self.passwords.verify(None, password)
            raise Unauthorized(_REFUSED)
        for candidate in candidates:
            _refuse_while_locked(candidate.locked_until)
            if await self.passwords.verify(candidate.password_hash, password):
                return await self._start(candidate.agency_id, candidate.user_id)
            await self._note_failure(candidate.agency_id, candidate.user_id)
        raise Unauthorized(_REFUSED)

    async def by_refresh(self, given: str) -> dict[str, Any]:
        """The session goes on with new tokens. Raises Unauthorized; a token used before ends its session."""
        token = RefreshToken.parse(given)
        renewed = RefreshToken.new(token.agency_id, token.session_id)
        now = datetime.now(UTC)
        alive = (sessions.c.id == token.session_id, sessions.c.ended_at.is_(None))
        async with self.database.transaction(token.agency_id) as session:
            moved = await session.execute(
                update(sessions)
                .where(
                    *alive,
                    sessions.c.refresh_hash == token.hash,
                    sessions.c.used_at > now - timedelta(days=self.session_days),
                )
                .values(refresh_hash=renewed.hash, used_at=now)
                .returning(sessions.c.user_id)
            )
            user_id = moved.scalar_one_or_none()
            if user_id is not None:
                return await self._answer(session, renewed, user_id)
            await session.execute(update(sessions).where(*alive).values(ended_at=now))
        raise Unauthorized("this session has ended; sign in again")

    async def end(self, agency_id: UUID, session_id: UUID) -> None:
        """The session's refresh token is worth nothing from now on."""
        async with self.database.transaction(agency_id) as session:
            await session.execute(
                update(sessions).where(sessions.c.id == session_id).values(ended_at=datetime.now(UTC))
            )

    async def _start(self, agency_id: UUID, user_id: UUID) -> dict[str, Any]:
        token = RefreshToken.new(agency_id, new_id())
        now = datetime.now(UTC)
        async with self.database.transaction(agency_id) as session:
            await session.execute(
                insert(sessions).values(
                    agency_id=agency_id,
                    id=token.session_id,
                    user_id=user_id,
                    refresh_hash=token.hash,
                    started_at=now,
                    used_at=now,
                )
            )
            await session.execute(
                update(credentials).where(credentials.c.user_id == user_id).values(failures=0, locked_until=None)
            )
            return await self._answer(session, token, user_id)

    async def _answer(self, session: Session, token: RefreshToken, user_id: UUID) -> dict[str, Any]:
        user = await queries.user(session, user_id)
        access = self.signer.access_token(
            agency_id=token.agency_id,
            user_id=user_id,
            role=Role(user["role"]),
            team_ids=user["team_ids"],
            session_id=token.session_id,
        )
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
            "refresh_token": str(token),
            "user": user,
            "agency": await queries.agency(session),
        }

    async def _note_failure(self, agency_id: UUID, user_id: UUID) -> None:
        """After a few failures each further one locks the account twice as long."""
        async with self.database.transaction(agency_id) as session:
            counted = await session.execute(
                update(credentials)
                .where(credentials.c.user_id == user_id)
                .values(failures=credentials.c.failures + 1)
                .returning(credentials.c.failures)
            )
            over = counted.scalar_one() - _FREE_FAILURES
            if over >= 0:
                lock = min(timedelta(seconds=2 ** min(over, 12)), _LONGEST_LOCK)
                await session.execute(
                    update(credentials)
                    .where(credentials.c.user_id == user_id)
                    .values(locked_until=datetime.now(UTC) + lock)
                )


def normalised(email: str) -> str:
    """An address as it is kept and looked up."""
    return email.strip().lower()


def _refuse_while_locked(until: datetime | None) -> None:
    seconds = (until - datetime.now(UTC)).total_seconds() if until else 0
    if seconds > 0:
        raise TooManyRequests("too many failed sign-ins; wait a little and try again", retry_after=int(seconds) + 1)
