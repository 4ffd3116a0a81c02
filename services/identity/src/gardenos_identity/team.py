"""A team of an agency: its name, the branch it belongs to, who leads it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from gardenos_chassis.errors import Invalid
from gardenos_contracts import Event
from gardenos_contracts.identity import TeamDissolved, TeamFormed, TeamLeadsNamed, TeamMovedToBranch, TeamRenamed
from gardenos_contracts.values import TeamId, UserId

from gardenos_identity.branch import BranchId


@dataclass(frozen=True, slots=True)
class Team:
    """A team as its events made it."""

    id: TeamId
    name: str
    branch_id: BranchId | None = None
    lead_ids: frozenset[UserId] = frozenset()
    dissolved: bool = False

    def rename(self, name: str) -> Iterator[Event]:
        """Another name."""
        if name.strip() != self.name:
            yield TeamRenamed(team_id=self.id, name=name.strip())

    def belong_to(self, branch_id: BranchId | None) -> Iterator[Event]:
        """To this branch, which is there; to none."""
        if branch_id != self.branch_id:
            yield TeamMovedToBranch(team_id=self.id, branch_id=branch_id)

    def be_led_by(self, lead_ids: Collection[UserId], *, members: Collection[UserId]) -> Iterator[Event]:
        """By these, who are among its members at work. Raises Invalid."""
        if strangers := [str(lead) for lead in lead_ids if lead not in members]:
            raise Invalid(f"who leads a team is in it: {', '.join(strangers)} is not", pointer="/lead_ids")
        if frozenset(lead_ids) != self.lead_ids:
            yield TeamLeadsNamed(team_id=self.id, lead_ids=tuple(sorted(set(lead_ids))))

    def lose(self, member: UserId) -> Iterator[Event]:
        """Somebody is in it no more, and leads it no more."""
        if member in self.lead_ids:
            yield TeamLeadsNamed(team_id=self.id, lead_ids=tuple(sorted(self.lead_ids - {member})))

    def dissolve(self, *, pool_to_id: TeamId | None) -> Iterator[Event]:
        """It is no more; another team that is there takes over what was with it, or none."""
        if not self.dissolved:
            yield TeamDissolved(team_id=self.id, pool_to_id=pool_to_id)


def evolve(team: Team | None, event: Event) -> Team | None:
    """The team after an event."""
    match event:
        case TeamFormed():
            return Team(event.team_id, event.name)
        case TeamRenamed() if team:
            return replace(team, name=event.name)
        case TeamMovedToBranch() if team:
            return replace(team, branch_id=event.branch_id)
        case TeamLeadsNamed() if team:
            return replace(team, lead_ids=frozenset(event.lead_ids))
        case TeamDissolved() if team:
            return replace(team, dissolved=True)
    return team


def form(team_id: TeamId, *, name: str) -> Iterator[Event]:
    """A new team."""
    yield TeamFormed(team_id=team_id, name=name.strip())
