"""A source as those who post to it find it."""

import hmac
from dataclasses import dataclass
from uuid import UUID

import orjson
from gardenos_chassis.errors import NotFound
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts.lead_sources import Answers, Bidding, Form, LeadSourceKind
from gardenos_contracts.values import LineOfBusiness, Money

from gardenos_leads.capturing.address import Address
from gardenos_leads.capturing.mailbox import Mailbox, no_such_mailbox

# Whoever left, and whichever team is no more, gets nothing new: their leads are the agency's pool's.
_FIND = """
select source.*, secret.secret_hash,
    (select user_id from standings where agency_id = $1 and user_id = source.owner_id and active) as owner_there,
    (select team_id from heard_teams where agency_id = $1 and team_id = source.team_id) as team_there,
    coalesce((select suspended from agency_standings where agency_id = $1), false) as suspended
from lead_sources as source join lead_source_secrets as secret
    on secret.agency_id = source.agency_id and secret.source_id = source.id
where source.agency_id = $1 and source.id = $2
    and not exists (select from agency_standings where agency_id = $1 and life <> 'active')
"""

_WHOSE_MAILBOX = "select source_id from lead_source_secrets where agency_id = $1 and secret_hash = $2"

_NOTHING = "there is no such source; look whether the address is whole"


@dataclass(frozen=True, slots=True)
class Open:
    """A source that is posted to."""

    agency_id: UUID
    id: UUID
    name: str
    kind: LeadSourceKind
    active: bool
    suspended: bool
    """Whether its agency is."""
    campaign_id: UUID | None
    owner_id: UUID | None
    team_id: UUID | None
    cost: Money | None
    line_of_business: LineOfBusiness | None
    mapping: dict[str, str]
    answers: Answers
    bidding: Bidding | None
    form: Form | None
    senders: tuple[str, ...]
    secret_hash: str

    @property
    def closed(self) -> str | None:
        """Why nothing becomes a lead just now; None where it does."""
        if self.suspended:
            return "the agency is suspended"
        return None if self.active else "this source is switched off"

    @property
    def currency(self) -> str:
        """Of its prices."""
        return self.cost.currency if self.cost else self.bidding.price.currency if self.bidding else "USD"


async def found_by(session: Session, address: Address) -> Open:
    """The source of an address that was posted to. Raises NotFound, in the same words whatever is wrong with it."""
    source = await source_of(session, address.agency_id, address.source_id)
    if address.secret and not hmac.compare_digest(source.secret_hash, address.hash):
        raise NotFound(_NOTHING)
    if (source.kind is LeadSourceKind.FORM) == bool(address.secret):
        raise NotFound(_NOTHING)
    return source


async def found_by_mailbox(session: Session, mailbox: Mailbox) -> Open:
    """The source of an address that mail comes to. Raises NotFound."""
    source_id = await driver_of(session).fetchval(_WHOSE_MAILBOX, mailbox.agency_id, mailbox.hash)
    if source_id is None:
        raise no_such_mailbox()
    source = await source_of(session, mailbox.agency_id, source_id)
    if source.kind is not LeadSourceKind.MAIL:
        raise no_such_mailbox()
    return source


async def source_of(session: Session, agency_id: UUID, source_id: UUID) -> Open:
    """One source. Raises NotFound."""
    row = await driver_of(session).fetchrow(_FIND, agency_id, source_id)
    if row is None:
        raise NotFound(_NOTHING)
    told = dict(row)
    cost = told.pop("cost_minor"), told.pop("cost_currency")
    bidding, form = _json(told["bidding"]), _json(told["form"])
    return Open(
        agency_id=agency_id,
        id=source_id,
        name=told["name"],
        kind=LeadSourceKind(told["kind"]),
        active=told["active"],
        suspended=told["suspended"],
        campaign_id=told["campaign_id"],
        owner_id=told["owner_there"],
        team_id=told["team_there"],
        cost=None if cost[0] is None else Money(minor=cost[0], currency=cost[1]),
        line_of_business=LineOfBusiness(told["line_of_business"]) if told["line_of_business"] else None,
        mapping=_json(told["mapping"]),
        answers=Answers.model_validate(_json(told["answers"])),
        bidding=None if bidding is None else Bidding.model_validate(bidding),
        form=None if form is None else Form.model_validate(form),
        senders=tuple(told["senders"]),
        secret_hash=told["secret_hash"],
    )


def _json(value: object) -> "dict[str, str]":
    # The driver's own rows hold JSON as text, or as the codec that somebody set has it.
    found: dict[str, str] = orjson.loads(value) if isinstance(value, str | bytes) else value  # type: ignore[assignment]
    return found
