"""Who insures the person today. A carrier that is merely mentioned is none."""

import re
from collections.abc import Iterator

from gardenos_contracts.ai import InsightKind

from gardenos_ai.extraction import carriers
from gardenos_ai.extraction.phrases import phrases
from gardenos_ai.extraction.rules.context import Found, clause_start, denied, is_own, is_report_of_agent, sure, trimmed
from gardenos_ai.extraction.utterances import Utterance, Voice

_SOMETIME = r"( (currently|now|still|actually|presently|all|both|just|really|mostly|already|right now|always))*"
_KIND = (
    r"(autos?|cars?|vehicles?|trucks?|house|home|home\s?owner'?s?|condo|renters?|umbrella|workers'? comp"
    r"|general liability|liability|boat|motorcycle|life)"
)
_INSURED = rf"({_KIND}|everything|insurance|policy|policies|coverage|stuff|agent)"
_KINDS = rf"{_INSURED}(\s*(and|&|,|/|\+)\s*(our |my |the )?{_INSURED}| {_INSURED})*"
_WITH = r"(with|through|thru|by|at|under|w/)"


def _with_carrier(*alternatives: str) -> re.Pattern[str]:
    """As `phrases`, where CARRIER stands for any carrier's name: the group `carrier`."""
    return phrases(*(each.replace("CARRIER", carriers.PATTERN) for each in alternatives))


_ANY = _with_carrier("CARRIER")
_STRONG = tuple(
    _with_carrier(words)
    for words in (
        rf"\b(I'm|I am|im|we're|we are|I've been|we've been|been|I was always){_SOMETIME}( (insured|covered|set|good|fine"
        rf"|happy|stuck))? ({_WITH}|on) (the )?CARRIER",
        rf"\b(I|we)('ve)?{_SOMETIME} (have|had|use|got|carry|keep|pay|paying) ((my|our|the|a|everything|all|both|it"
        rf"|that|them) )*({_KINDS} )?({_WITH} )?CARRIER",
        rf"\b((my|our|the) (\w+ ){{0,2}})?{_KINDS}( (is|are|'s|renews?|goes))?{_SOMETIME}( (insured|covered))? ({_WITH}"
        r"|from) CARRIER",
        rf"\b(insured|covered){_SOMETIME} ({_WITH}) CARRIER",
        r"\b(it's|it is|that's|that is|they're|this is|those are|they are)( (all|both|currently|still|insured|just"
        rf"|also))* {_WITH} CARRIER",
        r"\b(my|our) (current |insurance )*(carrier|insurer|insurance company|company|provider"
        r"|insurance) (right now )?is (still )?CARRIER",
        r"\b(mine|ours)( is| are|'s) (with |through )?CARRIER",
        rf"\bCARRIER (has|handles|insures|covers|does) (all (of )?)?(my|our|the|both) (\w+ )?{_INSURED}",
        r"\bCARRIER is (who|what|the one) (I|we)('ve| have| use| got|'re|'m)",
        r"\bcurrent(ly)? (carrier|insurer|company|insurance|provider|coverage|insured|w/"
        r"|with)?( company)?( is)?\s*[:=-]?\s*(with )?CARRIER",
        r"(^|\n|[-*•]\s*)(current )?(carrier|insurer|insurance company)\s*(is|[:=-])\s*CARRIER",
        r"\b(stay|stayed|staying|stick|sticking|stuck|renew|renewing|renewed|remain|remaining) with CARRIER",
        r"\b(switched|moved|changed|went|gone) (\w+ )?(over )?to CARRIER",
        r"\b(switched|moved|changed) from [\w\s-]{2,30}? to CARRIER",
        rf"\b(my|our) (current )?CARRIER('s)? (\w+ )?({_INSURED}|renewal|premium|bill|rate|agent)\b",
        r"\b(move|moved|moving|switch|switching|come|get|getting|leave|leaving)( (over|away|everything|them|us"
        r"|me))* from CARRIER",
        r"\b(tell|let) CARRIER (know )?(that )?(I'm|we're|I am|we are) leaving",
        r"\brenewal (offer |notice |bill |letter |papers |paperwork )?(from|with|at) CARRIER",
        r"\bCARRIER (policy |bill )?(isn't|is|comes|renews|expires|runs)( not)? (up|due|out|on|in|until)\b",
        r"\b(it's|it is|that's) CARRIER (now|today|these days|at the moment|right now|currently)\b",
        r"^\W*(right|yes|yeah|yep|correct),? (it's )?with CARRIER",
        r"\bcancel(ling)? (my|our|the) CARRIER (policy|insurance|coverage|account)",
    )
)
_BY_WHAT_IT_DOES = _with_carrier(
    r"CARRIER (has |have |just |keeps? |is |went and |already )*(rais(ed|ing)|increas(ed|ing)|jacked|hik(ed|ing)"
    r"|dropp(ed|ing)|non-?renew(ed|ing)|insures?|covers?|wants?|charges?|charging|sent|mailed|went up|bumped"
    r"|cancell?ed)\b(?=[^.?!]*\b(me|us|my|our|I|we|renewal|rate|premium|to add|more)\b)",
)
_TERSE = tuple(
    _with_carrier(words)
    for words in (
        r"(\b(has|have|w/|with|insured (by|with)|currently|thru|through|carrier\s*[:=-]?|stays? with) (the )?CARRIER)",
        rf"(^|[-:,;] |\. )CARRIER(?= ({_KIND})\b)",
        rf"\b{_KIND}\s*[-:,/]\s*CARRIER",
    )
)
_ANSWER = _with_carrier(
    r"^\W*((no|yes|yeah|um+|uh+|hm+|oh|well|so|right now|currently|I think|I believe|that would be|that's|it's|it is"
    r"|they're|we're|I'm|we are|I am|with|through|by|just|still|insured|now|mostly|let me see|the house is"
    r"|the cars? (is|are))\b[\s,.-]*)*CARRIER",
)
_ITS = _with_carrier(
    r"\b(it's|it is|that's|they're) (with )?CARRIER\s*(now|today|these days|currently)?",
)

_PAST = phrases(
    r"\b(used to|was|were|had|left|before that|previous(ly)?|former(ly)?|prior|before|years ago|back then|dropped by"
    r"|cancelled with|no longer|until last|once|at one time|ex-)\b",
)
_PAST_IS_NOW = phrases(
    r"\b(was|were) (just|paying)",
    r"\b(have|has|'ve|had) (always )?been\b",
    r"\bstill\b",
    r"\b('ve|have|has) had\b",
)
_QUOTED = phrases(
    r"\b(quot(e|es|ed|ing)|compar\w+|offer\w*|estimate|price from|checked|called|looked|heard|ad|ads|commercials?"
    r"|switch(ed)? to save|thinking (of|about)|consider\w*|try(ing)?|considering|maybe|might|would|could)\b",
)
_NO_QUOTE = phrases(r"\b(can|could|would like to|want to|like to) (move|switch|leave)", r"\brenewal (offer|quote)\b")
_QUOTED_AFTER = phrases(
    r"^,? (the )?other (guy|driver|lady|party|person)",
    r"^('s)? (had |has |also |just )?(quot\w+|offer\w*|estimat\w*|came back|is cheaper|was cheaper|was|were|before"
    r"|at \$|expired|lapsed|ran out|ended|cancell?ed (me|us|it)?)\b",
)
_OF_SELF = phrases(r"(I|we|my|our)\b")
_SOMEBODY_S = phrases(
    r"\b(he|she|they|you)('s|'re| is| are| has| have| had| was)?\s*(\w+ ){0,2}$",
)
_SOMEBODY_ELSES = phrases(r"\b(his|her|their|your|whose|\w+'s) (\w+ )?$")


_WITH_WHOM = _with_carrier(
    r"\b(with|through|thru) CARRIER",
)
_THE_POLICY = _with_carrier(
    rf"\b(the|my|our|this|that|existing|present|current) CARRIER('s)? (\w+ )?({_KIND} )?(policy|policies|insurance"
    r"|coverage|bill|renewal|premium)\b",
)
_OTHER_DEALINGS = phrases(
    r"\b(talk|spoke|speak|check|met|meet|experience|accident|work|job|appointment|appl(y|ied)|tr(y|ied)|claim|compar"
    r"|competi|agree|argu|wrong|problem|go(ing)?|I'll|we'll|bundl)\w* (\w+ ){0,2}$",
)
_SPEAKER = phrases(r"\b(I|I'm|I've|we|we're|we've|my|our|mine|ours)\b")


def find(utterance: Utterance) -> Iterator[Found]:
    """Carriers in words that say they insure the speaker now."""
    if not _ANY.search(utterance.text) or is_report_of_agent(utterance):
        return
    if utterance.voice is Voice.CONFIRMED:
        yield from _matches(_CONFIRMED, utterance, 0.85)
        return
    for pattern in _STRONG:
        yield from _matches(pattern, utterance, 0.92)
    yield from _matches(_BY_WHAT_IT_DOES, utterance, 0.85)
    yield from _matches(_THE_POLICY, utterance, 0.85)
    for found in _matches(_WITH_WHOM, utterance, 0.78):
        clause = utterance.text[clause_start(utterance.text, found.start) : found.start]
        if _SPEAKER.search(clause) and not _OTHER_DEALINGS.search(clause):
            yield found
    if InsightKind.CURRENT_CARRIER in utterance.asked:
        yield from _matches(_ANSWER, utterance, 0.92)
    if utterance.asked:
        yield from _matches(_ITS, utterance, 0.85)
    if utterance.voice is Voice.NOTES:
        for pattern in _TERSE:
            yield from _matches(pattern, utterance, 0.82)


_CONFIRMED = _with_carrier(
    rf"\b((you're|you are|you've been|you{_SOMETIME} have|your (\w+ ){{0,2}}(is|are)){_SOMETIME}( (insured|covered))?"
    rf"|insured|covered|insurance|policy|coverage) ((is )?{_WITH} )?CARRIER",
)


def _matches(pattern: re.Pattern[str], utterance: Utterance, confidence: float) -> Iterator[Found]:
    text = utterance.text
    for match in pattern.finditer(text):
        usual = carriers.usual_name(match["carrier"])
        if usual is None or not _is_meant(match, utterance):
            continue
        start, end = trimmed(text, match.start(), match.end())
        yield Found(InsightKind.CURRENT_CARRIER, usual, start, end, sure(utterance, confidence))


def _is_meant(match: re.Match[str], utterance: Utterance) -> bool:
    text = utterance.text
    at = match.start("carrier")
    before = text[clause_start(text, match.start()) : at]
    if _QUOTED_AFTER.match(text[match.end("carrier") :]) or denied(text, at) or not is_own(utterance, at):
        return False
    if _QUOTED.search(before) and not _NO_QUOTE.search(before):
        return False
    if _PAST.search(before) and not _PAST_IS_NOW.search(before):
        return False
    speaks_of_self = _OF_SELF.match(match[0])
    if utterance.voice is not Voice.NOTES:
        said_before = text[: match.start()]
        if not speaks_of_self and utterance.voice is not Voice.CONFIRMED and _SOMEBODY_S.search(said_before):
            return False
        if _SOMEBODY_ELSES.search(said_before):
            return False
    is_answer = InsightKind.CURRENT_CARRIER in utterance.asked
    return is_answer or utterance.voice is Voice.UNKNOWN or carriers.is_written_as_name(match["carrier"])
