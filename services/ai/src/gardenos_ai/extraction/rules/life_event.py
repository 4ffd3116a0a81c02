"""What changes in the person's life, and with it what they need."""

import re
from collections.abc import Iterator

from gardenos_contracts.ai import InsightKind

from gardenos_ai.extraction.phrases import phrases
from gardenos_ai.extraction.rules.context import Found, denied, is_own, is_report_of_agent, sure
from gardenos_ai.extraction.utterances import Utterance, Voice

_A = r"(a|an|our|my|the|another|this|that|their|his|her)"
_HOME = r"(house|home|condo|townhouse|townhome|place|duplex|cabin)"
_CAR = (
    r"(car|truck|suv|van|minivan|vehicle|motorcycle|pickup|sedan|jeep|tesla|honda|toyota|ford|chevy|chevrolet|subaru"
    r"|nissan|kia|hyundai|mazda|bmw|audi|lexus|gmc|dodge|ram|volvo|volkswagen|vw|mercedes|buick|cadillac|rivian"
    r"|accord|camry|civic|corolla|rav4|tahoe|suburban|silverado|explorer|f-?150|odyssey|sienna|pilot|cr-?v|outback"
    r"|forester|highlander|tacoma|wrangler)"
)
_CHILD = (
    r"(son|daughter|kid|child|teen(ager)?|oldest|youngest|boy|girl"
    r"|stepson|stepdaughter|grandson|granddaughter|twins|1\d[- ]year[- ]old)"
)

_EVENTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "new_home",
        phrases(
            r"\b((I|we|they|he|she|wife|husband) )?(just |are |is |am |recently |'re |'m )*(bought|buying|purchased"
            r"|purchasing|clos(e|ed|ing) on|under contract (on|for)|(made|put) (in )?an offer (in )?on|building|built|found"
            rf"|moving into|moved into) ({_A} )?(new |first |bigger |\w+-bedroom |second |vacation )*{_HOME}\b",
            rf"\b(my|our|a) (brand )?new {_HOME}\b",
            r"\bin escrow\b",
            r"\bfirst[- ]time home\s?buyers?\b",
            r"\bnew homeowners?\b",
        ),
    ),
    (
        "new_baby",
        phrases(
            r"\b((I'm|we're|she's|wife is|wife's|is|are|I am|we are) )?expecting ((our|a|my|another|their) )?((first|second"
            r"|third|new) )?(baby|babies|child|twins|boy|girl|little one)\b",
            r"\b(just )?(had|having|have) ((a|our|another|their|my) )((new|first|second|third) )?(baby|babies|child|boy"
            r"|girl)\b",
            r"\bhaving (twins|kids)\b",
            r"\b(new|newborn) (baby|son|daughter)\b",
            r"\bnewborn\b",
            r"\bpregnant\b",
            r"\bgave birth\b",
            r"\bbaby (is )?(due|on the way|coming|was born|arrived)\b",
            r"\b(son|daughter|baby|twins) (was|were) (just )?born\b",
        ),
    ),
    (
        "new_vehicle",
        phrases(
            r"\b((I|we|he|she|husband|wife) )?(just |am |are |is |recently |'m |'re )*(bought|buying|purchased|purchasing"
            rf"|picked up|picking up|leased|leasing|traded \w+ for|getting|got) ({_A} )?((brand )?new(er)? |used |20\d\d "
            rf"|second |third )+([\w-]+ ){{0,2}}?{_CAR}s?\b",
            rf"\b(my|our) (brand )?new {_CAR}\b",
            rf"\badd(ing)? (a|my|our|the|another) new {_CAR}\b",
            rf"\b(just )(bought|purchased|leased) {_A} ([\w-]+ ){{0,2}}{_CAR}\b",
        ),
    ),
    (
        "marriage",
        phrases(
            r"\b((I'm|we're|I am|we are|I|we|he|she|they|is|are) )?(just |recently )?(getting|got|gotten) married\b",
            r"\bjust married\b",
            r"\bnewly\s?weds?\b",
            r"\b(my|our) wedding\b",
            r"\b(got|just|newly|are|I'm|we're) engaged\b",
        ),
    ),
    (
        "retirement",
        phrases(
            r"\b(I'm|we're|I am|we are|I|we|husband('s| is)?|wife('s| is)?|he's|she's|he|she) (\w+ ){0,2}?(retiring|retired"
            r"|retire)\b(?! (military|teacher|years ago|in (19|200|201)))",
            r"(^|[.;]\s)\W*retir(ing|ed)\b",
            r"\b(my|our) retirement\b",
            r"\bretires? (in|at|next|on|this)\b",
        ),
    ),
    (
        "teen_driver",
        phrases(
            rf"\b((my|our|the|their|his|her) )?{_CHILD}\b[^.!?]{{0,30}}?\b((got|gets|getting|has|earned"
            r"|passed) (\w+ ){0,3}(licen[sc]e|permit|driving test|driver'?s test)|(is )?turn(s|ed|ing)? (16|17|sixteen"
            r"|seventeen)|(is|will be|starts?|started|starting|begins?) (to )?(driving|drive)|learning to drive"
            r"|driver'?s ed)\b",
            rf"\b{_CHILD}\b[^.!?]{{0,60}}?\b(16|17|sixteen|seventeen)( now)?,? and (\w+ )?"
            r"(drives|driving|has (a|his|her) (licen[sc]e|permit))",
            r"\badd(ing)? (a|our|my|the) (\w+ )?(teen\w*|son|daughter)( (driver|to (the|my|our) \w+))?",
            r"\b(new|young) (teen(age)? )driver\b",
            r"\bteen(age)? driver\b",
        ),
    ),
)
_LONG_AGO = phrases(
    r"\b(in (19\d\d|20[01]\d|202[0-4])|back in|years? ago|last (fall|spring|summer|winter|year)"
    r"|when (I|we) (was|were)|used to|a long time|decades?)\b",
)
_NOT_YET = phrases(
    r"\b(haven't|hasn't|not yet|next year|in (a few|\d+|two|three|four) years|some\s?day|one day|looking at"
    r"|thinking (of|about)|might|maybe|dream)\b",
)
_SOON = frozenset({"marriage", "retirement", "new_baby"})
"""Events that are told when they are still some way off."""


def find(utterance: Utterance) -> Iterator[Found]:
    """Events of now, in the speaker's household."""
    if is_report_of_agent(utterance) or utterance.voice is Voice.CONFIRMED:
        return
    text = utterance.text
    for value, pattern in _EVENTS:
        for match in pattern.finditer(text):
            around = text[max(0, match.start() - 40) : match.end() + 40]
            if denied(text, match.start()) or not is_own(utterance, match.start()) or _LONG_AGO.search(around):
                continue
            if value not in _SOON and _NOT_YET.search(around):
                continue
            yield Found(InsightKind.LIFE_EVENT, value, match.start(), match.end(), sure(utterance, 0.88))
