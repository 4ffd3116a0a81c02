"""The base of every published fact, the registry of all of them, and the way from an older version to the newest."""

import re
from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias, Unpack
from uuid import UUID

from pydantic import BaseModel, ConfigDict

Data: TypeAlias = dict[str, Any]
"""An event's data as its JSON says, not yet parsed."""
Upcaster: TypeAlias = Callable[[Data], Data]

_registry: dict[str, type["Event"]] = {}
_upcasters: dict[str, Upcaster] = {}
"""By the type they begin from; each gives the data of the version after it."""

_FORM = re.compile(r"([a-z]+\.[A-Z][A-Za-z]+\.v)([1-9][0-9]*)")


class Event(BaseModel):
    """A fact, named in the past tense, that never changes once recorded.

    A subclass names the service that publishes it and its version:

        class LeadCaptured(Event, service="leads", version=1): ...

    Readers ignore fields they do not know, so that a newer publisher does not break them. Of each event there is one
    class, its newest version; what was recorded in an older one becomes that by `upcaster`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    service: ClassVar[str]
    event_type: ClassVar[str]
    whose: ClassVar[tuple[str, ...]] = ("person_id", "thread_id")
    """Whose personal data this is, and whose key seals it: the first of these fields that says. The person's; of what
    nobody known wrote, the conversation's."""
    introduces_person: ClassVar[bool] = False
    """Whether its person is new to the publishing service: then no key of theirs need be looked for."""

    def __init_subclass__(cls, *, service: str, version: int, **config: Unpack[ConfigDict]) -> None:
        super().__init_subclass__(**config)
        cls.service = service
        cls.event_type = f"{service}.{cls.__name__}.v{version}"
        if not _FORM.fullmatch(cls.event_type):
            raise TypeError(f"{cls.event_type} is not of the form service.Name.v1")
        if cls.event_type in _upcasters:
            raise TypeError(f"{cls.event_type} is upcast to a newer version; declare that one alone")
        if _registry.setdefault(cls.event_type, cls) is not cls:
            raise TypeError(f"{cls.event_type} is declared twice")

    def about(self) -> UUID | None:
        """The id that `whose` leads to; None of an event that is about nobody."""
        return next((id for name in self.whose if (id := getattr(self, name, None)) is not None), None)

    def forgets(self) -> tuple[UUID, ...]:
        """Who is forgotten from here on, by the ids that `about` gives; nobody, unless this says that somebody is.

        An agency's own id: all that it ever had to do with.
        """
        return ()


def upcaster(event_type: str) -> Callable[[Upcaster], Upcaster]:
    """The decorated pure function makes of this older version's data the data of the version after it.

        @upcaster("leads.LeadCaptured.v1")
        def in_english(data: Data) -> Data:
            \"\"\"Version 2 says which language a prospect is spoken to in; until then it was English.\"\"\"
            return data | {"language": "en"}

    Steps are chained: readers of version 3 hear what was recorded in version 1, by way of 2.
    """

    def register(step: Upcaster) -> Upcaster:
        if not _FORM.fullmatch(event_type):
            raise TypeError(f"{event_type} is not of the form service.Name.v1")
        if event_type in _registry:
            raise TypeError(f"{event_type} has a class still; the newest version alone has one")
        if _upcasters.setdefault(event_type, step) is not step:
            raise TypeError(f"{event_type} is upcast twice")
        return step

    return register


def upcast(event_type: str, data: Data, to: str) -> Data:
    """An older version's data as that of a newer one. Raises ValueError if no upcasters lead there."""
    at = event_type
    while at != to:
        if at not in _upcasters:
            raise ValueError(f"a {event_type} cannot be read as a {to}")
        data, at = _upcasters[at](data), _next(at)
    return data


def event_class(event_type: str) -> type[Event] | None:
    """What an event of this type is read as: for `leads.LeadCaptured.v1` the newest version of LeadCaptured.

    None if these contracts do not know it, by class or by upcasters.
    """
    while event_type in _upcasters:
        event_type = _next(event_type)
    return _registry.get(event_type)


def is_newer(event_type: str, than: type[Event]) -> bool:
    """Whether this is a later version of the same event than these contracts know."""
    name, _, version = event_type.rpartition(".v")
    known_name, _, known_version = than.event_type.rpartition(".v")
    return name == known_name and version.isdecimal() and int(version) > int(known_version)


def all_events() -> dict[str, type[Event]]:
    """Every published event by its type, in order of type; each in its newest version."""
    return dict(sorted(_registry.items()))


def all_upcasters() -> frozenset[str]:
    """The older versions that are upcast."""
    return frozenset(_upcasters)


def topic_of(service: str) -> str:
    """The Kafka topic that carries a service's events, keyed by agency."""
    return f"{service}.events"


def _next(event_type: str) -> str:
    name, _, version = event_type.rpartition(".v")
    return f"{name}.v{int(version) + 1}"
