"""A change: which record an event was about, and who may hear of it."""

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import ADMINISTER_PEOPLE
from gardenos_contracts import Event, Received
from gardenos_contracts.ai import InsightExtracted
from gardenos_contracts.campaigns import (
    CampaignChanged,
    CampaignClosed,
    CampaignCostCorrected,
    CampaignCostRecorded,
    CampaignCostRemoved,
    CampaignPaused,
    CampaignPlanned,
    CampaignReopened,
    CampaignResumed,
    LeadEnrolled,
    LeadWithdrawn,
)
from gardenos_contracts.clients import (
    ClientAssigned,
    ClientDetailsChanged,
    ClientOnboarded,
    ClientShared,
    ClientUnshared,
)
from gardenos_contracts.clients import PersonForgotten as ClientForgotten
from gardenos_contracts.comms import CallLogged, ConversationsForgotten, MessageReceived
from gardenos_contracts.identity import (
    AgencyLogoChanged,
    AgencySettingsChanged,
    BranchClosed,
    BranchOpened,
    BranchRenamed,
    InvitationAccepted,
    InvitationRenewed,
    InvitationTeamsChanged,
    InvitationWithdrawn,
    ProfileChanged,
    RoleChanged,
    TeamDissolved,
    TeamFormed,
    TeamLeadsNamed,
    TeamMovedToBranch,
    TeamRenamed,
    UserDeactivated,
    UserInvited,
    UserJoined,
    UserMovedTeams,
    UserReactivated,
)
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadsMerged, LeadsUnmerged, LeadUnmerged
from gardenos_contracts.lead_households import LeadJoinedHousehold, LeadLeftHousehold, LeadRelationshipChanged
from gardenos_contracts.lead_lists import LeadFieldsFilled, LeadTagsChanged
from gardenos_contracts.lead_pipelines import PipelineDefined, PipelineWithdrawn
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
from gardenos_contracts.lead_scores import LeadScored
from gardenos_contracts.lead_sources import LeadInquired
from gardenos_contracts.leads import (
    CampaignLaunched,
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    LeadShared,
    LeadStageChanged,
    LeadUnshared,
)
from gardenos_contracts.leads import PersonForgotten as LeadForgotten
from gardenos_contracts.tasks import (
    TaskAssigned,
    TaskCancelled,
    TaskChanged,
    TaskCompleted,
    TaskPlanned,
    TaskReopened,
    TaskRescheduled,
)

from gardenos_reporting.scope import POOL, Scope


class Resource(StrEnum):
    """What kind of record changed."""

    LEAD = "lead"
    CLIENT = "client"
    CALL = "call"
    MESSAGE = "message"
    THREAD = "thread"
    """All the conversations of a person, by the person's id."""
    TASK = "task"
    INSIGHT = "insight"
    SCORE = "score"
    """A lead's, by the lead's id."""
    CAMPAIGN = "campaign"
    PIPELINES = "pipelines"
    """All of the agency's."""
    USER = "user"
    TEAM = "team"
    BRANCH = "branch"
    INVITATION = "invitation"
    AGENCY = "agency"


class Change(NamedTuple):
    """One record changed. It carries no personal data: what changed is asked for, by who may read it."""

    resource: Resource
    id: UUID
    version: int
    """Of the record's stream."""
    type: str
    """Of the event."""
    actor: str
    sequence: int
    """The event's place in the agency's history of its service."""
    person_id: UUID | None = None
    lead_id: UUID | None = None
    client_id: UUID | None = None
    scope: Scope | None = None
    """Whose the record is after the change. None while nobody knows: then those alone hear of it who read everything."""
    left: Scope | None = None
    """Whose it was, where the change took it from them: they hear of it once more. Who gets or loses a share hears as well."""

    def heard_by(self, caller: Caller) -> bool:
        """Whether a caller may read the record, or could until now."""
        if self.resource is Resource.INVITATION:
            return caller.may(ADMINISTER_PEOPLE)
        if self.scope is None:
            return caller.agency_wide
        return caller.sees(*self.scope, self.person_id) or (self.left is not None and caller.sees(*self.left))


def change_of(event: Received[Event]) -> Change | None:
    """What an event changed, its scope still to be found; None if that is no record that anybody looks at."""
    found = _record_of(event)
    if found is None:
        return None
    resource, id = found
    return Change(
        resource=resource,
        id=id,
        version=event.version,
        person_id=id_in(event.data, "person_id"),
        lead_id=id_in(event.data, "lead_id"),
        client_id=id_in(event.data, "client_id"),
        type=event.type,
        actor=str(event.actor),
        sequence=event.sequence,
        scope=POOL if resource in _EVERYBODY_S else None,
    )


def id_in(event: Event, field: str) -> UUID | None:
    """The id that an event gives in a field, if it has that field."""
    # Where it has not, pydantic takes long to say so.
    return getattr(event, field) if field in type(event).model_fields else None


_EVERYBODY_S = frozenset(
    {
        Resource.CAMPAIGN,
        Resource.PIPELINES,
        Resource.USER,
        Resource.TEAM,
        Resource.AGENCY,
        Resource.BRANCH,
        Resource.INVITATION,
    }
)
"""Nobody's in particular; of invitations those alone hear who may invite."""


def _record_of(fact: Received[Event]) -> tuple[Resource, UUID] | None:
    match event := fact.data:
        case (
            LeadCaptured()
            | LeadDetailsChanged()
            | LeadAssigned()
            | LeadStageChanged()
            | LeadConverted()
            | LeadEnrolled()
            | LeadWithdrawn()
            | LeadShared()
            | LeadUnshared()
            | LeadInquired()
            | LeadFieldsFilled()
            | LeadTagsChanged()
            | NoteAdded()
            | NoteChanged()
            | NoteRemoved()
            | RiskAdded()
            | RiskChanged()
            | RiskRemoved()
            | XDateSet()
            | XDateCleared()
            | LeadJoinedHousehold()
            | LeadRelationshipChanged()
            | LeadLeftHousehold()
            | LeadRecycled()
            | LeadCameBack()
            | LeadRecyclingCancelled()
            | LeadRemoved()
            | LeadRestored()
            | LeadsMerged()
            | LeadMergedInto()
            | LeadsUnmerged()
            | LeadUnmerged()
            | LeadForgotten()
        ):
            return Resource.LEAD, event.lead_id
        case (
            ClientOnboarded()
            | ClientDetailsChanged()
            | ClientAssigned()
            | ClientShared()
            | ClientUnshared()
            | ClientForgotten()
        ):
            return Resource.CLIENT, event.client_id
        case ConversationsForgotten():
            return Resource.THREAD, event.person_id
        case CallLogged():
            return Resource.CALL, event.call_id
        case MessageReceived():
            return Resource.MESSAGE, event.message_id
        case (
            TaskPlanned()
            | TaskChanged()
            | TaskRescheduled()
            | TaskAssigned()
            | TaskCompleted()
            | TaskReopened()
            | TaskCancelled()
        ):
            return Resource.TASK, event.task_id
        case LeadScored():
            return Resource.SCORE, event.lead_id
        case InsightExtracted():
            return Resource.INSIGHT, event.insight_id
        case (
            CampaignPlanned()
            | CampaignLaunched()
            | CampaignChanged()
            | CampaignPaused()
            | CampaignResumed()
            | CampaignClosed()
            | CampaignReopened()
            | CampaignCostRecorded()
            | CampaignCostCorrected()
            | CampaignCostRemoved()
        ):
            return Resource.CAMPAIGN, event.campaign_id
        case PipelineDefined() | PipelineWithdrawn():
            return Resource.PIPELINES, fact.stream_id
        case UserJoined() | ProfileChanged() | RoleChanged() | UserMovedTeams() | UserDeactivated() | UserReactivated():
            return Resource.USER, event.user_id
        case TeamFormed() | TeamRenamed() | TeamMovedToBranch() | TeamLeadsNamed() | TeamDissolved():
            return Resource.TEAM, event.team_id
        case BranchOpened() | BranchRenamed() | BranchClosed():
            return Resource.BRANCH, event.branch_id
        case (
            UserInvited()
            | InvitationRenewed()
            | InvitationTeamsChanged()
            | InvitationWithdrawn()
            | InvitationAccepted()
        ):
            return Resource.INVITATION, event.invitation_id
        case AgencySettingsChanged() | AgencyLogoChanged():
            return Resource.AGENCY, event.agency_id
    return None
