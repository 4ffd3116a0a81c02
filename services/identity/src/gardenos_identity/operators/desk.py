"""Who operates the platform: added by a command, signed in by password and code together, in short sessions."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
from email_validator import EmailNotValidError, validate_email
from gardenos_chassis.errors import Conflict, Invalid, NotFound, Unauthorized
from gardenos_chassis.ids import new_id
from gardenos_chassis.origins import Origin
from gardenos_chassis.tenancy import Database, Session
from sqlalchemy import delete, insert, select, update

from gardenos_identity.operators.tables import operator_sessions, operators
from gardenos_identity.operators.token import OperatorToken
from gardenos_identity.passwords import Passwords
from gardenos_identity.sessions import normalised
from gardenos_identity.settings import IdentitySettings
from gardenos_identity.signing_in.limits import NO_AGENCY, Limits, Try
from gardenos_identity.signing_in.second_factor import SecondFactor

IDLE = timedelta(minutes=30)
"""For so long a session goes on without use."""
LONGEST = timedelta(hours=8)
"""After this it ends, used or not."""

_NOTED_EVERY = timedelta(minutes=1)
_REFUSED = "the email address, the password or the code is wrong; a code is good once"
_ENDED = "this session has ended; sign in again"


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who operates the platform."""

    id: UUID
    email: str
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Access:
    """What an operator signs in with: to be shown once."""

    email: str
    password: str = field(repr=False)
    secret: str = field(repr=False)
    """Of the authenticator app."""
    address: str = field(repr=False)
    """The same as an app takes it: `otpauth://…`."""
    recovery_codes: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Operators:
    """Adds and removes operators, and begins and ends their sessions."""

    database: Database
    passwords: Passwords
    second_factor: SecondFactor
    limits: Limits

    @classmethod
    def of(cls, database: Database, settings: IdentitySettings) -> "Operators":
        """For whoever works on them outside of the service that serves."""
        return cls(database, Passwords(at_once=1), SecondFactor(settings.needed_master_keys), Limits(database))

    async def add(self, email: str) -> Access:
        """A new operator. Raises Invalid for what is no address, Conflict for somebody who is one already."""
        try:
            address = normalised(validate_email(email, check_deliverability=False).normalized)
        except EmailNotValidError as wrong:
            raise Invalid(f"this is no email address: {wrong}") from wrong
        password = _new_password()
        hashed = await self.passwords.hash(password)
        async with self.database.transaction(NO_AGENCY) as session:
            if await _found(session, address) is not None:
                raise Conflict(f"{address} is an operator already; renew their access instead")
            id = new_id()
            added = {"agency_id": NO_AGENCY, "id": id, "email": address, "added_at": datetime.now(UTC)}
            await session.execute(insert(operators).values(**added, password_hash=hashed))
            return await self._access(session, id, address, password)

    async def renew(self, email: str) -> Access:
        """Another password and second factor in place of those that were lost; every session ends. Raises NotFound."""
        password = _new_password()
        hashed = await self.passwords.hash(password)
        async with self.database.transaction(NO_AGENCY) as session:
            row = await self._required(session, email)
            await self._shut_out(session, row.id)
            await session.execute(update(operators).where(operators.c.id == row.id).values(password_hash=hashed))
            return await self._access(session, row.id, row.email, password)

    async def remove(self, email: str) -> None:
        """Somebody is an operator no more; every session of theirs ends. Raises NotFound."""
        async with self.database.transaction(NO_AGENCY) as session:
            row = await self._required(session, email)
            await self._shut_out(session, row.id)
            await session.execute(
                update(operators).where(operators.c.id == row.id).values(removed_at=datetime.now(UTC))
            )

    async def all(self) -> list[dict[str, Any]]:
        """Everybody who is or was one, in the order in which they came."""
        columns = (operators.c.id, operators.c.email, operators.c.added_at, operators.c.removed_at)
        async with self.database.transaction(NO_AGENCY) as session:
            rows = await session.execute(select(*columns).order_by(operators.c.added_at, operators.c.id))
            return [dict(row) for row in rows.mappings()]

    async def sign_in(self, email: str, password: str, code: str, origin: Origin) -> dict[str, Any]:
        """A new session.

        Raises Unauthorized, in the same words whatever was wrong of the three and whoever is unknown, TooManyRequests, or
        Unavailable.
        """
        address = normalised(email)
        attempt = Try("operator", address, origin.neighbourhood)
        await self.limits.count(attempt)
        async with self.database.transaction(NO_AGENCY) as session:
            row = await _found(session, address)
        if not await self.passwords.verify(row.password_hash if row else None, password) or row is None:
            raise Unauthorized(_REFUSED)
        async with self.database.transaction(NO_AGENCY) as session:
            if not await self.second_factor.accepts(session, NO_AGENCY, row.id, code):
                raise Unauthorized(_REFUSED)
            begun = await self._begin(session, row, origin)
        await self.limits.succeeded(attempt)
        await self.limits.is_at_home(attempt)
        return begun

    async def by_token(self, text: str) -> Operator:
        """Whose session it is. Raises Unauthorized where there is none, or none any more."""
        token = OperatorToken.parse(text)
        now = datetime.now(UTC)
        asked = (
            select(operators.c.id, operators.c.email, operator_sessions.c.secret_hash, operator_sessions.c.used_at)
            .join(operators, operators.c.id == operator_sessions.c.operator_id)
            .where(operator_sessions.c.id == token.session_id, operators.c.removed_at.is_(None), *_alive(now))
        )
        async with self.database.transaction(NO_AGENCY) as session:
            row = (await session.execute(asked)).first()
            if row is None or not hmac.compare_digest(row.secret_hash, token.hash):
                raise Unauthorized(_ENDED)
            if now - row.used_at >= _NOTED_EVERY:
                used = update(operator_sessions).where(operator_sessions.c.id == token.session_id)
                await session.execute(used.values(used_at=now))
        return Operator(row.id, row.email, token.session_id)

    async def sign_out(self, operator: Operator) -> None:
        """The session's token is worth nothing from now on."""
        async with self.database.transaction(NO_AGENCY) as session:
            await session.execute(delete(operator_sessions).where(operator_sessions.c.id == operator.session_id))

    async def _begin(self, session: Session, row: Any, origin: Origin) -> dict[str, Any]:
        now = datetime.now(UTC)
        token = OperatorToken.new(new_id())
        over = operator_sessions.c.started_at <= now - LONGEST
        await session.execute(delete(operator_sessions).where(operator_sessions.c.operator_id == row.id, over))
        begun = {"agency_id": NO_AGENCY, "id": token.session_id, "operator_id": row.id, "secret_hash": token.hash}
        where = {"address": origin.address, "user_agent": origin.user_agent}
        await session.execute(insert(operator_sessions).values(**begun, **where, started_at=now, used_at=now))
        return {"token": str(token), "ends_at": now + LONGEST, "operator": {"id": row.id, "email": row.email}}

    async def _access(self, session: Session, id: UUID, email: str, password: str) -> Access:
        enrolment = await self.second_factor.enrol(session, NO_AGENCY, id, account=f"{email} (operator)")
        # Nobody proves that they have it by a code, for it is handed over with the password: both count from here on.
        code = pyotp.TOTP(enrolment.secret).now()
        codes = await self.second_factor.confirm(session, NO_AGENCY, id, code)
        return Access(email, password, enrolment.secret, enrolment.address, codes)

    async def _required(self, session: Session, email: str) -> Any:
        row = await _found(session, normalised(email))
        if row is None:
            raise NotFound(f"{normalised(email)} is no operator")
        return row

    async def _shut_out(self, session: Session, id: UUID) -> None:
        await session.execute(delete(operator_sessions).where(operator_sessions.c.operator_id == id))
        await self.second_factor.remove(session, id)


async def _found(session: Session, address: str) -> Any:
    """The operator of a normalised address; None if there is none."""
    asked = select(operators).where(operators.c.email == address, operators.c.removed_at.is_(None))
    return (await session.execute(asked)).first()


def _alive(now: datetime) -> tuple[Any, ...]:
    return operator_sessions.c.used_at > now - IDLE, operator_sessions.c.started_at > now - LONGEST


def _new_password() -> str:
    """144 random bits: it is copied, not remembered."""
    return secrets.token_urlsafe(18)
