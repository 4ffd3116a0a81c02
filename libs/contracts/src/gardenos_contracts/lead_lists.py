"""What the leads service publishes of what an agency adds to its leads: fields of its own, tags, and views of their lists."""

from enum import StrEnum
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr

from gardenos_contracts.event import Event
from gardenos_contracts.personal import Personal
from gardenos_contracts.values import LeadId, LineOfBusiness, PersonId, TeamId, UserId

FieldValue: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr | None
"""A day is `YYYY-MM-DD`, an amount its minor units; None where there is none."""


class FieldKind(StrEnum):
    """What a field of an agency's own holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MONEY = "money"
    CHOICE = "choice"
    YES_NO = "yes_no"


class Audience(StrEnum):
    """Who sees a saved view."""

    OWN = "own"
    TEAM = "team"
    AGENCY = "agency"


class LeadFieldDefined(Event, service="leads", version=1):
    """An agency keeps one more thing of its leads.

    By `key` it is called for good, also once it is retired.
    """

    field_id: UUID
    key: str
    """`roof_age`: lower case, digits and `_`."""
    label: str
    kind: FieldKind
    options: tuple[str, ...] = ()
    """Of a choice."""
    line_of_business: LineOfBusiness | None = None
    """The line whose leads have it; None: all."""


class LeadFieldChanged(Event, service="leads", version=1):
    """A field is called otherwise, offers other options, belongs to another line, or is retired or back in use."""

    field_id: UUID
    key: str
    label: str
    options: tuple[str, ...] = ()
    line_of_business: LineOfBusiness | None = None
    retired: bool = False
    """What is known under it stays; nothing new is asked for."""


class LeadFieldsFilled(Event, service="leads", version=1):
    """What is known of a lead under an agency's own fields changed: those that did, by key."""

    lead_id: LeadId
    person_id: PersonId
    values: Annotated[dict[str, FieldValue], Personal({})]


class LeadTagsChanged(Event, service="leads", version=1):
    """A lead was given tags, or lost some."""

    lead_id: LeadId
    person_id: PersonId
    added: Annotated[tuple[str, ...], Personal(())] = ()
    removed: Annotated[tuple[str, ...], Personal(())] = ()


class LeadViewSaved(Event, service="leads", version=1):
    """A list of leads was given a name, or is another one from now on."""

    view_id: UUID
    name: str
    audience: Audience
    owner_id: UserId
    """Whose it is: who may change it, beside those who may change the agency's settings."""
    team_id: TeamId | None = None
    """Whose team sees it."""
    filter: dict[str, Any] | None = None
    sort: str | None = None
    columns: tuple[str, ...] = ()


class LeadViewRemoved(Event, service="leads", version=1):
    """A list of leads has its name no longer."""

    view_id: UUID


__all__ = [
    "Audience",
    "FieldKind",
    "FieldValue",
    "LeadFieldChanged",
    "LeadFieldDefined",
    "LeadFieldsFilled",
    "LeadTagsChanged",
    "LeadViewRemoved",
    "LeadViewSaved",
]
