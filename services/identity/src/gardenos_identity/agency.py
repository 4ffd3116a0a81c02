"""An agency: who may do what in it begins here, and what it settles for itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo, available_timezones

from gardenos_chassis.errors import Invalid
from gardenos_contracts import Event
from gardenos_contracts.identity import (
    Accent,
    AgencyLogoChanged,
    AgencyRegistered,
    AgencyResumed,
    AgencySettingsChanged,
    AgencySuspended,
    OpenHours,
    QuietHours,
    Retention,
    Weekday,
)
from gardenos_contracts.values import AgencyId

_AT_WORK = (OpenHours(opens="09:00", closes="17:00"),)
_WEEKEND = (Weekday.SATURDAY, Weekday.SUNDAY)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LONGEST_MONTHS = 240
_FROM_NINE_TO_EIGHT = QuietHours(begins="21:00", ends="08:00")
"""When solicitors may not call: 47 CFR 64.1200(c)(1)."""
_FOR_GOOD = Retention()

USUAL_WEEK: Mapping[Weekday, tuple[OpenHours, ...]] = {day: () if day in _WEEKEND else _AT_WORK for day in Weekday}


@dataclass(frozen=True, slots=True)
class Settings:
    """What an agency settles for itself; the defaults are what a new one begins with."""

    name: str
    time_zone: str
    currency: str
    business_hours: Mapping[Weekday, tuple[OpenHours, ...]] = field(default_factory=lambda: USUAL_WEEK)
    quiet_hours: QuietHours | None = _FROM_NINE_TO_EIGHT
    display_name: str | None = None
    accent: Accent = Accent.GARDEN
    retention: Retention = _FOR_GOOD


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as its events made it."""

    id: AgencyId
    settings: Settings
    logo: str | None = None
    suspended_for: tuple[str, str | None] | None = None
    """Why, and whom its people turn to; None: it is at work."""

    def suspend(self, reason: str, turn_to: str | None) -> Iterator[Event]:
        """Nobody works in it from now on; or the reason is another."""
        if (reason, turn_to) != self.suspended_for:
            yield AgencySuspended(agency_id=self.id, reason=reason, turn_to=turn_to)

    def resume(self) -> Iterator[Event]:
        """It is at work again, as it was."""
        if self.suspended_for is not None:
            yield AgencyResumed(agency_id=self.id)

    def settle(self, wanted: Settings) -> Iterator[Event]:
        """Other settings. Raises Invalid, and says of each that is wrong where it stands."""
        if wrong := [*_wrong(wanted)]:
            raise Invalid.many(wrong)
        if wanted != self.settings:
            told = {name: getattr(wanted, name) for name in Settings.__dataclass_fields__}
            yield AgencySettingsChanged(agency_id=self.id, **told)

    def show_logo(self, logo: str | None) -> Iterator[Event]:
        """Another logo, by its SHA-256, or none."""
        if logo != self.logo:
            yield AgencyLogoChanged(agency_id=self.id, logo=logo)


def evolve(agency: Agency | None, event: Event) -> Agency | None:
    """The agency after an event."""
    match event:
        case AgencyRegistered():
            return Agency(event.agency_id, Settings(event.name, event.time_zone, event.currency))
        case AgencySettingsChanged() if agency:
            return replace(
                agency, settings=Settings(**{name: getattr(event, name) for name in Settings.__dataclass_fields__})
            )
        case AgencyLogoChanged() if agency:
            return replace(agency, logo=event.logo)
        case AgencySuspended() if agency:
            return replace(agency, suspended_for=(event.reason, event.turn_to))
        case AgencyResumed() if agency:
            return replace(agency, suspended_for=None)
    return agency


def register(agency_id: AgencyId, *, name: str, time_zone: str, currency: str) -> Iterator[Event]:
    """A new agency. Raises Invalid for a time zone that the IANA database does not know."""
    if wrong := [*_unknown_zone(time_zone)]:
        raise Invalid.many(wrong)
    yield AgencyRegistered(
        agency_id=agency_id, name=name.strip(), time_zone=str(ZoneInfo(time_zone)), currency=currency.upper()
    )


def _wrong(settings: Settings) -> Iterator[tuple[str, str]]:
    yield from _unknown_zone(settings.time_zone)
    for day, hours in settings.business_hours.items():
        yield from _wrong_hours(f"/business_hours/{day}", hours)
    if settings.quiet_hours is not None:
        yield from _wrong_quiet_hours(settings.quiet_hours)
    for name, months in settings.retention.model_dump().items():
        if months is not None and not 1 <= months <= _LONGEST_MONTHS:
            yield f"/retention/{name}", f"give between 1 and {_LONGEST_MONTHS} months, or none"


def _unknown_zone(time_zone: str) -> Iterator[tuple[str, str]]:
    if time_zone not in available_timezones():
        yield "/time_zone", f"{time_zone} is no time zone; give an IANA name like America/Chicago"


def _wrong_hours(where: str, hours: Sequence[OpenHours]) -> Iterator[tuple[str, str]]:
    last = "00:00"
    for place, each in enumerate(hours):
        for name, at, latest in (("opens", each.opens, False), ("closes", each.closes, True)):
            if not (_CLOCK.fullmatch(at) or (latest and at == "24:00")):
                yield f"{where}/{place}/{name}", f"{at} is no time of day; write it as 09:00"
        if each.closes <= each.opens:
            yield f"{where}/{place}/closes", "closing comes after opening; what goes over midnight is two days' hours"
        if each.opens < last:
            yield f"{where}/{place}/opens", "these hours overlap those before them; put them in order"
        last = max(last, each.closes)


def _wrong_quiet_hours(quiet: QuietHours) -> Iterator[tuple[str, str]]:
    for name, at in (("begins", quiet.begins), ("ends", quiet.ends)):
        if not _CLOCK.fullmatch(at):
            yield f"/quiet_hours/{name}", f"{at} is no time of day; write it as 21:00"
    if quiet.begins == quiet.ends:
        yield "/quiet_hours/ends", "quiet hours end at another time than they begin; to have none, leave them out"
