"""What a row says by itself: somebody, nothing, or what cannot be read, with its reasons."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any

from gardenos_chassis import reading
from gardenos_contracts.values import PersonName

from gardenos_leads import values
from gardenos_leads.importing.columns import Column
from gardenos_leads.importing.reading import Record
from gardenos_leads.lists.fields import OWN, Field, read_written
from gardenos_leads.matching import Key


class Fate(StrEnum):
    """What became of a row."""

    CAPTURED = "captured"
    UPDATED = "updated"
    INQUIRY = "inquiry"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Reason:
    """What is to be said of one field of a row; of the row whole, `field` is None."""

    field: str | None
    detail: str


@dataclass(slots=True)
class Judged:
    """A row with its fate, and for somebody what is known of them."""

    record: Record
    fate: Fate
    reasons: list[Reason] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    def keys(self, match_by: Sequence[str]) -> list[tuple[Key, str]]:
        """By what the same prospect would be recognised, of what is asked for, in that order."""
        return [(key, self.details[key]) for key in match_by if key != "name" and self.details.get(key)]  # type: ignore[misc]


_READERS: Mapping[str, Callable[[str], Any]] = {
    "name": values.person_name,
    "given_name": reading.plain,
    "family_name": reading.plain,
    "email": reading.email,
    "phone": reading.phone,
    "street": reading.plain,
    "city": reading.plain,
    "postal_code": reading.postal_code,
    "state": reading.state,
    "birth_date": reading.day,
    "line_of_business": values.line_of_business,
    "current_carrier": reading.plain,
    "x_date": reading.day,
    "captured_at": reading.moment,
    "source": reading.plain,
    "external_id": reading.plain,
}

_WAYS_TO_REACH = ("email", "phone")


def judge(record: Record, columns: Sequence[Column], own: Mapping[str, Field] = MappingProxyType({})) -> Judged:
    """A row by itself: captured, unless somebody is known already, which others say. `own`: the agency's own fields, by key."""
    if not any(cell.strip() for cell in record.cells):
        return Judged(record, Fate.EMPTY)
    if len(record.cells) > len(columns) and any(cell.strip() for cell in record.cells[len(columns) :]):
        detail = f"it has {len(record.cells)} fields where the headers name {len(columns)}: a delimiter inside a value?"
        return Judged(record, Fate.REJECTED, [Reason(None, detail)])
    details, reasons = _read(record, columns, own)
    unreadable = {reason.field for reason in reasons}
    reachable = any(details.get(way) for way in _WAYS_TO_REACH)
    if not reachable and unreadable & set(_WAYS_TO_REACH):
        return Judged(record, Fate.REJECTED, reasons)
    if not reachable and not str(details["name"]):
        return Judged(
            record, Fate.REJECTED, [*reasons, Reason(None, "it has no name, email address or telephone number")]
        )
    return Judged(record, Fate.CAPTURED, reasons, details)


def _read(record: Record, columns: Sequence[Column], own: Mapping[str, Field]) -> tuple[dict[str, Any], list[Reason]]:
    """What stands in the row. Of several columns for one field the first that can be read counts; notes are joined.

    What is known under fields of the agency's own stands by itself, as `fields`.
    """
    written: defaultdict[str, list[str]] = defaultdict(list)
    for column, cell in zip(columns, record.cells, strict=False):
        if column.field is not None and cell.strip():
            written[column.field].append(cell)
    details: dict[str, Any] = {}
    reasons: list[Reason] = []
    for name, cells in written.items():
        read, kept, key = _reader(name, own, details)
        if name == "notes":
            details["notes"] = "\n".join(cell.strip() for cell in cells)[:10_000]
            continue
        faults = []
        for cell in cells:
            try:
                kept[key] = read(cell)
                break
            except ValueError as error:
                faults.append(Reason(name, str(error)))
        else:
            reasons += faults
    details["name"] = _name(details)
    captured_at = details.get("captured_at")
    if captured_at is not None and captured_at > datetime.now(UTC):
        details["captured_at"] = None
        reasons.append(Reason("captured_at", "it lies in the future, so the time of the import stands for it"))
    return details, reasons


def _reader(
    name: str, own: Mapping[str, Field], details: dict[str, Any]
) -> tuple[Callable[[str], Any], dict[str, Any], str]:
    """How a field is read, and where it is kept, by which name."""
    if not name.startswith(OWN):
        return _READERS.get(name, reading.plain), details, name
    key = name.removeprefix(OWN)
    return partial(read_written, own[key]), details.setdefault("fields", {}), key


def _name(details: dict[str, Any]) -> PersonName:
    whole = details.pop("name", None)
    given, family = details.pop("given_name", None), details.pop("family_name", None)
    if given or family:
        return PersonName(given=given or "", family=family or "")
    return whole or PersonName()
