"""A team of an agency."""

from collections.abc import Iterator

from gardenos_contracts import Event
from gardenos_contracts.identity import TeamFormed
from gardenos_contracts.values import TeamId


def form(team_id: TeamId, *, name: str) -> Iterator[Event]:
    """A new team."""
    yield TeamFormed(team_id=team_id, name=name.strip())
