"""One field of a lead set back to what it was: decided as the same change by hand would be."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_contracts import Event

from gardenos_leads.lead import DETAILS, Lead
from gardenos_leads.lists.fields import OWN

_NOT_SET_BACK = {
    "source": "where a lead came from stays as it is",
    "campaign_id": "the campaign a lead came from stays as it is",
    "client_id": "who became a client stays one",
    "shared_with": "share it anew, or stop sharing it: this is not set back",
    "risks": "change the risk itself, or add it anew: its history has what was known of it",
    "household": "say on the lead's own page with whom it is of one household, and as what",
    "x_dates": "set the X-date of the line itself to what it was",
    "comes_back_on": "recycle it anew, or bring it back: this is not set back",
    "recycle_reason": "recycle it anew, with what the reason is: this is not set back",
    "removed": "a removed lead is restored as a whole",
}


def restored(lead: Lead, then: Lead, field: str, since: datetime | None = None) -> Iterable[Event]:
    """What follows where a field is to be as it was; nothing, where it is so. Raises Invalid and Conflict, with why not.

    `since`: since when it was in the stage that it is set back to, where that takes back its last move.
    """
    if field in DETAILS:
        changes: dict[str, Any] = {field: then.details[field]}  # type: ignore[literal-required]
        return lead.change_details(**changes)
    if field.startswith(OWN):
        key = field.removeprefix(OWN)
        return lead.fill({key: then.fields.get(key)})
    match field:
        case "owner_id":
            return lead.assign(then.owner_id, lead.team_id)
        case "team_id":
            return lead.assign(lead.owner_id, then.team_id)
        case "stage" | "stage_key":
            return lead.move(then.stage, then.stage_key, since)
        case "tags":
            return lead.tag(then.tags, lead.tags - then.tags)
    if field in _NOT_SET_BACK:
        raise Conflict(_NOT_SET_BACK[field])
    raise Invalid(f"a lead has no field {field}", pointer="/field")
