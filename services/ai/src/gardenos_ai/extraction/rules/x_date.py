"""When the current policy expires or renews."""

import re
from collections.abc import Iterator
from datetime import timedelta

from gardenos_contracts.ai import InsightKind

from gardenos_ai.extraction import carriers, dates
from gardenos_ai.extraction.phrases import phrases
from gardenos_ai.extraction.rules.context import Found, is_own, is_report_of_agent, sure
from gardenos_ai.extraction.utterances import Utterance, Voice

_CARRIER = carriers.PATTERN.replace("?P<carrier>", "?:")
_AHEAD = phrases(
    r"\b(renew(s|al|als|ing)?|expir(e|es|ing|ation|y)|x-?date|x date|exp|anniversary( date)?)\b",
    r"\b(is|are|isn't|aren't|it's|comes?|coming|goes|policy's|it is|be|they're) (all |both |not )?(up|due)\b(?! to| there)"
    r"( before| until)?",
    r"\b(runs?|running) (out|until|till|through|thru|to)\b",
    r"\b(policy|coverage|insurance|term|it|that|contract) (currently )?(ends|lapses|terminates)\b",
    r"\b(good|paid|covered|locked in|lasts|goes|valid|active|in force|insured) (up )?(until|through|thru|till)\b",
    rf"\b(with|w/) {_CARRIER}\s*,?\s*(until|till|through|thru)\b",
    r"\b(until|till|through|thru)(?= (\d{1,2}/|20\d\d-))",
)
_ENDS = phrases(r"\b(ends|ending|stops|terminates|runs out|lapses)\b")
_INSURANCE = phrases(r"\b(insur\w+|polic\w+|coverage|term|plan)\b", carriers.PATTERN)
_BEHIND = phrases(r"\b(expired|lapsed|ran out|was up)\b")
_NOT_THE_POLICY = phrases(
    r"\b(licen[sc]e|registration|lease|passport|offer|sale|discount|promotion|warranty|membership|subscription"
    r"|quote is|quote expires|card)\b",
    r"\brenewed\b",
    r"\bwould renew\b",
)
_UNTIL = phrases(r"^\W*((insurance|mutual)\b)?\W*(until|till|through|thru)\b")
_APART = phrases(r"[.!?]\s", r"\b(before|prior to|ahead of)\b")
_OF_THE_PAST = phrases(r"\b(increas|went up|last|since)\w*")
_REACH = 60
"""Characters between the words for expiry and the date."""
_YEARS = 5


def find(utterance: Utterance) -> Iterator[Found]:
    """Dates that stand beside words for expiry, or that answer the question for it."""
    text = utterance.text
    if is_report_of_agent(utterance):
        return
    behind = _BEHIND.search(text)
    marks = list(_AHEAD.finditer(text))
    if not marks and _INSURANCE.search(text):
        marks = list(_ENDS.finditer(text))
    if behind and not marks:
        yield from _beside([behind], utterance, dates.Lean.BEHIND)
    elif marks:
        yield from _beside(marks, utterance, dates.Lean.AHEAD)
    elif InsightKind.X_DATE in utterance.asked or _carrier_until(utterance):
        yield from _answers(utterance)


def _beside(marks: list[re.Match[str]], utterance: Utterance, lean: dates.Lean) -> Iterator[Found]:
    text = utterance.text
    told = dates.find(text, utterance.said_on, lean)
    for mark in marks:
        spoken = _date_of(mark, told)
        if spoken is None:
            continue
        start, end = min(mark.start(), spoken.start), max(mark.end(), spoken.end)
        between = text[min(mark.end(), spoken.end) : max(mark.start(), spoken.start)]
        if _distance(mark, spoken) > _REACH or _NOT_THE_POLICY.search(text, max(0, start - 30), end):
            continue
        if _APART.search(between) or not is_own(utterance, start) or not _possible(spoken, utterance, lean):
            continue
        if lean is dates.Lean.AHEAD and _OF_THE_PAST.search(between):
            continue
        yield Found(InsightKind.X_DATE, spoken.value, start, end, sure(utterance, _confidence(spoken, 0.95)))


def _date_of(mark: re.Match[str], told: list[dates.Spoken]) -> dates.Spoken | None:
    """The next date after the words, or where there is none near, the last before them."""
    after = [spoken for spoken in told if spoken.end > mark.start() and _distance(mark, spoken) <= _REACH]
    before = [spoken for spoken in told if spoken.end <= mark.start()]
    return after[0] if after else before[-1] if before else None


def _answers(utterance: Utterance) -> Iterator[Found]:
    for spoken in dates.find(utterance.text, utterance.said_on)[:1]:
        # An answer is short, or begins with the date.
        near = spoken.start < 50 and not _NOT_THE_POLICY.search(utterance.text, 0, spoken.end)
        if near and _possible(spoken, utterance, dates.Lean.AHEAD) and not spoken.weekday:
            confidence = sure(utterance, _confidence(spoken, 0.9))
            yield Found(InsightKind.X_DATE, spoken.value, spoken.start, spoken.end, confidence)


def _carrier_until(utterance: Utterance) -> bool:
    """`State Auto, until August 19, 2026`."""
    if InsightKind.CURRENT_CARRIER not in utterance.asked and utterance.voice is not Voice.NOTES:
        return False
    carrier = re.search(carriers.PATTERN, utterance.text, re.I)
    return carrier is not None and bool(_UNTIL.match(utterance.text[carrier.end() :]))


def _distance(mark: re.Match[str], spoken: dates.Spoken) -> int:
    return max(mark.start() - spoken.end, spoken.start - mark.end(), 0)


def _possible(spoken: dates.Spoken, utterance: Utterance, lean: dates.Lean) -> bool:
    if spoken.grain in ("week", "year") or (spoken.weekday and spoken.first == utterance.said_on):
        return False
    month = timedelta(days=31)
    earliest = utterance.said_on - (month if lean is dates.Lean.AHEAD else timedelta(days=365 * 3))
    latest = utterance.said_on + (timedelta(days=366 * _YEARS) if lean is dates.Lean.AHEAD else timedelta())
    return earliest <= spoken.first <= latest


def _confidence(spoken: dates.Spoken, confidence: float) -> float:
    return confidence - (0 if spoken.dated else 0.05) - (0.1 if spoken.grain != "day" else 0)
