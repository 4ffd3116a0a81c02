"""Which role sees which sensitive field, and what is answered to who does not."""

from typing import Any
from uuid import uuid4

import pytest
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.fields import (
    SENSITIVE,
    refuse_withheld,
    withheld_from,
    withhold,
    withhold_changes,
    withhold_lists,
    withhold_within,
)
from gardenos_chassis.auth.permissions import PERMISSIONS
from gardenos_chassis.errors import Forbidden
from gardenos_contracts.values import Role


def caller(role: Role) -> Caller:
    return Caller(uuid4(), uuid4(), role, frozenset())


def test_what_each_role_does_not_see() -> None:
    assert {role: withheld_from(role) for role in Role} == {
        Role.OWNER: (),
        Role.ADMIN: (),
        Role.MANAGER: (),
        Role.AGENT: (),
        Role.VIEWER: ("birth_date", "licence_number", "premium"),
        Role.AUDITOR: ("birth_date", "licence_number"),
    }


def test_every_sensitive_field_is_seen_by_a_permission_of_the_table() -> None:
    assert all(permission in PERMISSIONS for permission in SENSITIVE.values())


@pytest.mark.parametrize(
    ("record", "to_a_viewer"),
    [
        ({"birth_date": "1985-12-10", "x": 1}, {"birth_date": None, "x": 1, "withheld": ["birth_date"]}),
        ({"birth_date": None}, {"birth_date": None, "withheld": ["birth_date"]}),
        (
            {"field": "birth_date", "old": None, "new": "1985-12-10"},
            {"field": "birth_date", "old": None, "new": None, "withheld": ["old", "new"]},
        ),
        (
            {"kind": "premium", "value": "124000 USD", "display": "$1,240", "quote": "$1,240 a year", "start": 3},
            {
                "kind": "premium", "value": None, "display": None, "quote": None, "start": 3,
                "withheld": ["value", "display", "quote"],
            },
        ),
        ({"kind": "x_date", "value": "2027-03-15"}, {"kind": "x_date", "value": "2027-03-15"}),
        ({"name": "Ada"}, {"name": "Ada"}),
    ],
)  # fmt: skip
def test_what_is_answered(record: dict[str, Any], to_a_viewer: dict[str, Any]) -> None:
    assert withhold(caller(Role.AGENT), dict(record)) == record
    assert withhold(caller(Role.VIEWER), dict(record)) == to_a_viewer


def test_in_the_lists_of_a_state_it_is_withheld_too() -> None:
    state = {"birth_date": "1985-12-10", "licences": [{"state": "TX", "licence_number": "1234"}], "languages": ["en"]}
    assert withhold_lists(caller(Role.ADMIN), state) == state
    withheld = {"state": "TX", "licence_number": None, "withheld": ["licence_number"]}
    assert withhold_lists(caller(Role.AUDITOR), state) == state | {"licences": [withheld]}
    assert withhold_within(caller(Role.AUDITOR), {"deep": state})["deep"]["birth_date"] is None


def test_of_a_fact_that_is_new_its_changes_are_withheld_too() -> None:
    def told(kind: str) -> list[dict[str, Any]]:
        said = {"kind": kind, "value": "124000 USD", "quote": "$1,240", "start": "3"}
        return [{"field": field, "old": None, "new": new} for field, new in said.items()]

    seen = {each["field"]: each for each in withhold_changes(caller(Role.VIEWER), told("premium"))}
    assert {field for field, each in seen.items() if each["new"] is None} == {"value", "quote"}
    assert seen["quote"]["withheld"] == ["old", "new"]
    assert withhold_changes(caller(Role.VIEWER), told("x_date")) == told("x_date")
    assert withhold_changes(caller(Role.AUDITOR), told("premium")) == told("premium")


def test_what_is_not_seen_is_not_written() -> None:
    refuse_withheld(caller(Role.AGENT), {"birth_date", "premium"})
    refuse_withheld(caller(Role.VIEWER), {"name"})
    with pytest.raises(Forbidden) as refused:
        refuse_withheld(caller(Role.VIEWER), {"name", "birth_date"})
    assert refused.value.detail == "your role neither sees nor changes this: birth date; leave it out"
