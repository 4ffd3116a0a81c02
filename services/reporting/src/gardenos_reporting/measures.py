"""What the reports measure: between which moments, over which leads, in whose name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement

from gardenos_reporting.tables import leads

ReportName: TypeAlias = Literal["conversion-times", "response-times"]


class GroupBy(StrEnum):
    """What a report's lines are."""

    AGENT = "agent"
    CAMPAIGN = "campaign"
    SOURCE = "source"
    TEAM = "team"


MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Measure:
    """One duration of a lead's life."""

    report: ReportName
    definition: str
    at: ColumnElement[Any]
    """The moment by which a lead is of a period."""
    seconds: ColumnElement[Any]
    """The duration; null for a lead that is still waiting for its end."""
    keys: Mapping[GroupBy, ColumnElement[Any]]
    moments: Sequence[ColumnElement[Any]]
    """What else than the capture is told of a lead behind the numbers."""
    edges: Sequence[int]
    """Where the parts of the distribution begin, in seconds."""
    waits: bool
    """Whether leads without an end are of the report too."""


_PERCENTILES = (
    "a lead that came from no campaign is with the first that it joined and is in; "
    "median and p90 are exact percentiles, interpolated between neighbours (percentile_cont)"
)
_WHEREVER = {GroupBy.CAMPAIGN: leads.c.counted_campaign_id, GroupBy.SOURCE: leads.c.source}

CONVERSION_TIMES = Measure(
    report="conversion-times",
    definition=(
        "Seconds from first touch, the earlier of a lead's capture and its first call or message, to its conversion, "
        "over the leads converted in the period, each with the agent and team who had it then; " + _PERCENTILES + "."
    ),
    at=leads.c.converted_at,
    seconds=leads.c.conversion_seconds,
    keys={**_WHEREVER, GroupBy.AGENT: leads.c.conversion_owner_id, GroupBy.TEAM: leads.c.conversion_team_id},
    moments=(leads.c.first_touch_at, leads.c.converted_at),
    edges=(0, HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY, 90 * DAY, 180 * DAY, 365 * DAY),
    waits=False,
)

RESPONSE_TIMES = Measure(
    report="response-times",
    definition=(
        "Seconds from a lead's capture to the first call out to it by a person that was not busy or a wrong number (0 if "
        "that was before), over the leads captured in the period, each with the agent who called and the team that had it; "
        "leads without such a call so far are waiting and not in the times; " + _PERCENTILES + "."
    ),
    at=leads.c.captured_at,
    seconds=leads.c.response_seconds,
    keys={**_WHEREVER, GroupBy.AGENT: leads.c.response_owner_id, GroupBy.TEAM: leads.c.response_team_id},
    moments=(leads.c.first_outbound_at.label("first_contact_at"),),
    edges=(0, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY),
    waits=True,
)
