"""The language of filters: conditions on known fields, all of them or any, with groups among them.

    {"all": [
        {"field": "stage", "op": "is", "value": ["new", "contacted"]},
        {"field": "last_contacted_at", "op": "not_in_last", "value": 7},
        {"any": [
            {"field": "tags", "op": "has_any", "value": ["VIP"]},
            {"field": "fields.roof_age", "op": "above", "value": 15}
        ]}
    ]}

Days are `2027-03-15`, or told from today: `today`, `today-7d`, `today+2w`, `start_of_month`.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.errors import Invalid

MOST_CONDITIONS = 50
MOST_DEEP = 5
MOST_VALUES = 100
MOST_DAYS = 3660
LONGEST_TEXT = 200

RELATIVE = re.compile(r"today(?:([+-])([0-9]{1,4})([dw]))?|start_of_(week|month|quarter|year)")


class Kind(StrEnum):
    """Of what a field is, and so by what it is asked for."""

    TEXT = "text"
    WORDS = "words"
    CHOICE = "choice"
    ID = "id"
    DAY = "day"
    MOMENT = "moment"
    NUMBER = "number"
    YES_NO = "yes_no"
    TAGS = "tags"


_EMPTY = ("is_empty", "is_not_empty")
_TIMES = ("on", "before", "after", "between", "in_last", "not_in_last", "in_next", *_EMPTY)
OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("is", "is_not", "begins_with", *_EMPTY),
    Kind.WORDS: ("is", "matches", *_EMPTY),
    Kind.CHOICE: ("is", "is_not", *_EMPTY),
    Kind.ID: ("is", "is_not", *_EMPTY),
    Kind.DAY: _TIMES,
    Kind.MOMENT: _TIMES,
    Kind.NUMBER: ("is", "is_not", "above", "at_least", "below", "at_most", "between", *_EMPTY),
    Kind.YES_NO: ("is", *_EMPTY),
    Kind.TAGS: ("has_any", "has_all", "has_none", *_EMPTY),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A field that a list can be narrowed by."""

    name: str
    kind: Kind
    options: tuple[str, ...] | None = None
    """Of a choice, where only these are."""


Day: TypeAlias = date | str
"""A day, or how it is told from today (`RELATIVE`)."""
Value: TypeAlias = bool | str | int | float | Day | tuple[str, ...] | tuple[UUID, ...] | tuple[Any, Any] | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing asked of one field."""

    field: Known
    op: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all hold, or any."""

    of: Literal["all", "any"]
    parts: "tuple[Condition | Group, ...]"


def parse(document: Any, known: Mapping[str, Known], *, pointer: str) -> Group:
    """A filter as it is sent, understood. Raises Invalid at the pointer, and says where in the filter, and what to do."""
    reader = _Reader(known, pointer)
    return reader.group(document, "", deep=0)


class _Reader:
    def __init__(self, known: Mapping[str, Known], pointer: str) -> None:
        self._known = known
        self._pointer = pointer
        self._count = 0

    def group(self, given: Any, at: str, *, deep: int) -> Group:
        if not isinstance(given, dict) or len(given) != 1 or not given.keys() <= {"all", "any"}:
            raise self._wrong(at, 'a group is {"all": […]} or {"any": […]}')
        ((of, parts),) = given.items()
        if not isinstance(parts, list):
            raise self._wrong(f"{at}/{of}", "give a list of conditions")
        return Group(of, tuple(self._part(part, f"{at}/{of}/{place}", deep) for place, part in enumerate(parts)))

    def _part(self, given: Any, at: str, deep: int) -> Condition | Group:
        if isinstance(given, dict) and given.keys() & {"all", "any"}:
            if deep == MOST_DEEP:
                raise self._wrong(
                    at, f"groups go {MOST_DEEP} levels deep; write these conditions into the group around them"
                )
            return self.group(given, at, deep=deep + 1)
        return self._condition(given, at)

    def _condition(self, given: Any, at: str) -> Condition:
        self._count += 1
        if self._count > MOST_CONDITIONS:
            raise self._wrong(at, f"a filter has at most {MOST_CONDITIONS} conditions")
        if not isinstance(given, dict) or not {"field", "op"} <= given.keys() <= {"field", "op", "value"}:
            raise self._wrong(at, 'a condition is {"field": …, "op": …, "value": …}')
        name, op = given["field"], given["op"]
        field = self._known.get(name) if isinstance(name, str) else None
        if field is None:
            raise self._wrong(f"{at}/field", f"there is no such field; known are {', '.join(sorted(self._known))}")
        if op not in OPERATORS[field.kind]:
            raise self._wrong(f"{at}/op", f"{field.name} is asked for by {', '.join(OPERATORS[field.kind])}")
        if op in _EMPTY:
            if given.get("value") is not None:
                raise self._wrong(f"{at}/value", f"{op} has no value; leave it out")
            return Condition(field, op)
        try:
            return Condition(field, op, _value(field, op, given.get("value")))
        except ValueError as wrong:
            raise self._wrong(f"{at}/value", str(wrong)) from wrong

    def _wrong(self, at: str, what: str) -> Invalid:
        return Invalid(f"filter {at or '/'}: {what}", pointer=self._pointer)


def _value(field: Known, op: str, given: Any) -> Value:
    """What a condition asks for, typed. Raises ValueError."""
    match field.kind:
        case Kind.TEXT | Kind.WORDS:
            return _listed(given, _text) if field.kind is Kind.TEXT and op in ("is", "is_not") else _text(given)
        case Kind.CHOICE:
            return _listed(given, lambda each: _option(field, each))
        case Kind.ID:
            return _listed(given, _id)
        case Kind.TAGS:
            return _listed(given, _text)
        case Kind.YES_NO:
            if not isinstance(given, bool):
                raise ValueError("give true or false")
            return given
        case Kind.NUMBER:
            return _pair(given, _number) if op == "between" else _number(given)
        case Kind.DAY | Kind.MOMENT:
            if op in ("in_last", "not_in_last", "in_next"):
                return _days(given)
            return _pair(given, _day) if op == "between" else _day(given)


def _listed(given: Any, read: Callable[[Any], Any]) -> tuple[Any, ...]:
    values = given if isinstance(given, list) else [given]
    if not 1 <= len(values) <= MOST_VALUES:
        raise ValueError(f"give one to {MOST_VALUES} values")
    return tuple(read(value) for value in values)


def _pair(given: Any, read: Callable[[Any], Any]) -> tuple[Any, Any]:
    if not isinstance(given, list) or len(given) != 2:
        raise ValueError("give the first and the last, as a list of two")
    return read(given[0]), read(given[1])


def _text(given: Any) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > LONGEST_TEXT or "\0" in given:
        raise ValueError(f"give a text of 1 to {LONGEST_TEXT} characters")
    return given.strip()


def _option(field: Known, given: Any) -> str:
    text = _text(given)
    if field.options is not None and text not in field.options:
        raise ValueError(f"one of {', '.join(field.options)}")
    return text


def _id(given: Any) -> UUID:
    try:
        return UUID(_text(given))
    except ValueError:
        raise ValueError("give an id") from None


def _number(given: Any) -> float:
    # Its size first: an integer may be too large for a fraction to hold.
    if isinstance(given, bool) or not isinstance(given, int | float) or abs(given) > 2**53 or math.isnan(given):
        raise ValueError("give a number of at most 15 digits")
    return float(given)


def _days(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST_DAYS:
        raise ValueError(f"give a number of days, 1 to {MOST_DAYS}")
    return given


def _day(given: Any) -> Day:
    if isinstance(given, str):
        if RELATIVE.fullmatch(given):
            return given
        if re.fullmatch(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", given):
            return date.fromisoformat(given)
    raise ValueError("give a day: 2027-03-15, today, today-7d, today+2w, start_of_month")


def fields_of(group: Group) -> Sequence[str]:
    """The names of the fields that a filter asks for."""
    return [
        name for part in group.parts for name in ([part.field.name] if isinstance(part, Condition) else fields_of(part))
    ]
