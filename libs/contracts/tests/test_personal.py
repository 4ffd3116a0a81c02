"""What of every event is personal: each field is decided."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from gardenos_contracts import Event, all_events, personal_fields, without_personal
from gardenos_contracts.ai import InsightExtracted
from gardenos_contracts.comms import CallLogged, ConversationsForgotten, MessageReceived
from gardenos_contracts.leads import PersonForgotten

GOLDEN = Path(__file__).parent / "golden"
PUBLISHED = {name: event for name, event in all_events().items() if event.__module__.startswith("gardenos_contracts.")}

NOT_PERSONAL = {
    # Who, what and when, by ids that say nothing by themselves.
    "agency_id", "branch_id", "call_id", "campaign_id", "client_id", "communication_ids", "import_id", "insight_id",
    "invitation_id", "lead_id", "message_id", "owner_id", "person_id", "pool_to_id", "previous_owner_id", "session_id", "source_id",
    "team_id", "thread_id", "thread_ids", "to_id", "user_id",
    "captured_at", "converted_at", "expires_at", "onboarded_at", "received_at", "said_at", "started_at",
    # What reports count, and what the agency did.
    "by_utm", "channel", "confidence", "direction", "disposition", "duration_seconds", "end", "engine", "engine_version", "kind",
    "line_of_business", "previous_stage", "source", "source_field", "source_kind", "stage", "start",
}  # fmt: skip
"""Names of fields that tell of nobody, whatever the event."""

NOT_PERSONAL_HERE = {
    # A number tells of nobody once they are forgotten; its reasons, which do, are personal.
    "ai.LeadScored.v1": {"as_of", "behaviour", "fit", "previous_score", "rules_number", "score"},
    "ai.ScoringRulesChanged.v1": {"rules_id", "number", "points", "sources", "campaigns", "lines", "fields"},
    # What the agency's own people set up.
    # When what is to be done, and how much it matters; what it is, is personal.
    "comms.TaskAssigned.v1": {"task_id"},
    "comms.TaskCancelled.v1": {"task_id"},
    "comms.TaskChanged.v1": {"task_id", "priority"},
    "comms.TaskCompleted.v1": {"task_id"},
    "comms.TaskPlanned.v1": {"task_id", "priority", "due_on", "due_time"},
    "comms.TaskReopened.v1": {"task_id"},
    "comms.TaskRescheduled.v1": {"task_id", "due_on", "due_time", "previous_due_on", "previous_due_time"},
    "comms.WebhookChanged.v1": {"webhook_id", "name", "host", "event_types", "personal"},
    "comms.WebhookMade.v1": {"webhook_id", "name", "host", "event_types", "personal"},
    "comms.WebhookPaused.v1": {"webhook_id", "name", "because", "failing_since"},
    "comms.WebhookRemoved.v1": {"webhook_id"},
    "comms.WebhookResumed.v1": {"webhook_id"},
    "comms.WebhookSecretRotated.v1": {"webhook_id"},
    "identity.AgencyLogoChanged.v1": {"logo"},
    "identity.AgencyRegistered.v1": {"name", "time_zone", "currency"},
    "identity.AgencySuspended.v1": {"reason", "turn_to"},
    "identity.AgencySettingsChanged.v1": {
        "name",
        "time_zone",
        "currency",
        "business_hours",
        "quiet_hours",
        "display_name",
        "accent",
        "retention",
    },
    "identity.ApiKeyMade.v1": {"key_id", "name", "scopes", "made_by"},
    "identity.ApiKeyRevoked.v1": {"key_id"},
    # Of the agency's own people, who sign in, their names and addresses are personal: `Personal`.
    "identity.BranchOpened.v1": {"name"},
    "identity.BranchRenamed.v1": {"name"},
    "identity.InvitationTeamsChanged.v1": {"team_ids"},
    "identity.PasswordChanged.v1": {"by"},
    # When somebody is away their colleagues plan by; why is their own.
    "identity.AbsenceCancelled.v1": {"absence_id"},
    "identity.AbsencePlanned.v1": {"absence_id", "starts_at", "ends_at", "covered_by"},
    "identity.AgencyClosed.v1": {"erase_at", "reason"},
    "identity.ProfileChanged.v1": {"time_zone", "locale"},
    "identity.RoleChanged.v1": {"role"},
    "identity.SingleSignOnChanged.v1": {"issuer", "domains", "required", "joins_as"},
    "identity.SingleSignOnLinked.v1": {"issuer"},
    "identity.TeamFormed.v1": {"name"},
    "identity.TeamLeadsNamed.v1": {"lead_ids"},
    "identity.TeamRenamed.v1": {"name"},
    "identity.UserInvited.v1": {"role", "team_ids", "invited_by"},
    "identity.UserJoined.v1": {"role", "team_ids"},
    "identity.UserMovedTeams.v1": {"team_ids"},
    "identity.WorkProfileChanged.v1": {"languages", "working_hours", "time_zone"},
    "leads.CampaignLaunched.v1": {"name"},
    "leads.AssignmentDrafted.v1": {"rules"},
    "leads.AssignmentSwitchedOff.v1": {"number"},
    "leads.AssignmentSwitchedOn.v1": {"number", "rules"},
    "leads.CampaignChanged.v1": {"budget_minor", "currency", "ends_on", "goal", "name", "starts_on", "utm"},
    "leads.CampaignClosed.v1": {"note"},
    "leads.CampaignCostCorrected.v1": {"amount", "cost_id", "note", "on"},
    "leads.CampaignCostRecorded.v1": {"amount", "cost_id", "note", "on"},
    "leads.CampaignCostRemoved.v1": {"cost_id"},
    "leads.CampaignPlanned.v1": {"budget_minor", "currency", "ends_on", "goal", "name", "starts_on", "utm"},
    "leads.DuplicateRulesChanged.v1": {
        "alike",
        "at_once",
        "birth_date",
        "email",
        "households_apart",
        "in_files",
        "name_and_place",
        "phone",
    },
    "leads.LeadAssigned.v1": {"rule", "rule_id", "with_household"},
    "leads.LeadDisposalAnnounced.v1": {"closed_before", "leads", "months", "on"},
    "leads.LeadDisposalEnded.v1": {"withdrawn"},
    "leads.LeadHouseholdsToldApart.v1": {"other_lead_id"},
    "leads.LeadJoinedHousehold.v1": {"household_id"},
    "leads.LeadLeftHousehold.v1": {"household_id"},
    "leads.LeadRelationshipChanged.v1": {"household_id"},
    "leads.LeadBulkEnded.v1": {
        "bulk_id",
        "changed",
        "conflict",
        "done",
        "gone",
        "leads",
        "not_allowed",
        "nothing",
        "outcome",
    },
    "leads.LeadBulkStarted.v1": {"action", "bulk_id", "undoes"},
    "leads.LeadMergedInto.v1": {"into_lead_id", "into_person_id", "merge_id"},
    "leads.LeadStageChanged.v1": {"exit_reason", "key", "name", "pipeline", "previous_key", "previous_name", "since"},
    "leads.PipelineDefined.v1": {"exit_reasons", "moved", "name", "stages"},
    "leads.LeadUnanswered.v1": {"minutes", "rule", "rule_id", "told"},
    "leads.LeadUnmerged.v1": {"from_lead_id", "from_person_id", "merge_id"},
    "leads.LeadsMerged.v1": {
        "do_not_call",
        "followed_by",
        "merge_id",
        "merged_captured_at",
        "merged_lead_id",
        "merged_person_id",
        "taken",
    },
    "leads.LeadsToldApart.v1": {"other_lead_id", "verdict"},
    "leads.LeadsUnmerged.v1": {"merge_id", "merged_lead_id", "merged_person_id"},
    "leads.LeadConverted.v1": {"shared_with"},
    "leads.ImportChecked.v1": {"rows"},
    "leads.ImportPlanned.v1": {"match_by", "duplicates", "run_automations"},
    "leads.ImportStarted.v1": {"run_automations"},
    "leads.ImportUndone.v1": {"removed", "restored", "kept"},
    "leads.ImportUploaded.v1": {"filename", "size_bytes"},
    "leads.LeadFieldChanged.v1": {"field_id", "key", "label", "options", "retired"},
    "leads.LeadFieldDefined.v1": {"field_id", "key", "label", "options"},
    "leads.LeadViewRemoved.v1": {"view_id"},
    "leads.LeadViewSaved.v1": {"view_id", "name", "audience", "filter", "sort", "columns"},
    "leads.LeadInquired.v1": {"inquiry_id", "cost", "consented_at", "first", "inquired_at"},
    "leads.RiskAdded.v1": {"risk_id"},
    "leads.RiskChanged.v1": {"risk_id"},
    "leads.RiskRemoved.v1": {"risk_id"},
    "leads.LeadCameBack.v1": {"early"},
    "leads.LeadRecycled.v1": {"days_before", "recycled_on", "stage_key", "term_months"},
    "leads.NoteAdded.v1": {"author_id", "mentions", "note_id"},
    "leads.NoteChanged.v1": {"mentions", "note_id"},
    "leads.NoteRemoved.v1": {"note_id"},
    "leads.LeadSourceChanged.v2": {"name", "active", "cost", "mapping", "answers", "bidding", "form", "senders"},
    "leads.LeadSourceMade.v2": {"name", "active", "cost", "mapping", "answers", "bidding", "form", "senders"},
    "leads.LeadsImported.v1": {
        "filename",
        "rows",
        "captured",
        "duplicates",
        "rejected",
        "empty",
        "updated",
        "inquiries",
        "run_automations",
    },
}
"""Fields of one event that would tell of somebody elsewhere."""


def golden(event: type[Event]) -> list[Event]:
    payloads = json.loads((GOLDEN / f"{event.event_type}.json").read_text("utf-8"))
    return [event.model_validate_json(json.dumps(payload)) for payload in payloads]


@pytest.mark.parametrize("event_type", PUBLISHED)
def test_of_every_field_it_is_decided_whether_it_is_personal(event_type: str) -> None:
    event = PUBLISHED[event_type]
    here = NOT_PERSONAL_HERE.get(event_type, set())
    personal = set(personal_fields(event))
    undecided = set(event.model_fields) - personal - NOT_PERSONAL - here
    assert not undecided, f"{event_type}: mark {undecided} as Personal(), or name them here as not personal"
    assert not personal & (NOT_PERSONAL | here), "one name, one meaning"
    assert here <= set(event.model_fields), "what is listed here is there"


def test_what_is_listed_as_not_personal_is_there() -> None:
    assert {name for event in PUBLISHED.values() for name in event.model_fields} >= NOT_PERSONAL
    assert PUBLISHED.keys() >= NOT_PERSONAL_HERE.keys()


@pytest.mark.parametrize("event_type", [name for name, event in PUBLISHED.items() if personal_fields(event)])
def test_what_is_left_of_somebody_forgotten_is_an_event_still(event_type: str) -> None:
    event = PUBLISHED[event_type]
    for told in golden(event):
        left = without_personal(told)
        assert event.model_validate_json(left.model_dump_json()) == left, "it reads as it was written"
        assert left.about() == told.about() is not None, "what is personal is somebody's"
        for name, value in personal_fields(event).items():
            assert getattr(left, name) == value
        open_fields = set(event.model_fields) - set(personal_fields(event))
        assert left.model_dump(include=open_fields) == told.model_dump(include=open_fields)


def test_what_nobody_known_wrote_is_the_conversation_s() -> None:
    unknown, known = golden(MessageReceived)[-1], golden(MessageReceived)[0]
    assert isinstance(unknown, MessageReceived)
    assert isinstance(known, MessageReceived)
    assert unknown.person_id is None
    assert unknown.about() == unknown.thread_id
    assert known.about() == known.person_id
    assert golden(CallLogged)[0].about() == UUID(golden(CallLogged)[0].model_dump(mode="json")["person_id"])
    insight = golden(InsightExtracted)[-1]
    assert isinstance(insight, InsightExtracted)
    assert (insight.person_id, insight.about()) == (None, insight.source_id)


def test_who_is_forgotten_is_told_by_all_their_ids() -> None:
    forgotten, conversations = golden(PersonForgotten)[0], golden(ConversationsForgotten)[0]
    assert isinstance(forgotten, PersonForgotten)
    assert isinstance(conversations, ConversationsForgotten)
    assert forgotten.forgets() == (forgotten.person_id,)
    ids = (conversations.person_id, *conversations.thread_ids, *conversations.communication_ids)
    assert conversations.forgets() == ids
    assert golden(MessageReceived)[0].forgets() == ()
