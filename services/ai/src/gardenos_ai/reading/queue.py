"""What is still to be read, and by whom: a lease on each, so that whoever dies is followed by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Database, Session
from gardenos_contracts.ai import SourceKind
from sqlalchemy import text

_DUE = text("select agency_id from reading_queue where due_at <= now() group by agency_id")
# Materialized: joined plainly, the limited select may be run once for each row of the table, and would claim them all.
_CLAIM = text(
    "with due as materialized (select agency_id, source_kind, source_id from reading_queue"
    "   where agency_id = :agency_id and due_at <= now() order by due_at limit 1 for update skip locked)"
    " update reading_queue as queue set lease = :lease, tries = tries + 1, due_at = now() + :keep from due"
    " where queue.agency_id = due.agency_id and queue.source_kind = due.source_kind and queue.source_id = due.source_id"
    " returning queue.source_kind, queue.source_id, queue.tries, queue.delays, queue.queued_at"
)
_THIS = " where agency_id = :agency_id and source_kind = :source_kind and source_id = :source_id and lease = :lease"
_UPDATE = "update reading_queue set "
_KEEP = text(f"{_UPDATE} due_at = now() + :keep {_THIS}")
_GIVE_BACK = text(f"{_UPDATE} lease = null, tries = tries - 1, due_at = now() {_THIS}")
_DELAY = text(f"{_UPDATE} lease = null, tries = tries - 1, delays = delays + 1, due_at = now() + :after {_THIS}")
_RETRY = text(f"{_UPDATE} lease = null, due_at = now() + :after {_THIS}")
_DONE = text(f"delete from reading_queue {_THIS} returning true")  # noqa: S608 - constants
_OVERDUE = text(
    "select count(*) as waiting, extract(epoch from now() - min(due_at)) as seconds from reading_queue where due_at <= now()"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One communication that a reader holds. `tries` counts this one; `delays` those that something else prevented."""

    agency_id: UUID
    source_kind: SourceKind
    source_id: UUID
    lease: UUID
    tries: int
    delays: int
    queued_at: datetime

    @property
    def _key(self) -> dict[str, object]:
        return {
            "agency_id": self.agency_id,
            "source_kind": self.source_kind.value,
            "source_id": self.source_id,
            "lease": self.lease,
        }


class Queue:
    """The queue of one service's database. A lease that is not renewed ends after `lease`."""

    def __init__(self, database: Database, lease: timedelta) -> None:
        self._database = database
        self.lease = lease

    async def agencies(self) -> Sequence[UUID]:
        """Those with something due."""
        async with self._database.across() as session:
            return (await session.execute(_DUE)).scalars().all()

    async def claim(self, agency_id: UUID) -> Claim | None:
        """The agency's oldest that is due and not claimed, for nobody else until the lease ends."""
        lease = new_id()
        async with self._database.transaction(agency_id) as session:
            values = {"agency_id": agency_id, "lease": lease, "keep": self.lease}
            row = (await session.execute(_CLAIM, values)).first()
        if row is None:
            return None
        kind = SourceKind(row.source_kind)
        return Claim(agency_id, kind, row.source_id, lease, row.tries, row.delays, row.queued_at)

    async def keep(self, claim: Claim) -> None:
        """Renews the lease."""
        async with self._database.transaction(claim.agency_id) as session:
            await session.execute(_KEEP, {**claim._key, "keep": self.lease})

    async def give_back(self, claim: Claim) -> None:
        """As if it had not been claimed."""
        async with self._database.transaction(claim.agency_id) as session:
            await session.execute(_GIVE_BACK, claim._key)

    async def delay(self, claim: Claim, after: timedelta) -> None:
        """Something away prevented it: again later, and the try does not count."""
        async with self._database.transaction(claim.agency_id) as session:
            await session.execute(_DELAY, {**claim._key, "after": after})

    async def retry(self, claim: Claim, after: timedelta) -> None:
        """It failed: again later."""
        async with self._database.transaction(claim.agency_id) as session:
            await session.execute(_RETRY, {**claim._key, "after": after})

    async def overdue(self) -> tuple[int, float]:
        """How many are due and not claimed, and for how many seconds the first of them has been."""
        async with self._database.across() as session:
            row = (await session.execute(_OVERDUE)).one()
        return row.waiting, float(row.seconds or 0)


async def done(session: Session, claim: Claim) -> bool:
    """Takes it off the queue, in the transaction of its effect; False if another reader has taken it over."""
    return (await session.execute(_DONE, claim._key)).first() is not None
