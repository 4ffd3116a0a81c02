"""An event goes by Kafka's headers or by the feed, and arrives as it was."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from gardenos_contracts import Actor, ActorKind, Message, event_id
from gardenos_contracts.leads import LeadAssigned
from gardenos_contracts.schemas import asyncapi
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

words = st.text(st.characters(codec="utf-8"), max_size=60)
places = st.integers(1, 2**63 - 1)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1900, 1, 2), datetime(9999, 12, 30), timezones=zones)  # noqa: DTZ001
data = st.dictionaries(words, st.one_of(st.none(), st.booleans(), st.integers(), words, st.lists(words)), max_size=5)
messages = st.builds(
    Message,
    agency_id=st.uuids(),
    sequence=places,
    stream_id=st.uuids(),
    version=places,
    type=st.sampled_from(["leads.LeadCaptured.v1", "leads.NotYetKnown.v7"]),
    data=data.map(lambda found: json.dumps(found).encode()),
    actor=st.builds(Actor, st.sampled_from(ActorKind), words),
    correlation_id=words,
    causation_id=st.none() | words,
    traceparent=st.none() | words,
    occurred_at=moments,
    recorded_at=moments,
)

MESSAGE = Message(
    agency_id=UUID(int=1), sequence=7, stream_id=UUID(int=2), version=1, type="leads.LeadAssigned.v1",
    data=json.dumps({"lead_id": str(UUID(int=2)), "person_id": str(UUID(int=3)), "owner_id": None, "team_id": None}).encode(),
    actor=Actor(ActorKind.PERSON, str(UUID(int=4))), correlation_id="c", causation_id="1.6", traceparent=None,
    occurred_at=datetime(2026, 3, 14, 12, tzinfo=UTC), recorded_at=datetime(2026, 3, 14, 13, tzinfo=UTC),
)  # fmt: skip


@given(messages)
def test_it_survives_kafka(message: Message) -> None:
    assert Message.from_kafka(message.headers(), message.data) == message


@given(messages)
def test_it_survives_the_feed(message: Message) -> None:
    arrived = Message.from_json(json.loads(json.dumps(message.to_json())))
    assert json.loads(arrived.data) == json.loads(message.data)
    assert _routing(arrived) == _routing(message)


def _routing(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in Message.__dataclass_fields__ if name != "data"}


@given(messages)
def test_its_headers_are_as_the_document_says(message: Message) -> None:
    headers = {name: value.decode() for name, value in message.headers()}
    ENVELOPE.validate(headers)


ENVELOPE = Draft202012Validator(
    asyncapi([LeadAssigned])["components"]["schemas"]["CloudEvent"], format_checker=FormatChecker()
)


def test_its_id_is_its_place() -> None:
    assert MESSAGE.id == event_id(MESSAGE.agency_id, 7) == f"{UUID(int=1)}.7"
    received = MESSAGE.parse(LeadAssigned)
    assert (received.id, received.sequence, received.data.owner_id) == (MESSAGE.id, 7, None)


TEXTS = ["ce_type", "ce_correlationid"]
PARSED = ["ce_agencyid", "ce_sequence", "ce_subject", "ce_streamversion", "ce_actor", "ce_time", "ce_recordedtime"]


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name in TEXTS + PARSED for value in (None, b"\xff")] + [(name, b"nonsense") for name in PARSED],
)
def test_what_is_no_event_is_a_value_error(name: str, value: bytes | None) -> None:
    with pytest.raises(ValueError):
        Message.from_kafka([(key, value if key == name else kept) for key, kept in MESSAGE.headers()], MESSAGE.data)
    with pytest.raises(ValueError, match=f"{name} is missing"):
        Message.from_kafka([(key, kept) for key, kept in MESSAGE.headers() if key != name], MESSAGE.data)


def test_headers_of_others_do_no_harm() -> None:
    more = [*MESSAGE.headers(), ("x-empty", None), ("x-bytes", b"\xff\xfe")]
    assert Message.from_kafka(more, MESSAGE.data) == MESSAGE


@given(st.sampled_from(ActorKind), words)
def test_an_actor_is_read_as_it_was_written(kind: ActorKind, id: str) -> None:
    assert Actor.parse(str(Actor(kind, id))) == Actor(kind, id)
