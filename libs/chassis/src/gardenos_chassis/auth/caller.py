"""Who asks, a person or a key of theirs, and what they may see and do."""

import time
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from gardenos_contracts.values import Role
from sqlalchemy import ColumnElement, and_, false, or_, true

from gardenos_chassis.asked import allowed_by
from gardenos_chassis.auth.permissions import ADMINISTER_PEOPLE, READ_RECORDS, WRITE_RECORDS, Permission, Scope
from gardenos_chassis.comparing import one_of
from gardenos_chassis.errors import Forbidden, Unconfirmed

CONFIRMED_SECONDS = 600
"""For so long after somebody has proved who they are they need not do so again for what asks for it."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """That it is not a person who asks, but a key of theirs: it may what its scopes name, of what its maker may."""

    id: UUID
    scopes: frozenset[str]
    """Names of permissions: `records:read`."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who signed in, as their access token says, or what identity has told since; or an API key of theirs.

    Of a key, person, role and teams are its maker's. All that asks what may be goes by `scope_of`.
    """

    agency_id: UUID
    user_id: UUID
    role: Role
    team_ids: frozenset[UUID]
    shared: frozenset[UUID] = frozenset()
    """The persons whose records colleagues shared with them."""
    session_id: str = ""
    expires_at: int = 0
    """Seconds since the epoch."""
    version: int = 0
    """Of the person, when the token was signed."""
    key: ApiKey | None = None
    confirmed_at: int = 0
    """When they last proved by all that signing in asks for that it is they; seconds since the epoch."""

    def scope_of(self, permission: Permission) -> Scope:
        """In which scope this caller may: by their role; a key only what it was given, and nothing that is people's alone."""
        if self.key is not None and not (permission.for_keys and permission.name in self.key.scopes):
            return Scope.NOTHING
        return permission.scope_of(self.role)

    @property
    def agency_wide(self) -> bool:
        """Whether every record of the agency is in this caller's scope."""
        return self.scope_of(READ_RECORDS) is Scope.AGENCY

    @property
    def in_any_session(self) -> "Caller":
        """The same without what their token alone tells: as key of what is kept for who asks."""
        return replace(self, session_id="", expires_at=0, version=0, confirmed_at=0)

    @property
    def must_claim(self) -> bool:
        """Whether what nobody has is theirs to change only once they have claimed it."""
        return self.scope_of(WRITE_RECORDS) is Scope.OWN

    def sees(self, owner_id: UUID | None, team_id: UUID | None, person_id: UUID | None = None) -> bool:
        """Whether a record of this owner and team, and about this person, is in scope."""
        scope = self.scope_of(READ_RECORDS)
        if scope is Scope.NOTHING:
            return False
        if scope is Scope.AGENCY or owner_id == self.user_id:
            return True
        if (owner_id is None and team_id is None) or person_id in self.shared:
            return True
        in_team = team_id in self.team_ids
        return in_team if scope is Scope.TEAMS else in_team and owner_id is None

    def writes(self, owner_id: UUID | None, team_id: UUID | None, person_id: UUID | None = None) -> bool:
        """Whether a record of this owner and team, and about this person, which is in scope, is theirs to change.

        What is in a pool is nobody's: `must_claim`.
        """
        if not self.must_claim:
            return self.sees(owner_id, team_id, person_id)
        return owner_id == self.user_id or person_id in self.shared

    def may(self, permission: Permission) -> bool:
        """Whether it may be done by this caller, in whatever scope."""
        return self.scope_of(permission) is not Scope.NOTHING

    def require(self, permission: Permission) -> None:
        """Raises Forbidden for those who may not, and says who may."""
        if not self.may(permission):
            raise Forbidden(self._refused(permission, f"only {_listed(permission)} of the agency may do this"))
        allowed_by(permission.told_of(self.role))

    def require_write(self) -> None:
        """Raises Forbidden for those who only read."""
        if not self.may(WRITE_RECORDS):
            reads = f"the role {self.role} reads and changes nothing; ask an owner or admin of the agency"
            raise Forbidden(self._refused(WRITE_RECORDS, reads))
        allowed_by(WRITE_RECORDS.told_of(self.role))

    def require_administer(self) -> None:
        """Raises Forbidden for those who may not change people, teams and branches."""
        self.require(ADMINISTER_PEOPLE)

    def require_person(self) -> None:
        """Raises Forbidden for keys: what is a person's own they change themselves."""
        if self.key is not None:
            raise Forbidden("an API key may not do this; sign in yourself")

    def require_confirmed(self) -> None:
        """For what a session that was left open, or stolen, must not do. Raises Forbidden for keys, and Unconfirmed."""
        self.require_person()
        if time.time() - self.confirmed_at > CONFIRMED_SECONDS:
            minutes = CONFIRMED_SECONDS // 60
            raise Unconfirmed(
                f"confirm first that it is you: by your password, and your second factor if you have one, or by signing in"
                f" anew; then you may do this for {minutes} minutes"
            )

    def _refused(self, permission: Permission, by_role: str) -> str:
        """Why not: by the role of whoever it is; or the key has not what its maker has."""
        if self.key is None or not permission.allows(self.role):
            return by_role
        if permission.for_keys:
            return f"this API key lacks the scope {permission.name}"
        return "no API key may do this; sign in yourself"


def visible_to(
    caller: Caller, owner: ColumnElement[Any], team: ColumnElement[Any], person: ColumnElement[Any] | None = None
) -> ColumnElement[bool]:
    """`caller.sees` as a predicate on a read table's columns of owner, team and, where records are shared, person."""
    scope = caller.scope_of(READ_RECORDS)
    if scope is Scope.NOTHING:
        return false()
    if scope is Scope.AGENCY:
        return true()
    teams = one_of(team, caller.team_ids)
    pool = and_(owner.is_(None), or_(team.is_(None), teams))
    found = [owner == caller.user_id, pool]
    if scope is Scope.TEAMS:
        found.append(teams)
    if person is not None and caller.shared:
        found.append(one_of(person, caller.shared))
    return or_(*found)


def _listed(permission: Permission) -> str:
    first, *rest = (role.value for role in Role if permission.allows(role))
    *between, last = rest or [""]
    names = ", ".join([first, *between]) + (f" or {last}" if last else "")
    return f"an {names}" if first[0] in "aeiou" else f"a {names}"
