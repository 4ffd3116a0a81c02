"""A change that would break an older reader or a stored event is told, by its place and in words; a free one is not."""

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from gardenos_contracts import Data, Event, all_events, upcaster
from gardenos_contracts.compatibility import breaks
from gardenos_contracts.event import all_upcasters
from gardenos_contracts.published import broken, publish, published, unpublished
from gardenos_contracts.schemas import json_schema
from pydantic import BaseModel, ConfigDict, Field

PUBLISHED = {name: event for name, event in all_events().items() if event.__module__.startswith("gardenos_contracts.")}


def test_events_agree_with_what_was_published() -> None:
    known = published()
    assert broken(PUBLISHED, known) == []
    assert list(unpublished(PUBLISHED, known)) == [], "new or extended: run `make contracts`, and commit what it writes"


class Slope(StrEnum):
    FLAT = "flat"
    STEEP = "steep"


class SlopeAndMore(StrEnum):
    FLAT = "flat"
    STEEP = "steep"
    NONE = "none"


class SlopeAndLess(StrEnum):
    FLAT = "flat"


class Address(BaseModel):
    street: str
    unit: str | None = None


class AddressWithZip(BaseModel):
    street: str
    unit: str | None = None
    postal_code: str | None = None


class AddressNeedingZip(BaseModel):
    street: str
    unit: str | None = None
    postal_code: str


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    street: str


class ClosedWithUnit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    street: str
    unit: str | None = None


class Node(BaseModel):
    name: str
    below: "list[Node]" = []


class OtherNode(BaseModel):
    name: int
    below: "list[OtherNode]" = []


def schema_of(name: str, annotation: Any, default: Any = ..., **more: Any) -> dict[str, Any]:
    """Of a model with one field, and others."""
    model: type[BaseModel] = type(
        "Roof",
        (BaseModel,),
        {"__module__": __name__, "__annotations__": {name: annotation, **{key: kind for key, (kind, _) in more.items()}},
         **({} if default is ... else {name: default}), **{key: value for key, (_, value) in more.items() if value is not ...}},
    )  # fmt: skip
    return model.model_json_schema()


FIELD = schema_of("slope", str)
REGISTRY = "gardenos_contracts.event._registry"

BREAKS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "a field removed": (
        schema_of("slope", str, more=(int, ...)),
        FIELD,
        ["/more: is gone, but older readers look for it"],
    ),
    "an optional field removed": (
        schema_of("slope", str, more=(int | None, None)),
        FIELD,
        ["/more: is gone, but older readers look for it"],
    ),
    "a field renamed": (
        schema_of("slope", str),
        schema_of("pitch", str),
        ["/slope: is called pitch now", "/pitch: is new and required"],
    ),
    "a required field added": (
        FIELD,
        schema_of("slope", str, more=(int, ...)),
        ["/more: is new and required, but stored events lack it"],
    ),
    "an optional field made required": (
        schema_of("slope", str, ""),
        FIELD,
        ["/slope: the default was '' and is none", "/slope: is required now, but stored events may lack it"],
    ),
    "a required field made optional": (
        FIELD,
        schema_of("slope", str, ""),
        ["/slope: the default was none and is ''", "/slope: may be left out now, but older readers need it"],
    ),
    "a default changed": (
        schema_of("slope", str, "flat"),
        schema_of("slope", str, "steep"),
        ["/slope: the default was 'flat' and is 'steep'"],
    ),
    "a default changed in a part of it": (
        schema_of("slope", Address, Address(street="Elm")),
        schema_of("slope", Address, Address(street="Oak")),
        ["/slope: the default was"],
    ),
    "a default that says another thing of a new field than is said where it is left out": (
        schema_of("slope", Address, Address(street="Elm")),
        schema_of("slope", AddressWithZip, AddressWithZip(street="Elm", postal_code="78701")),
        ["/slope: the default was"],
    ),
    "another type": (
        FIELD,
        schema_of("slope", int),
        ["/slope: may no longer be string, which stored events hold", "/slope: may be integer now"],
    ),
    "a type widened": (
        FIELD,
        schema_of("slope", str | None),
        ["/slope: may be null now, which older readers do not take"],
    ),
    "a type narrowed": (
        schema_of("slope", str | int),
        FIELD,
        ["/slope: may no longer be integer, which stored events hold"],
    ),
    "numbers widened": (
        schema_of("slope", int),
        schema_of("slope", float),
        ["/slope: may no longer be integer", "/slope: may be number now"],
    ),
    "an enumeration that grew": (
        schema_of("slope", Slope),
        schema_of("slope", SlopeAndMore),
        ["/slope: may be 'none' now, which older readers do not know"],
    ),
    "an enumeration that shrank": (
        schema_of("slope", Slope),
        schema_of("slope", SlopeAndLess),
        ["/slope: may no longer be 'steep', which stored events hold"],
    ),
    "a literal that grew": (
        schema_of("slope", Literal["a", "b"]),
        schema_of("slope", Literal["a", "b", "c"]),
        ["/slope: may be 'c' now"],
    ),
    "a literal that became two": (
        schema_of("slope", Literal["a"]),
        schema_of("slope", Literal["a", "b"]),
        ["/slope: may be 'b' now"],
    ),
    "an enumeration that became a text": (
        schema_of("slope", Slope),
        FIELD,
        ["/slope: may be any string now, which older readers do not know"],
    ),
    "a text that became an enumeration": (
        FIELD,
        schema_of("slope", Slope),
        ["/slope: may only be one of ['flat', 'steep'] now, but stored events hold others"],
    ),
    "a constraint tightened": (
        FIELD,
        schema_of("slope", Annotated[str, Field(pattern="^[a-z]+$")]),
        ["/slope: pattern was none and is '^[a-z]+$'"],
    ),
    "a constraint loosened": (
        schema_of("slope", Annotated[int, Field(ge=0, le=90)]),
        schema_of("slope", Annotated[int, Field(ge=0, le=100)]),
        ["/slope: maximum was 90 and is 100"],
    ),
    "a length tightened": (
        FIELD,
        schema_of("slope", Annotated[str, Field(max_length=5)]),
        ["/slope: maxLength was none and is 5"],
    ),
    "another format": (
        schema_of("slope", UUID),
        schema_of("slope", date),
        ["/slope: format was 'uuid' and is 'date'"],
    ),
    "within a list": (
        schema_of("slope", list[str]),
        schema_of("slope", list[int]),
        ["/slope/*: may no longer be string", "/slope/*: may be integer now"],
    ),
    "within a mapping": (
        schema_of("slope", dict[str, int]),
        schema_of("slope", dict[str, str]),
        ["/slope/*: may no longer be integer", "/slope/*: may be string now"],
    ),
    "within a tuple": (
        schema_of("slope", tuple[int, str]),
        schema_of("slope", tuple[int, int]),
        ["/slope/1: may no longer be string", "/slope/1: may be integer now"],
    ),
    "a longer tuple": (
        schema_of("slope", tuple[int, int]),
        schema_of("slope", tuple[int, int, int]),
        ["/slope: maxItems was 2 and is 3", "/slope: minItems was 2 and is 3"],
    ),
    "within a part that may be null": (
        schema_of("slope", Address | None),
        schema_of("slope", AddressNeedingZip | None),
        ["/slope/postal_code: is new and required"],
    ),
    "a new field where none is taken": (
        schema_of("slope", Closed),
        schema_of("slope", ClosedWithUnit),
        ["/slope/unit: is new, but older readers take no field they do not know there"],
    ),
    "within a part that holds itself": (
        schema_of("slope", Node),
        schema_of("slope", OtherNode),
        ["/slope/name: may no longer be string", "/slope/name: may be integer now"],
    ),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_a_break_is_told(kind: str) -> None:
    old, new, told = BREAKS[kind]
    found = breaks(old, new)
    assert len(found) == len(told), found
    for sentence in told:
        assert any(fault.startswith(sentence) for fault in found), (sentence, found)
    assert breaks(old, old) == breaks(new, new) == []


def test_a_new_field_with_a_default_and_other_words_are_free() -> None:
    more = schema_of("slope", Address, more=(int | None, None), most=(list[str], []))
    assert breaks(schema_of("slope", Address), more) == []
    assert breaks(schema_of("slope", Address), schema_of("slope", AddressWithZip)) == []
    there = schema_of("slope", Address, Address(street="Elm"))
    assert breaks(there, schema_of("slope", AddressWithZip, AddressWithZip(street="Elm"))) == []
    assert breaks(FIELD, schema_of("slope", Annotated[str, Field(title="Pitch", description="In degrees")])) == []


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test declares is gone after it."""
    monkeypatch.setattr(REGISTRY, dict(all_events()))
    monkeypatch.setattr("gardenos_contracts.event._upcasters", {})


def roof(version: int, **fields: Any) -> dict[str, type[Event]]:
    """As the one event of the contracts, in this version."""
    body: dict[str, Any] = {"__module__": __name__, "__annotations__": fields}
    event: type[Event] = type("RoofMeasured", (Event,), body, service="tests", version=version)
    return {event.event_type: event}


@pytest.mark.usefixtures("declared")
def test_a_new_version_is_published_beside_the_old(tmp_path: Path) -> None:
    assert publish(roof(1, feet=int), tmp_path) == ["tests.RoofMeasured.v1"]
    first = (tmp_path / "tests.RoofMeasured.v1.json").read_text()

    with pytest.MonkeyPatch.context() as later:
        later.setattr(REGISTRY, {})
        changed = roof(1, metres=float)
        with pytest.raises(ValueError, match=r"(?s)/feet: is gone.*publish version 2 beside it.*upcaster"):
            publish(changed, tmp_path)
        assert (tmp_path / "tests.RoofMeasured.v1.json").read_text() == first

    with pytest.MonkeyPatch.context() as later:
        later.setattr(REGISTRY, {})
        newer = roof(2, metres=float)
        with pytest.raises(ValueError, match=r"(?s)v1 was published and cannot be read any more.*upcaster"):
            publish(newer, tmp_path)

        @upcaster("tests.RoofMeasured.v1")
        def in_metres(data: Data) -> Data:
            return {"metres": data["feet"] * 0.3048}

        assert all_upcasters() == {"tests.RoofMeasured.v1"}
        assert publish(newer, tmp_path) == ["tests.RoofMeasured.v2"]
        assert publish(newer, tmp_path) == []
    assert list(published(tmp_path)) == ["tests.RoofMeasured.v1", "tests.RoofMeasured.v2"]
    assert (tmp_path / "tests.RoofMeasured.v1.json").read_text() == first


@pytest.mark.usefixtures("declared")
def test_an_extended_event_is_kept_as_it_is_now(tmp_path: Path) -> None:
    publish(roof(1, feet=int), tmp_path)
    with pytest.MonkeyPatch.context() as later:
        later.setattr(REGISTRY, {})

        class RoofMeasured(Event, service="tests", version=1):
            feet: int
            by: str | None = None

        extended = {RoofMeasured.event_type: RoofMeasured}
        assert broken(extended, published(tmp_path)) == []
        assert list(unpublished(extended, published(tmp_path))) == ["tests.RoofMeasured.v1"]
        assert publish(extended, tmp_path) == ["tests.RoofMeasured.v1"]
        assert json.loads((tmp_path / "tests.RoofMeasured.v1.json").read_text()) == json_schema(RoofMeasured)
