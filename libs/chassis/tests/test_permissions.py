"""The one table of who may what: the code goes by it, and the documentation shows it."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import PERMISSIONS, READ_RECORDS, WRITE_RECORDS, Scope, as_markdown
from gardenos_chassis.errors import Forbidden
from gardenos_contracts.values import Role

DOCUMENT = Path(__file__).parents[3] / "docs" / "roles.md"


def caller(role: Role) -> Caller:
    return Caller(uuid4(), uuid4(), role, frozenset({uuid4()}))


def test_the_documentation_shows_the_table() -> None:
    assert as_markdown() in DOCUMENT.read_text("utf-8"), f"put this into {DOCUMENT.name}:\n{as_markdown()}"


@pytest.mark.parametrize("role", Role)
def test_who_changes_records_changes_what_they_see(role: Role) -> None:
    # A command on a record asks whether its caller sees it, and besides only whether somebody must claim it first.
    if WRITE_RECORDS.allows(role):
        assert WRITE_RECORDS.scope_of(role) is READ_RECORDS.scope_of(role)


@pytest.mark.parametrize("role", Role)
def test_what_a_caller_sees_is_what_the_table_says(role: Role) -> None:
    me = caller(role)
    (team,) = me.team_ids
    everything = {
        "mine": (me.user_id, None),
        "a colleague's in my team": (uuid4(), team),
        "my team's pool": (None, team),
        "the agency's pool": (None, None),
        "another team's pool": (None, uuid4()),
        "somebody else's": (uuid4(), uuid4()),
    }
    seen = {words for words, scope in everything.items() if me.sees(*scope)}
    own = {"mine", "my team's pool", "the agency's pool"}
    wanted = {
        Scope.AGENCY: set(everything),
        Scope.TEAMS: own | {"a colleague's in my team"},
        Scope.OWN: own,
        Scope.NOTHING: set(),
    }
    assert seen == wanted[READ_RECORDS.scope_of(role)]


@pytest.mark.parametrize("role", Role)
def test_who_has_their_own_alone_changes_what_they_have(role: Role) -> None:
    me = caller(role)
    (team,) = me.team_ids
    pools = {me.writes(None, team), me.writes(None, None)}
    assert pools == {role in (Role.OWNER, Role.ADMIN, Role.MANAGER)} if WRITE_RECORDS.allows(role) else pools
    assert me.must_claim is (role is Role.AGENT)
    if WRITE_RECORDS.allows(role):
        assert me.writes(me.user_id, None)


@pytest.mark.parametrize("permission", PERMISSIONS, ids=lambda permission: permission.words)
def test_a_caller_may_what_the_table_says(permission: object) -> None:
    (found,) = [each for each in PERMISSIONS if each is permission]
    for role in Role:
        if found.allows(role):
            caller(role).require(found)
        else:
            with pytest.raises(Forbidden):
                caller(role).require(found)


def test_a_refusal_says_who_may() -> None:
    from gardenos_chassis.auth.permissions import ADMINISTER_PEOPLE, APPOINT_OWNERS, LOOK_INTO_OPERATIONS

    told = []
    for permission in (APPOINT_OWNERS, ADMINISTER_PEOPLE, LOOK_INTO_OPERATIONS):
        with pytest.raises(Forbidden) as refused:
            caller(Role.AGENT).require(permission)
        told.append(refused.value.detail)
    assert told == [
        "only an owner of the agency may do this",
        "only an owner or admin of the agency may do this",
        "only an owner, admin or auditor of the agency may do this",
    ]


@pytest.mark.parametrize("role", Role)
def test_what_is_shared_is_in_scope_and_changed_as_the_role_allows(role: Role) -> None:
    person = uuid4()
    me = replace(caller(role), shared=frozenset({person}))
    somebody_s = (uuid4(), uuid4())
    assert me.sees(*somebody_s, person)
    assert me.sees(*somebody_s, uuid4()) is me.agency_wide
    assert not replace(me, shared=frozenset()).sees(*somebody_s, None) or me.agency_wide
    if WRITE_RECORDS.allows(role):
        assert me.writes(*somebody_s, person)
        assert me.writes(None, None, person)
