"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes for when it is lost.

The app's secret must be read at every check, so it is kept sealed; recovery codes are random enough to be kept as hashes.
A code is good once: the step of the last one is kept, and none at or before it is taken again.
"""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pyotp
from gardenos_chassis.errors import Conflict, Invalid, NotFound
from gardenos_chassis.sealing.keys import MasterKeys
from gardenos_chassis.sealing.secrets import seal, unseal
from gardenos_chassis.tenancy import Session
from pyotp.utils import strings_equal
from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_identity.tables import recovery_codes, second_factors

ISSUER = "GardenOS"
RECOVERY_CODES = 10

_STEP_SECONDS = 30
_AROUND = (-1, 0, 1)
"""Clocks of phones go wrong by half a minute, and people take time to type: RFC 6238, 5.2 allows one step."""

WRONG_CODE = "this code is not right; take the one that your app shows now"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app is given: to be shown once, as text and as a QR code of the address."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Enrols, checks and takes away second factors, in the caller's transaction."""

    keys: MasterKeys

    async def enrol(self, session: Session, agency_id: UUID, user_id: UUID, *, account: str) -> Enrolment:
        """A new secret, which counts once it is confirmed; one that was never confirmed is replaced. Raises Conflict."""
        secret = pyotp.random_base32()
        kept = {"secret": seal(self.keys, agency_id, user_id, secret), "last_step": 0}
        statement = upsert(second_factors).values(agency_id=agency_id, user_id=user_id, **kept)
        done = await session.execute(
            statement.on_conflict_do_update(
                index_elements=[second_factors.c.agency_id, second_factors.c.user_id],
                set_=kept,
                where=second_factors.c.confirmed_at.is_(None),
            ).returning(second_factors.c.user_id)
        )
        if done.first() is None:
            raise Conflict("you have a second factor already; take it away first, then add the new one")
        return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER))

    async def confirm(self, session: Session, agency_id: UUID, user_id: UUID, code: str) -> list[str]:
        """From now on it is asked for; gives recovery codes, to be shown once. Raises NotFound, Conflict, Invalid."""
        held = (await session.execute(_of(user_id).with_for_update())).first()
        if held is None:
            raise NotFound("there is no second factor to confirm; begin to add one first")
        if held.confirmed_at is not None:
            raise Conflict("your second factor is confirmed already")
        step = _step_of(unseal(self.keys, agency_id, user_id, held.secret), code, after=held.last_step)
        if step is None:
            raise Invalid(WRONG_CODE, pointer="/code")
        await session.execute(
            update(second_factors)
            .where(second_factors.c.user_id == user_id)
            .values(confirmed_at=datetime.now(UTC), last_step=step)
        )
        return await _renewed_codes(session, agency_id, user_id)

    async def renew_recovery_codes(self, session: Session, agency_id: UUID, user_id: UUID) -> list[str]:
        """New ones in place of all others, to be shown once. Raises NotFound where there is no second factor."""
        if not await self.is_on(session, user_id):
            raise NotFound("you have no second factor; add one first")
        return await _renewed_codes(session, agency_id, user_id)

    async def is_on(self, session: Session, user_id: UUID) -> bool:
        """Whether signing in asks this person for a second factor."""
        return (await self.since(session, user_id)) is not None

    async def is_there(self, session: Session, user_id: UUID) -> bool:
        """Whether a second factor was begun, be it that it was never confirmed. Held to the end of the transaction."""
        return (await session.execute(_of(user_id).with_for_update())).first() is not None

    async def since(self, session: Session, user_id: UUID) -> datetime | None:
        """When this person's second factor was confirmed; None without one."""
        held = (await session.execute(_of(user_id))).first()
        return held.confirmed_at if held else None

    async def codes_left(self, session: Session, user_id: UUID) -> int:
        """How many recovery codes are not used yet."""
        counted = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.user_id == user_id)
        return (await session.execute(counted)).scalar_one()

    async def accepts(self, session: Session, agency_id: UUID, user_id: UUID, code: str) -> bool:
        """Whether this is a code of the app, or a recovery code; either is used up by it."""
        typed = "".join(code.split())
        if not typed.isdecimal():
            used = await session.execute(
                delete(recovery_codes)
                .where(recovery_codes.c.user_id == user_id, recovery_codes.c.code_hash == _hash(typed))
                .returning(recovery_codes.c.user_id)
            )
            return used.first() is not None
        # Locked, so that of two who show the same code at once the second finds it used.
        held = (await session.execute(_of(user_id).with_for_update())).first()
        if held is None or held.confirmed_at is None:
            return False
        step = _step_of(unseal(self.keys, agency_id, user_id, held.secret), typed, after=held.last_step)
        if step is None:
            return False
        await session.execute(update(second_factors).where(second_factors.c.user_id == user_id).values(last_step=step))
        return True

    async def remove(self, session: Session, user_id: UUID) -> None:
        """Signing in asks for the password alone. Raises NotFound."""
        await session.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
        gone = await session.execute(
            delete(second_factors).where(second_factors.c.user_id == user_id).returning(second_factors.c.confirmed_at)
        )
        if gone.scalar_one_or_none() is None:
            raise NotFound("there is no second factor to take away")


def _of(user_id: UUID) -> "Select[tuple[bytes, datetime | None, int]]":
    columns = second_factors.c
    return select(columns.secret, columns.confirmed_at, columns.last_step).where(columns.user_id == user_id)


def _step_of(secret: str, code: str, *, after: int) -> int | None:
    """The step whose code this is, if it is about now and later than the last that was used."""
    app, now = pyotp.TOTP(secret, interval=_STEP_SECONDS), int(time.time()) // _STEP_SECONDS
    typed = "".join(code.split())
    # All are compared, right or not, so that the time it takes says nothing.
    right = [now + around for around in _AROUND if strings_equal(app.generate_otp(now + around), typed)]
    return next((step for step in right if step > after), None)


async def _renewed_codes(session: Session, agency_id: UUID, user_id: UUID) -> list[str]:
    await session.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    rows = [{"agency_id": agency_id, "user_id": user_id, "code_hash": _hash(code)} for code in codes]
    await session.execute(insert(recovery_codes), rows)
    return codes


def _new_recovery_code() -> str:
    """80 random bits, as people can copy them: `k3vd-…` in four groups."""
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def _hash(code: str) -> str:
    # 80 random bits need no slow hash. Typed without dashes, or in capitals, it is the same code.
    return hashlib.sha256(code.replace("-", "").strip().lower().encode()).hexdigest()
