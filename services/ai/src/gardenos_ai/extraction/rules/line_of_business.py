"""Which kind of insurance the person has or wants."""

import re
from collections.abc import Iterator

from gardenos_contracts.ai import InsightKind
from gardenos_contracts.values import LineOfBusiness

from gardenos_ai.extraction import carriers
from gardenos_ai.extraction.phrases import phrases
from gardenos_ai.extraction.rules.context import Found, denied, is_own, is_report_of_agent, sure
from gardenos_ai.extraction.utterances import Utterance, Voice

_THING = r"( (insurance|policy|policies|coverage|quote|rates?|premium|renewal|plan|side))"
_WITH_CARRIER = r"\s+(?:is|are)\s+(?:\w+\s+)?(?:insured\s+)?(?:with|through|at|covered\s+by)\s+" + carriers.PATTERN
_INSURE = r"\binsur(e|ing) ((my|our|the|a|an|this|that|another|both|both of|all) )*(\w+ )?"
_QUOTE_FOR = r"\bquotes? (for|on) ((my|our|the|a|an|both) )*(\w+ )?"
_CARS = r"(autos?|cars?|vehicles?|trucks?|pickup|suv|minivan)"
_HOMES = r"(house|home|condo|townhouse|cottage|cabin|duplex)"

_LINES: tuple[tuple[LineOfBusiness, re.Pattern[str]], ...] = (
    (
        LineOfBusiness.COMMERCIAL,
        phrases(
            r"\b(commercial|business|general|professional|cyber|garage|product) (liability|auto|property|insurance|policy"
            r"|package|owners? policy|umbrella)",
            r"\bgeneral liability",
            r"\bworkers?'?s? comp(ensation)?\b",
            r"\bbusiness\s?owner'?s? policy",
            r"(?-i:\bGL\b|\bBOP\b|\bWC\b)",
            r"\be\s?&\s?o\b",
            rf"{_INSURE}(food trucks?|restaurant|shop|store|bakery|business|company|fleet)\b",
        ),
    ),
    (
        LineOfBusiness.AUTO,
        phrases(
            rf"(?<!commercial\s)(?<!food\s)\b{_CARS}{_THING}\b",
            rf"{_INSURE}(?<!food\s){_CARS}\b",
            rf"{_QUOTE_FOR}(?<!food\s){_CARS}\b",
            rf"\b{_CARS}{_WITH_CARRIER}",
            r"\bthe auto\b(?! (shop|body|dealer|parts|loan))",
            r"\bauto is up\b",
        ),
    ),
    (
        LineOfBusiness.HOME,
        phrases(
            r"\bhome\s?owner'?s?'?\b(?! (association|assoc))",
            rf"\b{_HOMES}{_THING}\b",
            rf"{_INSURE}{_HOMES}\b",
            rf"{_QUOTE_FOR}{_HOMES}\b",
            rf"\b{_HOMES}{_WITH_CARRIER}",
            r"\bdwelling policy",
            r"\bho-?[36]\b",
        ),
    ),
    (
        LineOfBusiness.RENTERS,
        phrases(
            r"\brenter'?s?'?( (insurance|policy|coverage|quote))",
        ),
    ),
    (
        LineOfBusiness.UMBRELLA,
        phrases(
            r"\bumbrella (insurance|policy|coverage|quote|liability)",
            r"\b(an|the|my|our|personal|needs?|wants?) umbrella\b",
        ),
    ),
    (
        LineOfBusiness.LIFE,
        phrases(
            r"\b(term|whole|universal) life\b",
            r"\blife (insurance|policy|policies|coverage)",
        ),
    ),
    (
        LineOfBusiness.MEDICARE,
        phrases(
            r"\bmedicare\b",
            r"\bmedigap\b",
        ),
    ),
    (
        LineOfBusiness.HEALTH,
        phrases(
            r"\b(health|medical|dental) (insurance|plan|coverage|policy)",
        ),
    ),
    (
        LineOfBusiness.OTHER,
        phrases(
            r"\b(boat|motorcycle|rv|flood|pet|earthquake|jewelry|travel|wedding|atv|jet\s?ski|golf cart"
            r"|motor\s?home) (insurance|policy|coverage|quote)",
            rf"{_INSURE}(boat|motorcycle|rv|atv|jet\s?ski|golf cart|motor\s?home)\b",
        ),
    ),
)

_WORDS = {
    LineOfBusiness.AUTO: r"auto|autos|cars?",
    LineOfBusiness.HOME: r"home|homeowners|house",
    LineOfBusiness.RENTERS: r"renters?",
    LineOfBusiness.UMBRELLA: r"umbrella",
    LineOfBusiness.LIFE: r"life",
    LineOfBusiness.COMMERCIAL: r"commercial|business",
    LineOfBusiness.HEALTH: r"health",
    LineOfBusiness.MEDICARE: r"medicare",
}
_ANY = "|".join(_WORDS.values())
_PAIR = phrases(
    rf"\b(?P<one>{_ANY})\s*(\+|/|&|,|\band\b)\s*(\d )?(?P<two>{_ANY})\b(?!\s*(loan|parts|body))",
)
_ANSWER = phrases(
    r"^\W*((just|the|my|our|for|um|uh|well|both|mostly|I'd|like|need|want|looking|probably"
    rf"|it's)\b[\s,]*)*(?P<one>{_ANY})\b((\s*(,|and|\+|&|/)\s*)+(the )?(?P<two>{_ANY})\b)?",
)
_TERSE = phrases(rf"\b(for|needs?|wants?|quote) (?P<one>{_ANY})\b(?! (in|to|of|has|is)\b)")
_WITH_ITS_CARRIER = phrases(
    rf"\b(?P<one>{_ANY}) ((is|are) )?((w/|with|through|thru) |[-:,] ?){carriers.PATTERN.replace('?P<carrier>', '?:')}",
)
_OF_INSURANCE = phrases(r"insur|polic|quote|cover|bundle|with")
_CARRIER_S = phrases(rf"{carriers.PATTERN.replace('?P<carrier>', '?:')} (?P<one>{_ANY})\b")
_NOT_INSURANCE = phrases(
    r"\b(not interested in|don't need|doesn't need|no need for|sold|talk about|saved? (her|him|them))\b",
)


def find(utterance: Utterance) -> Iterator[Found]:
    """Lines that are named as insurance, as a pair, or in answer to the question for them."""
    if is_report_of_agent(utterance):
        return
    text = utterance.text
    for line, pattern in _LINES:
        for match in pattern.finditer(text):
            yield from _found(line, match.start(), match.end(), utterance, 0.9)
    for match in _WITH_ITS_CARRIER.finditer(text):
        yield from _named(match, utterance, 0.85)
    for match in _PAIR.finditer(text):
        if utterance.voice is Voice.NOTES or _OF_INSURANCE.search(text):
            yield from _named(match, utterance, 0.85)
    answer = _ANSWER.match(text) if InsightKind.LINE_OF_BUSINESS in utterance.asked else None
    if answer is not None:
        yield from _named(answer, utterance, 0.9)
    if utterance.voice is Voice.NOTES:
        for match in _CARRIER_S.finditer(text):
            yield from _named(match, utterance, 0.8)
        for match in _TERSE.finditer(text):
            yield from _named(match, utterance, 0.8)


def _named(match: re.Match[str], utterance: Utterance, confidence: float) -> Iterator[Found]:
    for word in (word for word in match.groupdict().values() if word):
        line = next(line for line, words in _WORDS.items() if re.fullmatch(words, word, re.I))
        yield from _found(line, match.start(), match.end(), utterance, confidence)


def _found(line: LineOfBusiness, start: int, end: int, utterance: Utterance, confidence: float) -> Iterator[Found]:
    around = utterance.text[max(0, start - 40) : end]
    if denied(utterance.text, start) or not is_own(utterance, start) or _NOT_INSURANCE.search(around):
        return
    yield Found(InsightKind.LINE_OF_BUSINESS, line.value, start, end, sure(utterance, confidence))
