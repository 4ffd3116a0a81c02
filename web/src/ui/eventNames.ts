/** What is said of an event's type: `leads.LeadCaptured.v1` is `Lead captured`, of leads. */
export interface EventName {
  title: string;
  source: string | null;
  version: string | null;
}

/** An event's type in words. */
export function eventName(type: string): EventName {
  const found = /^([a-z][\w-]*)\.(\w+)\.v(\d+)$/.exec(type);
  if (!found) return { title: type, source: null, version: null };
  const [, source, name, version] = found;
  return { title: TITLES[`${source}.${name}`] ?? inWords(name!), source: source!, version: version! };
}

/** `LeadCaptured` as `Lead captured`; abbreviations such as `ID` stay. For what other teams' projects publish. */
function inWords(name: string): string {
  const parts = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g) ?? [name];
  return parts
    .map((part, place) => (place === 0 || /^[A-Z]{2,}$/.test(part) ? part : part.toLowerCase()))
    .join(" ");
}

/** What each event that the platform publishes is called, whatever its version. */
export const TITLES: Readonly<Record<string, string>> = {
  "ai.InsightExtracted": "Insight read from a conversation",

  "clients.ClientAssigned": "Client assigned",
  "clients.ClientDetailsChanged": "Client details changed",
  "clients.ClientOnboarded": "Client onboarded",
  "clients.ClientShared": "Client shared",
  "clients.ClientUnshared": "Client no longer shared",
  "clients.PersonForgotten": "Client forgotten",

  "comms.CallLogged": "Call logged",
  "comms.ConversationsForgotten": "Conversations forgotten",
  "comms.MessageReceived": "Message received",
  "comms.WebhookChanged": "Webhook changed",
  "comms.WebhookMade": "Webhook made",
  "comms.WebhookPaused": "Webhook paused",
  "comms.WebhookRemoved": "Webhook removed",
  "comms.WebhookResumed": "Webhook resumed",
  "comms.WebhookSecretRotated": "Webhook’s secret replaced",

  "identity.AbsenceCancelled": "Absence cancelled",
  "identity.AbsencePlanned": "Absence planned",
  "identity.AgencyClosed": "Agency closed",
  "identity.AgencyErased": "Agency erased",
  "identity.AgencyLogoChanged": "Agency’s logo changed",
  "identity.AgencyRegistered": "Agency registered",
  "identity.AgencyReopened": "Agency reopened",
  "identity.AgencyResumed": "Agency no longer suspended",
  "identity.AgencySettingsChanged": "Agency’s settings changed",
  "identity.AgencySuspended": "Agency suspended",
  "identity.ApiKeyMade": "API key made",
  "identity.ApiKeyRevoked": "API key revoked",
  "identity.BranchClosed": "Branch closed",
  "identity.BranchOpened": "Branch opened",
  "identity.BranchRenamed": "Branch renamed",
  "identity.InvitationAccepted": "Invitation accepted",
  "identity.InvitationRenewed": "Invitation sent again",
  "identity.InvitationTeamsChanged": "Teams of an invitation changed",
  "identity.InvitationWithdrawn": "Invitation withdrawn",
  "identity.PasswordChanged": "Password changed",
  "identity.ProfileChanged": "Profile changed",
  "identity.RefreshTokenReused": "Session ended as perhaps stolen",
  "identity.RoleChanged": "Role changed",
  "identity.SecondFactorAdded": "Second factor added",
  "identity.SecondFactorRemoved": "Second factor taken away",
  "identity.SingleSignOnChanged": "Single sign-on changed",
  "identity.SingleSignOnLinked": "Person linked with single sign-on",
  "identity.SingleSignOnRemoved": "Single sign-on removed",
  "identity.TeamDissolved": "Team dissolved",
  "identity.TeamFormed": "Team formed",
  "identity.TeamLeadsNamed": "Team’s leads named",
  "identity.TeamMovedToBranch": "Team moved to a branch",
  "identity.TeamRenamed": "Team renamed",
  "identity.UserDeactivated": "Person deactivated",
  "identity.UserInvited": "Person invited",
  "identity.UserJoined": "Person joined",
  "identity.UserMovedTeams": "Person moved to other teams",
  "identity.UserReactivated": "Person reactivated",
  "identity.WorkHandedOver": "Work handed over",
  "identity.WorkProfileChanged": "Work profile changed",

  "leads.AssignmentDrafted": "Rules of assignment drafted",
  "leads.AssignmentSwitchedOff": "Rules of assignment switched off",
  "leads.AssignmentSwitchedOn": "Rules of assignment switched on",
  "leads.CampaignChanged": "Campaign changed",
  "leads.CampaignClosed": "Campaign closed",
  "leads.CampaignCostCorrected": "Campaign’s cost corrected",
  "leads.CampaignCostRecorded": "Campaign’s cost recorded",
  "leads.CampaignCostRemoved": "Campaign’s cost removed",
  "leads.CampaignLaunched": "Campaign launched",
  "leads.CampaignPaused": "Campaign paused",
  "leads.CampaignPlanned": "Campaign planned",
  "leads.CampaignReopened": "Campaign reopened",
  "leads.CampaignResumed": "Campaign resumed",
  "leads.DuplicateRulesChanged": "Rules for duplicates changed",
  "leads.ImportChecked": "Import checked",
  "leads.ImportFailed": "Import failed",
  "leads.ImportPlanned": "Import planned",
  "leads.ImportStarted": "Import started",
  "leads.ImportUndoStarted": "Undoing an import started",
  "leads.ImportUndone": "Import undone",
  "leads.ImportUploaded": "File uploaded for import",
  "leads.LeadAssigned": "Lead assigned",
  "leads.LeadBulkEnded": "Change of many leads ended",
  "leads.LeadBulkStarted": "Change of many leads started",
  "leads.LeadCaptured": "Lead captured",
  "leads.LeadConverted": "Lead became a client",
  "leads.LeadDetailsChanged": "Lead details changed",
  "leads.LeadEnrolled": "Lead put into a campaign",
  "leads.LeadFieldChanged": "Field of leads changed",
  "leads.LeadFieldDefined": "Field of leads added",
  "leads.LeadFieldsFilled": "Lead’s own fields changed",
  "leads.LeadInquired": "Lead asked for insurance",
  "leads.LeadMergedInto": "Lead merged into another",
  "leads.LeadRemoved": "Lead removed",
  "leads.LeadRestored": "Lead restored",
  "leads.LeadShared": "Lead shared",
  "leads.LeadSourceChanged": "Lead source changed",
  "leads.LeadSourceMade": "Lead source made",
  "leads.LeadSourceTokenRotated": "Lead source’s address replaced",
  "leads.LeadStageChanged": "Lead stage changed",
  "leads.LeadTagsChanged": "Lead tags changed",
  "leads.LeadUnanswered": "Lead not contacted in time",
  "leads.LeadUnmerged": "Lead separated again",
  "leads.LeadUnshared": "Lead no longer shared",
  "leads.LeadViewRemoved": "Saved list removed",
  "leads.LeadViewSaved": "List saved",
  "leads.LeadWithdrawn": "Lead taken out of a campaign",
  "leads.LeadsImported": "Leads imported",
  "leads.LeadsMerged": "Leads merged",
  "leads.LeadsToldApart": "Leads said to be two people",
  "leads.LeadsUnmerged": "Merge of leads taken back",
  "leads.NoteAdded": "Note added",
  "leads.NoteChanged": "Note changed",
  "leads.NoteRemoved": "Note removed",
  "leads.PersonForgotten": "Lead forgotten",
  "leads.PipelineDefined": "Pipeline defined",
  "leads.PipelineWithdrawn": "Pipeline withdrawn",
  "leads.RiskAdded": "Risk added",
  "leads.RiskChanged": "Risk changed",
  "leads.RiskRemoved": "Risk removed",
  "leads.XDateCleared": "X-date cleared",
  "leads.XDateSet": "X-date set",
};
