"""What is posted is kept as it came, and captured in the same transaction where it can be."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

import orjson
from gardenos_chassis.errors import Conflict, NotFound
from gardenos_chassis.events import Context, EventStore, LostRace, UnitOfWork
from gardenos_chassis.tenancy import master_keys_of
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.lead_sources import LeadSourceKind
from gardenos_contracts.values import Money
from sqlalchemy import select, update

from gardenos_leads.capturing import log
from gardenos_leads.capturing.address import Address
from gardenos_leads.capturing.arrived import Arrived
from gardenos_leads.capturing.forms import said_in
from gardenos_leads.capturing.inquiring import Inquired, inquire, one_at_a_time
from gardenos_leads.capturing.log import MENDED_FROM, Entry, Fate
from gardenos_leads.capturing.mail import no_lead, read_mail, understand_mail
from gardenos_leads.capturing.mailbox import Mailbox
from gardenos_leads.capturing.mapping import Remark, Submission, understand
from gardenos_leads.capturing.payload import Unreadable, read_payload
from gardenos_leads.capturing.sources import Open, found_by, found_by_mailbox, source_of
from gardenos_leads.capturing.tables import lead_posts

_ATTEMPTS = 5

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Taken:
    """What is answered to a post or a ping."""

    source: Open
    id: UUID
    fate: Fate
    price: Money | None = None
    reasons: tuple[str, ...] = ()


async def run(store: EventStore, context: Context, command: Callable[[UnitOfWork], Awaitable[R]]) -> R:
    """One transaction, once more where another was first. Raises LostRace when that happens again and again."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            async with store.unit_of_work(context) as work:
                return await command(work)
        except LostRace:
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def context_of(address: Address, correlation_id: str) -> Context:
    """Nobody who is signed in does it: a source does."""
    actor = Actor(ActorKind.AUTOMATION, f"lead-source:{address.source_id}")
    return Context(agency_id=address.agency_id, actor=actor, correlation_id=correlation_id)


async def take_post(work: UnitOfWork, address: Address, arrived: Arrived) -> Taken:
    """Keeps a vendor's post, and captures the lead where it fits. Raises NotFound; nothing else is refused."""
    source = await found_by(work.session, address)
    try:
        said, format = _understood(source, arrived)
    except Unreadable as error:
        return await unreadable(work, source, arrived, "post", str(error))
    return await take(work, Entry(source, arrived, "post", format, said.reference, said.ping_id), said)


async def take_mail(work: UnitOfWork, mailbox: Mailbox, arrived: Arrived) -> Taken:
    """Keeps a mail, and captures the lead in it where there is one. Raises NotFound, TooManyRequests."""
    source = await found_by_mailbox(work.session, mailbox)
    mail = read_mail(arrived.body, arrived.return_path)
    said = understand_mail(mail, source.mapping)
    entry = Entry(
        source,
        arrived,
        "post",
        "mail",
        said.reference,
        said.ping_id,
        sender=mail.sender or None,
        subject=mail.subject or None,
    )
    why = no_lead(mail, said, source.mapping, source.senders)
    if why is not None:
        await log.keep_not_read(work.session, entry, why)
        return Taken(source, entry.id, Fate.NOT_READ, reasons=(why,))
    return await take(work, entry, said)


async def unreadable(work: UnitOfWork, source: Open, arrived: Arrived, what: str, why: str) -> Taken:
    """Keeps what cannot be read."""
    entry = Entry(source, arrived, what, "unknown")
    await log.keep_some(work.session, entry, Fate.UNREADABLE, why)
    return Taken(source, entry.id, Fate.UNREADABLE, reasons=(why,))


async def take(work: UnitOfWork, entry: Entry, said: Submission) -> Taken:
    """Keeps what was understood, and captures it where it fits. What a vendor sends twice is answered as the first time."""
    session, source = work.session, entry.source
    await one_at_a_time(work, *_in_the_way(source, said))
    earlier = await log.earlier(session, source, said.known_by)
    if earlier is not None:
        await log.keep(session, entry, Fate.DUPLICATE, said.remarks, lead_id=earlier["lead_id"])
        return Taken(source, earlier["id"], Fate.DUPLICATE, log.money_in(earlier))
    price, remarks = await log.price_of(session, source, said)
    faults = _faults(source, said)
    if faults:
        others = [remark for remark in remarks if remark not in faults]
        await log.keep(session, entry, Fate.HELD, [*faults, *others], price=price)
        return Taken(source, entry.id, Fate.HELD, price, tuple(fault.detail for fault in faults))
    found = await _captured(work, entry, said, price)
    fate = _fate_of(found)
    await log.keep(session, entry, fate, remarks, lead_id=found.lead_id, inquiry_id=found.inquiry_id, price=price)
    return Taken(source, entry.id, fate, price)


async def capture_anew(work: UnitOfWork, source_id: UUID, post_id: UUID) -> UUID:
    """Reads a post that was held once more, by the mapping as it is now; gives the lead.

    Raises NotFound, Conflict where it was captured already or the post is no more, and where it still does not fit.
    """
    session, agency_id = work.session, work.context.agency_id
    source = await source_of(session, agency_id, source_id)
    asked = select(lead_posts).where(lead_posts.c.source_id == source_id, lead_posts.c.id == post_id)
    post = (await session.execute(asked.with_for_update())).one_or_none()
    if post is None or post.what != "post":
        raise NotFound("there is no such post")
    if post.fate not in MENDED_FROM:
        raise Conflict("this post was captured already")
    keys = master_keys_of(session)
    if post.sealed is None or keys is None:
        raise Conflict("nothing is kept of this post any more")
    arrived = Arrived.unsealed(keys, agency_id, post_id, post.sealed)
    try:
        said, format = _understood(source, arrived)
    except Unreadable as error:
        raise Conflict(f"it still cannot be read: {error}") from error
    entry = Entry(source, arrived, "post", format, said.reference, said.ping_id, id=post_id)
    await one_at_a_time(work, *_in_the_way(source, said))
    if await log.earlier(session, source, said.known_by) is not None:
        raise Conflict("the vendor sent this lead again meanwhile, and that one was captured")
    # Somebody wants it, whether the source is on or off.
    if faults := _faults(replace(source, active=True, suspended=False), said):
        raise Conflict("it still cannot be a lead: " + "; ".join(fault.detail for fault in faults))
    price, remarks = await log.price_of(session, source, said)
    found = await _captured(work, entry, said, price)
    now = {
        "fate": _fate_of(found).value,
        "format": format,
        "lead_id": found.lead_id,
        "inquiry_id": found.inquiry_id,
        "reference": said.reference,
        "remarks": orjson.loads(log.told(remarks)),
        "price_minor": price.minor if price else None,
        "price_currency": price.currency if price else None,
    }
    await session.execute(update(lead_posts).where(lead_posts.c.id == post_id).values(**now))
    return found.lead_id


def _understood(source: Open, arrived: Arrived) -> tuple[Submission, str]:
    """What a post says, and how it was written. Raises Unreadable."""
    if source.kind is LeadSourceKind.MAIL:
        return understand_mail(read_mail(arrived.body, arrived.return_path), source.mapping), "mail"
    payload = read_payload(arrived.body, arrived.content_type)
    if source.form is not None:
        return said_in(source.form, payload.leaves, arrived.at), payload.format
    return understand(payload.leaves, source.mapping), payload.format


async def _captured(work: UnitOfWork, entry: Entry, said: Submission, price: Money | None) -> Inquired:
    found = await inquire(work, entry.source, entry.arrived, said, cost=price)
    if said.known_by:
        await log.remember(work.session, entry.source, said.known_by, found.lead_id, entry.id)
    return found


def _fate_of(found: Inquired) -> Fate:
    return Fate.CAPTURED if found.first else Fate.INQUIRY


def _faults(source: Open, said: Submission) -> list[Remark]:
    """Why it cannot be a lead as it is; nothing where it can."""
    if source.closed is not None:
        return [Remark(None, source.closed)]
    if said.fits:
        return []
    return list(said.remarks) or [Remark(None, "there is nobody in it")]


def _in_the_way(source: Open, said: Submission) -> list[str | None]:
    """By what another post might be about the same, at the same moment."""
    reference = f"reference {source.id} {said.known_by}" if said.known_by else None
    return [reference, said.details.get("email"), said.details.get("phone")]
