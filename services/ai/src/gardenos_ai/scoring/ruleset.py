"""The ruleset: what is known of a lead in, a score with its reasons out. Pure.

What counts is what was known before the lead was won or lost; who asks takes care of that by leaving such leads alone. Time
counts too, so a score tells how long it holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from gardenos_contracts.ai import InsightKind
from gardenos_contracts.lead_lists import FieldValue
from gardenos_contracts.lead_scores import FieldRule, ScorePart, ScoreReason
from gardenos_contracts.values import LineOfBusiness

from gardenos_ai.insight import WORDS

ENGINE = "rules"
VERSION = "1"
"""Of what is counted and in which words. The points are an agency's own, and have a number of their own."""

LEAST, MOST = 0, 100
TRIES = 3
"""So many calls without anybody answering are too many."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that may hold of a lead."""

    key: str
    part: ScorePart
    points: int
    """What it counts where an agency does not say otherwise."""
    words: str


_FIT, _BEHAVIOUR = ScorePart.FIT, ScorePart.BEHAVIOUR

SIGNALS = (
    Signal("base", _FIT, 20, "Where every lead begins"),
    Signal("phone", _FIT, 5, "A phone number is known"),
    Signal("email", _FIT, 5, "An email address is known"),
    Signal("line", _FIT, 5, "What they want insured is known"),
    Signal("x_date_30", _FIT, 20, "X-date within 30 days"),
    Signal("x_date_90", _FIT, 10, "X-date within 90 days"),
    Signal("x_date_later", _FIT, 3, "X-date more than 90 days away"),
    Signal("x_date_passed", _FIT, -5, "X-date has passed"),
    Signal("fresh", _BEHAVIOUR, 10, "New within the last 2 days"),
    Signal("answered", _BEHAVIOUR, 10, "Answered a call"),
    Signal("answered_again", _BEHAVIOUR, 5, "Answered more than one call"),
    Signal("callback", _BEHAVIOUR, 5, "Asked to be called back"),
    Signal("replied", _BEHAVIOUR, 10, "Wrote to us"),
    Signal("replied_again", _BEHAVIOUR, 5, "Wrote more than once"),
    Signal("recent", _BEHAVIOUR, 5, "Heard from within the last 7 days"),
    Signal("ready_to_buy", _BEHAVIOUR, 25, "Said to be ready to buy"),
    Signal("wants_quote", _BEHAVIOUR, 15, "Asked for a quote"),
    Signal("shopping", _BEHAVIOUR, 10, "Is shopping around"),
    Signal("life_event", _BEHAVIOUR, 5, "Something in their life changes"),
    Signal("objection", _BEHAVIOUR, -5, "Has an objection"),
    Signal("not_interested", _BEHAVIOUR, -25, "Said not to be interested"),
    Signal("silent_14", _BEHAVIOUR, -5, "No contact for 14 days"),
    Signal("silent_30", _BEHAVIOUR, -15, "No contact for 30 days"),
    Signal("unreached", _BEHAVIOUR, -10, f"{TRIES} calls or more, and nobody answered"),
    Signal("wrong_number", _BEHAVIOUR, -10, "The number was somebody else's"),
    Signal("do_not_contact", _BEHAVIOUR, -50, "Asked not to be called"),
)
"""All that is counted beside sources, campaigns, lines and an agency's own fields, in the order in which people read it."""

BY_KEY = {signal.key: signal for signal in SIGNALS}
DEFAULT_SOURCES: Mapping[str, int] = {"referral": 15, "purchased list": -5}
_LINES = {line: line.value.replace("_", " ") for line in LineOfBusiness}


@dataclass(frozen=True, slots=True)
class Rules:
    """What everything counts in an agency; as it is here, where nobody said otherwise."""

    number: int = 0
    points: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=lambda: DEFAULT_SOURCES)
    campaigns: Mapping[UUID, int] = field(default_factory=dict)
    lines: Mapping[LineOfBusiness, int] = field(default_factory=dict)
    fields: tuple[FieldRule, ...] = ()

    def of(self, signal: Signal) -> int:
        """What a signal counts."""
        return self.points.get(signal.key, signal.points)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a lead, with those that were merged into it. Nothing in it was written when the lead had ended."""

    captured_at: datetime
    source: str = ""
    campaign_id: UUID | None = None
    line: LineOfBusiness | None = None
    x_date: date | None = None
    has_phone: bool = False
    has_email: bool = False
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    calls_tried: int = 0
    calls_answered: int = 0
    callback_asked: bool = False
    messages: int = 0
    heard_at: datetime | None = None
    """When they last answered or wrote."""
    contacted_at: datetime | None = None
    """When anybody last got through, to them or from them: a voicemail too."""
    refused_at: datetime | None = None
    """When they last said on a call that they are not interested."""
    wrong_number: bool = False
    do_not_contact: bool = False
    said: frozenset[tuple[InsightKind, str]] = frozenset()
    """Intents and objections of the last conversation in which any were read, and life events of all."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score, why it is that, and until when nothing but what happens changes it."""

    score: int
    fit: int
    behaviour: int
    reasons: tuple[ScoreReason, ...]
    holds_until: datetime | None


def score_of(known: Known, rules: Rules, *, as_of: datetime, zone: ZoneInfo) -> Score:
    """The score by these rules at this moment; days are those of the zone. It is the sum of its reasons' points."""
    reasons = [reason for reason in _reasons(known, rules, as_of, as_of.astimezone(zone).date()) if reason.points]
    fit, behaviour = (_sum(reasons, part) for part in (ScorePart.FIT, ScorePart.BEHAVIOUR))
    score = min(max(fit + behaviour, LEAST), MOST)
    if score != fit + behaviour:
        words = f"A score goes from {LEAST} to {MOST}"
        beyond = score - fit - behaviour
        reasons.append(ScoreReason(key="limit", part=ScorePart.LIMIT, points=beyond, words=words))
    reasons.sort(key=lambda reason: (reason.part is ScorePart.LIMIT, -abs(reason.points), reason.key))
    ahead = [moment for moment in _turns(known, zone) if moment > as_of]
    return Score(score, fit, behaviour, tuple(reasons), min(ahead, default=None))


def _sum(reasons: list[ScoreReason], part: ScorePart) -> int:
    return sum(reason.points for reason in reasons if reason.part is part)


def _reasons(known: Known, rules: Rules, as_of: datetime, today: date) -> Iterator[ScoreReason]:
    holding = set(_holding(known, as_of, today))
    for signal in SIGNALS:
        if signal.key in holding:
            words = signal.words
            if signal.key in _TOLD_IN and (told := _told(known, _TOLD_IN[signal.key])):
                words = f"{words}: {told}"
            yield ScoreReason(key=signal.key, part=signal.part, points=rules.of(signal), words=words)
    source = known.source.strip().lower()
    if source in rules.sources:
        yield _fit("source", rules.sources[source], f"Came by {known.source.strip()}")
    if known.campaign_id is not None and known.campaign_id in rules.campaigns:
        yield _fit("campaign", rules.campaigns[known.campaign_id], "Came by a campaign that counts")
    if known.line is not None and known.line in rules.lines:
        yield _fit("line_of_business", rules.lines[known.line], f"Wants {_LINES[known.line]} insurance")
    for place, rule in enumerate(rules.fields):
        if _is_so(rule, known.fields.get(rule.key)):
            yield _fit(f"fields.{rule.key}.{place}", rule.points, rule.words)


def _fit(key: str, points: int, words: str) -> ScoreReason:
    return ScoreReason(key=key, part=ScorePart.FIT, points=points, words=words)


_TOLD_IN = {"objection": InsightKind.OBJECTION, "life_event": InsightKind.LIFE_EVENT}


def _told(known: Known, kind: InsightKind) -> str:
    return ", ".join(sorted(WORDS[kind].get(value, value).lower() for each, value in known.said if each is kind))


def _holding(known: Known, as_of: datetime, today: date) -> Iterator[str]:
    """The keys of the signals that hold."""
    yield "base"
    if known.has_phone:
        yield "phone"
    if known.has_email:
        yield "email"
    if known.line is not None:
        yield "line"
    if known.x_date is not None:
        days = (known.x_date - today).days
        yield (
            "x_date_passed"
            if days < 0
            else "x_date_30"
            if days <= 30
            else "x_date_90"
            if days <= 90
            else "x_date_later"
        )
    yield from _of_calls(known)
    yield from _of_time(known, as_of)
    yield from _of_what_was_said(known)
    if known.do_not_contact:
        yield "do_not_contact"


def _of_calls(known: Known) -> Iterator[str]:
    if known.calls_answered:
        yield "answered"
    if known.calls_answered > 1:
        yield "answered_again"
    if known.callback_asked:
        yield "callback"
    if known.messages:
        yield "replied"
    if known.messages > 1:
        yield "replied_again"
    if known.calls_tried >= TRIES and known.heard_at is None and known.refused_at is None:
        yield "unreached"
    if known.wrong_number and known.heard_at is None:
        yield "wrong_number"


def _of_time(known: Known, as_of: datetime) -> Iterator[str]:
    if as_of < known.captured_at + timedelta(days=2):
        yield "fresh"
    if known.heard_at is not None and as_of < known.heard_at + timedelta(days=7):
        yield "recent"
    silent = as_of - max(known.captured_at, known.contacted_at or known.captured_at)
    if silent >= timedelta(days=30):
        yield "silent_30"
    elif silent >= timedelta(days=14):
        yield "silent_14"


def _of_what_was_said(known: Known) -> Iterator[str]:
    intents = {value for kind, value in known.said if kind is InsightKind.INTENT}
    refused = known.refused_at is not None and (known.heard_at is None or known.refused_at >= known.heard_at)
    yield from intents & {"ready_to_buy", "wants_quote", "shopping"}
    if "not_interested" in intents or refused:
        yield "not_interested"
    for key, kind in _TOLD_IN.items():
        if any(each is kind for each, _ in known.said):
            yield key


def _is_so(rule: FieldRule, value: FieldValue) -> bool:
    if value is None or value == "":
        return False
    match rule.op:
        case "known":
            return True
        case "is":
            return _same(value, rule.value)
        case "at_least":
            return _comparable(value, rule.value) and value >= rule.value  # type: ignore[operator]
        case "at_most":
            return _comparable(value, rule.value) and value <= rule.value  # type: ignore[operator]


def _same(value: FieldValue, asked: FieldValue) -> bool:
    if isinstance(value, str) and isinstance(asked, str):
        return value.casefold() == asked.casefold()
    # In Python `True == 1`: a yes is not a number.
    return isinstance(value, bool) == isinstance(asked, bool) and value == asked


def _comparable(value: FieldValue, asked: FieldValue) -> bool:
    """Numbers with numbers; days, which are written so that they can be, with days."""
    numbers = (int, float)
    if isinstance(value, bool) or isinstance(asked, bool):
        return False
    return (isinstance(value, numbers) and isinstance(asked, numbers)) or (
        isinstance(value, str) and isinstance(asked, str)
    )


def _turns(known: Known, zone: ZoneInfo) -> Iterator[datetime]:
    """The moments at which time alone may make another score."""
    yield known.captured_at + timedelta(days=2)
    since = max(known.captured_at, known.contacted_at or known.captured_at)
    yield from (since + timedelta(days=14), since + timedelta(days=30))
    if known.heard_at is not None:
        yield known.heard_at + timedelta(days=7)
    if known.x_date is not None:
        for days in (-90, -30, 1):
            yield datetime.combine(known.x_date + timedelta(days=days), time(), zone).astimezone(UTC)
