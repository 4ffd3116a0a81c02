"""What the person is up to: a quote, shopping around, buying, cancelling, renewing, or being left alone."""

import re
from collections.abc import Iterator

from gardenos_contracts.ai import InsightKind

from gardenos_ai.extraction.phrases import phrases
from gardenos_ai.extraction.rules.context import Found, denied, is_own, is_report_of_agent, sure
from gardenos_ai.extraction.utterances import Utterance, Voice

_POLICY = (
    r"((my|our|the|this|that|his|her|their|all|both|of|home|homeowners?|auto|car|renters|boat|umbrella"
    r"|whole) )*(polic(y|ies)|insurance|coverage|account|everything|it)\b"
)
_A_QUOTE = (
    r"((a|an|another|the|some|your|new|out|over|best|rough|me|us|him|her|them|free|updated|few|couple|second|third"
    r"|quick|ballpark|price|of|for|home|auto|car|renters|life|umbrella|bundle|bundled) )*(quotes?|pricing|estimate"
    r"|numbers|prices?)\b"
)

WANTS_QUOTE = phrases(
    r"\b(send|e-?mail|text|get|give|work up|run|prepare|put together|draw up) ((me|us|him|her"
    rf"|them) )?(over )?{_A_QUOTE}",
    r"\b((I|we)('d| would) (really |also )?like|want|wants|need|needs|requests?|requested) (to (get|have"
    r"|see) )?([\w/+&'-]+ ){0,4}?quotes?\b",
    r"\bsee what (you|you'd|y'all|you guys|your \w+) (can|could|would|have|has) (to )?(offer|do|charge|come up with)\b",
    r"\bwhat (should|would|will|can) (I|we) (expect to )?(pay|be paying)\b",
    r"\b(want|wants|wanted|need|needs|looking for|interested in|request(s|ed|ing)?|ask(s|ed|ing)? (\w+ )?for|get"
    rf"|getting|after) (to (get|have|see) )?{_A_QUOTE}",
    r"\bquote (me|us|it|that|this|my|our|both|(the )?(home|house|auto|cars?|truck|whole thing))\b(?! (is|was|came))",
    r"\b(what|how much) (would|does|do|will|is) (it|that|this|they|you|[\w\s]{0,40}?)\s*(cost|run|be|charge|set (me"
    r"|us) back|add(ing)?)\b",
    r"\b(what's|what is|how much('s| is)) (it|that|this) (gonna|going to) (cost|run|be|go up)\b",
    r"\bhow much (would )?(you|you'd|it'd) (charge|be|cost)\b",
    r"\bgive (me|us) (a|an) (ballpark|idea of (the )?(price|cost))",
    r"\b(see|know|find out) (what|how much) [\w\s]{0,40}?(would|will) (cost|be|run)\b",
    r"\bcan you (beat|match) (that|it|this|them|their)\b",
    r"\b(can|could|would) you insure\b",
    r"\bdo you (also |guys |even )?insure\b",
    r"\bquote (for|on) (my|our)\b",
    r"\bquote request\b",
    r"\b(can|could|would) you (please )?price\b",
    r"\bprice (just )?(that|it|this|them)\b",
    r"\bdo you (guys |folks |also |even )?(write|do|offer|handle|sell|cover|have) ([\w-]+ ){0,3}"
    r"(insurance|policies|policy|coverage)\b",
)
_SHOPPING = phrases(
    r"\b(shopping|looking|shop|look) around\b",
    r"\bshopping (for|my|our|it)\b",
    r"\b((to|just|we|I) compare|comparing) (\w+ )?(quotes|rates|prices|carriers|options|companies|policies)\b",
    r"\b(get|find|looking for|want|need|see) (if \w+ can \w+ )?(something )?(a |an )?(better|lower|cheaper"
    r"|less expensive)\s*(rate|price|deal|premium|insurance|option|policy|coverage)?s?\b",
    r"\b(looking|thinking|planning|want|wanting|like|hoping|considering|wants|thinks) (to|at|of|about"
    r"|on)?\s*switch(ing)?\b",
    r"\b(look|looking|go|going|shop|shopping) elsewhere\b",
    r"\b(get|find) (me|us) (something |anything )?(cheaper|better|lower)\b",
    r"\b(if|whether|maybe|hoping|hope|think|thought) (maybe )?(you|y'all)( guys| folks| all| people)?"
    r" (can|could) (do (any )?better|beat)\b",
    r"\b(want|wants|like|going|plan|planning) to shop\b",
    r"\b(better|lower|cheaper) (rate|price|deal|premium) (somewhere|elsewhere)\b",
)
_READY = phrases(
    r"\blet's (do (it|this|that)|go (ahead|with|for)|get (it|this) (done|started)|bind|sign|move forward)\b",
    r"\b(ready|want|wants|like|happy|decided|going) to (go (ahead|with (you|it|that|your|the))|move forward|proceed"
    r"|sign( up)?|bind|buy( it| the)?|start the policy|get started|take (it|the policy|your quote))\b",
    r"\b(ready|decided) to (switch|make the switch|come over)\b",
    r"\bsign (me|us) up\b",
    r"\bgo ahead and (bind|sign|start|set it up|write it|issue)\b",
    r"\b(I|we)('ve)? (already )?signed (everything|it|the (papers|paperwork|application|documents))\b",
    r"\bwe have a deal\b",
    r"\bwhere do (I|we) sign\b",
)
_CANCEL = phrases(
    r"\b(want|wants|need|needs|like|going|wish|have|decided|trying|asked|asking|request"
    rf"|requesting) (you )?to cancel\b( {_POLICY})?",
    rf"\b(please|kindly|go ahead and|just) cancel\b( {_POLICY})?",
    rf"\bhow (do|can) (I|we) cancel\b( {_POLICY})?",
    rf"\b(I'm|we're|I am|we are) cancell?ing\b( {_POLICY})?",
    rf"\b(can|could) (you|I|we) (please )?cancel {_POLICY}",
    r"^\W*cancel (my|our) \w+",
)
_RENEW = phrases(
    rf"\b(want|wants|like|need|ready|happy|going|decided|plan|planning) to renew\b( {_POLICY})?",
    rf"\b(please|go ahead and|just) renew\b( {_POLICY})?",
    rf"\b(I'll|we'll|let's) (just )?renew\b( {_POLICY})?",
)
_NOT_INTERESTED = phrases(
    r"\b(I'm |I am |we're |we are )?(really |just )?(not|no longer) (really |at all )?interested\b( any\s?more)?",
    r"\bstop (calling|emailing|e-mailing|texting|contacting)\b( (me|us))?",
    r"\b(take|remove) (me|us|my (name|number|email)) (off|from) (your|the|this|that)\b( \w+)?",
    r"\b(do not|don't|never) (call|contact|email) (me|us|here|this number)( (again|any\s?more))?\b",
    r"\bno,? (thanks|thank you)\b(?=[^?]*\b(all set|we're (good|set|fine)|I'm (good|set|fine)|not looking))",
    r"\b(I'm|we're|I am|we are) all set\b(?! (with|up|to|on))( for now| right now| thanks)?",
    r"\b(we|I)('ve)? (decided|chose|chosen|went) (to go )?(with )?(somebody|someone|another (agent|company"
    r"|agency))( else)?\b",
)
_NOT_THAT = phrases(r"\b(not that|isn't that|never said|didn't say)\b")
_DONE = phrases(
    r"\b(got|received|had|read|have|compare) (a|your|the|my) quotes?\b",
    r"\bdid you\b",
    r"\bcompare quotes from\b",
)
_OFFER = phrases(
    r"\b(would|do|did) you (like|want)\b[^?]*\bquotes?\b",
    r"\b(you )?(asked|requested|wanted|looking) (us )?for (a|an) (\w+ )?quote\b",
    r"\b(shall|should|can|may|could) I (send|email|work|get|run|give|put)\b[^?]*\bquotes?\b",
)
_WHETHER = phrases(r"\b(do|should|would|must) (I|we) (really |still |even |then )?$")
_NOT_A_POLICY = phrases(
    r"^\W*((our|my|the|this|that|today's|tomorrow's) )?(appointment|meeting|call|lunch|order|subscription|reservation"
    r"|visit|review|trip|the check|autopay|payment)\b",
)
_IF = phrases(r"\bif\b")


def find(utterance: Utterance) -> Iterator[Found]:
    """What the speaker wants, and not what they do not want."""
    if is_report_of_agent(utterance):
        return
    text = utterance.text
    if utterance.voice is Voice.CONFIRMED:
        for match in _OFFER.finditer(text):
            yield _found("wants_quote", match, utterance, 0.85)
        return
    for value, pattern, confidence in (
        ("not_interested", _NOT_INTERESTED, 0.92),
        ("cancel", _CANCEL, 0.92),
        ("renew", _RENEW, 0.9),
        ("ready_to_buy", _READY, 0.88),
        ("shopping", _SHOPPING, 0.88),
        ("wants_quote", WANTS_QUOTE, 0.9),
    ):
        for match in pattern.finditer(text):
            if _is_meant(value, match, utterance):
                yield _found(value, match, utterance, confidence)


def _found(value: str, match: re.Match[str], utterance: Utterance, confidence: float) -> Found:
    return Found(InsightKind.INTENT, value, match.start(), match.end(), sure(utterance, confidence))


def _is_meant(value: str, match: re.Match[str], utterance: Utterance) -> bool:
    text = utterance.text
    if not is_own(utterance, match.start()) or denied(text, match.start()):
        return False
    if _NOT_THAT.search(text, max(0, match.start() - 40), match.start()):
        return False
    if value == "wants_quote":
        return not _DONE.search(text, max(0, match.start() - 5), match.end() + 8) and not (
            utterance.voice is Voice.NOTES and re.match(r"e-?mail|send|text", match[0], re.I)
        )
    if value == "renew" and re.match(r"\s+with\s+(?!you\b)", text[match.end() :], re.I):
        return False
    if value == "cancel" and _WHETHER.search(text[: match.start()]):
        return False
    if value == "cancel" and _NOT_A_POLICY.match(text[match.end() :]):
        return False
    if value in ("cancel", "ready_to_buy"):
        # "ready to switch if the coverage is the same" is said by those who are; "if I cancel" is not.
        return not _IF.search(text, max(0, match.start() - 12), match.start())
    return True
