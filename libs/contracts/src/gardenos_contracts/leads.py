"""What the leads service publishes."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from gardenos_contracts.event import Event
from gardenos_contracts.values import (
    CampaignId,
    ClientId,
    ImportId,
    LeadId,
    LineOfBusiness,
    Moment,
    PersonalDate,
    PersonalName,
    PersonalText,
    PersonId,
    TeamId,
    UserId,
)


class Stage(StrEnum):
    """Where a lead is on the way to a first policy."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    QUOTED = "quoted"
    WON = "won"
    LOST = "lost"

    @property
    def closed(self) -> bool:
        """A closed lead is worked no more."""
        return self in (Stage.WON, Stage.LOST)


class CampaignLaunched(Event, service="leads", version=1):
    """A campaign that leads may come from was launched."""

    campaign_id: CampaignId
    name: str
    source: str
    """Where its leads come from: `web form`, `referral`, `purchased list` …"""


class LeadCaptured(Event, service="leads", version=1):
    """A prospect became known to the agency."""

    introduces_person: ClassVar[bool] = True

    lead_id: LeadId
    person_id: PersonId
    name: PersonalName
    email: PersonalText = None
    """Lower case."""
    phone: PersonalText = None
    """E.164."""
    street: PersonalText = None
    """Street and number."""
    city: PersonalText = None
    postal_code: PersonalText = None
    state: PersonalText = None
    """US state, two letters."""
    birth_date: PersonalDate = None
    line_of_business: LineOfBusiness | None = None
    current_carrier: PersonalText = None
    x_date: PersonalDate = None
    """When the current carrier's policy expires."""
    source: str
    campaign_id: CampaignId | None = None
    by_utm: bool = False
    """Whether the campaign was known by the words of the link that they clicked."""
    owner_id: UserId | None = None
    team_id: TeamId | None = None
    """The pool the lead is in."""
    notes: PersonalText = None
    external_id: PersonalText = None
    """The lead's id in the system it came from."""
    import_id: ImportId | None = None
    captured_at: Moment
    """When the prospect first became known; before the recording, for an import."""


class LeadDetailsChanged(Event, service="leads", version=1):
    """What is known of the prospect changed. Carries the details as they are now, whole."""

    lead_id: LeadId
    person_id: PersonId
    name: PersonalName
    email: PersonalText = None
    phone: PersonalText = None
    street: PersonalText = None
    """Street and number."""
    city: PersonalText = None
    postal_code: PersonalText = None
    state: PersonalText = None
    birth_date: PersonalDate = None
    line_of_business: LineOfBusiness | None = None
    current_carrier: PersonalText = None
    x_date: PersonalDate = None
    notes: PersonalText = None


class LeadAssigned(Event, service="leads", version=1):
    """The lead has a new owner, or none (back in the pool)."""

    lead_id: LeadId
    person_id: PersonId
    owner_id: UserId | None
    team_id: TeamId | None
    previous_owner_id: UserId | None = None
    rule_id: UUID | None = None
    """The rule of assignment by which it was given; null where somebody gave it by hand."""
    rule: str | None = None
    """What that rule was called."""
    with_household: bool = False
    """Whether the rule gave it to whoever has somebody of its household already, instead of to whose turn it was."""


class LeadStageChanged(Event, service="leads", version=1):
    """The lead moved along the pipeline, or back."""

    lead_id: LeadId
    person_id: PersonId
    stage: Stage
    """How far along it is, whatever the agency calls that. The same as before where only its place in the pipeline is another."""
    previous_stage: Stage
    reason: PersonalText = None
    pipeline: LineOfBusiness | None = None
    """The line whose pipeline it moved in; null: that of all lines without one of their own."""
    key: str | None = None
    """The pipeline's stage; null: its first of this kind."""
    name: str | None = None
    """What that stage was called then."""
    previous_key: str | None = None
    previous_name: str | None = None
    exit_reason: str | None = None
    """Why it was lost, in words that the agency gives to choose from."""
    since: Moment | None = None
    """Since when it is there, where that is not from now on: a mistake was taken back, or it was there as another lead."""


class LeadConverted(Event, service="leads", version=1):
    """The prospect became a client.

    The clients service onboards `client_id` by this event.
    """

    lead_id: LeadId
    person_id: PersonId
    client_id: ClientId
    name: PersonalName
    email: PersonalText = None
    phone: PersonalText = None
    street: PersonalText = None
    """Street and number."""
    city: PersonalText = None
    postal_code: PersonalText = None
    state: PersonalText = None
    birth_date: PersonalDate = None
    line_of_business: LineOfBusiness | None = None
    campaign_id: CampaignId | None = None
    source: str
    owner_id: UserId | None = None
    team_id: TeamId | None = None
    captured_at: Moment
    converted_at: Moment
    shared_with: tuple[UserId, ...] = ()
    """With whom the lead was shared. From now on the client is, and the lead no longer apart."""


class LeadShared(Event, service="leads", version=1):
    """A colleague has the lead in their scope from now on, whosever it is."""

    lead_id: LeadId
    person_id: PersonId
    user_id: UserId


class LeadUnshared(Event, service="leads", version=1):
    """A colleague has the lead in their scope no longer, unless by their role."""

    lead_id: LeadId
    person_id: PersonId
    user_id: UserId


class PersonForgotten(Event, service="leads", version=1):
    """A prospect asked to be forgotten. Their personal data is gone from the history; readers drop what they kept of it."""

    lead_id: LeadId
    person_id: PersonId
    client_id: ClientId | None = None
    """The client they became."""

    def forgets(self) -> tuple[UUID, ...]:
        """The person."""
        return (self.person_id,)


class LeadsImported(Event, service="leads", version=1):
    """A file of leads was read to its end; each row's fate is counted."""

    import_id: ImportId
    filename: str
    rows: int
    captured: int
    duplicates: int
    rejected: int
    empty: int
    updated: int = 0
    """Rows that changed a lead which was there."""
    inquiries: int = 0
    """Rows by which somebody who is a lead already asked once more."""
    run_automations: bool = True
    """Whether what is automatic may follow from its rows, as whoever imported them chose."""


class ImportUploaded(Event, service="leads", version=1):
    """A file of leads was given, and could be read."""

    import_id: ImportId
    filename: str
    size_bytes: int


class ImportPlanned(Event, service="leads", version=1):
    """It was said what a file's columns hold, and what is to be done with rows of people who are leads already."""

    import_id: ImportId
    match_by: tuple[str, ...]
    """By what somebody is known again: `email`, `phone`, `external_id`, `name`."""
    duplicates: str
    """`skip`, `update` or `inquiry`."""
    run_automations: bool


class ImportChecked(Event, service="leads", version=1):
    """What an import would do was looked at; no lead was written."""

    import_id: ImportId
    rows: int


class ImportStarted(Event, service="leads", version=1):
    """An import began; its rows' events have it as their actor."""

    import_id: ImportId
    run_automations: bool
    """Whether what is automatic may follow from its rows."""


class ImportFailed(Event, service="leads", version=1):
    """An import came to an end before the last row. What was taken in until then stays, and can be undone."""

    import_id: ImportId


class ImportUndoStarted(Event, service="leads", version=1):
    """Somebody took an import back."""

    import_id: ImportId


class ImportUndone(Event, service="leads", version=1):
    """An import was taken back, but for what had changed since."""

    import_id: ImportId
    removed: int
    """Leads that only came from it."""
    restored: int
    """Leads that are again as they were before it."""
    kept: int
    """Rows of which something changed since, and stays."""


class LeadRemoved(Event, service="leads", version=1):
    """The lead is shown no more. It can be restored."""

    lead_id: LeadId
    person_id: PersonId


class LeadRestored(Event, service="leads", version=1):
    """The lead, which was removed, is back as it was."""

    lead_id: LeadId
    person_id: PersonId
