"""What people write, read into what is kept: telephone numbers, addresses, dates, US states, ZIP codes.

Each function gives None for an empty text and raises ValueError, with words for the reader, for one it cannot read.
The packages it needs come with `gardenos-chassis[reading]`.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import phonenumbers
from dateutil import parser as dates
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from gardenos_chassis.states import STATES

_REGION = "US"
_EXCEL_EPOCH = date(1899, 12, 30)
_LONGEST = 500
_LONGEST_ADDRESS = 254
_USUAL_LOCAL = re.compile(r"(?=.{1,64}$)[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*", re.ASCII)
_AMERICAN_DAY = re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)


def plain(text: str | None, *, longest: int = _LONGEST) -> str | None:
    """White space folded, control characters gone."""
    if text is None:
        return None
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c.isspace() else " " for c in text)
    folded = " ".join(text.split())
    if len(folded) > longest:
        raise ValueError(f"longer than {longest} characters")
    return folded or None


def phone(text: str | None) -> str | None:
    """Any way of writing a US number, or any number with its country code, as E.164."""
    written = plain(text)
    if written is None:
        return None
    # A spreadsheet makes a number of it.
    written = re.sub(r"^(\d{10,11})\.0$", r"\1", written)
    try:
        number = phonenumbers.parse(written, _REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"“{written}” is no telephone number") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"“{written}” is no telephone number: a US number has ten digits")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def email(text: str | None) -> str | None:
    """An address in lower case."""
    written = plain(text)
    if written is None:
        return None
    written = re.sub(r"^mailto:", "", written, flags=re.IGNORECASE).strip("<>;, ")
    local, _, domain = written.rpartition("@")
    try:
        if len(written) <= _LONGEST_ADDRESS and _USUAL_LOCAL.fullmatch(local):
            return f"{local}@{_domain(domain)}".lower()
        return str(_checked(written).normalized).lower()
    except EmailNotValidError as error:
        raise ValueError(f"“{written}” is no email address") from error


@lru_cache(maxsize=10_000)
def _domain(written: str) -> str:
    """Most people's addresses are at a few domains, and what they have before it is simple: a file of many takes half as long."""
    return str(_checked(f"a@{written}").domain)


def _checked(written: str) -> ValidatedEmail:
    return validate_email(written, check_deliverability=False, test_environment=True)


def day(text: str | None) -> date | None:
    """A date as Americans, ISO and spreadsheets write it; two-digit years within 80 years back and 20 ahead."""
    written = plain(text)
    if written is None:
        return None
    if re.fullmatch(r"\d{5}(\.\d+)?", written):
        return _EXCEL_EPOCH + timedelta(days=int(float(written)))
    found = _usual_day(written) or _any_day(written)
    if not re.search(r"\d{4}", written) and found.year > date.today().year + 20:  # noqa: DTZ011
        found = found.replace(year=found.year - 100)
    if not 1900 <= found.year <= 2200:
        raise ValueError(f"“{written}” is not in a year we know")
    return found


def _usual_day(written: str) -> date | None:
    """As most files have it, month first or ISO, in a twentieth of the time that it takes to read any."""
    usual = _AMERICAN_DAY.fullmatch(written) or _ISO_DAY.fullmatch(written)
    if usual is None:
        return None
    try:
        return date(int(usual["year"]), int(usual["month"]), int(usual["day"]))
    except ValueError:
        return None


def _any_day(written: str) -> date:
    try:
        found: datetime = dates.parse(written, default=datetime(2000, 1, 1), dayfirst=_day_first(written))  # noqa: DTZ001
    except (dates.ParserError, OverflowError) as error:
        raise ValueError(f"“{written}” is no date") from error
    return found.date()


def moment(text: str | None) -> datetime | None:
    """A time as exports write it; without a zone it is taken as UTC, without a time as noon UTC."""
    written = plain(text)
    if written is None:
        return None
    on = day(written)
    if on is None:
        return None
    if not re.search(r"\d:\d\d", written):
        return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    found: datetime = dates.parse(written, default=datetime(2000, 1, 1), dayfirst=_day_first(written))  # noqa: DTZ001
    found = found.replace(year=on.year)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _day_first(written: str) -> bool:
    """Month first, as in the US, unless the first number cannot be a month or points part day.month.year."""
    numbers = re.match(r"(\d{1,2})([/.-])(\d{1,2})\2\d{2,4}", written)
    if not numbers:
        return False
    return int(numbers[1]) > 12 or (numbers[2] == "." and int(numbers[3]) <= 12)


def state(text: str | None) -> str | None:
    """A US state's two letters, from them or from its name."""
    written = plain(text)
    if written is None:
        return None
    if written.upper() in STATES.values():
        return written.upper()
    found = STATES.get(written.lower().strip("."))
    if found is None:
        raise ValueError(f"“{written}” is no US state")
    return found


def postal_code(text: str | None) -> str | None:
    """A ZIP code of five digits, or nine; a leading zero that a spreadsheet ate comes back."""
    written = plain(text)
    if written is None:
        return None
    found = re.fullmatch(r"(\d{3,5})(?:\.0)?(?:-?(\d{4}))?", written)
    if not found:
        raise ValueError(f"“{written}” is no ZIP code")
    return found[1].zfill(5) + (f"-{found[2]}" if found[2] else "")
