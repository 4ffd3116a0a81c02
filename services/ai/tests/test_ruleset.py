"""The ruleset, whatever is known: bounded, the sum of its reasons, better where it promises to be, and steady until it says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from gardenos_ai.scoring.rules import change, evolve, stream_of
from gardenos_ai.scoring.ruleset import BY_KEY, SIGNALS, Known, Rules, score_of
from gardenos_chassis.errors import Invalid
from gardenos_chassis.ids import new_id
from gardenos_contracts.ai import InsightKind
from gardenos_contracts.lead_scores import FieldRule, ScorePart
from gardenos_contracts.values import LineOfBusiness
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 16, 15, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")
CAMPAIGN = UUID(int=7)
_POINTS = st.integers(-100, 100)
_MOMENTS = st.integers(0, 2 * 365 * 86400).map(
    lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
_SAID = st.sampled_from(
    [(InsightKind.INTENT, value) for value in ("wants_quote", "shopping", "ready_to_buy", "not_interested", "renew")]
    + [(InsightKind.OBJECTION, "price"), (InsightKind.LIFE_EVENT, "new_home")]
)
_KNOWN = st.builds(
    Known,
    captured_at=_MOMENTS,
    source=st.sampled_from(["", "referral", "Referral ", "purchased list", "web form"]),
    campaign_id=st.sampled_from([None, CAMPAIGN, UUID(int=8)]),
    line=st.none() | st.sampled_from(LineOfBusiness),
    x_date=st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    has_phone=st.booleans(),
    has_email=st.booleans(),
    fields=st.dictionaries(
        st.sampled_from(["roof_age", "owns"]),
        st.none() | st.booleans() | st.integers(-50, 50) | st.sampled_from(["", "yes", "2026-01-01"]),
    ),
    calls_tried=st.integers(0, 6),
    calls_answered=st.integers(0, 3),
    callback_asked=st.booleans(),
    messages=st.integers(0, 3),
    heard_at=st.none() | _MOMENTS,
    contacted_at=st.none() | _MOMENTS,
    refused_at=st.none() | _MOMENTS,
    wrong_number=st.booleans(),
    do_not_contact=st.booleans(),
    said=st.frozensets(_SAID, max_size=4),
)
_FIELD_RULES = st.builds(
    FieldRule,
    key=st.sampled_from(["roof_age", "owns"]),
    op=st.sampled_from(["is", "at_least", "at_most"]),
    value=st.booleans() | st.integers(-50, 50) | st.sampled_from(["yes", "2026-01-01"]),
    points=_POINTS,
    words=st.just("One of our own"),
)
_RULES = st.builds(
    Rules,
    number=st.integers(0, 5),
    points=st.dictionaries(st.sampled_from(sorted(BY_KEY)), _POINTS),
    sources=st.dictionaries(st.sampled_from(["referral", "purchased list"]), _POINTS),
    campaigns=st.dictionaries(st.just(CAMPAIGN), _POINTS),
    lines=st.dictionaries(st.sampled_from(LineOfBusiness), _POINTS),
    fields=st.lists(_FIELD_RULES, max_size=3).map(tuple),
)


@given(_KNOWN, _RULES, _MOMENTS)
def test_a_score_is_bounded_and_the_sum_of_its_reasons(known: Known, rules: Rules, as_of: datetime) -> None:
    score = score_of(known, rules, as_of=as_of, zone=ZONE)
    assert 0 <= score.score <= 100
    assert sum(reason.points for reason in score.reasons) == score.score
    for part, told in ((ScorePart.FIT, score.fit), (ScorePart.BEHAVIOUR, score.behaviour)):
        assert sum(reason.points for reason in score.reasons if reason.part is part) == told
    assert all(reason.points and reason.words for reason in score.reasons)
    assert len({reason.key for reason in score.reasons}) == len(score.reasons)
    assert score == score_of(known, rules, as_of=as_of, zone=ZONE)


@given(_KNOWN, _RULES, _MOMENTS, st.sampled_from(sorted(BY_KEY)), st.integers(1, 100))
def test_what_counts_more_makes_no_score_worse(
    known: Known, rules: Rules, as_of: datetime, key: str, more: int
) -> None:
    dearer = replace(rules, points={**rules.points, key: rules.of(BY_KEY[key]) + more})
    before, after = (score_of(known, each, as_of=as_of, zone=ZONE).score for each in (rules, dearer))
    assert after >= before


@given(_KNOWN, _MOMENTS)
def test_who_answers_or_writes_is_worth_no_less_and_who_asks_to_be_left_alone_no_more(
    known: Known, as_of: datetime
) -> None:
    def score(each: Known) -> int:
        return score_of(each, Rules(), as_of=as_of, zone=ZONE).score

    heard = max(each for each in (as_of, known.heard_at) if each is not None)
    spoken = replace(known, heard_at=heard, contacted_at=max(heard, known.contacted_at or heard))
    assert score(replace(spoken, messages=known.messages + 1)) >= score(known)
    assert score(replace(spoken, calls_answered=known.calls_answered + 1)) >= score(known)
    assert score(replace(known, do_not_contact=True)) <= score(known)
    assert score(replace(known, has_phone=True)) >= score(known)


@given(_KNOWN, _RULES, _MOMENTS, st.floats(0, 1, exclude_max=True))
def test_it_holds_until_it_says(known: Known, rules: Rules, as_of: datetime, part: float) -> None:
    score = score_of(known, rules, as_of=as_of, zone=ZONE)
    until = score.holds_until or as_of + timedelta(days=3650)
    assert until > as_of
    later = min(as_of + (until - as_of) * part, until - timedelta(microseconds=1))
    assert score_of(known, rules, as_of=later, zone=ZONE).reasons == score.reasons


def told(known: Known, rules: Rules | None = None) -> dict[str, int]:
    score = score_of(known, rules or Rules(), as_of=NOW, zone=ZONE)
    return {reason.key: reason.points for reason in score.reasons}


def test_what_a_lead_is_told_to_be_worth() -> None:
    fresh = Known(captured_at=NOW, source="Referral", has_phone=True, x_date=date(2026, 4, 1))
    assert told(fresh) == {"base": 20, "x_date_30": 20, "source": 15, "fresh": 10, "phone": 5}
    cold = Known(captured_at=NOW - timedelta(days=40), calls_tried=3)
    assert told(cold) == {"base": 20, "silent_30": -15, "unreached": -10, "limit": 5}
    asked = replace(cold, calls_tried=0, do_not_contact=True)
    assert score_of(asked, Rules(), as_of=NOW, zone=ZONE).score == 0


def test_a_day_begins_where_the_agency_is() -> None:
    known = Known(captured_at=NOW, x_date=date(2026, 3, 16))
    night = datetime(2026, 3, 17, 4, tzinfo=UTC)
    in_chicago = score_of(known, Rules(), as_of=night, zone=ZONE)
    in_london = score_of(known, Rules(), as_of=night, zone=ZoneInfo("Europe/London"))
    assert "x_date_30" in {reason.key for reason in in_chicago.reasons}
    assert "x_date_passed" in {reason.key for reason in in_london.reasons}


def test_an_agencys_own_fields_count() -> None:
    rules = Rules(
        fields=(
            FieldRule(key="roof_age", op="at_most", value=10, points=8, words="A young roof"),
            FieldRule(key="owns", op="is", value=True, points=4, words="Owns the home"),
            FieldRule(key="owns", op="known", points=1, words="We asked"),
        )
    )
    known = Known(captured_at=NOW - timedelta(days=3), fields={"roof_age": 10, "owns": True})
    assert told(known, rules) == {"base": 20, "fields.roof_age.0": 8, "fields.owns.1": 4, "fields.owns.2": 1}
    assert told(replace(known, fields={"roof_age": True, "owns": 1}), rules) == {"base": 20, "fields.owns.2": 1}
    assert told(replace(known, fields={"roof_age": None, "owns": ""}), rules) == {"base": 20}


def test_the_refusal_of_a_call_holds_until_they_are_heard_from() -> None:
    known = Known(captured_at=NOW - timedelta(days=5), refused_at=NOW - timedelta(days=4))
    assert told(known)["not_interested"] == -25
    assert "not_interested" not in told(replace(known, heard_at=NOW, messages=1))


def test_rules_change_once_and_count_up() -> None:
    id = stream_of(new_id())
    (first,) = change(Rules(), Rules(points={"replied": 30, "email": BY_KEY["email"].points}), id)
    rules = evolve(None, first)
    assert (rules.number, rules.points) == (1, {"replied": 30})
    assert list(change(rules, replace(rules, number=0), id)) == []
    (back,) = change(rules, Rules(), id)
    assert replace(evolve(rules, back), number=0) == Rules()
    assert list(change(Rules(), Rules(), id)) == []


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        (Rules(points={"horoscope": 5}), "/points/horoscope"),
        (Rules(sources={" ": 5}), "/sources"),
        (Rules(fields=(FieldRule(key="a", op="known", value=1, points=1, words="a"),)), "/fields/0/value"),
        (Rules(fields=(FieldRule(key="a", op="is", points=1, words="a"),)), "/fields/0/value"),
        (Rules(fields=(FieldRule(key="a", op="known", points=1, words=" "),)), "/fields/0/words"),
    ],
)
def test_what_cannot_be_counted_is_refused(said: Rules, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        list(change(Rules(), said, new_id()))
    assert pointer in str(refused.value.errors)


def test_signals_are_told_apart() -> None:
    assert len({signal.key for signal in SIGNALS}) == len({signal.words for signal in SIGNALS}) == len(SIGNALS)
