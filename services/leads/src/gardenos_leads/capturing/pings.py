"""Pings: what a vendor asks before it posts, without a person in it."""

from gardenos_chassis.events import UnitOfWork
from gardenos_contracts.lead_sources import Bidding

from gardenos_leads.capturing import log
from gardenos_leads.capturing.address import Address
from gardenos_leads.capturing.arrived import Arrived
from gardenos_leads.capturing.inquiring import one_at_a_time
from gardenos_leads.capturing.log import Entry, Fate
from gardenos_leads.capturing.mapping import Remark, Submission, understand
from gardenos_leads.capturing.payload import Unreadable, read_payload
from gardenos_leads.capturing.posts import Taken, unreadable
from gardenos_leads.capturing.sources import Open, found_by


async def take_ping(work: UnitOfWork, address: Address, arrived: Arrived) -> Taken:
    """Says whether a lead is wanted, and for how much. Raises NotFound."""
    source = await found_by(work.session, address)
    try:
        payload = read_payload(arrived.body, arrived.content_type)
    except Unreadable as error:
        return await unreadable(work, source, arrived, "ping", str(error))
    said = understand(payload.leaves, source.mapping)
    why_not = await _why_not(work, source, said)
    price = source.bidding.price if source.bidding is not None and why_not is None else None
    fate = Fate.ACCEPTED if why_not is None else Fate.REJECTED
    remarks = [Remark(None, why_not)] if why_not else []
    entry = Entry(source, arrived, "ping", payload.format, said.reference)
    await log.keep(work.session, entry, fate, remarks, price=price)
    return Taken(source, entry.id, fate, price, (why_not,) if why_not else ())


async def _why_not(work: UnitOfWork, source: Open, said: Submission) -> str | None:
    rule = source.bidding
    if source.closed is not None:
        return source.closed
    if rule is None:
        return "this source takes no pings"
    if refused := not_wanted(rule, source, said):
        return refused
    if rule.most_a_day is not None:
        # Of pings at the same moment each counts those before it.
        await one_at_a_time(work, f"bids {source.id}")
        if await log.taken_today(work.session, source) >= rule.most_a_day:
            return "no more are taken today"
    return None


def not_wanted(rule: Bidding, source: Open, said: Submission) -> str | None:
    """Why a lead like this is not bought; None where it is."""
    state = said.details.get("state")
    line = said.details.get("line_of_business") or source.line_of_business
    if rule.states and state not in rule.states:
        return f"no leads from {state} are taken" if state else "a ping names the state"
    if rule.lines and line not in rule.lines:
        return f"no leads for {line} are taken" if line else "a ping names the line of business"
    return None
