"""Each agency's history of a service as a chain of hashes: whoever changes what was recorded, breaks it.

A link is the SHA-256 of the link before it and of the event as it is stored, sealed where it is personal: forgetting a person
takes a key away and changes no event, so it breaks nothing. The service adds links within about a second of the commit, by one
statement a page that reads nothing out of the database. The last link of each agency, kept elsewhere as an anchor, proves
later that all before it is as it was, even to somebody who does not trust the database's owner.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from gardenos_chassis.tenancy import Database, driver_of

FIRST = bytes(32)
"""What stands before the first link."""

AS_STORED = r"""
concat_ws(E'\x1f', agency_id, sequence, stream_id, version, type, data, metadata,
    (extract(epoch from occurred_at) * 1000000)::bigint, (extract(epoch from recorded_at) * 1000000)::bigint)
"""
"""All of a stored event as one text. The separator cannot stand in JSON, nor in a type."""

_EVERY_SECONDS = 1.0
_PAGE = 5000

_BEHIND = text(
    "select agency_id from agency_heads left join chain_heads using (agency_id)"
    " where head > coalesce(chain_heads.sequence, 0) limit 1000"
)
_BEGIN = "insert into chain_heads (agency_id, sequence, link) values ($1, 0, $2) on conflict do nothing"
# `chain_of` begins with what comes first: the last link there is.
_EXTEND = f"""
with last as materialized (
    select sequence, link from chain_heads where agency_id = $1 for update skip locked
), next as (
    select sequence, sha256(convert_to({AS_STORED}, 'UTF8')) as digest from events
    where agency_id = $1 and sequence > (select sequence from last) order by sequence limit $2
), linked as (
    select sequence, chain_of(digest) over (order by sequence) as link
    from (select sequence, link as digest from last union all select sequence, digest from next) as row
), kept as (
    insert into event_links (agency_id, sequence, link)
    select $1, sequence, link from linked where sequence > (select sequence from last)
), moved as (
    update chain_heads set sequence = newest.sequence, link = newest.link
    from (select sequence, link from linked order by sequence desc limit 1) as newest where agency_id = $1
)
select count(*) from next
"""  # noqa: S608 - a constant


class Chain:
    """Adds the links of one service's events. Any number may run; each takes agencies that no other holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Adds links until cancelled. Raises what the database raises: whoever runs it begins it again."""
        while True:
            await self.extend()
            await asyncio.sleep(_EVERY_SECONDS)

    async def extend(self) -> None:
        """Adds the links of all that is recorded."""
        while behind := await self._behind():
            for agency_id in behind:
                while await self._page(agency_id) == _PAGE:
                    pass
            if len(behind) < 1000:
                return

    async def _behind(self) -> Sequence[UUID]:
        async with self._database.across() as session:
            return (await session.execute(_BEHIND)).scalars().all()

    async def _page(self, agency_id: UUID) -> int:
        async with self._database.transaction(agency_id) as session:
            driver = driver_of(session)
            await driver.execute(_BEGIN, agency_id, FIRST)
            return int(await driver.fetchval(_EXTEND, agency_id, _PAGE))
