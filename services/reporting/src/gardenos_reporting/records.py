"""What reporting knows of an agency, as far as a batch of events touches it: the events in, the records after them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from gardenos_contracts import Event, Received
from gardenos_contracts.campaigns import CampaignChanged, CampaignPlanned, LeadEnrolled, LeadWithdrawn
from gardenos_contracts.clients import ClientAssigned, ClientOnboarded, ClientShared, ClientUnshared
from gardenos_contracts.comms import CallLogged, MessageReceived
from gardenos_contracts.identity import (
    AgencyRegistered,
    AgencySettingsChanged,
    ProfileChanged,
    TeamFormed,
    TeamRenamed,
    UserJoined,
)
from gardenos_contracts.lead_duplicates import LeadMergedInto, LeadsMerged, LeadsUnmerged, LeadUnmerged
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
    PersonForgotten,
)

from gardenos_reporting.changes.change import Change, Resource, change_of
from gardenos_reporting.lead import Lead, after
from gardenos_reporting.scope import POOL, Scope

R = TypeVar("R")

SHARING = (LeadShared, LeadUnshared, ClientShared, ClientUnshared)

NOT_OF_CLIENTS = (
    LeadCaptured,
    LeadDetailsChanged,
    LeadAssigned,
    LeadStageChanged,
    LeadConverted,
    LeadShared,
    LeadUnshared,
    LeadRemoved,
    LeadRestored,
    LeadsMerged,
    LeadMergedInto,
    LeadsUnmerged,
    LeadUnmerged,
    LeadEnrolled,
    LeadWithdrawn,
)
"""Whose they are, no client decides: for these alone no client need be known."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client, as far as it decides who hears of them."""

    client_id: UUID
    person_id: UUID
    scope: Scope
    scope_sequence: int
    """The place of the event that said so in the clients service's history."""


@dataclass(slots=True)
class Names:
    """What ids are called."""

    users: dict[UUID, str] = field(default_factory=dict)
    teams: dict[UUID, str] = field(default_factory=dict)
    campaigns: dict[UUID, str] = field(default_factory=dict)


class Records:
    """Starts from what is known of the leads and clients that the events name, and of their persons."""

    def __init__(self, leads: Iterable[Lead] = (), clients: Iterable[Client] = ()) -> None:
        self.leads: dict[UUID, Lead] = {}
        self.clients: dict[UUID, Client] = {}
        self.names = Names()
        self.time_zone: str | None = None
        self.changes: list[Change] = []
        """In the order of the events."""
        self.met: dict[UUID, Scope] = {}
        """The persons of whom nothing was known before, and whose they are: changes of theirs may have been withheld."""
        self._lead_of: dict[UUID, UUID] = {}
        self._client_of: dict[UUID, UUID] = {}
        for lead in leads:
            self._keep_lead(lead)
        for client in clients:
            self._keep_client(client)
        self._before = (dict(self.leads), dict(self.clients))

    @property
    def changed_leads(self) -> list[Lead]:
        """Those that the events made other than they were, or new."""
        return [lead for id, lead in self.leads.items() if self._before[0].get(id) != lead]

    @property
    def changed_clients(self) -> list[Client]:
        """As `changed_leads`."""
        return [client for id, client in self.clients.items() if self._before[1].get(id) != client]

    def take(self, event: Received[Event]) -> None:
        """One more event."""
        change = change_of(event)
        if change is None:
            self.learn(event)
            return
        known = self._scope_of(change)
        self.learn(event)
        scope = change.scope or self._scope_of(change)
        if known is None and scope is not None and change.person_id is not None:
            self.met[change.person_id] = scope
        moved = known not in (None, scope) and change.resource in (Resource.LEAD, Resource.CLIENT)
        left = Scope(event.data.user_id, None) if isinstance(event.data, SHARING) else known if moved else None
        self.changes.append(change._replace(scope=scope, left=left))

    def learn(self, event: Received[Event]) -> None:
        """The same without what of it is to be told."""
        match event.data:
            case AgencyRegistered() | AgencySettingsChanged() as agency:
                self.time_zone = agency.time_zone
            case UserJoined() | ProfileChanged() as user:
                self.names.users[user.user_id] = user.name
            case TeamFormed() | TeamRenamed() as team:
                self.names.teams[team.team_id] = team.name
            case CampaignPlanned() | CampaignLaunched() | CampaignChanged() as campaign:
                self.names.campaigns[campaign.campaign_id] = campaign.name
            case (
                LeadCaptured()
                | LeadDetailsChanged()
                | LeadAssigned()
                | LeadStageChanged()
                | LeadConverted()
                | LeadEnrolled()
                | LeadWithdrawn()
                | LeadRemoved()
                | LeadRestored()
                | LeadsMerged()
                | LeadsUnmerged()
                | PersonForgotten() as told
            ):
                self._keep_lead(after(self._lead(told.lead_id), event))
            case CallLogged(lead_id=UUID() as lead_id) | MessageReceived(lead_id=UUID() as lead_id):
                self._keep_lead(after(self._lead(lead_id), event))
            case ClientOnboarded() | ClientAssigned() as told:
                known = self.clients.get(told.client_id)
                if known is None or known.scope_sequence < event.sequence:
                    scope = Scope(told.owner_id, told.team_id)
                    self._keep_client(Client(told.client_id, told.person_id, scope, event.sequence))

    def _lead(self, lead_id: UUID) -> Lead:
        return self.leads.get(lead_id) or Lead(lead_id=lead_id)

    def _keep_lead(self, lead: Lead) -> None:
        self.leads[lead.lead_id] = lead
        if lead.person_id is not None:
            self._lead_of[lead.person_id] = lead.lead_id

    def _keep_client(self, client: Client) -> None:
        self.clients[client.client_id] = client
        self._client_of[client.person_id] = client.client_id

    def _scope_of(self, change: Change) -> Scope | None:
        """Whose the record is. Of a client's conversations the client's owner's, whoever had them as a lead."""
        lead = self._found(self.leads, change.lead_id, self._lead_of, change.person_id)
        if change.resource is Resource.LEAD:
            return lead.scope if lead else None
        client = self._found(self.clients, change.client_id, self._client_of, change.person_id)
        if client is not None:
            return client.scope
        if change.resource is Resource.CLIENT or lead is not None:
            return lead.scope if lead else None
        # What nobody known wrote is in the pool; what somebody wrote of whom nothing has arrived yet is not.
        return POOL if (change.person_id, change.lead_id, change.client_id) == (None, None, None) else None

    @staticmethod
    def _found(
        records: Mapping[UUID, R], id: UUID | None, of_person: Mapping[UUID, UUID], person_id: UUID | None
    ) -> R | None:
        """By its id, else as its person's."""
        if id is not None and id in records:
            return records[id]
        of_this = of_person.get(person_id) if person_id is not None else None
        return records[of_this] if of_this is not None else None
