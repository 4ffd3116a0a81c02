"""The log of what was posted: every post and ping as it came, with its fate."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from gardenos_chassis.errors import TooManyRequests
from gardenos_chassis.ids import new_id
from gardenos_chassis.rows import rows_in
from gardenos_chassis.tenancy import Session, driver_of, master_keys_of
from gardenos_contracts.values import Money

from gardenos_leads.capturing.arrived import Arrived
from gardenos_leads.capturing.mapping import Remark, Submission, money
from gardenos_leads.capturing.sources import Open

_RESERVED = timedelta(minutes=2)
"""How long the place of an accepted ping is kept for its post."""
_MOST_NOT_READ = 500
"""Mails that are no leads, likewise."""
_MOST_OF_NOBODY = 100
"""What is spam or cannot be read: kept of each source in any day."""


class Fate(StrEnum):
    """What became of a post, or of a ping."""

    CAPTURED = "captured"
    INQUIRY = "inquiry"
    """Of somebody who was a lead already."""
    DUPLICATE = "duplicate"
    """The vendor had sent it before."""
    HELD = "held"
    """Kept, for it cannot be a lead as it is: to be mended, and captured anew."""
    SPAM = "spam"
    """A form that no person filled in."""
    UNREADABLE = "unreadable"
    NOT_READ = "not_read"
    """A mail that is none that becomes a lead: an automatic answer, of a sender who is not allowed, with no fields in it."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"


MENDED_FROM = (Fate.HELD, Fate.SPAM, Fate.UNREADABLE, Fate.NOT_READ)
"""What can be captured anew."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A post or a ping, before it has its fate."""

    source: Open
    arrived: Arrived
    what: str
    format: str
    reference: str | None = None
    """The vendor's id of it."""
    ping_id: UUID | None = None
    sender: str | None = None
    subject: str | None = None
    """Of a mail."""
    id: UUID = field(default_factory=new_id)


_KEEP = """
insert into lead_posts (agency_id, id, source_id, received_at, what, fate, format, bytes, lead_id, inquiry_id, ping_id, reference,
    sender, subject, price_minor, price_currency, remarks, sealed)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17::jsonb, $18)
"""
_REMEMBER = "insert into lead_references (agency_id, source_id, digest, lead_id, post_id) values ($1, $2, $3, $4, $5)"
_EARLIER = """
select known.lead_id, known.post_id as id, post.price_minor, post.price_currency
from lead_references as known left join lead_posts as post on post.agency_id = known.agency_id and post.id = known.post_id
where known.agency_id = $1 and known.source_id = $2 and known.digest = $3
"""
_PINGED = (
    "select fate, price_minor, price_currency from lead_posts"
    " where agency_id = $1 and source_id = $2 and id = $3 and what = 'ping'"
)
_TODAY = "agency_id = $1 and source_id = $2 and received_at > now() - interval '24 hours'"
_TAKEN = f"""
select count(*) from lead_posts as taken
where {_TODAY} and (
    fate in ('captured', 'inquiry')
    or (fate = 'accepted' and received_at > now() - $3::interval and not exists (
        select from lead_posts as post
        where post.agency_id = $1 and post.source_id = $2 and post.what = 'post' and post.ping_id = taken.id))
)
"""  # noqa: S608 - constants
_EMPTY = """
with old as (
    select id from lead_posts where agency_id = $1 and received_at < $2 and sealed is not null order by received_at limit 500
)
update lead_posts set sealed = null, reference = null, sender = null, subject = null, remarks = '[]'
from old where lead_posts.agency_id = $1 and lead_posts.id = old.id
"""
_MANY = f"select count(*) from lead_posts where {_TODAY} and fate = $3"  # noqa: S608 - constants


async def keep(
    session: Session,
    entry: Entry,
    fate: Fate,
    remarks: Sequence[Remark],
    *,
    lead_id: UUID | None = None,
    inquiry_id: UUID | None = None,
    price: Money | None = None,
) -> None:
    """Puts it into the log, sealed."""
    source, arrived = entry.source, entry.arrived
    keys = master_keys_of(session)
    await driver_of(session).execute(
        _KEEP,
        source.agency_id,
        entry.id,
        source.id,
        arrived.at,
        entry.what,
        fate.value,
        entry.format,
        len(arrived.body),
        lead_id,
        inquiry_id,
        entry.ping_id,
        entry.reference,
        entry.sender,
        entry.subject,
        price.minor if price else None,
        price.currency if price else None,
        told(remarks),
        None if keys is None else arrived.sealed(keys, source.agency_id, entry.id),
    )


async def keep_some(session: Session, entry: Entry, fate: Fate, why: str) -> None:
    """The same for what nobody can be made of, as long as it is not too much of it."""
    seen = await driver_of(session).fetchval(_MANY, entry.source.agency_id, entry.source.id, fate.value)
    if seen < _MOST_OF_NOBODY:
        await keep(session, entry, fate, [Remark(None, why)])


async def keep_not_read(session: Session, entry: Entry, why: str) -> None:
    """The same for a mail that is no lead. Raises TooManyRequests at too many: who sent it has it still, and sends it again."""
    seen = await driver_of(session).fetchval(_MANY, entry.source.agency_id, entry.source.id, Fate.NOT_READ.value)
    if seen >= _MOST_NOT_READ:
        raise TooManyRequests("too much mail came here today that is no lead; send it again later", retry_after=3600)
    await keep(session, entry, Fate.NOT_READ, [Remark(None, why)])


async def empty_posts(session: Session, agency_id: UUID, before: datetime) -> int:
    """What was in some of the posts that came before a moment goes: of how many. When they came, their fate and price stay."""
    return rows_in(await driver_of(session).execute(_EMPTY, agency_id, before))


def told(remarks: Sequence[Remark]) -> str:
    """As JSON."""
    return orjson.dumps([asdict(remark) for remark in remarks]).decode()


async def remember(session: Session, source: Open, reference: str, lead_id: UUID, post_id: UUID) -> None:
    """From here on a post of this id is known."""
    values = (source.agency_id, source.id, _digest(reference), lead_id, post_id)
    await driver_of(session).execute(_REMEMBER, *values)


async def earlier(session: Session, source: Open, reference: str | None) -> Any:
    """The post that was captured by the vendor's id: its `id`, `lead_id` and price; None where there is none."""
    if not reference:
        return None
    return await driver_of(session).fetchrow(_EARLIER, source.agency_id, source.id, _digest(reference))


def _digest(reference: str) -> bytes:
    return hashlib.sha256(reference.encode()).digest()


async def price_of(session: Session, source: Open, said: Submission) -> tuple[Money | None, list[Remark]]:
    """What the vendor is paid: as was bid, else as it says itself, else as is usual; nothing for what was rejected before.

    With the remarks on it.
    """
    remarks = list(said.remarks)
    if said.ping_id is not None:
        ping = await driver_of(session).fetchrow(_PINGED, source.agency_id, source.id, said.ping_id)
        if ping is None:
            remarks.append(Remark("ping_id", "there was no such ping"))
        elif ping["fate"] == Fate.REJECTED:
            remarks.append(Remark("ping_id", "its ping had been rejected, so nothing is owed for it"))
            return None, remarks
        else:
            return money_in(ping), remarks
    return (money(said.price, source.currency) if said.price is not None else source.cost), remarks


def money_in(row: Any) -> Money | None:
    """The price of a post or ping."""
    return None if row["price_minor"] is None else Money(minor=row["price_minor"], currency=row["price_currency"])


async def taken_today(session: Session, source: Open) -> int:
    """Leads in the last 24 hours, with the places that are kept for pings of the last minutes."""
    found: int = await driver_of(session).fetchval(_TAKEN, source.agency_id, source.id, _RESERVED)
    return found
