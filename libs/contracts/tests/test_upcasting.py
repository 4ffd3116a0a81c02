"""What was recorded in an older version is read as the newest, step by step; nothing newer is taken for older."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from gardenos_contracts import Actor, ActorKind, Data, Event, Message, event_class, is_newer, upcaster
from gardenos_contracts.event import all_events, all_upcasters, upcast


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test declares is gone after it."""
    monkeypatch.setattr("gardenos_contracts.event._registry", dict(all_events()))
    monkeypatch.setattr("gardenos_contracts.event._upcasters", {})


@pytest.fixture
def measured() -> type[Event]:
    """An event in its third version: feet, then metres, then metres with who measured."""

    class RoofMeasured(Event, service="tests", version=3):
        metres: float
        measured_by: str | None

    @upcaster("tests.RoofMeasured.v1")
    def in_metres(data: Data) -> Data:
        kept = {name: value for name, value in data.items() if name != "feet"}
        return kept | {"metres": data["feet"] * 0.3048}

    @upcaster("tests.RoofMeasured.v2")
    def by_nobody_known(data: Data) -> Data:
        return data | {"measured_by": None}

    return RoofMeasured


def message(event_type: str, data: str) -> Message:
    return Message(
        agency_id=UUID(int=1), sequence=7, stream_id=UUID(int=2), version=1, type=event_type, data=data.encode(),
        actor=Actor(ActorKind.SYSTEM, "test"), correlation_id="c", causation_id=None, traceparent=None,
        occurred_at=datetime(2026, 3, 14, 12, tzinfo=UTC), recorded_at=datetime(2026, 3, 14, 13, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("event_type", "data"),
    [
        ("tests.RoofMeasured.v1", '{"feet": 100, "note": "steep"}'),
        ("tests.RoofMeasured.v2", '{"metres": 30.48}'),
        ("tests.RoofMeasured.v3", '{"metres": 30.48, "measured_by": null}'),
    ],
)
def test_each_version_is_read_as_the_newest(measured: type[Event], event_type: str, data: str) -> None:
    assert event_class(event_type) is measured
    stored = message(event_type, data)
    before = replace(stored)
    received = stored.parse(measured)
    assert received.data == measured(metres=30.48, measured_by=None)
    assert (received.type, received.sequence, received.version) == ("tests.RoofMeasured.v3", 7, 1)
    assert stored == before
    assert stored.type == event_type


def test_nothing_is_upcast_to_another_event_or_an_older_version(measured: type[Event]) -> None:
    class WallMeasured(Event, service="tests", version=1):
        metres: float

    with pytest.raises(ValueError, match=r"a tests\.RoofMeasured\.v1 cannot be read as a tests\.WallMeasured\.v1"):
        message("tests.RoofMeasured.v1", '{"feet": 1}').parse(WallMeasured)
    with pytest.raises(ValueError, match="cannot be read"):
        upcast("tests.RoofMeasured.v3", {"metres": 1}, "tests.RoofMeasured.v2")
    assert event_class("tests.RoofMeasured.v4") is None


def test_a_newer_version_is_known_for_what_it_is(measured: type[Event]) -> None:
    assert is_newer("tests.RoofMeasured.v4", measured)
    assert is_newer("tests.RoofMeasured.v10", measured)
    for other in ("tests.RoofMeasured.v3", "tests.RoofMeasured.v2", "tests.Roof.v4", "tests.RoofMeasured.vx", "v9", ""):
        assert not is_newer(other, measured), other


def test_an_older_version_has_no_class_and_one_way_up(measured: type[Event]) -> None:
    with pytest.raises(TypeError, match=r"RoofMeasured\.v1 is upcast to a newer version"):
        type("RoofMeasured", (Event,), {"__module__": __name__}, service="tests", version=1)
    with pytest.raises(TypeError, match=r"RoofMeasured\.v2 is upcast twice"):
        upcaster("tests.RoofMeasured.v2")(lambda data: data)
    with pytest.raises(TypeError, match=r"RoofMeasured\.v3 has a class still"):
        upcaster("tests.RoofMeasured.v3")(lambda data: data)
    with pytest.raises(TypeError, match=r"of the form service\.Name\.v1"):
        upcaster("tests.roof")(lambda data: data)
    assert all_upcasters() == {"tests.RoofMeasured.v1", "tests.RoofMeasured.v2"}
    assert [name for name in all_events() if "RoofMeasured" in name] == ["tests.RoofMeasured.v3"]
