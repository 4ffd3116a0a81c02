"""A replay goes by what was so at each moment: who was there, away and licensed; whose households and leads were; what went on."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gardenos_contracts.lead_assignment import AssignmentRule, Conditions, Seat
from gardenos_contracts.values import Role
from gardenos_leads.assigning.domain import Asked
from gardenos_leads.assigning.replay import Before, Happening, Held, Past, Replay, Scored, WhatIf
from gardenos_leads.assigning.staffing import Absence, KnownSince, StaffChange, StaffThen

SINCE = datetime(2026, 9, 1, 12, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=10)
ANN, BEN, CAL, MIA = (UUID(int=n) for n in range(1, 5))
TEAM, HOME = UUID(int=100), UUID(int=200)
LONG_AGO = SINCE - timedelta(days=100)


def hours(after: float) -> datetime:
    return SINCE + timedelta(hours=after)


def rule(**said: Any) -> AssignmentRule:
    named = said.pop("named", (ANN, BEN))
    seats = tuple(Seat(user_id=id) for id in named)
    return AssignmentRule(**{"rule_id": UUID(int=1000), "name": "Everything", "seats": seats} | said)


def joined(user_id: UUID, at: datetime = LONG_AGO, role: Role = Role.AGENT) -> StaffChange:
    return StaffChange(at, user_id, role=role, team_ids=frozenset({TEAM}), active=True)


def lead(number: int, after: float, **said: Any) -> Past:
    asked = {name: said.pop(name) for name in ("state", "line", "language") if name in said}
    return Past(Asked(UUID(int=10_000 + number), hours(after), **asked), **said)


def id_of(number: int) -> UUID:
    return UUID(int=10_000 + number)


def minutes(told: Iterable[float]) -> list[int]:
    """Whole ones: a lead is given a second after it came."""
    return [round(each) for each in told]


def told(rules: list[AssignmentRule], *happened: Happening, before: Before | None = None) -> WhatIf:
    changes = [each for each in happened if isinstance(each, StaffChange)]
    replay = Replay(rules, StaffThen("UTC", changes), since=SINCE, until=UNTIL, minutes=5, before=before)
    replay.go_on(in_order(happened))
    return replay.finish()


def in_order(happened: Iterable[Happening]) -> list[Happening]:
    return sorted(happened, key=lambda each: each.at)


def test_nobody_gets_leads_before_they_were_there_or_after_they_had_gone() -> None:
    went = StaffChange(hours(10), ANN, active=False)
    came = joined(BEN, hours(20))
    what = told([rule()], joined(ANN), went, came, lead(1, 1), lead(2, 11), lead(3, 21))
    assert what.draft.per_agent == {ANN: 1, BEN: 2}
    # What came while nobody was there waited until somebody was.
    assert minutes(what.draft.waits) == [0, 9 * 60, 0]


def test_licences_languages_and_hours_are_those_of_the_moment() -> None:
    texan = StaffChange(hours(-50), ANN, profile={"licences": [{"state": "TX"}], "languages": ["es"]})
    no_more = StaffChange(hours(10), ANN, profile={"licences": [{"state": "OK"}], "languages": ["en"]})
    asks = {"state": "TX", "language": "es"}
    what = told(
        [rule(licensed=True, speaks=True)], joined(ANN), texan, no_more, lead(1, 1, **asks), lead(2, 11, **asks)
    )
    assert what.draft.per_agent == {ANN: 1}
    assert what.why == {"not_licensed": 1, "not_here": 1}


def test_what_was_said_first_is_taken_for_what_was_before_and_it_is_told_of_whom() -> None:
    said = StaffChange(hours(100), ANN, profile={"licences": [{"state": "TX"}]})
    changes = [joined(ANN), joined(BEN, hours(30)), said]
    what = told([rule(licensed=True)], *changes, lead(1, 1, state="TX"))
    assert what.draft.per_agent == {ANN: 1}
    known = StaffThen("UTC", changes)
    for change in changes:
        known.tell(change)
    assert known.known_since(SINCE) == [KnownSince(ANN, None, hours(100)), KnownSince(BEN, hours(30), None)]
    assert known.known_since(hours(200)) == []


def absence(user_id: UUID, starts: float, ends: float, covered_by: UUID | None = None) -> Absence:
    return Absence(UUID(int=500), user_id, hours(starts), hours(ends), covered_by)


def test_absences_count_from_when_they_were_told_until_they_were_cancelled() -> None:
    planned = StaffChange(hours(5), ANN, planned=absence(ANN, 0, 100))
    back = StaffChange(hours(20), ANN, cancelled_id=UUID(int=500))
    come = [lead(1, 1), lead(2, 6), lead(3, 21)]
    what = told([rule(named=(ANN,))], joined(ANN), planned, back, *come)
    # Nobody knew of it yet when the first came.
    assert minutes(what.draft.waits) == [0, 14 * 60, 0]


def test_what_nobody_was_in_touch_with_goes_on_when_its_owner_goes_away() -> None:
    people = [joined(ANN), joined(BEN), joined(CAL)]
    # Of the second of hers, somebody was in touch at once.
    theirs = [lead(1, 1), lead(2, 2, owner_id=ANN, owned_at=hours(2), touched_at=hours(2.1))]
    away = StaffChange(hours(-1), ANN, planned=absence(ANN, 3, 50, covered_by=CAL))
    goes_on = told([rule(named=(ANN,))], *people, *theirs, away)
    usual = Before(usual={None: timedelta(hours=9)})
    assert goes_on.draft.per_agent == {ANN: 2}
    covered = told([rule(named=(ANN,))], *people, *theirs, away, before=usual)
    assert (covered.draft.went_on, minutes(covered.draft.responses)) == (1, [6.0, (2 + 9) * 60])
    kept = told([rule(named=(ANN,), when_away="keep")], *people, *theirs, away, before=usual)
    assert (kept.draft.went_on, minutes(kept.draft.responses)) == (0, [6.0, 9 * 60])
    alone = StaffChange(hours(-1), ANN, planned=absence(ANN, 3, 50))
    turns = told([rule(named=(ANN, BEN), most_open=1)], *people, *theirs, alone, before=usual)
    assert turns.draft.per_agent == {ANN: 1, BEN: 1}
    # Ben, to whom it would go, has no room: it waits in the pool until Ann is back.
    assert (turns.draft.went_on, minutes(turns.draft.responses)) == (1, [9 * 60, (50 - 1 + 9) * 60])
    cancelled = StaffChange(hours(2.5), ANN, cancelled_id=UUID(int=500))
    assert told([rule(named=(ANN,))], *people, *theirs, away, cancelled, before=usual).draft.went_on == 0


def test_what_nobody_answers_is_escalated_and_goes_on() -> None:
    people = [joined(ANN), joined(BEN), joined(MIA, role=Role.MANAGER)]
    leads_it = StaffChange(LONG_AGO, led_team_id=TEAM, leader_ids=(MIA,))
    slow = Before(usual={ANN: timedelta(hours=9), BEN: timedelta(minutes=1), MIA: timedelta(hours=9)})
    asks: dict[str, Any] = {"team_id": TEAM, "answer_minutes": 10}

    def of(**said: Any) -> tuple[int, int, list[int]]:
        what = told([rule(**asks | said)], *people, leads_it, lead(1, 1), before=slow)
        return what.draft.unanswered, what.draft.went_on, minutes(what.draft.responses)

    assert of() == (1, 0, [9 * 60])
    assert of(unanswered="reroute") == (1, 1, [11])
    # She does not answer either; then it goes to whose turn it is.
    assert of(unanswered="reroute", escalate=True) == (2, 2, [21])
    assert of(escalate=True) == (2, 1, [10 + 9 * 60])


def test_a_lead_goes_to_who_has_its_household() -> None:
    people = [joined(ANN), joined(BEN)]
    theirs = Held(LONG_AGO, id_of(99), owner_id=BEN, household_id=HOME)
    joins = [Held(hours(2), id_of(1), household_id=HOME, replayed=True)]
    nobody_else = rule(named=(ANN,), most_open=0)
    what = told([nobody_else], *people, lead(1, 1), *joins, before=Before(members=[theirs], open={BEN: 1}))
    assert what.draft.per_agent == {BEN: 1}
    assert minutes(what.draft.waits) == [60]
    assert what.draft.most_open[BEN] == 2
    # Lost meanwhile, and of another's again: it waits.
    lost = Held(hours(1.5), id_of(99), BEN, HOME, "lost", BEN, HOME)
    assert told([nobody_else], *people, lead(1, 1), lost, *joins, before=Before(members=[theirs])).draft.unassigned == 1


def test_of_a_household_that_waited_each_is_given_once() -> None:
    """Both are given in one look, when somebody comes; what she has of them goes on when she goes away."""
    joins = [Held(hours(2), id_of(number), household_id=HOME, replayed=True) for number in (1, 2)]
    away = StaffChange(hours(10), ANN, planned=absence(ANN, 20, 50, covered_by=BEN))
    closed = Held(hours(30), id_of(1), household_id=HOME, state="won", was_household_id=HOME, replayed=True)
    what = told([rule(named=(ANN,))], joined(ANN, hours(5)), joined(BEN), lead(1, 1), lead(2, 1), *joins, away, closed)
    assert what.draft.per_agent == {ANN: 2}
    assert (what.draft.went_on, what.draft.most_open) == (2, {ANN: 2, BEN: 2})


def test_whom_the_draft_gave_one_of_a_household_gets_the_next_of_it() -> None:
    people = [joined(ANN), joined(BEN)]
    what = told(
        [rule()], *people, lead(1, 1), Held(hours(1.1), id_of(1), None, HOME, replayed=True),
        lead(2, 2), lead(3, 3, state="TX"), Held(hours(3), id_of(3), None, HOME, replayed=True),
    )  # fmt: skip
    # Ann had the first; the second was Ben's turn; the third is Ann's turn anyway.
    assert what.draft.per_agent == {ANN: 2, BEN: 1}
    full = rule(named=(ANN,), most_open=1)
    what = told(
        [full], *people, lead(1, 1), Held(hours(1.1), id_of(1), None, HOME, replayed=True), lead(2, 2),
        Held(hours(2.1), id_of(2), None, HOME, replayed=True), lead(3, 3),
    )  # fmt: skip
    assert (what.draft.per_agent, what.draft.unassigned) == ({ANN: 2}, 1), "past her cap, for it is her household"


def test_caps_count_what_people_had_before_and_what_they_got_otherwise() -> None:
    people = [joined(ANN)]
    by_hand = Held(hours(1), id_of(50), owner_id=ANN)
    closed = Held(hours(5), id_of(50), ANN, None, "won", ANN)
    what = told([rule(most_open=2)], *people, by_hand, closed, lead(1, 2), before=Before(open={ANN: 1}))
    assert minutes(what.draft.waits) == [3 * 60]
    assert (what.happened.most_open[ANN], what.draft.most_open[ANN]) == (2, 2)


def test_scores_are_those_of_the_moment() -> None:
    people = [joined(ANN), joined(BEN)]
    best = rule(name="Best", rule_id=UUID(int=1001), named=(ANN,), when=Conditions(least_score=70))
    rest = rule(name="Rest", named=(BEN,), when=Conditions(most_score=69))
    rises = [Scored(hours(1.5), id_of(1), 30), Scored(hours(9), id_of(1), 90)]
    what = told([best, rest], *people, lead(1, 1), *rises, lead(2, 2), Scored(hours(4), id_of(2), 70), lead(3, 5))
    # The first had become promising once somebody had it; the third never had a score.
    assert what.draft.per_agent == {ANN: 1, BEN: 1}
    assert minutes(what.draft.waits) == [30, 120]
    assert (what.draft.unassigned, what.waiting) == (1, {"no_rule": 1})
    # It waits until somebody has room, and is by then what it had become.
    full = best.model_copy(update={"most_open": 1})
    closed = Held(hours(20), id_of(2), state="won", replayed=True)
    both = [Scored(hours(3.5), id_of(1), 70), Scored(hours(5), id_of(1), 10)]
    what = told([full, rest], *people, lead(1, 3), lead(2, 2), Scored(hours(3), id_of(2), 80), *both, closed)
    assert what.draft.per_agent == {ANN: 1, BEN: 1}
    assert minutes(what.draft.waits) == [60, 120]


def test_what_goes_on_goes_by_the_score_it_has_by_then() -> None:
    slow = Before(usual={None: timedelta(hours=9)})
    asks: dict[str, Any] = {"answer_minutes": 10, "unanswered": "reroute"}
    best = rule(rule_id=UUID(int=1001), name="Best", named=(ANN,), when=Conditions(least_score=70), **asks)
    rest = rule(named=(BEN,), when=Conditions(most_score=69))
    people = [joined(ANN), joined(BEN)]
    comes: list[Happening] = [lead(1, 1), Scored(hours(1.1), id_of(1), 80)]
    falls = Scored(hours(1.2), id_of(1), 50)
    assert told([best, rest], *people, *comes, before=slow).draft.went_on == 0
    assert told([best, rest], *people, *comes, falls, before=slow).draft.went_on == 1


def test_a_lead_that_is_closed_while_it_waits_waits_no_longer() -> None:
    closed = Held(hours(2), id_of(1), None, None, "lost", replayed=True)
    what = told([rule()], lead(1, 1), closed, joined(ANN, hours(3)))
    assert (what.draft.per_agent, what.draft.unassigned, what.waiting) == ({}, 1, {})
    assert what.draft.missed == what.happened.missed == 1


def test_what_is_closed_makes_room_and_is_forgotten() -> None:
    happened: list[Happening] = [joined(ANN)]
    for number in range(200):
        at = hours(number / 2)
        happened.append(lead(number, number / 2, owner_id=ANN, owned_at=at, touched_at=at + timedelta(minutes=1)))
        closed = at + timedelta(minutes=20)
        happened.append(Held(at, id_of(number), ANN, replayed=True))
        happened.append(Held(closed, id_of(number), ANN, None, "won", ANN, replayed=True))
    replay = Replay([rule(most_open=1)], StaffThen("UTC", []), since=SINCE, until=UNTIL, minutes=5)
    most = 0
    for each in in_order(happened):
        replay.go_on([each])
        most = max(most, replay.remembered)
    what = replay.finish()
    assert most == 1
    assert (what.draft.per_agent, what.draft.unassigned, what.most_waiting) == ({ANN: 200}, 0, 0)
    assert (what.happened.most_open[ANN], what.draft.most_open[ANN]) == (1, 1)
    assert what.draft.missed == what.happened.missed == 0


def test_whose_time_is_not_over_yet_is_no_miss() -> None:
    late = Past(Asked(id_of(1), UNTIL - timedelta(minutes=4)))
    what = told([rule()], late)
    assert (what.happened.missed, what.draft.missed, what.draft.unassigned) == (0, 0, 1)
