"""What holds the person back."""

import re
from collections.abc import Iterator

from gardenos_contracts.ai import InsightKind

from gardenos_ai.extraction.phrases import phrases
from gardenos_ai.extraction.rules.context import Found, denied, is_own, is_report_of_agent, sure
from gardenos_ai.extraction.utterances import Utterance, Voice

_HOUSEHOLD = (
    r"(wife|husband|spouse|partner|fianc\w+|boss|business partner|accountant|board|co-?owner|better half|girlfriend"
    r"|boyfriend|dad|mom)"
)

_NAME = r"(?-i:[A-Z]\w+( [A-Z]\w+)?)"

_OBJECTIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "price",
        phrases(
            r"\b(way |much |still |just |a bit |a little )?too (expensive|high|much(?! (coverage|trouble|time|work|hassle))"
            r"|pricey|steep|rich)\b( (for (me|us)|money))?",
            r"\b(can't|cannot|couldn't|can not) (really |possibly )?afford\b",
            r"\b(over|above|out of|outside|beyond) (my|our|the) (budget|price range)\b",
            r"\b(quoted|offered|gave) (me|us) (a )?(less|lower|cheaper|better)\b",
            r"\b(another|other) (agent|company|quote|carrier) (\w+ ){0,3}(less|lower|cheaper)\b",
            r"\b(more|higher) than (what )?(I|we)('m|'re| am| are)? ((currently|now) )?(pay(ing)?( now)?|have now|expected"
            r"|wanted|hoped|thought|(want|can|like) to (pay|spend))\b",
            r"\b(more|higher) than (I|we) (can|could) (really )?(manage|handle|afford|swing)\b",
            r"\b(double|twice|triple) (what|of what) (I|we)('m| am|'re| are)? (have|pay|paying|had|spend)\b",
            r"\bno way (I|we) (can|could|would|will|'m|'d)\b[^.]{0,10}\b(pay|afford|spend)",
            r"\bnot in (my|our|the) budget\b",
            r"\b(lot|kind) of (pricey|expensive)\b",
            r"\b(found|got|get|have) (it|the same( \w+)?|something) (for less|cheaper)\b",
            rf"\bcheaper (elsewhere|somewhere else|with {_NAME}|online)\b",
            r"\bdon't want to (pay|spend) (that|so) much\b",
        ),
    ),
    (
        "timing",
        phrases(
            r"\b(not|isn't) (really )?(a |the )?(good|right|great|best) (time|moment)\b",
            r"\bbad time\b",
            r"\bleave it (for now|at that for now)\b",
            r"\b(maybe|perhaps|some time) (later|next year|in (a few|some) months)\b",
            r"\bnot (right now|at (the|this) (moment|time)|just yet)\b",
            r"\b(too busy|swamped) (right now|at the moment|these days|this \w+)",
            r"\b(I'm|I am|we're|we are) (just |still )?(driving|in a meeting|busy|swamped|slammed"
            r"|at work|about to (leave|go)|in the middle of)\b",
            r"\b(work|things|life|everything) (is|are|has been|have been) (so |really |pretty |just )?(crazy|hectic|busy|nuts)\b",
            r"\bhold(ing)? off\b",
            r"\b(wait|waiting) (until|till) (after )?(the|my|our|next)\b",
            r"^\W*(no,? )?not yet\W*$",
            r"\b(put|putting) (it|this) (off|on hold)\b",
        ),
    ),
    (
        "loyalty",
        phrases(
            r"\b(happy|satisfied|comfortable|content|pleased) (with|w/) (them|him|her|what (I|we) have|where (I|we) are|(my"
            rf"|our) (current )?(agent|carrier|insurer|company|insurance|policy|coverage)|{_NAME})",
            r"\b(stay(ed|ing)?|stick(ing)?|stuck|remain(ing)?|renew(ed|ing)?) with (them|him|her|(my|our) \w+|what (I"
            rf"|we) have|{_NAME})",
            r"\b(like|love|loves|likes) (my|our|the|her|his|their) (current )?(agent|carrier|company|insurer)\b",
            rf"\bnever had (a|any) (problem|issue|complaint)s? with (them|him|her|{_NAME})",
        ),
    ),
    (
        "decision_maker",
        phrases(
            r"\b(talk|speak|check|discuss (it|this|that)|run (it|this|that) (by|past)|ask|go over (it|this)|look at it"
            r"|talk it over|talk about it|consult)\s*((it|this|that|about|over|to|with|by) )*(my|our|the|his"
            rf"|her) {_HOUSEHOLD}( first)?",
            rf"\b(my|our|his|her) {_HOUSEHOLD} and (I|me|he|she) (\w+ ){{0,2}}(have|need|want|will|are going"
            r"|has) (to )?(sit down|talk|discuss|think|decide|go over|look|compare)\b",
            rf"\b(my |our |his |her )?{_HOUSEHOLD} (\w+ ){{0,2}}(decides?|(has|have|needs|wants) to (sign|agree|approve"
            r"|decide|look|see|ok)|handles? (the|our|all)|makes (those|the|that))\b( off)?",
            rf"\bhave to ask (my|our) {_HOUSEHOLD}\b",
            rf"\b(it's|that's) (not )?(my|up to my) {_HOUSEHOLD}('s)? (call|decision)\b",
            rf"\bup to my {_HOUSEHOLD}\b",
        ),
    ),
    (
        "undecided",
        phrases(
            r"\b(need|want|have|like|going) ((some|more) time )?to (think (about (it|this|that)|it over|on it|this over)"
            r"|sleep on it|mull it over)\b",
            r"\blet (me|us) (think (about (it|that|this)|it over)|sleep on (it|that))\b",
            r"\b(will|wants? to|needs? to|I'll|we'll|gonna|thinking) (think (about|over)|think|mull)?\s*(it|this)\s*(over)\b",
            r"\b(will|I'll|we'll|wants? to|needs? to) think (about it|it over|on it)\b",
            r"\bnot (quite )?ready to (make a (move|decision|change)|decide|commit|switch|change|sign)\b",
            r"\b(I'm|we're|I am|we are) (still )?(undecided|on the fence|torn)\b",
            r"\b(haven't|have not) (really )?(decided|made up (my|our) mind)\b",
        ),
    ),
    (
        "hassle",
        phrases(
            r"\b(the )?(hassle|trouble|headache|pain|paperwork|work) of (switching|changing|moving|all that)\b",
            r"\b(switching|changing) (\w+ )?(is|sounds|seems|would be) (\w+ ){0,2}(hassle|headache|pain|trouble|work"
            r"|paperwork)\b",
            r"\btoo much (hassle|trouble|paperwork|work)\b",
        ),
    ),
    (
        "coverage",
        phrases(
            r"\b(worried|concerned|afraid|nervous|don't like|unhappy) (that |about )?([\w'/-]+ ){0,6}?((is|are|was|were|be"
            r"|isn't|aren't|would|not) )?(only |not |partly )?(covered|coverage|deductible|excluded|exclusions?"
            r"|actual cash value|limits?)\b",
            r"\b(coverage|deductible|limits?) (is|are|isn't|aren't|looks?|seems?) ((much|far|a bit|a lot|way) )?((too"
            r"|so) (low|high|thin)|not enough|worse|less|lower than|less than|higher than)\b",
        ),
    ),
)
_UN = phrases(r"\b(not|un|n't)\s*$")
_SPARED = phrases(r"\b(no|without|save\w* (you|me|us)) (the )?$")
_OF_SOMETHING_ELSE = phrases(r"\b(deductibles?|limits?|coverage|speed|water|risk) (is|are|seems?|looks?)?\s*$")
_NEGATION_INSIDE = frozenset({"timing"})
"""These deny by themselves."""


def find(utterance: Utterance) -> Iterator[Found]:
    """Reasons against, that are not denied."""
    if is_report_of_agent(utterance) or utterance.voice is Voice.CONFIRMED:
        return
    text = utterance.text
    for value, pattern in _OBJECTIONS:
        for match in pattern.finditer(text):
            if not is_own(utterance, match.start()) or (
                value not in _NEGATION_INSIDE and _is_denied(value, text, match)
            ):
                continue
            yield Found(InsightKind.OBJECTION, value, match.start(), match.end(), sure(utterance, 0.87))


def _is_denied(value: str, text: str, match: re.Match[str]) -> bool:
    before = text[: match.start()]
    if value == "loyalty":
        return denied(text, match.start()) or bool(_UN.search(before))
    if value in ("hassle", "undecided"):
        # "I'm not sure I want the hassle" objects; "it is no hassle" does not.
        return bool(_SPARED.search(before))
    if value == "price" and _OF_SOMETHING_ELSE.search(before):
        return True
    return denied(text, match.start())
