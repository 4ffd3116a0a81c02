"""A list of leads that has a name: what may happen to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import NotFound
from gardenos_contracts import Event
from gardenos_contracts.lead_lists import Audience, LeadViewRemoved, LeadViewSaved


@dataclass(frozen=True, slots=True)
class View:
    """A view as it is now."""

    view_id: UUID
    name: str
    audience: Audience
    owner_id: UUID
    team_id: UUID | None
    filter: dict[str, Any] | None
    sort: str | None
    columns: tuple[str, ...]
    removed: bool = False

    def save(self, event: LeadViewSaved) -> Iterator[Event]:
        """It is this from now on. Nothing happens where nothing differs."""
        self._require_there()
        if _view(event) != self:
            yield event

    def remove(self) -> Iterator[Event]:
        """It is gone."""
        self._require_there()
        yield LeadViewRemoved(view_id=self.view_id)

    def _require_there(self) -> None:
        if self.removed:
            raise NotFound("there is no such view")


def evolve(view: View | None, event: Event) -> View:
    """The state after one more event. Raises TypeError for an event that is none of a view's."""
    match event:
        case LeadViewSaved():
            return _view(event)
        case LeadViewRemoved() if view is not None:
            return View(
                view.view_id, view.name, view.audience, view.owner_id, view.team_id, None, None, (), removed=True
            )
    raise TypeError(f"{event.event_type} is no event of a view")


def _view(event: LeadViewSaved) -> View:
    return View(
        event.view_id,
        event.name,
        event.audience,
        event.owner_id,
        event.team_id,
        event.filter,
        event.sort,
        event.columns,
    )
