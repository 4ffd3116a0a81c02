"""An agency: who may do what in it begins here."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

from gardenos_chassis.errors import Invalid
from gardenos_contracts import Event
from gardenos_contracts.identity import AgencyRegistered
from gardenos_contracts.values import AgencyId


def register(agency_id: AgencyId, *, name: str, time_zone: str, currency: str) -> Iterator[Event]:
    """A new agency. Raises Invalid for a time zone that the IANA database does not know."""
    if time_zone not in available_timezones():
        raise Invalid(f"{time_zone} is no time zone; give an IANA name like America/Chicago", pointer="/time_zone")
    yield AgencyRegistered(
        agency_id=agency_id, name=name.strip(), time_zone=str(ZoneInfo(time_zone)), currency=currency.upper()
    )
