"""What this service does when others' events arrive."""

from collections.abc import Sequence

from gardenos_chassis.events import Consumer
from gardenos_chassis.tenancy import Session
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
    AgencyRegistered,
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

from gardenos_reporting.projections import project, project_tables

LISTENS_TO = (
    AgencyRegistered,
    AgencySettingsChanged,
    AgencyLogoChanged,
    UserJoined,
    ProfileChanged,
    RoleChanged,
    UserMovedTeams,
    UserDeactivated,
    UserReactivated,
    TeamFormed,
    TeamRenamed,
    TeamMovedToBranch,
    TeamLeadsNamed,
    TeamDissolved,
    BranchOpened,
    BranchRenamed,
    BranchClosed,
    UserInvited,
    InvitationRenewed,
    InvitationTeamsChanged,
    InvitationWithdrawn,
    InvitationAccepted,
    CampaignChanged,
    CampaignClosed,
    CampaignCostCorrected,
    CampaignCostRecorded,
    CampaignCostRemoved,
    CampaignPaused,
    CampaignPlanned,
    CampaignReopened,
    CampaignResumed,
    CampaignLaunched,
    PipelineDefined,
    PipelineWithdrawn,
    LeadCaptured,
    LeadDetailsChanged,
    LeadAssigned,
    LeadStageChanged,
    LeadConverted,
    LeadEnrolled,
    LeadWithdrawn,
    LeadShared,
    LeadUnshared,
    LeadRemoved,
    LeadRestored,
    LeadInquired,
    LeadFieldsFilled,
    LeadTagsChanged,
    NoteAdded,
    NoteChanged,
    NoteRemoved,
    RiskAdded,
    RiskChanged,
    RiskRemoved,
    XDateSet,
    XDateCleared,
    LeadJoinedHousehold,
    LeadRelationshipChanged,
    LeadLeftHousehold,
    LeadRecycled,
    LeadCameBack,
    LeadRecyclingCancelled,
    LeadsMerged,
    LeadMergedInto,
    LeadsUnmerged,
    LeadUnmerged,
    CallLogged,
    MessageReceived,
    TaskPlanned,
    TaskChanged,
    TaskRescheduled,
    TaskAssigned,
    TaskCompleted,
    TaskReopened,
    TaskCancelled,
    ClientOnboarded,
    ClientDetailsChanged,
    ClientAssigned,
    ClientShared,
    ClientUnshared,
    InsightExtracted,
    LeadScored,
    LeadForgotten,
    ClientForgotten,
    ConversationsForgotten,
)


def views(*, keep_changes: int) -> Consumer:
    """The one consumer: everything goes into the same tables, a batch at once."""
    consumer = Consumer("reporting.views", listens_to=LISTENS_TO)

    @consumer.on_batch
    async def take(events: Sequence[Received[Event]], db: Session) -> None:
        await project(events, db, keep_changes=keep_changes)

    return consumer


def tables_alone() -> Consumer:
    """What of `views` a rebuild does: clients go on in the log from the positions they know."""
    consumer = Consumer("reporting.views", listens_to=LISTENS_TO)

    @consumer.on_batch
    async def take(events: Sequence[Received[Event]], db: Session) -> None:
        await project_tables(events, db)

    return consumer
