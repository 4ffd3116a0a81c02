"""Dates as people say them, relative to the day they say it.

A day is `2027-03-15`; where less was said, less is given, in the reduced forms of ISO 8601: a month `2027-03`, a week
`2026-W13`, a year `2027`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Literal

Grain = Literal["day", "week", "month", "year"]


class Lean(Enum):
    """Which way a date without a year lies."""

    AHEAD = "ahead"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A date in a text: `text[start:end]`, and what it means. `first` is its first day."""

    start: int
    end: int
    first: date
    grain: Grain
    dated: bool = False
    """Whether the year was said, or the date is counted from the day of speaking: there was nothing to guess."""
    weekday: bool = False
    """Whether it is counted from the day of speaking: good for an appointment, rarely for a policy."""

    @property
    def value(self) -> str:
        """In the form of its grain."""
        match self.grain:
            case "day":
                return self.first.isoformat()
            case "month":
                return f"{self.first:%Y-%m}"
            case "week":
                year, week, _ = self.first.isocalendar()
                return f"{year}-W{week:02d}"
            case "year":
                return f"{self.first:%Y}"


_MONTH_NAMES = """
january jan | february feb | march mar | april apr | may | june jun | july jul | august aug | september sept sep
| october oct | november nov | december dec
"""
_WEEKDAY_NAMES = """
monday mon | tuesday tue tues | wednesday wed | thursday thu thur thurs | friday fri | saturday | sunday
"""
_ORDINAL_NAMES = """
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth
twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first
"""
_NUMBER_NAMES = "one two three four five six seven eight nine ten eleven twelve"


def _numbered(names: str, first: int) -> dict[str, int]:
    """Each name by its number; names between bars are of the same."""
    return {name: number for number, each in enumerate(names.split("|"), first) for name in each.split()}


_MONTHS = _numbered(_MONTH_NAMES, 1)
_WEEKDAYS = _numbered(_WEEKDAY_NAMES, 0)
_ORDINALS = {name: number for number, name in enumerate(_ORDINAL_NAMES.split(), 1)}
_NUMBERS = {name: number for number, name in enumerate(_NUMBER_NAMES.split(), 1)} | {
    "a": 1, "an": 1, "a couple of": 2, "a couple": 2, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90,
}  # fmt: skip

_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b(?:\.(?=\s+\d))?"
_DAY = (
    r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b"
    r"|(?P<spelled>" + "|".join(sorted((n.replace("-", "[- ]") for n in _ORDINALS), key=len, reverse=True)) + r")\b"
)
_YEAR = r"(?:,?\s+(?:of\s+)?(?P<year>(?:19|20)\d\d)\b(?!\s*[/-]))"
_COUNT = r"(?P<count>\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"

_ISO = re.compile(r"(?<![\d/-])(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?![\d-])")
_NUMERIC = re.compile(
    r"(?<![\d/.$-])(?P<month>[01]?\d)([/.-])(?P<day>[0-3]?\d)\2(?P<year>(?:19|20)\d\d|\d\d)(?![\d/-])"
)
_MONTH_YEAR = re.compile(r"(?<![\d/.$-])(?P<month>[01]?\d)[/-](?P<year>20\d\d)(?![\d/-])")
_SHORT = re.compile(r"(?<![\d/.$-])(?P<month>[01]?\d)/(?P<day>[0-3]?\d)(?![\d/%-])")
_MONTH_DAY = re.compile(rf"\b{_MONTH}\s+(?:the\s+)?(?:{_DAY}){_YEAR}?", re.I)
_DAY_MONTH = re.compile(rf"\b(?:the\s+)?(?:{_DAY})\s+(?:day\s+)?(?:of\s+)?{_MONTH}{_YEAR}?", re.I)
_MONTH_ALONE = re.compile(
    r"\b(?P<lead>(?:(?:in|by|until|till|through|thru|this|next|of|early|late|mid|come|for|around|is)\s+)?)(?:mid-)?"
    rf"{_MONTH}{_YEAR}?",
    re.I,
)
_DAY_OF = re.compile(r"\bthe\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)\s+of\s+(?P<which>next|this|the)\s+month\b", re.I)
_BARE_DAY = re.compile(r"\bthe\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)\b", re.I)
_COUNTED = re.compile(rf"\b(?:in|within)\s+(?:about\s+)?{_COUNT}\s+(?P<unit>day|week|month|year)s?\b", re.I)
_RELATIVE = re.compile(
    r"\b(?P<what>day after tomorrow|tomorrow|tonight|today|this (?:morning|afternoon|evening)|end of the day"
    r"|(?P<which>next|this) (?P<unit>week|month|year))\b",
    re.I,
)
_WEEKDAY = re.compile(
    r"\b(?P<which>(?:next|this|coming)\s+)?(?P<name>" + "|".join(sorted(_WEEKDAYS, key=len, reverse=True)) + r")\b",
    re.I,
)
_VERBS = frozenset({"may", "march", "mar", "sun", "sat"})
"""Months that are words of their own: in lower case they need a number or a preposition beside them."""


def find(text: str, said_on: date, lean: Lean = Lean.AHEAD) -> list[Spoken]:
    """Every date in the text, in order, none overlapping another. A date that does not exist is none."""
    found: list[Spoken] = []
    for candidates in (
        _explicit(_ISO, text, said_on, lean),
        _explicit(_NUMERIC, text, said_on, lean),
        _months_in_numbers(text),
        _explicit(_MONTH_DAY, text, said_on, lean),
        _explicit(_DAY_MONTH, text, said_on, lean),
        _explicit(_SHORT, text, said_on, lean),
        _days_of(text, said_on),
        _months(text, said_on, lean),
        _counted(text, said_on),
        _relative(text, said_on),
        _weekdays(text, said_on),
        _days_alone(text, said_on, lean),
    ):
        for spoken in candidates:
            if all(spoken.end <= other.start or spoken.start >= other.end for other in found):
                found.append(spoken)
    return sorted(found, key=lambda spoken: spoken.start)


def _explicit(pattern: re.Pattern[str], text: str, said_on: date, lean: Lean) -> Iterator[Spoken]:
    for match in pattern.finditer(text):
        parts = match.groupdict()
        word = parts["month"].lower()
        month = int(word) if word.isdigit() else _MONTHS[word]
        day = _ORDINALS[re.sub(r"\s+", "-", parts["spelled"].lower())] if parts.get("spelled") else int(parts["day"])
        given = parts.get("year")
        year = None if given is None else int(given) + (2000 if len(given) == 2 else 0)
        first = _day(year, month, day) if year else _nearest(said_on, month, day, lean)
        if first is not None:
            yield Spoken(match.start(), match.end(), first, "day", dated=year is not None)


def _months_in_numbers(text: str) -> Iterator[Spoken]:
    for match in _MONTH_YEAR.finditer(text):
        first = _day(int(match["year"]), int(match["month"]), 1)
        if first is not None:
            yield Spoken(match.start(), match.end(), first, "month", dated=True)


def _months(text: str, said_on: date, lean: Lean) -> Iterator[Spoken]:
    for match in _MONTH_ALONE.finditer(text):
        name = match["month"]
        if name.lower() in _VERBS and not match["year"] and not (match["lead"] or name[0].isupper()):
            continue
        if name == "may" and match["lead"].strip().lower() not in ("in", "of", "by", "until", "next", "this"):
            continue
        if (
            name == "May"
            and not match["lead"]
            and (match.start() == 0 or text[match.end() :].lstrip()[:2] in ("I ", "we"))
        ):
            continue
        month = _MONTHS[name.lower()]
        year = int(match["year"]) if match["year"] else said_on.year
        if not match["year"]:
            if lean is Lean.AHEAD and month < said_on.month:
                year += 1
            if lean is Lean.BEHIND and month > said_on.month:
                year -= 1
        yield Spoken(match.start(), match.end(), date(year, month, 1), "month", dated=bool(match["year"]))


def _counted(text: str, said_on: date) -> Iterator[Spoken]:
    for match in _COUNTED.finditer(text):
        word = re.sub(r"\s+", " ", match["count"].lower())
        count = int(word) if word.isdigit() else _NUMBERS[word]
        place = match.start(), match.end()
        match match["unit"].lower():
            case "day":
                yield Spoken(*place, said_on + timedelta(days=count), "day", dated=True)
            case "week":
                yield Spoken(*place, _monday(said_on + timedelta(weeks=count)), "week", dated=True, weekday=True)
            case "month":
                yield Spoken(*place, _months_on(said_on, count), "month", dated=True)
            case "year":
                yield Spoken(*place, date(said_on.year + count, 1, 1), "year", dated=True)


def _relative(text: str, said_on: date) -> Iterator[Spoken]:
    for match in _RELATIVE.finditer(text):
        ahead = 1 if (match["which"] or "").lower() == "next" else 0
        place = match.start(), match.end()
        match (match["unit"] or match["what"]).lower():
            case "day after tomorrow":
                yield Spoken(*place, said_on + timedelta(days=2), "day", dated=True, weekday=True)
            case "tomorrow":
                yield Spoken(*place, said_on + timedelta(days=1), "day", dated=True, weekday=True)
            case "week":
                yield Spoken(*place, _monday(said_on) + timedelta(weeks=ahead), "week", dated=True, weekday=True)
            case "month":
                yield Spoken(*place, _months_on(said_on, ahead), "month", dated=True)
            case "year":
                yield Spoken(*place, date(said_on.year + ahead, 1, 1), "year", dated=True)
            case _:
                yield Spoken(*place, said_on, "day", dated=True, weekday=True)


def _weekdays(text: str, said_on: date) -> Iterator[Spoken]:
    for match in _WEEKDAY.finditer(text):
        name = match["name"]
        if len(name) <= 5 and not name[0].isupper():
            continue
        days = (_WEEKDAYS[name.lower()] - said_on.weekday()) % 7 or 7
        same_week = said_on.weekday() + days < 7
        if (match["which"] or "").strip().lower() == "next" and same_week:
            days += 7
        yield Spoken(match.start(), match.end(), said_on + timedelta(days=days), "day", dated=True, weekday=True)


def _days_of(text: str, said_on: date) -> Iterator[Spoken]:
    for match in _DAY_OF.finditer(text):
        month = _months_on(said_on, 1 if match["which"].lower() == "next" else 0)
        first = _day(month.year, month.month, int(match["day"]))
        if first is not None:
            yield Spoken(match.start(), match.end(), first, "day", dated=True)


def _days_alone(text: str, said_on: date, lean: Lean) -> Iterator[Spoken]:
    for match in _BARE_DAY.finditer(text):
        step = 1 if lean is Lean.AHEAD else -1
        for months in range(3):
            start = _months_on(said_on, step * months)
            first = _day(start.year, start.month, int(match["day"]))
            if first is not None and (first >= said_on if lean is Lean.AHEAD else first <= said_on):
                yield Spoken(match.start(), match.end(), first, "day")
                break


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(said_on: date, month: int, day: int, lean: Lean) -> date | None:
    """The next such day, today included, or the last; within eight years, for 29 February."""
    step = 1 if lean is Lean.AHEAD else -1
    for years in range(9):
        found = _day(said_on.year + step * years, month, day)
        if found is not None and (found >= said_on if lean is Lean.AHEAD else found <= said_on):
            return found
    return None


def _months_on(day: date, months: int) -> date:
    """The first of the month so many months on."""
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
