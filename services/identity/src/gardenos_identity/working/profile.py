"""How a person of the agency works: what may be said of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from gardenos_chassis.errors import Invalid
from gardenos_chassis.ids import derived_id
from gardenos_chassis.states import CODES
from gardenos_contracts import Event
from gardenos_contracts.values import Hours, UserId
from gardenos_contracts.work import Licence, WorkProfileChanged

from gardenos_identity.user import is_language, is_time_zone

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def stream_of(user_id: UserId) -> UUID:
    """Where a person's work profile is recorded: beside who they are, which changes by other rules."""
    return derived_id("work profile", user_id)


@dataclass(frozen=True, slots=True)
class WorkProfile:
    """How somebody works, as their events made it; before the first nothing is known."""

    user_id: UserId
    licences: tuple[Licence, ...] = ()
    languages: tuple[str, ...] = ()
    working_hours: tuple[Hours, ...] = ()
    time_zone: str | None = None

    def change(
        self,
        *,
        licences: Sequence[Licence],
        languages: Sequence[str],
        working_hours: Sequence[Hours],
        time_zone: str | None,
    ) -> Iterator[Event]:
        """All of it anew. Raises Invalid for a state, language or zone that is none, and for hours that run into each other."""
        _refuse_wrong_licences(licences)
        for place, language in enumerate(languages):
            if not is_language(language):
                raise Invalid(f"{language} is no language; give a BCP 47 tag like es", pointer=f"/languages/{place}")
        _refuse_wrong_hours(working_hours)
        if time_zone is not None and not is_time_zone(time_zone):
            raise Invalid(f"{time_zone} is no time zone; give an IANA name like America/Chicago", pointer="/time_zone")
        wanted = WorkProfile(
            self.user_id,
            tuple(sorted(licences, key=lambda licence: licence.state)),
            tuple(dict.fromkeys(languages)),
            tuple(sorted(working_hours, key=lambda hours: (hours.weekday, hours.start))),
            time_zone,
        )
        if wanted != self:
            yield WorkProfileChanged(
                user_id=self.user_id,
                licences=wanted.licences,
                languages=wanted.languages,
                working_hours=wanted.working_hours,
                time_zone=time_zone,
            )

    def number_in(self, state: str) -> str | None:
        """Of their licence there, as far as it is known."""
        return next((licence.licence_number for licence in self.licences if licence.state == state), None)


def evolve(profile: WorkProfile | None, event: Event) -> WorkProfile | None:
    """The profile after an event."""
    if isinstance(event, WorkProfileChanged):
        return WorkProfile(event.user_id, event.licences, event.languages, event.working_hours, event.time_zone)
    return profile


def _refuse_wrong_licences(licences: Sequence[Licence]) -> None:
    seen: set[str] = set()
    for place, licence in enumerate(licences):
        pointer = f"/licences/{place}/state"
        if licence.state not in CODES:
            raise Invalid(f"{licence.state} is no US state; give its two letters, like TX", pointer=pointer)
        if licence.state in seen:
            raise Invalid(f"there are two licences of {licence.state}; name its lines in one", pointer=pointer)
        seen.add(licence.state)


def _refuse_wrong_hours(hours: Sequence[Hours]) -> None:
    for place, each in enumerate(hours):
        if each.start >= each.end:
            raise Invalid(
                f"{_DAYS[each.weekday]} ends at {each.end}, before it begins", pointer=f"/working_hours/{place}/end"
            )
        for other in hours[:place]:
            if other.weekday == each.weekday and other.start < each.end and each.start < other.end:
                both = f"{other.start} to {other.end} and {each.start} to {each.end}"
                raise Invalid(
                    f"hours of {_DAYS[each.weekday]} run into each other: {both}",
                    pointer=f"/working_hours/{place}/start",
                )
