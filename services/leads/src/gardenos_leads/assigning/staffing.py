"""Who works here and how: out of what identity told, as it is now, and as it was at a moment of the past. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.auth.permissions import WRITE_RECORDS
from gardenos_contracts.values import Hours, Role

from gardenos_leads.assigning.domain import Agent, Licence, Staff


def agent_of(
    user_id: UUID,
    role: Role,
    team_ids: Collection[UUID],
    active: bool,
    profile: Mapping[str, Any],
    away: Sequence[tuple[datetime, datetime]],
    zone: str,
) -> Agent:
    """Somebody as rules look at them. `zone`: the agency's, by whose clock they work who said no other."""
    return Agent(
        user_id=user_id,
        active=active and WRITE_RECORDS.allows(role),
        takes_leads=role is Role.AGENT,
        team_ids=frozenset(UUID(str(id)) for id in team_ids),
        licences=tuple(
            Licence(
                each["state"],
                frozenset(each.get("lines") or ()),
                date.fromisoformat(each["expires_on"]) if each.get("expires_on") else None,
            )
            for each in profile.get("licences") or ()
        ),
        languages=frozenset(profile.get("languages") or ()),
        hours=tuple(Hours.model_validate(each) for each in profile.get("working_hours") or ()),
        zone=profile.get("time_zone") or zone,
        away=tuple(away),
    )


@dataclass(frozen=True, slots=True)
class Absence:
    """That somebody is away."""

    absence_id: UUID
    user_id: UUID
    starts_at: datetime
    ends_at: datetime
    covered_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class StaffChange:
    """What identity told at a moment; of what it did not tell then, nothing changed."""

    at: datetime
    user_id: UUID | None = None
    """Of whom; None where it is of a team."""
    role: Role | None = None
    team_ids: frozenset[UUID] | None = None
    active: bool | None = None
    profile: Mapping[str, Any] | None = None
    planned: Absence | None = None
    cancelled_id: UUID | None = None
    """An absence."""
    led_team_id: UUID | None = None
    leader_ids: tuple[UUID, ...] = ()


@dataclass(slots=True)
class _Person:
    role: Role | None = None
    team_ids: frozenset[UUID] = frozenset()
    active: bool = False
    profile: Mapping[str, Any] = field(default_factory=dict)
    absences: dict[UUID, Absence] = field(default_factory=dict)
    agent: Agent | None = None
    """As they are; None once something changed."""


@dataclass(frozen=True, slots=True)
class KnownSince:
    """Somebody of whom less is known than the days that are asked about."""

    user_id: UUID
    joined_at: datetime | None
    """Null: they were there all the time."""
    profile_at: datetime | None
    """Since when it is known how they work: what was said first is taken for what was before. Null: all the time."""


class StaffThen:
    """The staff of one moment after another: what was told until then, with what a moment later would have said left out.

    How somebody works before anybody had said so is taken from what was said first: nobody begins without licence or
    language on the day that these are written down.
    """

    def __init__(self, zone: str, changes: Sequence[StaffChange] = ()) -> None:
        self._zone = zone
        self._people: dict[UUID, _Person] = {}
        self._staff: Staff | None = None
        self._joined: dict[UUID, datetime] = {}
        self._said: dict[UUID, datetime] = {}
        self.leaders: dict[UUID, tuple[UUID, ...]] = {}
        """Of a team."""
        for change in changes:
            if change.user_id is None:
                continue
            if change.role is not None:
                self._joined.setdefault(change.user_id, change.at)
            if change.profile is not None and change.user_id not in self._said:
                self._said[change.user_id] = change.at
                self._people[change.user_id] = _Person(profile=change.profile)

    def tell(self, change: StaffChange) -> None:
        """One more moment has come."""
        if change.led_team_id is not None:
            self.leaders[change.led_team_id] = change.leader_ids
        if change.user_id is None:
            return
        person = self._people.setdefault(change.user_id, _Person())
        person.role = change.role or person.role
        if change.team_ids is not None:
            person.team_ids = change.team_ids
        if change.active is not None:
            person.active = change.active
        if change.profile is not None:
            person.profile = change.profile
        if change.planned is not None:
            person.absences[change.planned.absence_id] = change.planned
        if change.cancelled_id is not None:
            person.absences.pop(change.cancelled_id, None)
        person.agent = self._staff = None

    @property
    def now(self) -> Staff:
        """Who works here, as of what was told last."""
        if self._staff is None:
            self._staff = Staff.of(self._agents(), self._zone)
        return self._staff

    def is_planned(self, absence: Absence) -> bool:
        """Whether it was not cancelled."""
        person = self._people.get(absence.user_id)
        return person is not None and absence.absence_id in person.absences

    def known_since(self, since: datetime) -> list[KnownSince]:
        """Of whom less is known than from a moment on."""
        found = []
        for user_id, joined in self._joined.items():
            said = self._said.get(user_id)
            late = said if said is not None and said > max(since, joined) else None
            if joined > since or late is not None:
                found.append(KnownSince(user_id, joined if joined > since else None, late))
        return found

    def _agents(self) -> Iterable[Agent]:
        for user_id, person in self._people.items():
            if person.role is None:
                continue
            if person.agent is None:
                away = [(each.starts_at, each.ends_at) for each in person.absences.values()]
                person.agent = agent_of(
                    user_id, person.role, person.team_ids, person.active, person.profile, away, self._zone
                )
            yield person.agent
