"""The base of every published fact, and the registry of all of them."""

import re
from typing import ClassVar, Unpack

from pydantic import BaseModel, ConfigDict

_registry: dict[str, type["Event"]] = {}


class Event(BaseModel):
    """A fact, named in the past tense, that never changes once recorded.

    A subclass names the service that publishes it and its version:

        class LeadCaptured(Event, service="leads", version=1): ...

    Readers ignore fields they do not know, so that a newer publisher does not break them.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    service: ClassVar[str]
    event_type: ClassVar[str]

    def __init_subclass__(cls, *, service: str, version: int, **config: Unpack[ConfigDict]) -> None:
        super().__init_subclass__(**config)
        cls.service = service
        cls.event_type = f"{service}.{cls.__name__}.v{version}"
        if not re.fullmatch(r"[a-z]+\.[A-Z][A-Za-z]+\.v[1-9][0-9]*", cls.event_type):
            raise TypeError(f"{cls.event_type} is not of the form service.Name.v1")
        if _registry.setdefault(cls.event_type, cls) is not cls:
            raise TypeError(f"{cls.event_type} is declared twice")


def event_class(event_type: str) -> type[Event] | None:
    """The class of `leads.LeadCaptured.v1`, or None if this version of the contracts does not know it."""
    return _registry.get(event_type)


def all_events() -> dict[str, type[Event]]:
    """Every published event by its type, in order of type."""
    return dict(sorted(_registry.items()))


def topic_of(service: str) -> str:
    """The Kafka topic that carries a service's events, keyed by agency."""
    return f"{service}.events"
