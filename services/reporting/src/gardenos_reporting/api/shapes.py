"""The shapes of answers."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from gardenos_chassis.http.shapes import Shape
from gardenos_contracts.leads import Stage
from pydantic import Field

from gardenos_reporting.changes.change import Resource
from gardenos_reporting.measures import GroupBy


class Numbers(Shape):
    """How many leads, and how long it took. Without any lead there are no times."""

    count: int
    median_seconds: float | None
    p90_seconds: float | None


class NumbersAndWaiting(Numbers):
    """`count` are those that had their end, `waiting` those that have not."""

    waiting: int


class _Row(Shape):
    key: str | None
    """The agent's, campaign's or team's id, or the source; null for the leads that have none."""
    label: str


class ConversionRow(_Row, Numbers):
    """One agent's, campaign's, source's or team's."""


class ResponseRow(_Row, NumbersAndWaiting):
    """One agent's, campaign's, source's or team's."""


class Part(Shape):
    """A bar of the distribution."""

    from_seconds: int
    to_seconds: int | None
    """Exclusive; null: however long."""
    count: int


class Week(Shape):
    """One week of the period, from Monday; the first and the last as far as they are within."""

    from_: date = Field(alias="from")
    count: int
    median_seconds: float | None


class _Times(Shape):
    definition: str
    """What the seconds are, in a sentence."""
    from_: date = Field(alias="from")
    to: date
    """Inclusive."""
    time_zone: str
    """Whose days the period's are: the agency's, an IANA name."""
    group_by: GroupBy
    distribution: list[Part]
    series: list[Week]


class ConversionTimes(_Times):
    """From first touch to conversion, leads converted in the period."""

    report: Literal["conversion-times"]
    rows: list[ConversionRow]
    total: Numbers


class ResponseTimes(_Times):
    """From capture to first contact by the agency, leads captured in the period."""

    report: Literal["response-times"]
    rows: list[ResponseRow]
    total: NumbersAndWaiting


class _Lead(Shape):
    lead_id: UUID
    person_id: UUID | None
    name: str
    agent_id: UUID | None
    """In whose name the lead is counted."""
    agent_name: str | None
    captured_at: datetime


class ConvertedLead(_Lead):
    """A lead behind a conversion time."""

    first_touch_at: datetime
    converted_at: datetime
    seconds: float


class AnsweredLead(_Lead):
    """A lead behind a response time, or one that is waiting."""

    first_contact_at: datetime | None
    seconds: float | None


class StageCount(Shape):
    """How many leads stand there."""

    stage: Stage
    count: int


class Pipeline(Shape):
    """Where the leads in the caller's scope stand now."""

    time_zone: str
    stages: list[StageCount]
    """The open ones, in their order."""
    open: int
    """The sum of the stages."""
    not_contacted_7_days: int
    """Open leads whose last contact, or capture where there was none, is longer ago."""
    new_today: int
    converted_this_month: int


class Change(Shape):
    """A record changed; it carries no personal data: what changed is asked for."""

    resource: Resource
    id: UUID
    version: int
    """Of the record's stream of events."""
    person_id: UUID | None
    lead_id: UUID | None
    client_id: UUID | None
    type: str
    """Of the event, `leads.LeadCaptured.v1`."""
    actor: str
    """Who did it, `person:<user id>`."""
    sequence: int
    """The event's place in the agency's history of its service."""
