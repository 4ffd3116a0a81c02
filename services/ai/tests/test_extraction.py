"""The parts of the rules, and texts made to hurt."""

import time
from datetime import date
from itertools import pairwise

import pytest
from gardenos_ai.chunks import chunks_of
from gardenos_ai.communication import Communication
from gardenos_ai.embedding import words_of
from gardenos_ai.engines.grounding import ground
from gardenos_ai.extraction import carriers, dates, email, extract, money
from gardenos_ai.extraction.phrases import phrases, plain
from gardenos_ai.insight import display
from gardenos_chassis.ids import new_id
from gardenos_contracts.ai import InsightKind, SourceField, SourceKind
from hypothesis import given
from hypothesis import strategies as st

SAID_ON = date(2026, 3, 16)
"""A Monday."""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2027-03-15", "2027-03-15"),
        ("March 15, 2027", "2027-03-15"),
        ("March 15th 2027", "2027-03-15"),
        ("Mar. 15, 2027", "2027-03-15"),
        ("15 March 2027", "2027-03-15"),
        ("the 15th of March, 2027", "2027-03-15"),
        ("3/15/2027", "2027-03-15"),
        ("03/15/27", "2027-03-15"),
        ("3-15-2027", "2027-03-15"),
        ("3/15", "2027-03-15"),
        ("3/16", "2026-03-16"),
        ("march fifteenth", "2027-03-15"),
        ("june twenty-first", "2026-06-21"),
        ("Twenty-second of July", "2026-07-22"),
        ("February 29", "2028-02-29"),
        ("in March", "2026-03"),
        ("in February", "2027-02"),
        ("in May", "2026-05"),
        ("in may", "2026-05"),
        ("September of 2027", "2027-09"),
        ("10/2026", "2026-10"),
        ("the 20th", "2026-03-20"),
        ("the 2nd", "2026-04-02"),
        ("the 22nd of next month", "2026-04-22"),
        ("in 10 days", "2026-03-26"),
        ("in two weeks", "2026-W14"),
        ("in three months", "2026-06"),
        ("next month", "2026-04"),
        ("next week", "2026-W13"),
        ("next year", "2027"),
        ("tomorrow morning", "2026-03-17"),
        ("this afternoon", "2026-03-16"),
        ("on Friday", "2026-03-20"),
        ("Thurs", "2026-03-19"),
        ("next Friday", "2026-03-27"),
        ("Monday", "2026-03-23"),
    ],
)
def test_dates(text: str, value: str) -> None:
    (found,) = dates.find(f"x {text}.", SAID_ON)
    assert found.value == value
    assert f"x {text}."[found.start : found.end] in text


@pytest.mark.parametrize(
    "text",
    [
        "2/30/2026",
        "13/13",
        "I may call",
        "we march on",
        "250/500 limits",
        "1-800-555-1234",
        "24/7",
        "$3/4",
        "9.99",
        "Jan called",
        "99/99/9999",
    ],
)
def test_no_dates(text: str) -> None:
    found = [each.value for each in dates.find(text, SAID_ON) if each.grain == "day"]
    assert found == []


def test_the_past_leans_back() -> None:
    (found,) = dates.find("expired on March 20", SAID_ON, dates.Lean.BEHIND)
    assert found.value == "2025-03-20"


@pytest.mark.parametrize(
    ("text", "cents", "period"),
    [
        ("$1,240 a year", 124000, "year"),
        ("$1240.50/yr", 124050, "year"),
        ("$19 per month", 1900, "month"),
        ("180 dollars monthly", 18000, "month"),
        ("two hundred and ten dollars a month", 21000, "month"),
        ("one eighty a month", 18000, "month"),
        ("twelve hundred a year", 120000, "year"),
        ("three thousand four hundred for the year", 340000, "year"),
        ("$640 every six months", 64000, "half-year"),
        ("$1,020/6mo", 102000, "half-year"),
        ("$2.5k", None, None),
        ("$300 quarterly", 30000, "quarter"),
        ("$1,200,000", 120000000, None),
    ],
)
def test_amounts(text: str, cents: int | None, period: str | None) -> None:
    found = [each for each in money.find(text) if each.cents == cents]
    assert bool(found) == (cents is not None)
    for each in found:
        assert each.period == period
        assert text[each.start : each.end] == text.removesuffix(" ")


def test_carriers_by_any_name() -> None:
    for said, usual in {"geico": "GEICO", "State  Farm": "State Farm", "hartford": "The Hartford", "AmFam": "American Family",
                        "Erie": "Erie Insurance", "auto owners": "Auto-Owners", "Shelter Insurance": "Shelter"}.items():  # fmt: skip
        assert carriers.usual_name(said) == usual
    assert carriers.usual_name("Maple Grove") is None
    assert not carriers.is_written_as_name("progressive")
    assert carriers.is_written_as_name("geico")


@pytest.mark.parametrize(
    ("kind", "value", "quote", "shown"),
    [
        (InsightKind.X_DATE, "2027-03-15", "", "March 15, 2027"),
        (InsightKind.X_DATE, "2027-03", "", "March 2027"),
        (InsightKind.PREMIUM, "124000 USD", "$1,240 a year", "$1,240 a year"),
        (InsightKind.PREMIUM, "124050 USD", "I pay $1,240.50", "$1,240.50"),
        (InsightKind.PREMIUM, "64000 USD", "$640 every 6 months", "$640 every six months"),
        (InsightKind.NEXT_STEP, "call_back 2026-03-20", "", "Call back on Friday, March 20, 2026"),
        (InsightKind.NEXT_STEP, "call_back 2026-W13", "", "Call back in the week of March 23, 2026"),
        (InsightKind.NEXT_STEP, "send_quote", "", "Send a quote"),
        (InsightKind.NEXT_STEP, "call_back 2027", "", "Call back in 2027"),
        (InsightKind.INTENT, "wants_quote", "", "Wants a quote"),
        (InsightKind.LINE_OF_BUSINESS, "auto", "", "Auto"),
        (InsightKind.CURRENT_CARRIER, "State Farm", "", "State Farm"),
        (InsightKind.INTENT, "of_another_version", "", "of_another_version"),
        (InsightKind.PREMIUM, "a lot", "", "a lot"),
    ],
)
def test_values_in_words(kind: InsightKind, value: str, quote: str, shown: str) -> None:
    assert display(kind, value, quote) == shown


def written(text: str) -> str:
    return "|".join(text[start:end].strip() for start, end, _ in email.written(text))


def test_what_is_written_in_an_email() -> None:
    assert written("Hello.\n\nBest,\nTom\n555-0100") == "Hello."
    assert written("Thanks for the call.\nI'm with Geico.\n") == "Thanks for the call.\nI'm with Geico."
    assert written("Yes.\n\nOn Mon, Mar 16, 2026 at 9:12 AM Ana Ruiz\n<ana@x.example> wrote:\n> old") == "Yes."
    assert written("Yes.\n-----Original Message-----\nFrom: a\nold") == "Yes."
    assert written("Yes.\nFrom: Ana <ana@x.example>\nSent: Friday\nTo: me\nold") == "Yes."
    assert written("> question\nanswer\n> another\nanother answer") == "answer|another answer"
    assert written("Hi.\n\nBest,\nTom\n\nP.S. I retire in May.") == "Hi.|P.S. I retire in May."
    assert written("Thanks,\nTom") == "Thanks,\nTom"
    assert written("Buy now. Unsubscribe here.") == ""
    assert written("") == ""


def test_quotes_are_found_to_the_letter_or_nearly() -> None:
    text = "I’m with  State\r\nFarm – since “2011”. Ｆｕｌｌ width. ﬁne."
    for quote, expected, to_the_letter in (
        ("with  State\r\nFarm", "with  State\r\nFarm", True),
        ('I\'m with State Farm - since "2011"', "I’m with  State\r\nFarm – since “2011", False),
        ("i'm WITH state farm", "I’m with  State\r\nFarm", False),
        ("Full width", "Ｆｕｌｌ width", False),
        ("fine", "ﬁne", False),
        ("…with State Farm…", "with  State\r\nFarm", False),
    ):
        place = ground(quote, text)
        assert place is not None, quote
        assert (text[place[0] : place[1]], place[2]) == (expected, to_the_letter)
    for quote in ("I'm with Geico", "", " ", "x", "State Farm since", "withState Farm"):
        assert ground(quote, text) is None, quote


@given(st.text(), st.data())
def test_a_stretch_of_a_text_is_grounded_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : data.draw(st.integers(start, len(text)))]
    place = ground(quote, text)
    if len(quote.strip()) >= 2:
        assert place is not None
        assert text[place[0] : place[1]] == quote.strip()


def test_phrases_read_as_they_match() -> None:
    pattern = phrases(r"\b(send|give) me a( \w+)? quote", r"[ab c]{2}x")
    assert pattern.search("please SEND  me\na home quote")
    assert pattern.search("a x")
    assert not pattern.search("send mea quote")
    assert plain(r"\(a b\) (?P<n>c) (?!d)[( ]") == r"\(a\s+b\)\s+(?P<n>c)\s+(?!d)[( ]"


def test_words_of_a_text() -> None:
    assert words_of("Muñoz's policy HO-4471-220; roofs damaged!") == [
        "munoz",
        "policy",
        "ho-4471-220",
        "ho",
        "4471",
        "220",
        "roof",
        "damag",
    ]
    assert words_of("the of and") == []


TEXT = st.text(st.sampled_from("aZ 1$/,.:>-\n\r\t’“é👋𝔊I'm with Geico renews 3/15 pay call me"), max_size=400)


@given(TEXT, st.sampled_from(SourceField), st.sampled_from(SourceKind))
def test_spans_lie_in_any_text(text: str, field: SourceField, kind: SourceKind) -> None:
    for finding in extract(Communication(kind, new_id(), SAID_ON, {field: text})):
        assert 0 <= finding.start < finding.end <= len(text)
    agency_id, source_id = new_id(), new_id()
    pieces = chunks_of(agency_id, kind, source_id, {field: text})
    assert pieces == chunks_of(agency_id, kind, source_id, {field: text})
    assert len({piece.id for piece in pieces}) == len(pieces)
    assert all(text[piece.start : piece.end] == piece.text for piece in pieces)
    assert all(piece.end <= following.start for piece, following in pairwise(pieces))


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_read(text: str) -> None:
    for field in SourceField:
        extract(Communication(SourceKind.MESSAGE, new_id(), SAID_ON, {field: text}))
        chunks_of(new_id(), SourceKind.MESSAGE, new_id(), {field: text})


@pytest.mark.parametrize(
    "text",
    ["word " * 20_000, "a" * 100_000, "1,234 " * 16_000, "Aa Bb: " * 14_000, "Geico " * 16_000, "Thanks,\n" * 12_000, "> a\n" * 25_000,
     "\n" * 100_000, "On " * 33_000, "hundred " * 12_000, "From: a\n" * 12_000, "I'm with my my my my " * 5_000, "call me " * 12_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_no_text_takes_for_ever(text: str) -> None:
    """A hundred thousand characters of the worst, in time that grows with their number and no faster."""

    def seconds(part: str) -> float:
        started = time.process_time()
        extract(
            Communication(SourceKind.MESSAGE, new_id(), SAID_ON, {SourceField.TEXT: part, SourceField.TRANSCRIPT: part})
        )
        return time.process_time() - started

    assert seconds(text) < 8 * seconds(text[: len(text) // 4]) + 0.5
