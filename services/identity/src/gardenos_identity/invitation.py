"""An invitation to join an agency: good once, for a while, and while nobody withdraws it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.errors import Conflict, NotFound
from gardenos_contracts import Event
from gardenos_contracts.identity import (
    InvitationAccepted,
    InvitationRenewed,
    InvitationTeamsChanged,
    InvitationWithdrawn,
    UserInvited,
)
from gardenos_contracts.values import Role, TeamId, UserId

GOOD_FOR = timedelta(days=7)

NOT_GOOD = "this invitation is not good any more: it was used, withdrawn or sent anew, or has expired; ask for another"

InvitationId: TypeAlias = UUID
State: TypeAlias = Literal["open", "accepted", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as its events made it."""

    id: InvitationId
    email: str
    role: Role
    team_ids: frozenset[TeamId]
    expires_at: datetime
    state: State = "open"

    def renew(self, now: datetime) -> Iterator[Event]:
        """It is good for as long as a new one. Raises Conflict if it is over."""
        self._refuse_if_over()
        yield InvitationRenewed(invitation_id=self.id, expires_at=now + GOOD_FOR)

    def withdraw(self) -> Iterator[Event]:
        """It is good no more. Raises Conflict if it was used; withdrawn twice is withdrawn."""
        if self.state == "accepted":
            raise Conflict("this person has joined already; deactivate them instead")
        if self.state == "open":
            yield InvitationWithdrawn(invitation_id=self.id)

    def leave_out(self, team_id: TeamId) -> Iterator[Event]:
        """Whoever joins by it does not come into this team."""
        if team_id in self.team_ids:
            yield InvitationTeamsChanged(invitation_id=self.id, team_ids=tuple(sorted(self.team_ids - {team_id})))

    def accept(self, user_id: UserId, now: datetime) -> Iterator[Event]:
        """The person it is for joins. Raises NotFound if it is not good any more."""
        if not self.is_good(now):
            raise NotFound(NOT_GOOD)
        yield InvitationAccepted(invitation_id=self.id, user_id=user_id)

    def is_good(self, now: datetime) -> bool:
        """Whether one may join by it."""
        return self.state == "open" and now < self.expires_at

    def _refuse_if_over(self) -> None:
        if self.state != "open":
            raise Conflict(f"this invitation was {self.state}; it cannot be sent again")


def evolve(invitation: Invitation | None, event: Event) -> Invitation | None:
    """The invitation after an event."""
    match event:
        case UserInvited():
            return Invitation(event.invitation_id, event.email, event.role, frozenset(event.team_ids), event.expires_at)
        case InvitationRenewed() if invitation:
            return replace(invitation, expires_at=event.expires_at)
        case InvitationTeamsChanged() if invitation:
            return replace(invitation, team_ids=frozenset(event.team_ids))
        case InvitationWithdrawn() if invitation:
            return replace(invitation, state="withdrawn")
        case InvitationAccepted() if invitation:
            return replace(invitation, state="accepted")
    return invitation


def invite(
    invitation_id: InvitationId, *, email: str, role: Role, team_ids: Collection[TeamId], by: UserId, now: datetime
) -> Iterator[Event]:
    """A new invitation; `email` is normalised."""
    yield UserInvited(
        invitation_id=invitation_id,
        email=email,
        role=role,
        team_ids=tuple(sorted(set(team_ids))),
        invited_by=by,
        expires_at=now + GOOD_FOR,
    )
