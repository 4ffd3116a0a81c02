"""What the person asks to happen next, and when."""

import re
from collections.abc import Iterator

from gardenos_contracts.ai import InsightKind

from gardenos_ai.extraction import dates
from gardenos_ai.extraction.phrases import phrases
from gardenos_ai.extraction.rules.context import Found, clause_start, denied, is_report_of_agent, sure
from gardenos_ai.extraction.utterances import Utterance, Voice

_ASKS = (
    r"(?:^\W*|(?<=[,;:!.)-])\s*|\b(?:please|just|so|and|then|or|okay|ok|sure|also|maybe|but|now|kindly|listen|well|yes|yeah)[,\s]+(?:please\s+|just\s+)?"
    r"|\b(?:can|could|would|will|won't)\s+you\s+(?:please\s+|maybe\s+|just\s+|also\s+|both\s+)*|\bwhy\s+don't\s+you\s+|\b(?:have|let)\s+(?:him|her|them|someone|somebody|\w+)\s+"
    r"|\b(?:you\s+(?:can|could|should|may|might)|like\s+you\s+to|need\s+you\s+to|want\s+you\s+to|(?:somebody|someone)\s+(?:to|can|could|should)|(?:can|could)\s+(?:somebody|someone))\s+(?:please\s+|just\s+)?)"
)
_ME = r"( (me|us|him|her|them|that|it|this|those|over|back|along|out|again))*"
_WEEKDAY = r"(mon|tues?|wed|thurs?|fri|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_SEND = r"((re-?)?send|e-?mail|text|mail|forward|fax|shoot|drop)"
_DOCUMENTS = (
    r"(id cards?|insurance cards?|certificates?( of insurance)?|coi|proof( of insurance)?|dec(laration)?s? pages?"
    r"|declarations?|documents?|paperwork|papers|(written )?confirmation|policy|forms?|letter|binder|invoice|bill"
    r"|application|copy|copies|endorsement)"
)
_WHATEVER = r"( (?!quotes?\b)[\w'$-]+){0,5}? "

_STEPS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "call_back",
        phrases(
            rf"{_ASKS}(?P<do>(call|phone|ring|reach|try|contact|ping) (me|us|him|her|back|again|them)( (back|again|up"
            r"|on|at|then))*"
            rf"|call (on|{_WEEKDAY}|tomorrow|after|next|in|at|before|around|between)\b|give (me|us|him|her) a (quick )?(call"
            r"|ring|buzz)|get (back )?in touch|get back to (me|us)"
            r"|follow up|check (back|in)|check back in|reach out|touch base)\b",
            r"\b(is|would|does|how about|what about) (?P<day>[\w\s:]{3,30}?\b(good|work|okay|ok|fine) (for you )?(for"
            r"|to) (a )?(quick )?(call|talk|chat)\b)",
            r"\b(?P<we>(can|could|should|shall) we (talk|speak|chat|do a (quick )?call|catch up|touch base)\b)",
            r"(?P<lets>\blet's (talk|speak|chat|touch base|catch up|do a call"
            r"|pick (this|it) up|revisit|reconnect|circle back)\b)",
            rf"(?P<works>\b({_WEEKDAY}|tomorrow)\b[^.?!,]{{0,30}}\bworks\b)",
            r"\b(?P<f>f/u|cb)\b",
        ),
    ),
    (
        "send_quote",
        phrases(
            rf"{_ASKS}(?P<do>({_SEND}|get|give|prepare|work up|run){_ME}( (?!send)[\w'-]+){{0,5}}? (quotes?|proposal|numbers"
            r"|pricing)\b)",
        ),
    ),
    (
        "send_documents",
        phrases(
            rf"{_ASKS}(?P<do>({_SEND}|get|give|issue){_ME}{_WHATEVER}{_DOCUMENTS}\b)",
        ),
    ),
    (
        "send_information",
        phrases(
            rf"{_ASKS}(?P<do>{_SEND}{_ME} ((an?|some|more|the|a short|a quick) )?(something|everything|all (of )?(it|that)"
            r"|info|information|e-?mail|details|summary|brochure|options|comparison|it over|that over|a text)\b( in writing)?"
            rf"|{_SEND} (it|that|them|this) (over|along)\b)",
        ),
    ),
    (
        "meet",
        phrases(
            r"\b(?P<do>((can|could|shall|should|may) (we|I)|let's|(want|like|love|happy) to|we (can|could)) (meet|come (by|in"
            r"|over)|stop by|sit down|drop by|swing by|set up (a|an) (meeting|appointment|time)|schedule (a"
            r"|an) (\w+ )?(meeting|appointment|review|time|visit|call))\b)",
            r"\b(?P<ill>(I'll|we'll) (come|stop|drop|swing) (by|in|over)\b)",
            r"\b(?P<come>(can|could|would) you come (by|out|over|to)\b)",
        ),
    ),
    (
        "customer_sends",
        phrases(
            r"\b(?P<do>(I'll|we'll|I will|we will|I can|we can|let me|I'm going to|I am going to) (also |just |then )?((send"
            r"|e-?mail|text|forward|fax|get|bring|upload|mail|answer|reply|scan|drop off)( (you|it|them|that|those|over|along"
            r"|to|with|back|him|her|off|in|by))*( (the|my|our|a|an|some|copies|of|both|all|signed|old|current|completed"
            rf"|filled)){{0,4}} ({_DOCUMENTS}|vins?|pictures?|photos?|licen[sc]es?|papers|info|information|everything|quote"
            r"|statements?|numbers?)\b"
            r"|(scan it and )?(forward|send|e-?mail|text|fax|bring) (it|them|that|those) (to you|over)\b))",
        ),
    ),
)
_OFFERED = phrases(
    r"\b(shall|should|can|may|could|would it (work|be ok(ay)?) if) I (?P<do>call( you)?( back)?|give you a call"
    r"|check in|follow up|come by|send (you )?(a|the|your) (\w+ )?quote)",
)
_NOT_THEN = phrases(
    r"\b(before|after|until|till|since|when|prior to|month before|weeks? before)\b\W*(the )?$",
)
_ANOTHER = phrases(r"[.!?]\s", r"\b(and|then) (call|I'll|we'll)\b", r"\bor\b")
_REACH = 60
"""Characters between the request and its day."""
_DUE = phrases(r"\b(renew\w*|expir\w*|is up|effective|as of|starting|closing|close on)\b")
_STOP = phrases(
    r"\b(stop|(?<!why\s)don't|do not|never|no need to|no longer|asked for a|quit|not to|without)\b[^,.;]{0,15}$",
)
_PAST = phrases(
    r"\b(you|they|he|she|agent|somebody|someone) (did|had|have|were|was)\b[^,.;]{0,10}$",
    r"\bthanks? (you )?for\b[^,.;]{0,15}$",
)


def find(utterance: Utterance) -> Iterator[Found]:
    """Requests and promises, with their day where one is said."""
    if is_report_of_agent(utterance):
        return
    text = utterance.text
    if utterance.voice is Voice.CONFIRMED:
        for match in _OFFERED.finditer(text):
            yield _dated(_of_offer(match["do"]), match.start("do"), match.end("do"), utterance, 0.8)
        return
    for value, pattern in _STEPS:
        for match in pattern.finditer(text):
            group = next(name for name, said in match.groupdict().items() if said)
            start = match.start(group)
            if _STOP.search(text[:start]) or _PAST.search(text[:start]) or denied(text, start):
                continue
            if utterance.voice is Voice.NOTES and (
                value == "send_information" or text[start:].lower().startswith("try")
            ):
                continue
            yield _dated(value, start, match.end(group), utterance, 0.88)


def _of_offer(words: str) -> str:
    return "send_quote" if "quote" in words.lower() else "meet" if "come" in words.lower() else "call_back"


def _dated(step: str, start: int, end: int, utterance: Utterance, confidence: float) -> Found:
    when = _when(start, end, utterance)
    value = f"{step} {when.value}" if when else step
    if when:
        end = max(end, when.end)
    return Found(InsightKind.NEXT_STEP, value, start, end, sure(utterance, confidence))


def _when(start: int, end: int, utterance: Utterance) -> dates.Spoken | None:
    """The first day that is said after the request, or just before it, and belongs to no policy."""
    text = utterance.text
    found = dates.find(text, utterance.said_on)
    after = [spoken for spoken in found if start <= spoken.start <= end + _REACH]
    before = [spoken for spoken in found if clause_start(text, start) <= spoken.start < start]
    for spoken in after + before:
        between = text[min(end, spoken.start) : spoken.start]
        if _NOT_THEN.search(text[max(0, spoken.start - 20) : spoken.start]) or _DUE.search(between):
            continue
        if _ANOTHER.search(between):
            continue
        if spoken.first < utterance.said_on and spoken.grain == "day":
            continue
        return spoken
    return None
