"""A lead's history in words."""

from typing import Any

from gardenos_contracts import Event
from gardenos_contracts.campaigns import LeadEnrolled, LeadWithdrawn
from gardenos_contracts.lead_assignment import LeadUnanswered
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadsMerged, LeadsUnmerged, LeadUnmerged
from gardenos_contracts.lead_households import LeadJoinedHousehold, LeadLeftHousehold, LeadRelationshipChanged
from gardenos_contracts.lead_lists import LeadFieldsFilled, LeadTagsChanged
from gardenos_contracts.lead_records import (
    NoteAdded,
    NoteChanged,
    NoteRemoved,
    RiskAdded,
    RiskChanged,
    RiskRemoved,
    XDateCleared,
    XDateSet,
)
from gardenos_contracts.lead_recycling import LeadCameBack, LeadRecycled, LeadRecyclingCancelled
from gardenos_contracts.lead_sources import LeadInquired
from gardenos_contracts.leads import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    LeadShared,
    LeadStageChanged,
    LeadUnshared,
    PersonForgotten,
)
from gardenos_contracts.values import LineOfBusiness

from gardenos_leads.lead import Lead
from gardenos_leads.records.domain import XDate


def shown(lead: Lead) -> dict[str, Any]:
    """What people know a lead by."""
    return {
        **lead.details,
        "name": str(lead.details["name"]),
        "source": lead.source,
        "campaign_id": lead.campaign_id,
        "campaigns": sorted(lead.campaigns) or None,
        "owner_id": lead.owner_id,
        "team_id": lead.team_id,
        "shared_with": sorted(lead.shared_with) or None,
        "stage": lead.stage,
        # Where it says no more than the stage does, nothing is said besides.
        "stage_key": None if lead.stage_key == lead.stage else lead.stage_key,
        "comes_back_on": lead.recycled and lead.recycled.comes_back_on,
        "recycle_reason": lead.recycled and lead.recycled.reason,
        "client_id": lead.client_id,
        "household": None if lead.household is None else str(lead.household),
        "tags": sorted(lead.tags) or None,
        "risks": [str(risk) for risk in lead.records.risks.values()] or None,
        "x_dates": [_of_line(line, known) for line, known in sorted(lead.records.x_dates.items())] or None,
        **{f"fields.{key}": value for key, value in sorted(lead.fields.items())},
    }


def _of_line(line: LineOfBusiness, known: XDate) -> str:
    # What it costs is for those who may see premiums.
    return f"{line.value.capitalize()}: {known.day}" + (f", {known.carrier}" if known.carrier else "")


def title(event: Event) -> str:
    """What happened, in a few words."""
    match event:
        case LeadCaptured():
            return "Captured, for its campaign by its UTM" if event.by_utm else "Captured"
        case LeadInquired():
            by_utm = ", for a campaign by its UTM" if event.by_utm else ""
            return f"Inquired by {event.source}{by_utm}"
        case LeadDetailsChanged():
            return "Details changed"
        case LeadAssigned():
            by_rule = f" by the rule “{event.rule}”" if event.rule else ""
            if event.with_household:
                return f"Assigned with its household{by_rule}"
            if event.owner_id:
                return f"Assigned{by_rule}"
            return f"Put into its team's pool{by_rule}" if event.rule else "Returned to the pool"
        case LeadUnanswered():
            return f"Nobody was in touch within {event.minutes} minutes, as the rule “{event.rule}” asks"
        case LeadStageChanged():
            why = f": {event.exit_reason}" if event.exit_reason else ""
            return f"Moved from {event.previous_name or event.previous_stage} to {event.name or event.stage}{why}"
        case LeadConverted():
            return "Converted to a client"
        case LeadShared():
            return "Shared with a colleague"
        case LeadUnshared():
            return "No longer shared with a colleague"
        case LeadTagsChanged():
            return "Tags changed"
        case LeadFieldsFilled():
            return "Fields changed"
        case LeadEnrolled():
            return "Added to a campaign"
        case LeadWithdrawn():
            return "Taken out of a campaign"
        case NoteAdded():
            return "Note written"
        case NoteChanged():
            return "Note changed"
        case NoteRemoved():
            return "Note removed"
        case RiskAdded():
            return "Risk added"
        case RiskChanged():
            return "Risk changed"
        case RiskRemoved():
            return "Risk removed"
        case XDateSet():
            return f"X-date of {event.line_of_business} set"
        case XDateCleared():
            return f"X-date of {event.line_of_business} cleared"
        case LeadJoinedHousehold():
            return "Joined a household"
        case LeadRelationshipChanged():
            return "Relationship in its household changed"
        case LeadLeftHousehold():
            return "Left its household"
        case LeadRecycled():
            hangs = f", {event.days_before} days before its X-date of {event.line_of_business}"
            return f"Left alone until it is time{hangs if event.line_of_business else ''}"
        case LeadCameBack():
            return "Brought back" if event.early else "Came back"
        case LeadRecyclingCancelled():
            return "Comes back by itself no more"
        case LeadRemoved():
            return "Removed"
        case LeadRestored():
            return "Restored"
        case LeadsMerged():
            return "Merged with another lead of the same person"
        case LeadMergedInto():
            return "Merged into another lead of the same person"
        case LeadsUnmerged() | LeadUnmerged():
            return "Unmerged"
        case PersonForgotten():
            return "Forgotten"
    return type(event).__name__
