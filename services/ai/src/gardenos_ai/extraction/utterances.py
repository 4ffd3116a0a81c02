"""Who says what: a text cut into sentences, each with its voice and with what was asked just before."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from gardenos_contracts.ai import InsightKind

from gardenos_ai.extraction import email
from gardenos_ai.extraction.phrases import phrases


class Voice(Enum):
    """Whose words a sentence is."""

    CUSTOMER = "customer"
    AGENT = "agent"
    UNKNOWN = "unknown"
    """A transcript that does not say who speaks."""
    NOTES = "notes"
    """The agent's own notes, about the customer."""
    CONFIRMED = "confirmed"
    """The agent's words, to which the customer said yes."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence. `text` is as long as what stands at `start` of the whole, with plain quotes, dashes and spaces."""

    text: str
    start: int
    voice: Voice
    said_on: date
    asked: frozenset[InsightKind] = frozenset()
    """What the agent asked for just before, if this may be the answer."""
    opens_turn: bool = False
    before: str = ""
    """The sentence before it, of the same speaker."""


_FOLD = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "‑": "-",
        "\u00a0": " ",
        "\t": " ",
        "\r": " ",
    }
)
_LONGEST = 700
"""Characters: a sentence that never ends is cut where a word does."""
_END = re.compile(r"[.!?;]+[\"')\]]*(?=\s)|\n[ \t\r]*(?=\n|[-*•·]\s|\d+[.)]\s|[A-Z][\w /-]{1,25}:\s)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Jr|Sr|Inc|Co|Ltd|vs|approx|Ave|Rd|exp|eff|ins|pol|ph|[a-z])|\b[ap]\.m)\.$", re.I
)

_NUMBER = re.compile(r"\s*\S*\d")
_LABEL = re.compile(
    r"^[ \t]*(?:\[?\(?\d{1,2}:\d\d(?::\d\d)?\)?\]?[ \t-]*)?"
    r"(?P<name>[^\W\d_][\w.'’ -]{0,40}?)[ \t]*(?:\([^)\n]{0,40}\))?[ \t]*:[ \t]",
    re.M,
)
_AGENT_NAMES = "agent producer rep representative csr advisor adviser broker operator agency"
_CUSTOMER_NAMES = "customer client caller prospect lead insured member policyholder lady gentleman"
_HEADINGS = """
note notes re ps subject carrier premium total from to cc date sent insurer company renewal expires expiration phone email
address policy coverage deductible vehicle vehicles drivers name x-date xdate
"""
_AGENTS = frozenset(_AGENT_NAMES.split())
_CUSTOMERS = frozenset(_CUSTOMER_NAMES.split())
_NO_NAMES = frozenset(_HEADINGS.split())
_INTRODUCES_AGENCY = phrases(
    r"\b(this is|it's|I'm|my name is|thank you for calling|thanks for calling|calling from|here at|with)\b[^.?!]{0,60}"
    r"\b(insurance|agency|agents)\b"
)
_TO_CUSTOMER = phrases(
    r"\byour (\w+ )?(insurance|policy|policies|renewal|premium|carrier|coverage|home|homeowners|auto|cars?|house|agent)\b",
    r"\b(are you|you're|you are) (currently |still |insured )*with\b",
    r"\b(calling from|(thanks|thank you) for calling)\b",
)
"""Said by an agent, where nobody says who speaks."""
_YES = phrases(
    r"\s*((oh|um|uh|well|hi|so)[, ]+)*(yes|yeah|yep|yup|correct|exactly|right|that's (right|correct|it)|it (is|does)"
    r"|I (am|do)|we (are|do)|sure(,? please| is)?|please do|uh-huh|mm-hmm)\b(?!\s*,?\s*(but no|now|away))"
)

ASKED = {
    InsightKind.CURRENT_CARRIER: phrases(
        r"\bwho('s| is| are| do| has| have| did|m)?\b[^?]*"
        r"\b(with|have|insured?|insures|carrier|car|house|home|now|it|cover\w*)\b",
        r"\b(which|what)('s| is)?[^?]*\b(compan(y|ies)|carriers?|insurers?)\b",
        r"\bcurrent (carrier|insurer|company)",
        r"\byou('re| are)( still| currently| now)? (insured )?with\b",
        r"\bwhom\b",
    ),
    InsightKind.X_DATE: phrases(
        r"\b(renew\w*|expir\w*|x-date|com(e|es|ing) (due|up)|run out|up for|up when|(it|that|they|those) up\b|term end"
        r"|policy end|anniversary)"
    ),
    InsightKind.PREMIUM: phrases(
        r"\bpay(ing)?\b", r"\bpremium\b[^?]{0,30}\?", r"\bcharg\w+ you", r"\bhow much\b[^?]*\b(cost|rate|now)"
    ),
    InsightKind.LINE_OF_BUSINESS: phrases(
        r"\b(what|which)[^?]*\b(kinds?|types?|lines?|sort|insurance)\b"
        r"[^?]*\b(insurance|coverage|policy|policies|looking|talking|need|for)\b",
        r"\bwhat (can|may) I quote",
    ),
}
_IS_QUESTION = phrases(r"\?\s*[\"')]*\s*$", r"^\s*(and|who|what|which|when|how)\b")


def fold(text: str) -> str:
    """Plain quotes, dashes and spaces for typographic ones; as long as the text, so that places stay."""
    return text.translate(_FOLD)


def of_transcript(text: str, said_on: date) -> Iterator[Utterance]:
    """Sentence by sentence, with what the customer confirmed of the agent's words."""
    plain = fold(text)
    turns = list(_turns(plain))
    for place, (voice, start, end) in enumerate(turns):
        asked: frozenset[InsightKind] = frozenset()
        if voice is not Voice.AGENT and place and turns[place - 1][0] is Voice.AGENT:
            question = _last_sentences(plain, *turns[place - 1][1:])
            asked = frozenset(kind for kind, asks in ASKED.items() if any(asks.search(each) for each in question))
            if _YES.match(plain, start, end):
                yield from _confirmed(plain, *turns[place - 1][1:], said_on)
        if voice is not Voice.AGENT:
            yield from _said(plain, start, end, voice, said_on, asked)


def of_notes(text: str, said_on: date) -> Iterator[Utterance]:
    """The agent's notes: terse, and about somebody else."""
    plain = fold(text)
    yield from _said(plain, 0, len(plain), Voice.NOTES, said_on, frozenset())


def of_email(text: str, said_on: date) -> Iterator[Utterance]:
    """What the sender wrote in this message: no quoted history, no signature."""
    plain = fold(text)
    for start, end, question in email.written(plain):
        asked = frozenset(kind for kind, asks in ASKED.items() if question and asks.search(question))
        yield from _said(plain, start, end, Voice.CUSTOMER, said_on, asked)


def of_subject(text: str, said_on: date) -> Iterator[Utterance]:
    """A subject line, unless it is an answer to somebody else's."""
    if not re.match(r"\s*(?:re|aw|fwd?|wg)\s*:", text, re.I):
        yield from _said(fold(text), 0, len(text), Voice.CUSTOMER, said_on, frozenset())


def _said(
    plain: str, start: int, end: int, voice: Voice, said_on: date, asked: frozenset[InsightKind]
) -> Iterator[Utterance]:
    before = ""
    for place, (at, to) in enumerate(sentences(plain, start, end)):
        words = plain[at:to]
        # The answer stands in the first breath, or after a "no" or a "hm".
        answers = asked if place == 0 or (place == 1 and len(before) < 60) else frozenset[InsightKind]()
        yield Utterance(words, at, voice, said_on, answers, place == 0, before)
        before = words


def _confirmed(plain: str, start: int, end: int, said_on: date) -> Iterator[Utterance]:
    *_, last = [None, *sentences(plain, start, end)]
    spans = list(sentences(plain, start, end))
    if last is None:
        return
    # "…, is that right?" asks about the sentence before it.
    if len(spans) > 1 and re.match(r"(?:is that|isn't that|right|correct|am I)\b", plain[last[0] : last[1]], re.I):
        last = spans[-2]
    yield Utterance(plain[last[0] : last[1]], last[0], Voice.CONFIRMED, said_on)


def _last_sentences(plain: str, start: int, end: int) -> list[str]:
    found = [plain[at:to] for at, to in sentences(plain, start, end)][-2:]
    questions = [words for words in found if _IS_QUESTION.search(words)]
    return questions or found[-1:]


def _turns(plain: str) -> Iterator[tuple[Voice, int, int]]:
    labels = [match for match in _LABEL.finditer(plain) if _is_label(match["name"])]
    if not labels:
        for match in re.finditer(r"[^\n]+", plain):
            yield Voice.AGENT if _TO_CUSTOMER.search(match[0]) else Voice.UNKNOWN, match.start(), match.end()
        return
    voices = _voices(plain, labels)
    if labels[0].start() > 0 and plain[: labels[0].start()].strip():
        yield Voice.UNKNOWN, 0, labels[0].start()
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        yield voices[_key(label["name"])], label.end(), following.start() if following else len(plain)


def _key(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip().lower()


def _is_label(name: str) -> bool:
    words = _key(name).split()
    if not words or len(words) > 4 or any(word in _NO_NAMES for word in words):
        return False
    return words[0] in _AGENTS or words[0] in _CUSTOMERS or name.strip()[0].isupper()


def _voices(plain: str, labels: list[re.Match[str]]) -> dict[str, Voice]:
    names = {_key(label["name"]) for label in labels}
    found = {
        name: Voice.AGENT
        if set(name.split()) & _AGENTS
        else Voice.CUSTOMER
        if set(name.split()) & _CUSTOMERS
        else Voice.UNKNOWN
        for name in names
    }
    if Voice.AGENT not in found.values():
        for label, following in zip(labels, [*labels[1:], None], strict=True):
            said = plain[label.end() : following.start() if following else len(plain)]
            name = _key(label["name"])
            if found[name] is Voice.UNKNOWN and _INTRODUCES_AGENCY.search(said):
                found[name] = Voice.AGENT
                break
    if Voice.AGENT in found.values():
        found = {name: Voice.CUSTOMER if voice is Voice.UNKNOWN else voice for name, voice in found.items()}
    elif Voice.CUSTOMER in found.values():
        found = {name: Voice.AGENT if voice is Voice.UNKNOWN else voice for name, voice in found.items()}
    return found


def sentences(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of sentences without the space around them, none longer than a few hundred characters."""
    at = start
    while at < end:
        stop = _stop(plain, at, end)
        to = stop
        while at < to and plain[at].isspace():
            at += 1
        while to > at and plain[to - 1].isspace():
            to -= 1
        if to > at:
            yield at, to
        at = stop


def _stop(plain: str, at: int, end: int) -> int:
    reach = min(end, at + _LONGEST)
    for match in _END.finditer(plain, at, min(end, reach + 2)):
        if match.end() > reach:
            break
        if plain[match.start()] == "." and _ABBREVIATION.search(plain, max(at, match.start() - 8), match.start() + 1):
            continue
        if _NUMBER.match(plain, match.end(), end) and plain[match.start() - 2 : match.start() + 1].lower() == "no.":
            continue
        return match.end()
    if reach == end:
        return end
    space = max(plain.rfind(mark, at + _LONGEST // 2, reach) for mark in " \n")
    return space + 1 if space > 0 else reach


def with_voice(utterances: Iterable[Utterance], voice: Voice) -> Iterator[Utterance]:
    """The same sentences in another voice."""
    return (replace(each, voice=voice) for each in utterances)
