"""A field of an agency's own: what may happen to it, and how what people write in it is read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from gardenos_chassis import reading
from gardenos_chassis.errors import Invalid
from gardenos_contracts import Event
from gardenos_contracts.lead_lists import FieldKind, FieldValue, LeadFieldChanged, LeadFieldDefined
from gardenos_contracts.values import LineOfBusiness

OWN = "fields."
"""Before the key of an agency's own field, where it stands beside what every lead has."""

LONGEST_TEXT = 500
MOST_OPTIONS = 200
_LARGEST = 2**53
"""Beyond it a fraction is not told from its neighbour."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field as it is now."""

    field_id: UUID
    key: str
    label: str
    kind: FieldKind
    options: tuple[str, ...] = ()
    line_of_business: LineOfBusiness | None = None
    retired: bool = False

    def change(self, **changes: Any) -> Iterator[Event]:
        """Its label, options, line, or whether it is in use. Nothing happens where nothing differs."""
        changed = replace(self, **changes)
        _require_sense(changed.kind, changed.options)
        if changed != self:
            yield LeadFieldChanged(
                field_id=self.field_id,
                key=self.key,
                label=changed.label,
                options=changed.options,
                line_of_business=changed.line_of_business,
                retired=changed.retired,
            )


def in_use(own: Mapping[str, Field]) -> dict[str, Field]:
    """Those that are not retired, by their names beside what every lead has: `fields.roof_age`."""
    return {f"{OWN}{key}": field for key, field in own.items() if not field.retired}


def define(event: LeadFieldDefined) -> Iterator[Event]:
    """A new field. Raises Invalid for a choice without options, and for options of anything else."""
    _require_sense(event.kind, event.options)
    yield event


def evolve(field: Field | None, event: Event) -> Field:
    """The state after one more event. Raises TypeError for an event that is none of a field's."""
    match event:
        case LeadFieldDefined():
            return Field(event.field_id, event.key, event.label, event.kind, event.options, event.line_of_business)
        case LeadFieldChanged() if field is not None:
            return replace(
                field,
                label=event.label,
                options=event.options,
                line_of_business=event.line_of_business,
                retired=event.retired,
            )
    raise TypeError(f"{event.event_type} is no event of a field")


def _require_sense(kind: FieldKind, options: Sequence[str]) -> None:
    if kind is FieldKind.CHOICE and not options:
        raise Invalid("a choice needs at least one option", pointer="/options")
    if kind is not FieldKind.CHOICE and options:
        raise Invalid(f"only a choice has options; leave them out of a {kind.value}", pointer="/options")
    if len(set(options)) != len(options):
        raise Invalid("each option is there once", pointer="/options")


def read_values(fields: Mapping[str, Field], given: Mapping[str, Any]) -> dict[str, FieldValue]:
    """What is given for an agency's fields, as it is kept. Raises Invalid for the first that is not understood."""
    read: dict[str, FieldValue] = {}
    for key, value in given.items():
        field = fields.get(key)
        if field is None or field.retired:
            raise Invalid(f"your agency keeps no such field: {key}", pointer="/values")
        try:
            read[key] = None if value is None or value == "" else read_value(field, value)
        except ValueError as unread:
            raise Invalid(f"{field.label}: {unread}", pointer=f"/values/{key}") from unread
    return read


def read_value(field: Field, value: Any) -> FieldValue:
    """One value. Raises ValueError, with words for the reader."""
    match field.kind:
        case FieldKind.TEXT:
            return _text(value)
        case FieldKind.CHOICE:
            if value not in field.options:
                raise ValueError(f"one of {', '.join(field.options)}")
            return str(value)
        case FieldKind.YES_NO:
            if not isinstance(value, bool):
                raise ValueError("true or false")
            return value
        case FieldKind.DATE:
            return _day(value).isoformat()
        case FieldKind.MONEY:
            amount = _number(value)
            if amount != int(amount):
                raise ValueError("an amount is in minor units: 12.50 is 1250")
            return int(amount)
        case FieldKind.NUMBER:
            return _number(value)


def read_written(field: Field, text: str) -> FieldValue:
    """One value as people write it in a file: an amount in its currency's units, yes and no in words, an option in any case.

    Raises ValueError, with words for the reader.
    """
    text = text.strip()
    match field.kind:
        case FieldKind.MONEY:
            return _minor(text)
        case FieldKind.YES_NO:
            if (said := _SAID.get(text.lower())) is None:
                raise ValueError("yes or no")
            return said
        case FieldKind.CHOICE:
            return read_value(field, next((each for each in field.options if each.lower() == text.lower()), text))
    return read_value(field, text)


_SAID = dict.fromkeys(("yes", "y", "true", "t", "1", "x"), True) | dict.fromkeys(("no", "n", "false", "f", "0"), False)


def _minor(text: str) -> int:
    amount = re.fullmatch(r"[$€£]?\s*(-?[\d,]{1,16}(?:\.\d{1,2})?)(?:\s*[A-Za-z]{3})?", text)
    if amount is None or not re.search(r"\d", amount[1]):
        raise ValueError("an amount, as 1,250.00")
    minor = int(Decimal(amount[1].replace(",", "")) * 100)
    if abs(minor) > _LARGEST:
        raise ValueError("an amount of at most 13 digits")
    return minor


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    if "\0" in value:
        raise ValueError("the text holds a NUL character; remove it")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"a text has at most {LONGEST_TEXT} characters")
    return value.strip()


def _day(value: Any) -> date:
    found = reading.day(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a day, as 2027-03-15")
    return found


def _number(value: Any) -> int | float:
    if isinstance(value, str) and re.fullmatch(r"\s*-?[\d,]{1,20}(\.\d{1,10})?\s*", value):
        value = float(value.replace(",", ""))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a number")
    # An integer may be too large for a fraction to hold; what is no number is in no order.
    if not abs(value) <= _LARGEST:
        raise ValueError("a number of at most 15 digits")
    return int(value) if value == int(value) else value
