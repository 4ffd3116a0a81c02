"""What stands around words and changes what they mean: denials, other people, what is only supposed."""

from dataclasses import dataclass

from gardenos_contracts.ai import InsightKind

from gardenos_ai.extraction.phrases import phrases
from gardenos_ai.extraction.utterances import Utterance, Voice


@dataclass(frozen=True, slots=True)
class Found:
    """A fact in an utterance: `utterance.text[start:end]` carries it."""

    kind: InsightKind
    value: str
    start: int
    end: int
    confidence: float


_CLAUSE = phrases(r"[,;:.!?()]\s|\s-+\s|\b(but|because|so|although|though|while|whereas|and now)\b")
_NOT = phrases(
    r"\b(not|no|never|neither|nor|without|don't|doesn't|didn't|won't|wouldn't|can't|cannot|isn't|aren't|wasn't"
    r"|haven't|hasn't|shouldn't|dont|didnt|wont|cant|isnt|not to|rather than|instead of|no longer"
    r"|nothing)\b(?P<between>( [\w']+){0,5})\s*$",
)
_NOT_ONLY = phrases(
    r"\bnot only\b",
    r"\bno problem\b",
    r"\bwhy not\b",
    r"\bwhy don't (you|we)\b",
    r"\bif not\b",
    r"\bnot sure if\b",
)
_OTHERS = phrases(
    r"\b((my|our|his|her|their|your|the) )(\w+ )?(brothers?|sisters?|neighbou?rs?|friends?|buddy|bosses|boss|parents?"
    r"|mom|mum|dad|mother|father|cousins?|uncles?|aunts?|in-laws?|coworkers?|colleagues?|roommates?|tenants?"
    r"|other driver|other guy|other lady|grandm\w+|grandf\w+|ex(-\w+)?)\b('s)?",
    r"\ba (friend|neighbou?r|colleague|coworker|buddy) (of mine|at work|of ours)?",
)
_SUPPOSED = phrases(
    r"\b(if (I|we|you) (were|was|ever|would|had|did|cancel|switch|change|stay)|what if|suppose|would there be|(I"
    r"|we) would have|hypothetically|in case (I|we)|should (I|we) (ever|cancel))\b",
)
_OURSELVES = phrases(r"\b(I|I'm|I've|I'll|I'd|we|we're|we've|we'll|mine|ours)\b")


def clause_start(text: str, at: int) -> int:
    """Where the clause begins in which the words at this place stand."""
    start = 0
    for mark in _CLAUSE.finditer(text, 0, at):
        start = mark.end()
    return start


def denied(text: str, at: int) -> bool:
    """Whether the words that begin here are denied by a `not` a few words before, in the same clause."""
    before = text[clause_start(text, at) : at]
    match = _NOT.search(before)
    return bool(match) and not _NOT_ONLY.search(before)


def of_others(text: str, at: int) -> bool:
    """Whether somebody outside the household is spoken of, and nothing of ourselves stands between."""
    others = None
    for match in _OTHERS.finditer(text, 0, at + 1):
        others = match
    return others is not None and not _OURSELVES.search(text, others.end(), at)


def supposed(text: str) -> bool:
    """Whether it is only imagined: `if I were to …`."""
    return bool(_SUPPOSED.search(text))


def is_own(utterance: Utterance, at: int) -> bool:
    """Whether a fact at this place is one of the person the conversation is about."""
    return not of_others(utterance.text, at) and not supposed(utterance.text)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the marks and spaces at its ends."""
    while start < end and not text[start].isalnum() and text[start] != "$":
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end


def sure(utterance: Utterance, confidence: float) -> float:
    """Less sure where nobody says who speaks, or where it was only confirmed."""
    less = {Voice.UNKNOWN: 0.9, Voice.CONFIRMED: 0.9}.get(utterance.voice, 1.0)
    return round(confidence * less, 2)


_REPORTED = phrases(
    r"\b(left (a |him a |her a )?(voice ?mail|vm|message)|introduced myself|(I|we) (said|told|offered|explained"
    r"|mentioned)|said we|told (him|her|them))\b",
)


def is_report_of_agent(utterance: Utterance) -> bool:
    """Whether notes tell what the agency said: nothing of that is the customer's."""
    return utterance.voice is Voice.NOTES and bool(_REPORTED.search(utterance.text))
