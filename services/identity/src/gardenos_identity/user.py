"""A person in an agency: who may become what, and by whom."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from gardenos_chassis.errors import Conflict, Forbidden, Invalid
from gardenos_contracts import Event
from gardenos_contracts.identity import (
    ProfileChanged,
    RoleChanged,
    UserDeactivated,
    UserJoined,
    UserMovedTeams,
    UserReactivated,
    WorkHandedOver,
)
from gardenos_contracts.values import Role, TeamId, UserId

_RANK = {Role.OWNER: 4, Role.ADMIN: 3, Role.MANAGER: 2, Role.AGENT: 1, Role.AUDITOR: 1, Role.VIEWER: 1}
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


@dataclass(frozen=True, slots=True)
class User:
    """A person as their events made them."""

    id: UserId
    name: str
    email: str
    role: Role
    team_ids: frozenset[TeamId]
    active: bool = True
    time_zone: str | None = None
    locale: str | None = None

    def become(self, role: Role, *, by: Role, other_owners: bool) -> Iterator[Event]:
        """Another role. Raises Forbidden for what is above whom it is done by, Conflict for the last owner."""
        if role == self.role:
            return
        may_appoint(by, self.role)
        may_appoint(by, role)
        if self.role == Role.OWNER and self.active and not other_owners:
            raise Conflict("this is the agency's last owner; make somebody else an owner first")
        yield RoleChanged(user_id=self.id, role=role)

    def move(self, team_ids: Collection[TeamId]) -> Iterator[Event]:
        """Into these teams, out of all others."""
        if frozenset(team_ids) != self.team_ids:
            yield UserMovedTeams(user_id=self.id, team_ids=tuple(sorted(set(team_ids))))

    def deactivate(self, *, by: UserId, by_role: Role, other_owners: bool) -> Iterator[Event]:
        """They may no longer sign in. Raises Conflict for oneself or the last owner, Forbidden for whoever is above."""
        if by == self.id:
            raise Conflict("nobody deactivates themselves; ask another owner or admin of the agency")
        may_appoint(by_role, self.role)
        if not self.active:
            return
        if self.role == Role.OWNER and not other_owners:
            raise Conflict("this is the agency's last owner; make somebody else an owner first")
        yield UserDeactivated(user_id=self.id)

    def hand_over(self, to: UserId | None) -> Iterator[Event]:
        """What they have open goes to somebody who may take it, or back to the pools: what is with no team to that of
        their only one.
        """
        team_id = next(iter(self.team_ids)) if to is None and len(self.team_ids) == 1 else None
        yield WorkHandedOver(user_id=self.id, to_id=to, team_id=team_id)

    def reactivate(self, *, by_role: Role) -> Iterator[Event]:
        """They may sign in again. Raises Forbidden for whoever is above whom it is done by."""
        may_appoint(by_role, self.role)
        if not self.active:
            yield UserReactivated(user_id=self.id)

    def describe(self, *, name: str, time_zone: str | None, locale: str | None) -> Iterator[Event]:
        """What they say of themselves. Raises Invalid for a time zone or language that is none."""
        if time_zone is not None and not is_time_zone(time_zone):
            raise Invalid(f"{time_zone} is no time zone; give an IANA name like America/Chicago", pointer="/time_zone")
        if locale is not None and not is_language(locale):
            raise Invalid(f"{locale} is no language; give a BCP 47 tag like en-US", pointer="/locale")
        if (name.strip(), time_zone, locale) != (self.name, self.time_zone, self.locale):
            yield ProfileChanged(user_id=self.id, name=name.strip(), time_zone=time_zone, locale=locale)


def is_time_zone(name: str) -> bool:
    """Whether it is an IANA name."""
    return name in available_timezones()


def is_language(tag: str) -> bool:
    """Whether it is a BCP 47 tag of a language, with or without script and country."""
    return _LOCALE.fullmatch(tag) is not None


def evolve(user: User | None, event: Event) -> User | None:
    """The person after an event; what is not about who they are leaves them as they were."""
    match event:
        case UserJoined():
            return User(event.user_id, event.name, event.email, event.role, frozenset(event.team_ids))
        case RoleChanged() if user:
            return replace(user, role=event.role)
        case UserMovedTeams() if user:
            return replace(user, team_ids=frozenset(event.team_ids))
        case UserDeactivated() if user:
            return replace(user, active=False)
        case UserReactivated() if user:
            return replace(user, active=True)
        case ProfileChanged() if user:
            return replace(user, name=event.name, time_zone=event.time_zone, locale=event.locale)
    return user


def join(user_id: UserId, *, name: str, email: str, role: Role, team_ids: Collection[TeamId]) -> Iterator[Event]:
    """A person who may sign in from now on; `email` is normalised."""
    yield UserJoined(user_id=user_id, email=email, name=name.strip(), role=role, team_ids=tuple(sorted(set(team_ids))))


def may_appoint(appointer: Role, role: Role) -> None:
    """Raises Forbidden if the role is above the appointer's own: they neither give nor take it."""
    if _RANK[role] > _RANK[appointer]:
        raise Forbidden(f"only an owner may make another owner, or change one: you are {_A[appointer]}")


_A = {role: f"an {role}" if role[0] in "aeiou" else f"a {role}" for role in Role}
