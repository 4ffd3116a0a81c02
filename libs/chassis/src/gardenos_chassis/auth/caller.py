"""The person who asks, and what they may see and do."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gardenos_contracts.values import Role
from sqlalchemy import ColumnElement, and_, or_, true

from gardenos_chassis.asked import allowed_by
from gardenos_chassis.auth.permissions import ADMINISTER_PEOPLE, READ_RECORDS, WRITE_RECORDS, Permission, Scope
from gardenos_chassis.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who signed in, as their access token says, or what identity has told since."""

    agency_id: UUID
    user_id: UUID
    role: Role
    team_ids: frozenset[UUID]
    session_id: str = ""
    expires_at: int = 0
    """Seconds since the epoch."""
    version: int = 0
    """Of the person, when the token was signed."""

    @property
    def agency_wide(self) -> bool:
        """Whether every record of the agency is in this caller's scope."""
        return READ_RECORDS.scope_of(self.role) is Scope.AGENCY

    @property
    def must_claim(self) -> bool:
        """Whether what nobody has is theirs to change only once they have claimed it."""
        return WRITE_RECORDS.scope_of(self.role) is Scope.OWN

    def sees(self, owner_id: UUID | None, team_id: UUID | None) -> bool:
        """Whether a record of this owner and team is in scope."""
        scope = READ_RECORDS.scope_of(self.role)
        if scope is Scope.NOTHING:
            return False
        if scope is Scope.AGENCY or owner_id == self.user_id:
            return True
        if owner_id is None and team_id is None:
            return True
        in_team = team_id in self.team_ids
        return in_team if scope is Scope.TEAMS else in_team and owner_id is None

    def writes(self, owner_id: UUID | None, team_id: UUID | None) -> bool:
        """Whether a record of this owner and team, which is in scope, is theirs to change.

        What is in a pool, those who have their own alone claim first.
        """
        scope = WRITE_RECORDS.scope_of(self.role)
        return self.sees(owner_id, team_id) if scope is not Scope.OWN else owner_id == self.user_id

    def writes(self, owner_id: UUID | None, team_id: UUID | None) -> bool:
        """Whether a record of this owner and team, which is in scope, is theirs to change.

        What is in a pool is nobody's: `must_claim`.
        """
        return owner_id == self.user_id if self.must_claim else self.sees(owner_id, team_id)

    def may(self, permission: Permission) -> bool:
        """Whether it may be done by this caller, in whatever scope."""
        return permission.allows(self.role)

    def require(self, permission: Permission) -> None:
        """Raises Forbidden for those who may not, and says who may."""
        if not permission.allows(self.role):
            raise Forbidden(f"only {_listed(permission)} of the agency may do this")
        allowed_by(permission.told_of(self.role))

    def require_write(self) -> None:
        """Raises Forbidden for those who only read."""
        if not WRITE_RECORDS.allows(self.role):
            raise Forbidden(f"the role {self.role} reads and changes nothing; ask an owner or admin of the agency")
        allowed_by(WRITE_RECORDS.told_of(self.role))

    def require_administer(self) -> None:
        """Raises Forbidden for those who may not change people, teams and branches."""
        self.require(ADMINISTER_PEOPLE)


def visible_to(caller: Caller, owner: ColumnElement[Any], team: ColumnElement[Any]) -> ColumnElement[bool]:
    """`caller.sees` as a predicate on a read table's owner and team columns."""
    scope = READ_RECORDS.scope_of(caller.role)
    if scope is Scope.AGENCY:
        return true()
    teams = team.in_(caller.team_ids)
    pool = and_(owner.is_(None), or_(team.is_(None), teams))
    if scope is Scope.TEAMS:
        return or_(owner == caller.user_id, teams, pool)
    return or_(owner == caller.user_id, pool)


def _listed(permission: Permission) -> str:
    first, *rest = (role.value for role in Role if permission.allows(role))
    *between, last = rest or [""]
    names = ", ".join([first, *between]) + (f" or {last}" if last else "")
    return f"an {names}" if first[0] in "aeiou" else f"a {names}"
