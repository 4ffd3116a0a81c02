"""The rules themselves: who gets a lead, and why not; caps, weights, and the oldest first, whatever comes."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from gardenos_chassis.errors import Invalid
from gardenos_contracts.lead_assignment import AssignmentRule, Conditions, Seat
from gardenos_contracts.values import Hours, LineOfBusiness
from gardenos_leads.assigning.aggregate import Assignment
from gardenos_leads.assigning.domain import (
    Agent,
    Asked,
    Backlog,
    Given,
    Kept,
    Licence,
    Load,
    Staff,
    day_of,
    decide,
    give,
    language_of,
    stands_in,
    why_not,
)
from hypothesis import given, settings
from hypothesis import strategies as st

NOON = datetime(2026, 11, 30, 17, tzinfo=UTC)
"""A Monday; noon in New York."""
ANN, BEN, CAL = (UUID(int=n) for n in (1, 2, 3))
TEAM = UUID(int=100)


def rule(number: int = 1, **said: Any) -> AssignmentRule:
    return AssignmentRule(**{"rule_id": UUID(int=1000 + number), "name": f"Rule {number}", "team_id": TEAM} | said)


def asked(number: int = 1, **said: Any) -> Asked:
    known: dict[str, Any] = {"lead_id": UUID(int=10_000 + number), "since": NOON - timedelta(minutes=number)}
    return Asked(**known | said)


def agent(user_id: UUID, **said: Any) -> Agent:
    return Agent(user_id=user_id, **{"team_ids": frozenset({TEAM})} | said)


def who(rules: list[AssignmentRule], lead: Asked, *agents: Agent, at: datetime = NOON) -> UUID | None:
    decided = decide(rules, lead, at, Staff.of(agents, "America/New_York"), Load())
    return decided.user_id if isinstance(decided, Given) else None


@pytest.mark.parametrize(
    ("when", "fits", "fits_not"),
    [
        ({"sources": ("QuoteWizard",)}, {"source": "quotewizard"}, {"source": "referral"}),
        ({"states": ("TX", "OK")}, {"state": "OK"}, {"state": None}),
        ({"postal_codes": ("787", "78610")}, {"postal_code": "78704"}, {"postal_code": "79901"}),
        ({"lines": (LineOfBusiness.AUTO,)}, {"line": "auto"}, {"line": "home"}),
        ({"languages": ("es",)}, {"language": "es-MX"}, {"language": None}),
        ({"campaign_ids": (UUID(int=7),)}, {"campaign_id": UUID(int=7)}, {"campaign_id": None}),
        ({"least_score": 70}, {"score": 70}, {"score": 69}),
        ({"most_score": 69}, {"score": 69}, {"score": 70}),
        ({"least_score": 0}, {"score": 0}, {"score": None}),
        ({"most_score": 100}, {"score": 100}, {"score": None}),
        ({"least_score": 40, "most_score": 60}, {"score": 50}, {"score": 61}),
        (
            {"least_score": 40, "lines": (LineOfBusiness.AUTO,)},
            {"score": 50, "line": "auto"},
            {"score": 50, "line": "home"},
        ),
    ],
    ids=[
        "source",
        "state",
        "territory",
        "line",
        "language",
        "campaign",
        "promising",
        "not promising",
        "no score yet",
        "none at all",
        "between",
        "promising and of a line",
    ],
)
def test_a_rule_is_for_the_leads_it_names(when: dict[str, Any], fits: dict[str, Any], fits_not: dict[str, Any]) -> None:
    rules = [rule(when=Conditions(**when))]
    assert who(rules, asked(**fits), agent(ANN)) == ANN
    assert who(rules, asked(**fits_not), agent(ANN)) is None


def test_a_rule_may_be_for_hours_of_the_agency() -> None:
    rules = [rule(when=Conditions(hours=(Hours(weekday=0, start="09:00", end="12:00"),)))]
    assert who(rules, asked(), agent(ANN), at=NOON - timedelta(minutes=1)) == ANN
    assert who(rules, asked(), agent(ANN), at=NOON) is None


@pytest.mark.parametrize(
    ("said", "person", "why"),
    [
        ({}, {"active": False}, "not_here"),
        ({}, {"away": ((NOON, NOON + timedelta(days=1)),)}, "away"),
        ({}, {"hours": (Hours(weekday=0, start="13:00", end="17:00"),), "zone": "America/New_York"}, "off_hours"),
        ({"licensed": True}, {"licences": (Licence("OK"),)}, "not_licensed"),
        ({"licensed": True}, {"licences": (Licence("TX", frozenset({"life"})),)}, "not_licensed"),
        ({"licensed": True}, {"licences": (Licence("TX", expires_on=date(2026, 11, 29)),)}, "not_licensed"),
        ({"speaks": True}, {"languages": frozenset({"en-US"})}, "other_language"),
        ({"most_a_day": 0}, {}, "day_full"),
        ({"most_open": 0}, {}, "full"),
    ],
    ids=["deactivated", "away", "hours", "state", "line", "expired", "language", "day", "open"],
)
def test_who_cannot_take_it_does_not_get_it(said: dict[str, Any], person: dict[str, Any], why: str) -> None:
    lead = asked(state="TX", line="auto", language="es")
    staff = Staff.of([agent(ANN, **person)], "America/New_York")
    decided = decide([rule(**said)], lead, NOON, staff, Load())
    assert isinstance(decided, Kept)
    assert (decided.waits, decided.why) == ("nobody", {why: 1})


def test_who_can_take_it_does() -> None:
    able = agent(
        ANN,
        licences=(Licence("TX", frozenset({"auto"}), date(2026, 11, 30)),),
        languages=frozenset({"es"}),
        hours=(Hours(weekday=0, start="09:00", end="17:00"),),
        zone="America/New_York",
        away=((NOON - timedelta(days=9), NOON),),
    )
    lead = asked(state="TX", line="auto", language="es-MX")
    assert who([rule(licensed=True, speaks=True, most_a_day=1, most_open=1)], lead, able) == ANN


def test_who_was_named_to_stand_in_does_so_for_what_they_may_sell_and_say() -> None:
    lead = asked(state="TX", language="es")
    busy: dict[str, Any] = {"hours": (Hours(weekday=5, start="09:00", end="10:00"),), "takes_leads": False}
    able: dict[str, Any] = {"licences": (Licence("TX"),), "languages": frozenset({"es"})} | busy
    one = rule(licensed=True, speaks=True, most_open=0, most_a_day=0)

    def stands(**said: Any) -> bool:
        return stands_in(one, ANN, lead, NOON, Staff.of([agent(ANN, **able | said)]))

    assert stands()
    assert not stands(active=False)
    assert not stands(away=((NOON, NOON + timedelta(hours=1)),))
    assert not stands(licences=(Licence("OK"),))
    assert not stands(languages=frozenset({"en"}))
    assert not stands_in(one, BEN, lead, NOON, Staff.of([agent(ANN, **able)]))


def test_the_first_rule_that_fits_counts_and_the_next_if_it_says_so() -> None:
    full = rule(1, most_open=0)
    second = rule(2, team_id=None, seats=(Seat(user_id=BEN),))
    assert who([full, second], asked(), agent(ANN), agent(BEN)) is None
    assert who([full.model_copy(update={"otherwise": "next"}), second], asked(), agent(ANN), agent(BEN)) == BEN
    assert who([full.model_copy(update={"active": False}), second], asked(), agent(ANN), agent(BEN)) == BEN


def test_what_is_to_be_claimed_waits_for_whoever_takes_it() -> None:
    decided = decide([rule(by="claim")], asked(), NOON, Staff.of([agent(ANN)]), Load())
    assert isinstance(decided, Kept)
    assert decided.waits == "to_be_claimed"


def test_of_managers_only_those_who_are_named_take_turns() -> None:
    manager = agent(BEN, takes_leads=False)
    assert who([rule()], asked(), manager) is None
    assert who([rule(seats=(Seat(user_id=BEN),))], asked(), manager) == BEN


def test_by_load_it_goes_to_whoever_has_the_fewest_for_their_weight() -> None:
    load = Load()
    load.open.update({ANN: 4, BEN: 3})
    by_load = rule(by="load", seats=(Seat(user_id=ANN, weight=2), Seat(user_id=BEN)))
    decided = decide([by_load], asked(), NOON, Staff.of([agent(ANN), agent(BEN)]), load)
    assert isinstance(decided, Given)
    assert decided.user_id == ANN


def test_who_comes_back_makes_up_for_nothing() -> None:
    staff, load, rules = Staff.of([agent(ANN), agent(BEN)]), Load(), [rule()]
    away = Staff.of([agent(ANN), agent(BEN, away=((NOON, NOON + timedelta(hours=1)),))])

    def some(count: int, staff: Staff) -> Counter[UUID | None]:
        got: Counter[UUID | None] = Counter()
        for number in range(count):
            decided = decide(rules, asked(number), NOON, staff, load)
            assert isinstance(decided, Given)
            give(decided, NOON, staff, load)
            got[decided.user_id] += 1
        return got

    assert some(50, away) == {ANN: 50}
    assert some(10, staff) == {ANN: 5, BEN: 5}


def test_languages_as_people_write_them() -> None:
    told = [language_of(said) for said in ("Spanish", "es-MX", "", None, "whatever they like", 7)]
    assert told == ["es", "es-mx", None, None, None, None]


def test_rules_that_cannot_work_are_refused_by_what_is_wrong_with_them() -> None:
    bad = [
        rule(1, name=" "),
        rule(2, team_id=None),
        rule(3, seats=(Seat(user_id=ANN), Seat(user_id=ANN))),
        rule(4, when=Conditions(hours=(Hours(weekday=0, start="12:00", end="09:00"),))),
        rule(5, name="rule 4"),
        rule(6, when=Conditions(least_score=70, most_score=69)),
        rule(7, when=Conditions(least_score=70, most_score=70)),
    ]
    with pytest.raises(Invalid) as refused:
        list(Assignment().write(bad))
    assert [error.pointer for error in refused.value.errors] == [
        "/rules/0/name", "/rules/1/team_id", "/rules/2/seats", "/rules/3/when/hours/0", "/rules/4/name",
        "/rules/5/when/most_score",
    ]  # fmt: skip


people = st.lists(
    st.builds(
        lambda n, states, away, weight, day, most: (n, states, away, weight, day, most),
        st.integers(1, 8),
        st.sets(st.sampled_from(["TX", "OK", "CA"])),
        st.booleans(),
        st.integers(1, 5),
        st.none() | st.integers(0, 6),
        st.none() | st.integers(0, 6),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda person: person[0],
)
leads = st.lists(st.tuples(st.sampled_from(["TX", "OK", "CA", None]), st.integers(0, 500)), max_size=40)


@settings(max_examples=150)
@given(people, leads, st.booleans(), st.sampled_from(["turns", "load"]))
def test_caps_hold_nobody_unfit_gets_one_and_the_oldest_of_a_kind_comes_first(
    staff_said: list[Any], leads_said: list[Any], licensed: bool, by: str
) -> None:
    agents, seats = [], []
    for n, states, away, weight, day, most in staff_said:
        licences = tuple(Licence(state) for state in sorted(states))
        gone = ((NOON - timedelta(days=1), NOON + timedelta(days=1)),) if away else ()
        agents.append(agent(UUID(int=n), licences=licences, away=gone))
        seats.append(Seat(user_id=UUID(int=n), weight=weight, most_a_day=day, most_open=most))
    staff, load = Staff.of(agents), Load()
    one = rule(seats=tuple(seats), licensed=licensed, by=by)
    there = [asked(n, state=state, since=NOON - timedelta(minutes=age)) for n, (state, age) in enumerate(leads_said)]
    backlog = Backlog([one], "UTC")
    for each in sorted(there, key=lambda each: (each.since, each.lead_id)):
        backlog.add(each, NOON)
    before = Load()
    given_now = []
    for decided in backlog.drain(NOON, staff, load):
        seat = next(seat for seat in seats if seat.user_id == decided.user_id)
        assert why_not(one, seat, decided.asked, NOON, staff, before, frozenset()) is None
        give(decided, NOON, staff, before)
        given_now.append(decided)
    left = list(backlog)
    assert {each.asked.lead_id for each in given_now} | {each.lead_id for each in left} == {
        each.lead_id for each in there
    }
    assert len(given_now) + len(left) == len(there) == backlog.size + len(given_now)
    for seat in seats:
        got = sum(each.user_id == seat.user_id for each in given_now)
        assert seat.most_a_day is None or got <= seat.most_a_day
        assert seat.most_open is None or got <= seat.most_open
        assert load.given[seat.user_id, day_of(NOON, "UTC")] == got
    assert [each.asked.since for each in given_now] == sorted(each.asked.since for each in given_now)
    for waits in left:
        assert isinstance(decide([one], waits, NOON, staff, load), Kept), "nobody waits while somebody could take it"


@settings(max_examples=100)
@given(st.lists(st.integers(1, 10), min_size=1, max_size=6), st.integers(1, 300))
def test_in_the_long_run_everybody_gets_their_weight(weights: list[int], count: int) -> None:
    seats = tuple(Seat(user_id=UUID(int=n + 1), weight=weight) for n, weight in enumerate(weights))
    staff, load = Staff.of([agent(seat.user_id) for seat in seats]), Load()
    got: Counter[UUID | None] = Counter()
    for number in range(count):
        decided = decide([rule(seats=seats)], asked(number), NOON, staff, load)
        assert isinstance(decided, Given)
        give(decided, NOON, staff, load)
        got[decided.user_id] += 1
    served = [got[seat.user_id] / seat.weight for seat in seats]
    # No two are ever further apart than by the turn that each is in.
    assert max(served) - min(served) <= 2 / min(weights) + 1e-9
