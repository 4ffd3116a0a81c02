"""What the person pays for insurance today."""

import re
from collections.abc import Iterator

from gardenos_contracts.ai import InsightKind

from gardenos_ai.extraction import carriers, money
from gardenos_ai.extraction.phrases import phrases
from gardenos_ai.extraction.rules.context import Found, clause_start, is_own, is_report_of_agent, sure
from gardenos_ai.extraction.utterances import Utterance, Voice

_PAYS = phrases(
    r"\b(pay(s|ing)?|cost(s|ing)? (me|us)|(premium|rate|bill|payment|renewal)(s)?\b('s)?|charg(e|es|ing)|wants?"
    r"|runs? (me|us)|comes to|asking|(I'm|we're|I am|we are) at)\b",
)
_OWN_PAYS = phrases(
    r"\b((I|we)('m|'re| am| are)?( (currently|now|still|only|already|always|both))* pay(ing)?\b|(premium|rate|bill"
    r"|payment|renewal)s?\b|cost(s|ing)? (me|us)|(want|charg)\w* (me|us)|runs? (me|us)"
    r"|they're asking|they are asking|\b(I'm|we're|I am"
    r"|we are) (\w+ )?at)",
)
_OFFERS = phrases(r"\b(offers?|offered|quotes?|quoted|bids?|proposals?|estimates?)\b")
_IT_IS = phrases(
    r"\b(it's|it is|that's|now it's|now) (like|about|around|only|just|roughly|something like|maybe)?\s*$",
)
_IN_TALK = phrases(r"\b(rate|premium|insurance|policy|renewal|raised|went up|it's|it is|pay|paying)\b")
_OF_INSURANCE = phrases(r"\b(rate|premium|insurance|policy|renewal)\b", carriers.PATTERN)
_WE_ARE_AT = phrases(
    r"\b(I'm|we're|I am|we are) (currently |now |still )?(at|paying) (like |about |around |roughly )?$"
)
_NOT_BEFORE = phrases(
    r"\b(quot\w+|deductibles?|sav(e|ed|es|ing|ings)|worth|owe|owes|limits?|cover(s|ed|age)? (of|up to|for)|mortgage"
    r"|loan|rent|salary|income|make|makes|earn|earns|paid (out|off)|fee|fine|ticket|damage|claim|repair|estimate"
    r"|offer\w*|was paying|were paying|(it|that|which) was|used to pay|from|another|market|agent|raise|went from"
    r"|hit with|subscription|membership|tuition|HOA|tax(es)?|(would|could) (be|run|cost)|down payment)\b",
)
_NOT_AFTER = phrases(
    r"^\W*(more|less|off|cheaper|higher|lower|extra|difference|deductible|in (coverage|damage|claims|savings)"
    r"|of (coverage|damage)|worth|credit|discount|last year|before|limit|mortgage|rent)\b",
)
_OR_SO = phrases(r"\W*(I think|or so|give or take|about|roughly)\b")
_OWN_ANSWER = 60
_RANGE = range(500, 10_000_000)
"""Cents: five dollars to a hundred thousand."""


def find(utterance: Utterance) -> Iterator[Found]:
    """Amounts that are said to be paid, or that answer the question for them."""
    if is_report_of_agent(utterance) or utterance.voice is Voice.CONFIRMED:
        return
    text = utterance.text
    asked = InsightKind.PREMIUM in utterance.asked
    for amount in money.find(text):
        clause = text[clause_start(text, amount.start) : amount.start]
        before = text[max(0, amount.start - 45) : amount.start]
        pays = _PAYS.search(before)
        own = utterance.voice is Voice.NOTES or _OWN_PAYS.search(before)
        if amount.cents not in _RANGE or not is_own(utterance, amount.start):
            continue
        if _is_something_else(text, clause, amount) or (_OFFERS.search(text[: amount.start]) and not own):
            continue
        confidence = _confidence(amount, utterance, asked=asked, pays=bool(pays), own=bool(own), before=before)
        if confidence is None:
            continue
        start = amount.start
        yield Found(InsightKind.PREMIUM, amount.value, start, amount.end, sure(utterance, confidence))
        if asked:
            return


def _confidence(
    amount: money.Amount, utterance: Utterance, *, asked: bool, pays: bool, own: bool, before: str
) -> float | None:
    """How sure it is that this amount is paid for insurance; None where that is not said."""
    text = utterance.text
    of_insurance = _IN_TALK.search(text + utterance.before)
    if amount.marked and amount.period:
        return 0.95 if pays or asked else 0.85 if of_insurance else 0.8
    if amount.marked:
        return 0.85 if asked or (pays and own) else None
    if amount.period and _is_plain(text[amount.start : amount.end]):
        if asked or pays or (of_insurance and _IT_IS.search(before)):
            return 0.85
        return 0.75 if _OF_INSURANCE.search(text) else None
    if _WE_ARE_AT.search(before) and amount.cents >= 10_000:
        return 0.75
    if asked and amount.start < _OWN_ANSWER and amount.cents >= 5000 and _ends(text, amount.end):
        return 0.75
    return None


def _is_something_else(text: str, clause: str, amount: money.Amount) -> bool:
    if _NOT_AFTER.match(text[amount.end :]):
        return True
    if re.search(r"\bfrom\b[^.]{3,25}\bto\s*$", clause, re.I):
        return False
    return bool(_NOT_BEFORE.search(clause[-60:]))


def _is_plain(words: str) -> bool:
    return not re.match(r"(?:19|20)\d\d\b(?!\s*(?:a|per|/))", words)


def _ends(text: str, at: int) -> bool:
    """Whether the amount is all that is said."""
    return not re.search(r"\w", text[at:]) or bool(_OR_SO.match(text, at))
