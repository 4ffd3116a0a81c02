"""A submission becomes a lead, or a new inquiry of the same person."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gardenos_chassis.events import UnitOfWork
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import driver_of
from gardenos_contracts import Event
from gardenos_contracts.lead_sources import LeadInquired, LeadSourceKind
from gardenos_contracts.leads import LeadCaptured, LeadStageChanged, Stage
from gardenos_contracts.values import Money

from gardenos_leads.campaigns.utm import campaign_by
from gardenos_leads.capturing.arrived import Arrived
from gardenos_leads.capturing.mapping import Submission, line_by_default
from gardenos_leads.capturing.sources import Open
from gardenos_leads.duplicates.rules import rules_of
from gardenos_leads.lead import Lead, evolve
from gardenos_leads.matching import all_known, people_of

# Beside others of the agency that bring single people in, and beside none that brings in many (`matching.take_turns`).
_LOCK = """
select pg_advisory_xact_lock_shared(hashtextextended('matching ' || $1, 0))::text
union all select pg_advisory_xact_lock(key)::text from unnest($2::bigint[]) as keys (key)
"""


@dataclass(frozen=True, slots=True)
class Inquired:
    """What came of a submission."""

    lead_id: UUID
    inquiry_id: UUID
    first: bool
    """Whether a lead was captured by it."""


async def one_at_a_time(work: UnitOfWork, *what: str | None) -> None:
    """Until the commit nobody else is at the same of these in this agency: a person's address, a vendor's id of a lead."""
    agency_id = work.context.agency_id
    # In the order of their numbers: two that wait for one another would wait for ever.
    keys = sorted(_key(agency_id, each) for each in what if each)
    await driver_of(work.session).execute(_LOCK, str(agency_id), keys)


def _key(agency_id: UUID, what: str) -> int:
    return int.from_bytes(hashlib.sha256(agency_id.bytes + what.encode()).digest()[:8], signed=True)


async def inquire(
    work: UnitOfWork, source: Open, arrived: Arrived, said: Submission, *, cost: Money | None
) -> Inquired:
    """Records it. Who is the same person is for the agency's rules to say."""
    lead, version = await _known(work, said)
    details = line_by_default(said.details, source.line_of_business)
    lead_id = lead.lead_id if lead is not None else new_id()
    by_mail = source.kind is LeadSourceKind.MAIL
    # What somebody set up goes before what stands in a link.
    by_utm = await campaign_by(work.session, source.agency_id, said.utm) if source.campaign_id is None else None
    inquiry = LeadInquired(
        inquiry_id=new_id(),
        lead_id=lead_id,
        person_id=lead.person_id if lead is not None else new_id(),
        source_id=source.id,
        source=source.name,
        campaign_id=source.campaign_id or by_utm,
        by_utm=by_utm is not None,
        cost=cost,
        line_of_business=details["line_of_business"],
        external_id=said.reference,
        consent_text=said.consent_text,
        consented_at=said.consented_at,
        consent_token=said.consent_token,
        source_url=said.source_url,
        # A mail comes from a server, and not from whom it is about.
        address=said.address or (None if by_mail else arrived.address),
        user_agent=said.user_agent or (None if by_mail else arrived.user_agent or None),
        first=lead is None,
        inquired_at=arrived.at,
    )
    events = _once_more(lead, details, inquiry) if lead is not None else _first(source, details, inquiry)
    work.record(lead_id, version, events)
    return Inquired(lead_id, inquiry.inquiry_id, lead is None)


async def _known(work: UnitOfWork, said: Submission) -> tuple[Lead | None, int]:
    """The lead that the person is already, and its version; none where they are new."""
    rules, _ = await rules_of(work.session, work.context.agency_id)
    keys = [(key, said.details[key]) for key in rules.at_once if said.details.get(key)]
    there = await all_known(work.session, work.context.agency_id, keys)
    given = said.details["name"].given if said.details.get("name") else ""
    who = next(
        (
            each
            for key in keys
            for each in people_of(there.get(key, ()), given, households_apart=rules.households_apart)
        ),
        None,
    )
    lead: Lead | None = None
    version = 0
    for fact in await work.load(who.id) if who is not None else ():
        lead, version = evolve(lead, fact.data), fact.version
    return lead, version


def _first(source: Open, details: Mapping[str, Any], inquiry: LeadInquired) -> Iterator[Event]:
    yield LeadCaptured(
        lead_id=inquiry.lead_id,
        person_id=inquiry.person_id,
        source=source.name,
        campaign_id=inquiry.campaign_id,
        by_utm=inquiry.by_utm,
        owner_id=source.owner_id,
        team_id=source.team_id,
        external_id=inquiry.external_id,
        captured_at=inquiry.inquired_at,
        **details,
    )
    yield inquiry


def _once_more(lead: Lead, details: Mapping[str, Any], inquiry: LeadInquired) -> Iterator[Event]:
    """What was not known yet is known now; what is known stays. Who was lost and asks again is worked again."""
    yield inquiry
    there: Mapping[str, Any] = lead.details
    new = {name: said for name, said in details.items() if said and name in there and not _said(there[name])}
    if new:
        yield from lead.change_details(**new)
    if lead.stage == Stage.LOST:
        yield LeadStageChanged(
            lead_id=lead.lead_id,
            person_id=lead.person_id,
            stage=Stage.NEW,
            previous_stage=lead.stage,
            reason="They asked again",
        )


def _said(value: object) -> bool:
    return bool(str(value)) if value is not None else False
