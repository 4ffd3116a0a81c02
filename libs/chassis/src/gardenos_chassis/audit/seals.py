"""Who looked at what, as a chain of hashes too: a seal closes a stretch of time, and no row of it can change unseen.

A look costs nothing more: about once a minute, and beside it, a seal is made of all rows since the last one and of the link of
that. Which rows are within is exact, and no guess: a row's time is never before the beginning of the transaction that writes
it, so up to the beginning of the oldest that goes on, nothing can be missing any more. A look that is old enough goes; then its
stretch is not looked into any more, and its seal still is a link of the chain.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text

from gardenos_chassis.audit.chain import FIRST
from gardenos_chassis.tenancy import Database, driver_of

_EVERY_SECONDS = 60.0
_AT_ONCE = 5000

_AS_STORED = """
convert_to(json_build_array(agency_id, (extract(epoch from at) * 1000000)::bigint, id, act, what, subject_id, person_id,
    actor, on_behalf_of, origin, rule, correlation_id)::text, 'UTF8')
"""
"""All of a row as one text: what is null is told from what is empty."""

_THERE = text("select to_regclass('access_seals') is not null")
# Ten seconds allow for a clock that is put right. Every writer is of the role that asks, so it sees them all.
_SETTLED = text(
    "select least(clock_timestamp() - interval '10 seconds', min(xact_start)) from pg_stat_activity"
    " where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"
)
_OPEN = text("select agencies_with_accesses_to_seal(:moment)")
_MINE = "select pg_try_advisory_xact_lock(hashtextextended('access seals ' || $1, 0))"
_LAST = "select sequence, upto, link from access_seals where agency_id = $1 order by sequence desc limit 1"
_PAGE = f"""
select at, sha256({_AS_STORED}) as hash from accesses
where agency_id = $1 and at >= $2 and at < $3 order by at, id limit $4
"""  # noqa: S608 - constants
_KEEP = """
insert into access_seals (agency_id, sequence, since, upto, looks, digest, link) values ($1, $2, $3, $4, $5, $6, $7)
"""
_HEADS = text(
    "select distinct on (agency_id) agency_id, sequence, link from access_seals order by agency_id, sequence desc"
)
_SEALS = """
select sequence, since, upto, looks, digest, link from access_seals
where agency_id = $1 and sequence > $2 order by sequence limit 1000
"""
_WITHIN = f"""
select sha256({_AS_STORED}) as hash from accesses where agency_id = $1 and at >= $2 and at < $3 order by at, id limit $4
"""  # noqa: S608 - constants

_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Seal:
    """A stretch of an agency's looks. `since` is the first of them; the stretch begins where the last one ended."""

    agency_id: UUID
    sequence: int
    since: datetime
    upto: datetime
    looks: int
    digest: bytes

    def link_after(self, before: bytes) -> bytes:
        """The link of this seal, after that of the one before it."""
        told = [str(self.agency_id), self.sequence, self.since, self.upto, self.looks, self.digest.hex()]
        return hashlib.sha256(before + hashlib.sha256(orjson.dumps(told)).digest()).digest()


@dataclass(frozen=True, slots=True)
class SealBreak:
    """The first seal of an agency that does not hold, and how."""

    sequence: int
    how: str


class Seals:
    """Seals who looked at what in one service. Any number may run; each takes agencies that no other holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Seals until cancelled. Raises what the database raises: whoever runs it begins it again."""
        while True:
            await self.extend()
            await asyncio.sleep(_EVERY_SECONDS)

    async def extend(self, *, upto: datetime | None = None) -> None:
        """Seals all that is settled; in tests up to a moment that is."""
        async with self._database.across() as session:
            if not (await session.execute(_THERE)).scalar_one():
                return
            settled = upto or (await session.execute(_SETTLED)).scalar_one()
            waiting = (await session.execute(_OPEN, {"moment": settled})).scalars().all()
        for agency_id in waiting:
            while await self._one(agency_id, settled):
                pass

    async def _one(self, agency_id: UUID, settled: datetime) -> bool:
        """Adds one seal. Whether there may be more to do."""
        async with self._database.transaction(agency_id) as session:
            driver = driver_of(session)
            if not await driver.fetchval(_MINE, str(agency_id)):
                return False
            last = await driver.fetchrow(_LAST, agency_id)
            begun = last["upto"] if last else _BEGINNING
            rows = await driver.fetch(_PAGE, agency_id, begun, settled, _AT_ONCE + 1)
            if not rows:
                return False
            if more := len(rows) > _AT_ONCE:
                # All of one moment are in one seal, be they more than are taken at once.
                end = max(rows[-1]["at"], rows[0]["at"] + timedelta(microseconds=1))
                rows = await driver.fetch(_PAGE, agency_id, begun, end, None)
            else:
                end = settled
            seal = _Seal(agency_id, (last["sequence"] if last else 0) + 1, rows[0]["at"], end, len(rows), _digest(rows))
            link = seal.link_after(last["link"] if last else FIRST)
            await driver.execute(
                _KEEP, agency_id, seal.sequence, seal.since, seal.upto, seal.looks, seal.digest, link
            )  # fmt: skip
        return more


async def last_seals(database: Database) -> Mapping[UUID, tuple[int, bytes]]:
    """Of each agency the last seal's sequence and link; nothing where there is no such table."""
    async with database.across() as session:
        if not (await session.execute(_THERE)).scalar_one():
            return {}
        return {row.agency_id: (row.sequence, row.link) for row in await session.execute(_HEADS)}


async def broken_seal(
    database: Database, agency_id: UUID, wanted: Mapping[int, bytes], keep: timedelta
) -> tuple[int, SealBreak | None]:
    """How many looks of an agency were held against their seals, and the first seal that does not hold.

    `wanted`: links that are known from elsewhere, by sequence. What is older than `keep` may be gone, and is not counted.
    """
    # A day less: what goes while this runs is no fault.
    oldest = datetime.now(UTC) - keep + timedelta(days=1)
    at, link, begun, looks = 0, FIRST, _BEGINNING, 0
    while True:
        async with database.transaction(agency_id) as session:
            driver = driver_of(session)
            rows = await driver.fetch(_SEALS, agency_id, at)
            for row in rows:
                seal = _Seal(agency_id, *(row[name] for name in ("sequence", "since", "upto", "looks", "digest")))
                if seal.sequence != at + 1:
                    return looks, SealBreak(at + 1, "it is missing")
                link = seal.link_after(link)
                if link != row["link"]:
                    return looks, SealBreak(seal.sequence, "it is not as it was made")
                if wanted.get(seal.sequence, link) != link:
                    how = "it or one before it was changed, and the chain with it: the anchor is another"
                    return looks, SealBreak(seal.sequence, how)
                if seal.since >= oldest:
                    # One more than there were tells whether any was put in.
                    within = await driver.fetch(_WITHIN, agency_id, begun, seal.upto, seal.looks + 1)
                    if (fault := _fault(seal, within)) is not None:
                        return looks, SealBreak(seal.sequence, fault)
                    looks += seal.looks
                at, begun = seal.sequence, seal.upto
        if not rows:
            break
    if at < max(wanted, default=0):
        return looks, SealBreak(at + 1, "it is missing, and what came after it")
    return looks, None


def _fault(seal: _Seal, within: Sequence["asyncpg.Record"]) -> str | None:
    if len(within) < seal.looks:
        return f"looks are missing of those up to {seal.upto:%Y-%m-%d %H:%M:%S} UTC"
    if len(within) > seal.looks:
        return f"looks were put in among those up to {seal.upto:%Y-%m-%d %H:%M:%S} UTC"
    if _digest(within) != seal.digest:
        return f"a look of those up to {seal.upto:%Y-%m-%d %H:%M:%S} UTC is not as it was recorded"
    return None


def _digest(rows: Sequence["asyncpg.Record"]) -> bytes:
    return hashlib.sha256(b"".join(row["hash"] for row in rows)).digest()
