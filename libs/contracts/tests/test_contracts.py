"""Every published event: its schema, its golden payloads, its declaration."""

import json
from pathlib import Path
from typing import Any

import pytest
from gardenos_contracts import Event, all_events, event_class, topic_of
from gardenos_contracts.event import upcast
from gardenos_contracts.leads import LeadAssigned, LeadCaptured
from gardenos_contracts.published import published
from gardenos_contracts.schemas import asyncapi, json_schema
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError, create_model

GOLDEN = Path(__file__).parent / "golden"

# Other tests of the same run declare events of their own.
PUBLISHED = {name: event for name, event in all_events().items() if event.__module__.startswith("gardenos_contracts.")}


def golden(event_type: str) -> list[dict[str, Any]]:
    """Payloads as this version wrote them: the first with every field, the last with as few as there may be."""
    path = GOLDEN / f"{event_type}.json"
    assert path.is_file(), f"{event_type} has no golden payload: write one whole and one with the least to {path}"
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


def validator(event: type[Event]) -> Draft202012Validator:
    schema = json_schema(event)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


@pytest.mark.parametrize("event_type", PUBLISHED)
def test_what_was_written_once_is_read_for_ever(event_type: str) -> None:
    event = PUBLISHED[event_type]
    payloads = golden(event_type)
    for payload in payloads:
        read = event.model_validate_json(json.dumps(payload))
        assert json.loads(read.model_dump_json(exclude_unset=True)) == payload
        assert event.model_validate_json(read.model_dump_json()) == read
        validator(event).validate(payload)
    assert payloads[0].keys() == event.model_fields.keys(), "the first golden payload shows every field"
    required = {name for name, field in event.model_fields.items() if field.is_required()}
    assert payloads[-1].keys() == required, (
        "the last golden payload has the required fields alone; others have defaults"
    )


@pytest.mark.parametrize("event_type", published())
def test_each_version_ever_published_is_read_as_the_newest(event_type: str) -> None:
    schema, newest = published()[event_type], event_class(event_type)
    assert newest is not None
    for payload in golden(event_type):
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(payload)
        read = newest.model_validate(upcast(event_type, payload, newest.event_type))
        assert newest.model_validate_json(read.model_dump_json()) == read


def test_a_golden_payload_is_of_a_version_that_was_published() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(published())


@pytest.mark.parametrize("event_type", PUBLISHED)
def test_a_schema_refuses_what_the_event_refuses(event_type: str) -> None:
    event = PUBLISHED[event_type]
    payload = golden(event_type)[-1]
    for name in payload:
        short = {key: value for key, value in payload.items() if key != name}
        with pytest.raises(ValidationError):
            event.model_validate_json(json.dumps(short))
        assert not validator(event).is_valid(short)
        odd = payload | {name: {"odd": [True]}}
        try:
            event.model_validate_json(json.dumps(odd))
        except ValidationError:
            assert not validator(event).is_valid(odd), name
        else:
            assert validator(event).is_valid(odd), name


def test_a_reader_ignores_what_it_does_not_know() -> None:
    payload = golden("leads.LeadAssigned.v1")[0]
    newer = payload | {"because": "the producer is on vacation", "nested": {"new": [1]}}
    assert LeadAssigned.model_validate_json(json.dumps(newer)) == LeadAssigned.model_validate_json(json.dumps(payload))
    assert validator(LeadAssigned).is_valid(newer)


def test_an_event_is_declared_once() -> None:
    with pytest.raises(TypeError, match="declared twice"):
        type("LeadCaptured", (Event,), {"__module__": __name__}, service="leads", version=1)
    assert event_class("leads.LeadCaptured.v1") is LeadCaptured
    assert event_class("leads.LeadCaptured.v99") is None


@pytest.mark.parametrize(
    ("name", "service", "version"), [("lower", "leads", 1), ("Fine", "Leads", 1), ("Fine", "leads", 0)]
)
def test_an_event_has_a_type_of_the_usual_form(name: str, service: str, version: int) -> None:
    before = all_events()
    with pytest.raises(TypeError, match=r"service\.Name\.v1"):
        type(name, (Event,), {"__module__": __name__}, service=service, version=version)
    assert all_events() == before


def test_a_fact_does_not_change() -> None:
    fact = LeadAssigned.model_validate(golden("leads.LeadAssigned.v1")[0])
    with pytest.raises(ValidationError):
        fact.owner_id = None  # type: ignore[misc]


def test_the_asyncapi_document_names_every_topic_and_message() -> None:
    document = asyncapi(PUBLISHED.values())
    services = {event.service for event in PUBLISHED.values()}
    assert {channel["address"] for channel in document["channels"].values()} == {topic_of(name) for name in services}
    assert list(document["components"]["messages"]) == sorted(PUBLISHED)
    for service in services:
        of_it = {name for name, event in PUBLISHED.items() if event.service == service}
        assert set(document["channels"][service]["messages"]) == of_it
    for reference in _references(document):
        assert _resolved(document, reference), reference


def test_the_asyncapi_payloads_validate_what_was_written() -> None:
    document = asyncapi(PUBLISHED.values())
    for event_type in PUBLISHED:
        payload = document["components"]["messages"][event_type]["payload"]
        schema = Draft202012Validator({**payload, "components": document["components"]})
        for written in golden(event_type):
            schema.validate(written)
        demands = any(field.is_required() for field in PUBLISHED[event_type].model_fields.values())
        assert schema.is_valid({}) is not demands


def test_a_part_s_name_means_one_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is declared here is forgotten after it.
    monkeypatch.setattr("gardenos_contracts.event._registry", dict(all_events()))

    def holding(name: str, **fields: Any) -> type[Event]:
        part = create_model("Part", **fields)
        found: type[Event] = create_model(
            name, __base__=Event, __cls_kwargs__={"service": "tests", "version": 1}, part=part
        )
        return found

    one, alike, other = holding("One", size=int), holding("Alike", size=int), holding("Other", weight=float)
    assert "Part" in asyncapi([one, alike])["components"]["schemas"]
    with pytest.raises(ValueError, match=r"tests\.Other\.v1 means another Part"):
        asyncapi([one, other])


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [reference for value in part.values() for reference in _references(value)]
    if isinstance(part, list):
        return [reference for value in part for reference in _references(value)]
    return []


def _resolved(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found
