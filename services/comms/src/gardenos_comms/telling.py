"""What happened to a person, in words: the titles of the timeline."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NotRequired, TypedDict

from gardenos_contracts.clients import ClientDetailsChanged, ClientOnboarded
from gardenos_contracts.leads import LeadCaptured, LeadDetailsChanged, LeadStageChanged
from gardenos_contracts.values import PersonName

_LABELS = {
    "name": "Name",
    "email": "Email",
    "phone": "Phone",
    "street": "Street",
    "city": "City",
    "postal_code": "ZIP code",
    "state": "State",
    "birth_date": "Birth date",
    "line_of_business": "Line of business",
    "current_carrier": "Current carrier",
    "x_date": "X-date",
    "notes": "Notes",
}
_TOLD = 3
_VALUE_LIMIT = 60


class Change(TypedDict):
    """What one field was, and what it became."""

    field: str
    old: str | None
    new: str | None
    withheld: NotRequired[list[str]]
    """Where who reads it may not see what it was and became."""


def details_of(
    event: LeadCaptured | LeadDetailsChanged | ClientOnboarded | ClientDetailsChanged,
) -> dict[str, str | None]:
    """What the event says is known of the person, as text."""
    return {name: _text(getattr(event, name)) for name in _LABELS if hasattr(event, name)}


def changes_between(before: Mapping[str, str | None], now: Mapping[str, str | None]) -> list[Change]:
    """Each field that differs, in the order in which a person would tell them."""
    return [
        Change(field=name, old=before.get(name), new=now.get(name))
        for name in _LABELS
        if before.get(name) != now.get(name)
    ]


def title_of_changes(changes: Sequence[Change]) -> str:
    """`Phone: none → +15125550142; X-date: …`, the first few of them."""
    told = "; ".join(_change(change) for change in changes[:_TOLD])
    more = len(changes) - _TOLD
    return f"{told}; and {more} more" if more > 0 else told or "Details changed"


def title_of_stage(moved: LeadStageChanged) -> str:
    """`Stage: quoted → lost (too expensive)`."""
    return f"Stage: {moved.previous_stage} → {moved.stage}" + (f" ({_short(moved.reason)})" if moved.reason else "")


def title_of_assignment(previous_id: str | None, owner_id: str | None, names: Mapping[str, str]) -> str:
    """`Owner: pool → Ann Agent`; whose name is not known yet is somebody."""
    if previous_id == owner_id:
        return "Team changed"
    previous, owner = (names.get(id, "somebody") if id else "pool" for id in (previous_id, owner_id))
    return f"Owner: {previous} → {owner}"


def _change(change: Change) -> str:
    label = _LABELS[change["field"]]
    if change["field"] == "notes" or "withheld" in change:
        return f"{label} changed"
    return f"{label}: {_short(change['old'])} → {_short(change['new'])}"


def _short(value: str | None) -> str:
    if not value:
        return "none"
    return value if len(value) <= _VALUE_LIMIT else value[: _VALUE_LIMIT - 1] + "…"


def _text(value: str | date | PersonName | None) -> str | None:
    return str(value) or None if value is not None else None
