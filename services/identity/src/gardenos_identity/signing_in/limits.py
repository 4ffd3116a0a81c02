"""How often a password, a code or a mail may be tried for.

Counted in the database, so that it holds over every instance, and by what was typed, so that it is the same whether there
is such an account or not. A try is counted before it is made: many at once are no way round.

Three things are counted of each try, and each has its own measure:

| of | free | then each try waits twice as long as the last, at most | forgotten after |
| --- | --- | --- | --- |
| one account from one place | 5 | 15 minutes | a day |
| one account from everywhere | 30 | 15 minutes | a day |
| one place, whatever the account | 60 | 1 minute | an hour |

Where somebody has signed in before, only the first is counted for them: strangers who try an account cannot lock its owner
out of their own office. Nothing is locked for good, and a password that is reset by mail begins anew.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from gardenos_chassis.errors import TooManyRequests
from gardenos_chassis.service import Service
from gardenos_chassis.tenancy import Database, Session
from sqlalchemy import text

NO_AGENCY = UUID(int=0)
"""Before somebody is signed in no agency is known: what is counted belongs to none."""


@dataclass(frozen=True, slots=True)
class Measure:
    """So many tries are free; each further one locks twice as long as the last, up to the longest."""

    free: int
    longest: timedelta
    memory: timedelta


_HERE = Measure(5, timedelta(minutes=15), timedelta(days=1))
_EVERYWHERE = Measure(30, timedelta(minutes=15), timedelta(days=1))
_PLACE = Measure(60, timedelta(minutes=1), timedelta(hours=1))
_FAMILIAR = timedelta(days=90)

# Who is locked is not counted: the lock ends when it was said to end.
_COUNT = text(
    """
    insert into sign_in_limits as limits (agency_id, key, tries, locked_until, forget_at)
    values (:agency_id, :key, 1, null, clock_timestamp() + :memory)
    on conflict (agency_id, key) do update set
        tries = case when limits.forget_at <= clock_timestamp() then 1 else limits.tries + 1 end,
        locked_until = case
            when limits.forget_at > clock_timestamp() and limits.tries + 1 >= :free
            then clock_timestamp() + least(interval '1 second' * power(2, least(limits.tries + 1 - :free, 20)), :longest)
        end,
        forget_at = clock_timestamp() + :memory
    where limits.locked_until is null or limits.locked_until <= clock_timestamp()
    returning tries
    """
)
_WAIT = text(
    "select greatest(1, ceil(extract(epoch from locked_until - clock_timestamp())))::int from sign_in_limits where key = :key"
)
_IS_FAMILIAR = text("select exists (select from sign_in_limits where key = :key and forget_at > now())")
_GIVE_BACK = text(
    "update sign_in_limits set tries = greatest(tries - 1, 0), locked_until = null where key = any(:keys)"
)
_CLEAR = text("delete from sign_in_limits where key = any(:keys)")
_NOTE_FAMILIAR = text(
    "insert into sign_in_limits (agency_id, key, tries, forget_at) values (:agency_id, :key, 0, now() + :memory)"
    " on conflict (agency_id, key) do update set forget_at = excluded.forget_at"
)
_TELL = text(
    "update sign_in_limits set told_until = locked_until"
    " where key = :key and locked_until is not null and told_until is distinct from locked_until returning key"
)
_PURGE = text("delete from sign_in_limits where forget_at <= now()")

_PURGE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Try:
    """One try: at what (`password`, `code`), on whose account, from where."""

    what: str
    whose: str
    place: str

    @property
    def here(self) -> str:
        """The key of this account from this place."""
        return _key(self.what, "here", self.whose, self.place)

    @property
    def everywhere(self) -> str:
        """The key of this account from everywhere."""
        return _key(self.what, "everywhere", self.whose)

    @property
    def from_place(self) -> str:
        """The key of this place."""
        return _key(self.what, "place", self.place)

    @property
    def familiar(self) -> str:
        """The key of the account's having been signed in to from here."""
        return _key("any", "familiar", self.whose, self.place)


class Locked(TooManyRequests):
    """It was tried too often; `key` is what is locked."""

    def __init__(self, key: str, *, retry_after: int) -> None:
        super().__init__("this was tried too often; wait a little and try again", retry_after=retry_after)
        self.key = key


def _key(*parts: str) -> str:
    # A hash: the table tells nobody whose addresses these are.
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts tries, in the database that all instances share."""

    database: Database

    async def count(self, attempt: Try) -> None:
        """To be called before a try is made. Raises Locked, and then nothing is counted."""
        async with self.database.transaction(NO_AGENCY) as session:
            # Always in this order: two that count at the same moment wait for one another, and never in a circle.
            await _count(session, attempt.here, _HERE)
            if not (await session.execute(_IS_FAMILIAR, {"key": attempt.familiar})).scalar_one():
                await _count(session, attempt.everywhere, _EVERYWHERE)
                await _count(session, attempt.from_place, _PLACE)

    async def is_news(self, locked: Locked) -> bool:
        """Whether this lock was not met before: of each it is told once, however many tries it refuses."""
        async with self.database.transaction(NO_AGENCY) as session:
            return (await session.execute(_TELL, {"key": locked.key})).first() is not None

    async def succeeded(self, attempt: Try) -> None:
        """The try was right: it is not held against anybody."""
        async with self.database.transaction(NO_AGENCY) as session:
            await session.execute(_CLEAR, {"keys": [attempt.here]})
            await session.execute(_GIVE_BACK, {"keys": [attempt.everywhere]})
            await session.execute(_GIVE_BACK, {"keys": [attempt.from_place]})

    async def is_at_home(self, attempt: Try) -> None:
        """Somebody has signed in to the account from here: what strangers do to it does not bind them."""
        async with self.database.transaction(NO_AGENCY) as session:
            familiar = {"agency_id": NO_AGENCY, "key": attempt.familiar, "memory": _FAMILIAR}
            await session.execute(_NOTE_FAMILIAR, familiar)

    async def begin_anew(self, attempt: Try) -> None:
        """The account's owner has proved who they are by another way: what was tried before is forgotten."""
        async with self.database.transaction(NO_AGENCY) as session:
            await session.execute(_CLEAR, {"keys": [attempt.here]})
            await session.execute(_CLEAR, {"keys": [attempt.everywhere]})

    async def purge(self) -> None:
        """Forgets what counts no more."""
        async with self.database.transaction(NO_AGENCY) as session:
            await session.execute(_PURGE)

    async def purge_hourly(self, _: Service) -> None:
        """As `purge`, for as long as the service lives."""
        while True:
            await self.purge()
            await asyncio.sleep(_PURGE_SECONDS)


async def _count(session: Session, key: str, measure: Measure) -> None:
    counted = await session.execute(
        _COUNT,
        {
            "agency_id": NO_AGENCY,
            "key": key,
            "free": measure.free,
            "longest": measure.longest,
            "memory": measure.memory,
        },
    )
    if counted.first() is None:
        seconds = (await session.execute(_WAIT, {"key": key})).scalar_one()
        raise Locked(key, retry_after=seconds)
