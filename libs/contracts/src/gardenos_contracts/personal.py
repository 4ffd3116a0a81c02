"""What of an event tells of a person, and what stands in its place once the person is forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a field that tells of the person an event is about: `email: Annotated[str | None, Personal()] = None`.

    Stores seal it with the person's key. `forgotten` stands in its place once that key is destroyed; it must be a
    value that the field may have. The people of the agency itself, its users, are forgotten with their agency alone.
    """

    forgotten: Any = None


@cache
def personal_fields(event: type[BaseModel]) -> Mapping[str, Any]:
    """The personal fields of an event, each with what stands in its place once the person is forgotten."""
    return {
        name: mark.forgotten
        for name, field in event.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Personal)
    }


def without_personal(event: M) -> M:
    """The event as it is of somebody forgotten."""
    return event.model_copy(update=dict(personal_fields(type(event))))
