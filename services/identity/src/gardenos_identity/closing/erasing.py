"""The day has come: an agency is erased, and its people's logins stay with the other agencies that they open."""

import asyncio
import logging
from datetime import UTC, datetime
from uuid import UUID

from gardenos_chassis.auth.agency_standing import Life
from gardenos_chassis.events import Context, EventStore, UnitOfWork
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.sealing.forgetting import turn
from gardenos_chassis.sealing.keys import MasterKeys
from gardenos_chassis.sealing.secrets import seal, unseal
from gardenos_chassis.service import Service
from gardenos_chassis.tenancy import Session, act_for
from gardenos_contracts import Actor, ActorKind
from sqlalchemy import insert, select, update

from gardenos_identity.changing import present
from gardenos_identity.closing import closure
from gardenos_identity.closing.projections import closure_of
from gardenos_identity.operators.tables import agency_register
from gardenos_identity.signing_in import logins
from gardenos_identity.signing_in.logins import Membership
from gardenos_identity.tables import credentials, recovery_codes, second_factors

ERASE = "identity.erase-agency"
"""The kind of job."""

_LOOK_SECONDS = 600

log = logging.getLogger(__name__)


async def erase_on_the_day(work: UnitOfWork, version: int, at: datetime) -> None:
    """Has the agency erased at a moment, unless it is reopened before; `version`: of its stream, as which it was closed."""
    await enqueue(
        work.session, ERASE, {"version": version}, because_of=work.context, key=f"{ERASE}:{version}", at=at
    )  # fmt: skip


class Erasing:
    """Erases agencies."""

    def __init__(self, keys: MasterKeys) -> None:
        self._keys = keys

    def jobs(self) -> Jobs:
        """What does it."""
        jobs = Jobs(at_once=1)
        jobs.on(ERASE)(self.erase)
        return jobs

    async def erase(self, job: Job) -> None:
        """Erases the agency here, and tells all others to; nothing happens to one that was reopened."""
        async with job.store.unit_of_work(job.context, first=turn(job.agency_id, alone=True)) as work:
            if await job.holds(work.session):
                await self._erase(work, datetime.now(UTC))

    async def look_for_overdue(self, service: Service) -> None:
        """As `erase_overdue`, for as long as the service lives."""
        while True:
            await self.erase_overdue(service.store, datetime.now(UTC))
            await asyncio.sleep(_LOOK_SECONDS)

    async def erase_overdue(self, store: EventStore, now: datetime) -> None:
        """Erases what is past its day and still there: its job was cancelled, or lost with a restored backup.

        Whoever does not want it erased reopens it. One that cannot be erased holds up no other, and is tried at the next look.
        """
        closing = select(agency_register.c.agency_id).where(agency_register.c.life == Life.CLOSING)
        async with store.database.across() as session:
            found = list((await session.execute(closing.order_by(agency_register.c.agency_id))).scalars())
        for agency_id in found:
            try:
                await self._erase_if_overdue(store, agency_id, now)
            except Exception:
                log.exception("an agency past its day could not be erased", extra={"agency_id": str(agency_id)})

    async def _erase_if_overdue(self, store: EventStore, agency_id: UUID, now: datetime) -> None:
        # Looked at first, for the turn that is waited for then holds up the agency's consumers.
        async with store.database.transaction(agency_id) as session:
            closed = await closure_of(session)
        if closed is None or closed["erase_at"] > now:
            return
        context = Context(
            agency_id, Actor(ActorKind.AUTOMATION, ERASE), str(new_id()), rule=f"platform:does {ERASE}"
        )  # fmt: skip
        async with store.unit_of_work(context, first=turn(agency_id, alone=True)) as work:
            await self._erase(work, now)

    async def _erase(self, work: UnitOfWork, now: datetime) -> None:
        agency_id = work.context.agency_id
        found, version = await present(work, agency_id, closure.evolve, "agency", named=False)
        if events := [*found.erase(now=now)]:
            await self._move_logins(work.session, agency_id)
            # With this all rows go, its job's among them.
            work.record(agency_id, version, events)

    async def _move_logins(self, session: Session, agency_id: UUID) -> None:
        """A login that is kept here and opens other agencies too is kept by the one where it was last used."""
        columns = credentials.c
        asked = select(columns.user_id, columns.password_hash).where(columns.home_agency_id.is_(None))
        for row in (await session.execute(asked.order_by(columns.user_id).with_for_update())).all():
            home = Membership(agency_id, row.user_id)
            elsewhere = [each for each in await logins.memberships_of(session, home) if each != home]
            if elsewhere:
                await self._move(session, home, elsewhere, row.password_hash)
                await act_for(session, agency_id)

    async def _move(self, session: Session, home: Membership, to: list[Membership], password_hash: str | None) -> None:
        factor = (
            await session.execute(
                select(second_factors.c.secret, second_factors.c.confirmed_at, second_factors.c.last_step).where(
                    second_factors.c.user_id == home.user_id, second_factors.c.confirmed_at.is_not(None)
                )
            )
        ).first()
        codes = select(recovery_codes.c.code_hash).where(recovery_codes.c.user_id == home.user_id)
        code_hashes = list((await session.execute(codes)).scalars())
        new_home, *others = to
        await act_for(session, new_home.agency_id)
        named = {"agency_id": new_home.agency_id, "user_id": new_home.user_id}
        await session.execute(
            update(credentials)
            .where(credentials.c.user_id == new_home.user_id)
            .values(password_hash=password_hash, home_agency_id=None, home_user_id=None)
        )
        if factor is not None:
            secret = unseal(self._keys, home.agency_id, home.user_id, factor.secret)
            sealed = seal(self._keys, new_home.agency_id, new_home.user_id, secret)
            kept = {"secret": sealed, "confirmed_at": factor.confirmed_at, "last_step": factor.last_step}
            await session.execute(insert(second_factors).values(**named, **kept))
            if code_hashes:
                await session.execute(insert(recovery_codes), [{**named, "code_hash": each} for each in code_hashes])
        for each in others:
            await act_for(session, each.agency_id)
            await session.execute(
                update(credentials)
                .where(credentials.c.user_id == each.user_id)
                .values(home_agency_id=new_home.agency_id, home_user_id=new_home.user_id)
            )
