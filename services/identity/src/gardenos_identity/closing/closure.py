"""Whether an agency is closed, as its own stream says; beside `agency`, which folds the rest of the same stream."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gardenos_chassis.errors import Conflict, Invalid
from gardenos_contracts import Event
from gardenos_contracts.identity import (
    AgencyClosed,
    AgencyErased,
    AgencyRegistered,
    AgencyReopened,
    AgencySettingsChanged,
)
from gardenos_contracts.values import AgencyId


@dataclass(frozen=True, slots=True)
class Closable:
    """An agency that may be closed, or is."""

    id: AgencyId
    name: str
    erase_at: datetime | None = None
    """None of one that is not closed."""
    erased: bool = False

    def close(self, name: str, reason: str | None, *, now: datetime, erase_after: timedelta) -> Iterator[Event]:
        """Nobody but owners works in it from now on; after some time it is erased.

        Raises Invalid unless the name is the agency's, which whoever closes it types; and Conflict.
        """
        if self.erase_at is not None:
            raise Conflict("your agency is closed already")
        if " ".join(name.split()).casefold() != " ".join(self.name.split()).casefold():
            raise Invalid(f"type the agency's name as it is: {self.name}", pointer="/name")
        yield AgencyClosed(agency_id=self.id, erase_at=now + erase_after, reason=reason)

    def reopen(self) -> Iterator[Event]:
        """It is at work again. Raises Conflict."""
        if self.erase_at is None or self.erased:
            raise Conflict("your agency is not closed")
        yield AgencyReopened(agency_id=self.id)

    def erase(self, *, now: datetime) -> Iterator[Event]:
        """It is erased, if it is closed and the day has come."""
        if self.erase_at is not None and self.erase_at <= now and not self.erased:
            yield AgencyErased(agency_id=self.id)


def evolve(agency: Closable | None, event: Event) -> Closable | None:
    """The agency after an event of its own stream."""
    match event:
        case AgencyRegistered():
            return Closable(event.agency_id, event.name)
        case AgencySettingsChanged() if agency:
            return replace(agency, name=event.name)
        case AgencyClosed() if agency:
            return replace(agency, erase_at=event.erase_at)
        case AgencyReopened() if agency:
            return replace(agency, erase_at=None)
        case AgencyErased() if agency:
            return replace(agency, erased=True)
    return agency
