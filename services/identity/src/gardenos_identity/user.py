"""A person in an agency."""

from collections.abc import Collection, Iterator

from gardenos_chassis.errors import Forbidden
from gardenos_contracts import Event
from gardenos_contracts.identity import UserJoined
from gardenos_contracts.values import Role, TeamId, UserId


def join(user_id: UserId, *, name: str, email: str, role: Role, team_ids: Collection[TeamId]) -> Iterator[Event]:
    """A person who may sign in from now on; `email` is normalised."""
    yield UserJoined(user_id=user_id, email=email, name=name.strip(), role=role, team_ids=tuple(sorted(set(team_ids))))


def may_appoint(appointer: Role, role: Role) -> None:
    """Raises Forbidden if the role is above what the appointer may give."""
    if role == Role.OWNER and appointer != Role.OWNER:
        raise Forbidden("only an owner may make another owner")
