"""What may become of people, teams, branches and invitations: decided without a database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from gardenos_chassis.auth.permissions import ADMINISTER_PEOPLE, APPOINT_OWNERS
from gardenos_chassis.errors import Conflict, Forbidden, Invalid, NotFound
from gardenos_contracts import Event
from gardenos_contracts.identity import (
    InvitationAccepted,
    InvitationRenewed,
    ProfileChanged,
    RoleChanged,
    TeamLeadsNamed,
    TeamMovedToBranch,
    UserDeactivated,
    UserMovedTeams,
    UserReactivated,
)
from gardenos_contracts.values import Role
from gardenos_identity import branch, invitation, team, user
from gardenos_identity.branch import Branch
from gardenos_identity.invitation import GOOD_FOR, Invitation
from gardenos_identity.team import Team
from gardenos_identity.user import User

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
NORTH, SOUTH = uuid4(), uuid4()


def person(role: Role = Role.AGENT, *, active: bool = True) -> User:
    return User(uuid4(), "Ann", "ann@garden.example", role, frozenset({NORTH}), active=active)


def invited(**fields: object) -> Invitation:
    known = {
        "id": uuid4(),
        "email": "a@b.example",
        "role": Role.AGENT,
        "team_ids": frozenset(),
        "expires_at": NOW + GOOD_FOR,
    }
    return Invitation(**{**known, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("of", "to", "by", "allowed"),
    [
        (Role.AGENT, Role.ADMIN, Role.ADMIN, True),
        (Role.AGENT, Role.OWNER, Role.ADMIN, False),
        (Role.OWNER, Role.AGENT, Role.ADMIN, False),
        (Role.ADMIN, Role.VIEWER, Role.ADMIN, True),
        (Role.OWNER, Role.ADMIN, Role.OWNER, True),
        (Role.AGENT, Role.OWNER, Role.OWNER, True),
    ],
)
def test_nobody_gives_or_takes_a_role_above_their_own(of: Role, to: Role, by: Role, allowed: bool) -> None:
    ann = person(of)
    if allowed:
        assert list(ann.become(to, by=by, other_owners=True)) == [RoleChanged(user_id=ann.id, role=to)]
    else:
        with pytest.raises(Forbidden):
            list(ann.become(to, by=by, other_owners=True))


def test_who_appoints_owners_is_as_the_table_says() -> None:
    for role in Role:
        if ADMINISTER_PEOPLE.allows(role) and not APPOINT_OWNERS.allows(role):
            with pytest.raises(Forbidden):
                user.may_appoint(role, Role.OWNER)
    user.may_appoint(Role.OWNER, Role.OWNER)
    assert [role for role in Role if APPOINT_OWNERS.allows(role)] == [Role.OWNER]


def test_the_last_owner_stays_owner_and_at_work() -> None:
    olga = person(Role.OWNER)
    with pytest.raises(Conflict, match="last owner"):
        list(olga.become(Role.ADMIN, by=Role.OWNER, other_owners=False))
    with pytest.raises(Conflict, match="last owner"):
        list(olga.deactivate(by=uuid4(), by_role=Role.OWNER, other_owners=False))
    assert list(olga.become(Role.OWNER, by=Role.OWNER, other_owners=False)) == []
    assert list(olga.deactivate(by=uuid4(), by_role=Role.OWNER, other_owners=True)) == [
        UserDeactivated(user_id=olga.id)
    ]


def test_nobody_deactivates_themselves_or_whom_is_above_them() -> None:
    olga = person(Role.OWNER)
    with pytest.raises(Conflict, match="themselves"):
        list(olga.deactivate(by=olga.id, by_role=Role.OWNER, other_owners=True))
    with pytest.raises(Forbidden):
        list(olga.deactivate(by=uuid4(), by_role=Role.ADMIN, other_owners=True))
    with pytest.raises(Forbidden):
        list(person(Role.OWNER, active=False).reactivate(by_role=Role.ADMIN))


def test_what_is_so_already_is_no_event() -> None:
    ann, gone = person(), person(active=False)
    assert list(ann.reactivate(by_role=Role.ADMIN)) == []
    assert list(gone.deactivate(by=uuid4(), by_role=Role.ADMIN, other_owners=True)) == []
    assert list(gone.reactivate(by_role=Role.ADMIN)) == [UserReactivated(user_id=gone.id)]
    assert list(ann.move([NORTH, NORTH])) == []
    assert list(ann.move([])) == [UserMovedTeams(user_id=ann.id, team_ids=())]
    assert list(ann.describe(name=" Ann ", time_zone=None, locale=None)) == []


def test_a_profile_is_checked_field_by_field() -> None:
    ann = person()
    for time_zone, locale, pointer in (("Mars/Base", None, "/time_zone"), (None, "english", "/locale")):
        with pytest.raises(Invalid) as refused:
            list(ann.describe(name="Ann", time_zone=time_zone, locale=locale))
        assert refused.value.errors[0].pointer == pointer
    (changed,) = ann.describe(name="Anna", time_zone="Europe/Berlin", locale="de")
    assert changed == ProfileChanged(user_id=ann.id, name="Anna", time_zone="Europe/Berlin", locale="de")


def test_a_person_is_what_their_events_made_them() -> None:
    id = uuid4()
    story: list[Event] = [
        *user.join(id, name="Ann", email="a@b.example", role=Role.AGENT, team_ids=[NORTH]),
        RoleChanged(user_id=id, role=Role.MANAGER),
        UserMovedTeams(user_id=id, team_ids=(SOUTH,)),
        UserDeactivated(user_id=id),
        UserReactivated(user_id=id),
        ProfileChanged(user_id=id, name="Anna", time_zone="Europe/Berlin", locale="de"),
        TeamMovedToBranch(team_id=NORTH, branch_id=None),
    ]
    found: User | None = None
    for event in story:
        found = user.evolve(found, event)
    assert found == User(id, "Anna", "a@b.example", Role.MANAGER, frozenset({SOUTH}), True, "Europe/Berlin", "de")
    assert user.evolve(None, RoleChanged(user_id=id, role=Role.OWNER)) is None


def test_who_leads_a_team_is_in_it() -> None:
    ann, bob = uuid4(), uuid4()
    north = Team(NORTH, "North")
    with pytest.raises(Invalid):
        list(north.be_led_by([bob], members=[ann]))
    (named,) = north.be_led_by([ann], members=[ann])
    led = team.evolve(north, named)
    assert led is not None
    assert led.lead_ids == {ann}
    assert list(led.lose(bob)) == []
    assert list(led.lose(ann)) == [TeamLeadsNamed(team_id=NORTH, lead_ids=())]


def test_a_branch_with_teams_is_not_closed() -> None:
    chicago = Branch(uuid4(), "Chicago")
    with pytest.raises(Conflict, match="2 of your teams"):
        list(chicago.close(teams=2))
    (closed,) = chicago.close(teams=0)
    found = branch.evolve(chicago, closed)
    assert found is not None
    assert found.closed


def test_an_invitation_is_good_once_and_for_a_while() -> None:
    ann = uuid4()
    good = invited()
    assert list(good.accept(ann, NOW)) == [InvitationAccepted(invitation_id=good.id, user_id=ann)]
    for bad in (invited(state="accepted"), invited(state="withdrawn"), invited(expires_at=NOW)):
        with pytest.raises(NotFound):
            list(bad.accept(ann, NOW))


def test_an_expired_invitation_is_renewed_and_one_that_is_over_is_not() -> None:
    expired = invited(expires_at=NOW - timedelta(days=1))
    (renewed,) = expired.renew(NOW)
    assert renewed == InvitationRenewed(invitation_id=expired.id, expires_at=NOW + GOOD_FOR)
    again = invitation.evolve(expired, renewed)
    assert again is not None
    assert again.is_good(NOW)
    for over in (invited(state="accepted"), invited(state="withdrawn")):
        with pytest.raises(Conflict):
            list(over.renew(NOW))
    assert list(invited(state="withdrawn").withdraw()) == []
    with pytest.raises(Conflict):
        list(invited(state="accepted").withdraw())
