"""Amounts of money as people say them, and how often they are paid."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Literal

Period = Literal["year", "half-year", "quarter", "month"]

_UNIT_NAMES = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen
"""
_TEN_NAMES = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {name: number for number, name in enumerate(_UNIT_NAMES.split(), 1)}
_TENS = {name: 20 + 10 * place for place, name in enumerate(_TEN_NAMES.split())}
_WORD = "(?:" + "|".join([*_UNITS, *_TENS, "hundred", "thousand"]) + ")"
_SPELLED = rf"(?:a\s+(?=hundred|thousand))?{_WORD}(?:[\s-]+(?:and\s+)?{_WORD})*"

_DIGITS = r"\d{1,3}(?:,\d{3})+"
_AMOUNT = re.compile(
    rf"""
    (?:US\$|USD\s?|\$)\s?(?P<signed>{_DIGITS}|\d+)(?P<cents>\.\d\d)?(?P<thousand>k\b)?(?![\d,]*\d)
    | (?<![\d$.,/-])(?P<bare>{_DIGITS}|\d{{2,6}})(?P<bare_cents>\.\d\d)?\b(?!\s*(?:%|percent)|[/:-]\d|,\d)
      (?P<unit>\s*(?:dollars|bucks|usd)\b)?
    | \b(?P<spelled>{_SPELLED})\b(?P<spelled_unit>\s+(?:dollars|bucks)\b)?
    """,
    re.I | re.X,
)
_PERIOD = re.compile(
    r"""
    \s*(?:,\s*)?(?:
      (?P<half>
          (?:every|per|a|each|for)\s+(?:six|6)[\s-]months?(?:\s+term)?
        | semi-?annual(?:ly)? | twice\s+a\s+year | /\s?6[\s-]?(?:mos?|months?)\b | (?:for\s+)?(?:six|6)[\s-]months?
      )
    | (?P<year>
          (?:a|per|each|every|the)\s+(?:year|yr)\b | /\s?(?:yr|year|annum)\b
        | (?:for|over)\s+(?:the|a)\s+(?:whole\s+|full\s+)?year\b | annual(?:ly)? | yearly | per\s+annum | p\.a\.
      )
    | (?P<quarter>(?:a|per|each|every)\s+quarter | quarterly | (?:every|each)\s+(?:three|3)\s+months)
    | (?P<month>(?:a|per|each|every|the)\s+(?:month|mo)\b | /\s?(?:mo|month|mth)\b | monthly)
    )
    """,
    re.I | re.X,
)
_PERIODS: dict[str, Period] = {"half": "half-year", "year": "year", "quarter": "quarter", "month": "month"}


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a text: `text[start:end]` with its period, if that was said. `marked`: said to be money."""

    start: int
    end: int
    cents: int
    period: Period | None
    marked: bool

    @property
    def value(self) -> str:
        """Minor units with the currency."""
        return f"{self.cents} USD"


_MOST = 20
"""Amounts of one sentence: more are a table, and no talk."""


def find(text: str) -> Iterator[Amount]:
    """The amounts in a sentence, in order; bare numbers too, which are money only where the talk is of money."""
    for match in islice(_AMOUNT.finditer(text), _MOST):
        cents = _cents(match)
        if cents is None:
            continue
        marked = bool(match["signed"] or match["unit"] or match["spelled_unit"])
        after = _PERIOD.match(text, match.end())
        period = next((_PERIODS[name] for name, said in after.groupdict().items() if said), None) if after else None
        yield Amount(match.start(), after.end() if after and period else match.end(), cents, period, marked)


def _cents(match: re.Match[str]) -> int | None:
    if match["spelled"]:
        number = _number(match["spelled"])
        return None if number is None else number * 100
    digits = (match["signed"] or match["bare"]).replace(",", "") + (match["cents"] or match["bare_cents"] or "")
    return int(Decimal(digits) * (1000 if match["thousand"] else 1) * 100)


def _number(words: str) -> int | None:
    """`two hundred and ten`, `twelve hundred`; also `one eighty`, as prices are said. None for what is no number."""
    total = part = 0
    for word in re.split(r"[\s-]+", words.lower()):
        if word in ("a", "and"):
            part = part or (1 if word == "a" else 0)
        elif word == "hundred":
            part = (part or 1) * 100
        elif word == "thousand":
            total, part = total + (part or 1) * 1000, 0
        elif word in _TENS:
            part = part * 100 + _TENS[word] if 0 < part < 10 else part + _TENS[word]
        else:
            part += _UNITS[word]
    number = total + part
    return number if number >= 20 else None
