"""Risks at interest: what of a lead's is to be insured."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import Conflict, Invalid, NotFound
from gardenos_contracts import Event
from gardenos_contracts.lead_records import Home, OtherRisk, RiskAdded, RiskChanged, RiskKind, RiskRemoved, Vehicle

from gardenos_leads.lead import Lead
from gardenos_leads.records.domain import Facts, Risk

MOST_RISKS = 200
"""Of a lead."""


def add_risk(lead: Lead, risk_id: UUID, facts: Facts) -> Iterator[Event]:
    """One more. Raises Invalid where nothing is told of it."""
    lead.require_known()
    _require_told(facts)
    if len(lead.records.risks) >= MOST_RISKS:
        raise Conflict(f"a lead has at most {MOST_RISKS} risks; remove some first")
    yield RiskAdded(lead_id=lead.lead_id, person_id=lead.person_id, risk_id=risk_id, **_told(facts))


def change_risk(lead: Lead, risk_id: UUID, facts: Facts) -> Iterator[Event]:
    """What is known of one, whole. Raises NotFound, and Conflict where it is of another kind."""
    lead.require_known()
    risk = _risk(lead, risk_id)
    if type(facts) is not type(risk.facts):
        raise Conflict(f"this is a {risk.kind}: remove it and add the other")
    _require_told(facts)
    if facts != risk.facts:
        yield RiskChanged(lead_id=lead.lead_id, person_id=lead.person_id, risk_id=risk_id, **_told(facts))


def remove_risk(lead: Lead, risk_id: UUID) -> Iterator[Event]:
    """It is not to be insured. Raises NotFound."""
    lead.require_known()
    _risk(lead, risk_id)
    yield RiskRemoved(lead_id=lead.lead_id, person_id=lead.person_id, risk_id=risk_id)


def _risk(lead: Lead, risk_id: UUID) -> Risk:
    if (found := lead.records.risks.get(risk_id)) is None:
        raise NotFound("this lead has no such risk")
    return found


def _require_told(facts: Facts) -> None:
    if not any(facts.model_dump().values()):
        raise Invalid("say something of it: an address, a year, what it is", pointer="")


def _told(facts: Facts) -> dict[str, Any]:
    match facts:
        case Home():
            return {"kind": RiskKind.HOME, "home": facts}
        case Vehicle():
            return {"kind": RiskKind.VEHICLE, "vehicle": facts}
        case OtherRisk():
            return {"kind": RiskKind.OTHER, "other": facts}
