"""What each event of an aggregate changed: its state before and after, and the fields that differ."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
from gardenos_contracts import Event, Received
from pydantic_core import to_jsonable_python

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Step(Generic[A]):
    """One event, and the state that it made; `before` is None at the first."""

    event: Received[Event]
    before: A | None
    after: A


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What one field was, and what it became: as text, lists as JSON; None where it was, or is, not known."""

    field: str
    old: str | None
    new: str | None


def steps(events: Iterable[Received[Event]], evolve: Callable[[A | None, Event], A]) -> Iterator[Step[A]]:
    """The events, oldest first, each with the state before and after it."""
    state: A | None = None
    for event in events:
        after = evolve(state, event.data)
        yield Step(event, state, after)
        state = after


def fields_of(state: Any) -> dict[str, Any]:
    """A state as JSON has it, without levels: what `details` holds as `email` is called `details.email`."""
    return dict(_flat(to_jsonable_python(state), ""))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """The fields that differ, in the order of the later state."""
    return [
        FieldChange(name, _text(before.get(name)), _text(after.get(name)))
        for name in {**after, **before}
        if before.get(name) != after.get(name)
    ]


def _flat(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and (value or not at):
        for name, part in value.items():
            yield from _flat(part, f"{at}.{name}" if at else name)
    else:
        yield at, value


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
