"""A fact with its place in history, and how it travels: CloudEvents 1.0, Kafka binding, binary mode.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from pydantic_core import from_json, to_json

from gardenos_contracts.event import Event, upcast

E = TypeVar("E", bound=Event)
E_co = TypeVar("E_co", bound=Event, covariant=True)
_EventClass: TypeAlias = type[E]


class ActorKind(StrEnum):
    """What kind of hand did it."""

    PERSON = "person"
    AI = "ai"
    AUTOMATION = "automation"
    IMPORT = "import"
    KEY = "key"
    """An API key, on behalf of the person who made it."""
    OPERATOR = "operator"
    """Somebody who operates the platform, and belongs to no agency."""
    SYSTEM = "system"

    @property
    def automated(self) -> bool:
        """Whether it is no person's hand, but one that the agency lets act. A key acts on behalf of whoever made it."""
        return self in (ActorKind.AI, ActorKind.AUTOMATION)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it; on the wire `person:<user id>`, `ai:<engine>`, `import:<import id>` …"""

    kind: ActorKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Actor":
        """Raises ValueError for anything that `str(actor)` would not give."""
        kind, _, id = text.partition(":")
        return cls(ActorKind(kind), id)


def person_behind(actor: Actor, on_behalf_of: str | None) -> str | None:
    """The id of the user at the beginning of it: who did it, or on whose behalf it was done."""
    return actor.id if actor.kind is ActorKind.PERSON else on_behalf_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Generic[E_co]):
    """One event of one aggregate, and who did it.

    `version` is its place in the aggregate's stream `stream_id`; `occurred_at` when it happened in the world.
    """

    agency_id: UUID
    stream_id: UUID
    version: int
    type: str
    data: E_co
    actor: Actor
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    occurred_at: datetime
    on_behalf_of: str | None = None
    """Where no person did it: the id of the user at the beginning of what led to it, if there was one."""
    origin: str | None = None
    """From where it was asked for: the client's network, its device and session. None of what nobody asked for just then."""
    rule: str | None = None
    """By which rule it was allowed: `records:write/own`, a permission and in which scope the actor has it."""
    forgotten: bool = False
    """Whether its person is forgotten: then the personal fields of `data` hold what stands in their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Fact[E_co]):
    """A fact as it was recorded, published and received.

    `sequence` is its place in the agency's history within the publishing service: 1, 2, 3 … without a gap.
    """

    sequence: int
    recorded_at: datetime

    @property
    def id(self) -> str:
        """Unique within the publishing service, and the same on every redelivery."""
        return event_id(self.agency_id, self.sequence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a Kafka record carries: the routing fields from its headers, and the data not yet parsed.

    A reader that does not know the event's type still knows its place, and can move its mark past it.
    """

    agency_id: UUID
    sequence: int
    stream_id: UUID
    version: int
    type: str
    data: bytes
    actor: Actor
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    occurred_at: datetime
    recorded_at: datetime
    on_behalf_of: str | None = None
    origin: str | None = None
    rule: str | None = None
    forgotten: bool = False
    """As `Fact.forgotten`. Each reader knows it for itself: it does not travel."""

    @property
    def id(self) -> str:
        """As `Received.id`."""
        return event_id(self.agency_id, self.sequence)

    def headers(self) -> list[tuple[str, bytes]]:
        """The Kafka headers of this message; the record's value is `data`, its key `agency_id`."""
        correlation_id = self.correlation_id.encode()
        found = [
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_source", b"/gardenos/" + self.type.partition(".")[0].encode()),
            ("ce_type", self.type.encode()),
            ("ce_subject", str(self.stream_id).encode()),
            ("ce_time", _utc(self.occurred_at).encode()),
            ("ce_agencyid", str(self.agency_id).encode()),
            ("ce_sequence", b"%d" % self.sequence),
            ("ce_streamversion", b"%d" % self.version),
            ("ce_recordedtime", _utc(self.recorded_at).encode()),
            ("ce_actor", str(self.actor).encode()),
            ("ce_correlationid", correlation_id),
            ("correlation_id", correlation_id),
            ("content-type", b"application/json"),
        ]
        if self.causation_id is not None:
            found.append(("ce_causationid", self.causation_id.encode()))
        if self.traceparent is not None:
            traceparent = self.traceparent.encode()
            found += [("ce_traceparent", traceparent), ("traceparent", traceparent)]
        found += [
            (header, said.encode())
            for header, said in (
                ("ce_onbehalfof", self.on_behalf_of),
                ("ce_origin", self.origin),
                ("ce_rule", self.rule),
            )
            if said is not None
        ]
        return found

    @classmethod
    def from_kafka(cls, headers: Iterable[tuple[str, bytes | None]], value: bytes) -> "Message":
        """Headers that are none of ours may be anything. Raises ValueError if one of ours is missing or malformed."""
        found: dict[str, Any] = dict(headers)
        try:
            return cls(
                agency_id=_agency(found["ce_agencyid"]),
                sequence=int(found["ce_sequence"]),
                stream_id=UUID(found["ce_subject"].decode()),
                version=int(found["ce_streamversion"]),
                type=found["ce_type"].decode(),
                data=value,
                actor=_actor(found["ce_actor"]),
                correlation_id=found["ce_correlationid"].decode(),
                causation_id=raw.decode() if (raw := found.get("ce_causationid")) is not None else None,
                traceparent=raw.decode() if (raw := found.get("ce_traceparent")) is not None else None,
                occurred_at=datetime.fromisoformat(found["ce_time"].decode()),
                recorded_at=datetime.fromisoformat(found["ce_recordedtime"].decode()),
                on_behalf_of=raw.decode() if (raw := found.get("ce_onbehalfof")) is not None else None,
                origin=raw.decode() if (raw := found.get("ce_origin")) is not None else None,
                rule=raw.decode() if (raw := found.get("ce_rule")) is not None else None,
            )
        except KeyError as missing:
            raise ValueError(f"not a GardenOS event: header {missing.args[0]} is missing") from missing
        except (TypeError, AttributeError) as empty:
            raise ValueError("not a GardenOS event: one of its headers is empty") from empty

    def to_json(self) -> dict[str, Any]:
        """The message as the event feed gives it: the CloudEvents JSON format with our attributes."""
        return {**self.attributes(), "data": from_json(self.data)}

    def attributes(self) -> dict[str, Any]:
        """The same without `data`, which is JSON as it is."""
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": "/gardenos/" + self.type.partition(".")[0],
            "type": self.type,
            "subject": str(self.stream_id),
            "time": _utc(self.occurred_at),
            "agencyid": str(self.agency_id),
            "sequence": self.sequence,
            "streamversion": self.version,
            "recordedtime": _utc(self.recorded_at),
            "actor": str(self.actor),
            "correlationid": self.correlation_id,
            "causationid": self.causation_id,
            "traceparent": self.traceparent,
            "onbehalfof": self.on_behalf_of,
            "origin": self.origin,
            "rule": self.rule,
            "datacontenttype": "application/json",
        }

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Message":
        """The inverse of `to_json`. Raises ValueError if an attribute is missing or malformed."""
        try:
            return cls(
                agency_id=_agency(body["agencyid"].encode()),
                sequence=int(body["sequence"]),
                stream_id=UUID(body["subject"]),
                version=int(body["streamversion"]),
                type=body["type"],
                data=to_json(body["data"]),
                actor=_actor(body["actor"].encode()),
                correlation_id=body["correlationid"],
                causation_id=body.get("causationid"),
                traceparent=body.get("traceparent"),
                occurred_at=datetime.fromisoformat(body["time"]),
                recorded_at=datetime.fromisoformat(body["recordedtime"]),
                on_behalf_of=body.get("onbehalfof"),
                origin=body.get("origin"),
                rule=body.get("rule"),
            )
        except KeyError as missing:
            raise ValueError(f"not a GardenOS event: {missing} is missing") from missing
        except (TypeError, AttributeError) as wrong:
            raise ValueError("not a GardenOS event: one of its attributes is of another type") from wrong

    def parse(self, event: _EventClass[E]) -> Received[E]:
        """The event as `event`, and if it was recorded in an older version, upcast to it.

        Raises ValueError if it is another event, or pydantic's ValidationError (a ValueError) for what does not fit.
        """
        data = self.data
        if self.type != event.event_type:
            data = to_json(upcast(self.type, from_json(data), event.event_type))
        return Received(
            agency_id=self.agency_id,
            sequence=self.sequence,
            stream_id=self.stream_id,
            version=self.version,
            type=event.event_type,
            data=event.model_validate_json(data),
            actor=self.actor,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            traceparent=self.traceparent,
            occurred_at=self.occurred_at,
            recorded_at=self.recorded_at,
            on_behalf_of=self.on_behalf_of,
            origin=self.origin,
            rule=self.rule,
            forgotten=self.forgotten,
        )


# A few agencies and actors come again and again.
@lru_cache(maxsize=4096)
def _agency(header: bytes) -> UUID:
    return UUID(header.decode())


@lru_cache(maxsize=4096)
def _actor(header: bytes) -> Actor:
    return Actor.parse(header.decode())


def _utc(moment: datetime) -> str:
    # Moments from the database are in UTC, and most are.
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat()


def event_id(agency_id: UUID, sequence: int) -> str:
    """An event's CloudEvents id: unique within its source, and the same at every redelivery."""
    return f"{agency_id}.{sequence}"
