"""Whose a record is: what decides who may read it."""

from typing import NamedTuple
from uuid import UUID


class Scope(NamedTuple):
    """Of an owner and a team; of neither, it is in the agency's pool and everybody's to read."""

    owner_id: UUID | None
    team_id: UUID | None


POOL = Scope(None, None)
