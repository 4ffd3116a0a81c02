"""What insights say, in words: each kind's values, and how people read them.

| kind | value |
| --- | --- |
| x_date | a day `2027-03-15`, or where only that was said, a month `2027-03` |
| current_carrier | the carrier's usual name |
| line_of_business | as `LineOfBusiness` |
| premium | minor units with the currency, `124000 USD`; for how long stands in the quote |
| intent, objection, life_event | one of the values below |
| next_step | one of the values below; then, if said, a day, a week `2026-W13`, a month or a year |
"""

import re
from datetime import date
from decimal import Decimal
from functools import cache

from gardenos_contracts.ai import InsightKind
from gardenos_contracts.values import LineOfBusiness

from gardenos_ai.extraction import money

LABELS: dict[InsightKind, str] = {
    InsightKind.X_DATE: "X-date",
    InsightKind.CURRENT_CARRIER: "Current carrier",
    InsightKind.LINE_OF_BUSINESS: "Line of business",
    InsightKind.PREMIUM: "Premium",
    InsightKind.INTENT: "Intent",
    InsightKind.OBJECTION: "Objection",
    InsightKind.NEXT_STEP: "Next step",
    InsightKind.LIFE_EVENT: "Life event",
}

WORDS: dict[InsightKind, dict[str, str]] = {
    InsightKind.LINE_OF_BUSINESS: {line.value: line.value.capitalize() for line in LineOfBusiness},
    InsightKind.INTENT: {
        "wants_quote": "Wants a quote",
        "shopping": "Shops around",
        "ready_to_buy": "Ready to buy",
        "cancel": "Wants to cancel",
        "renew": "Wants to renew",
        "not_interested": "Not interested",
    },
    InsightKind.OBJECTION: {
        "price": "Price",
        "timing": "Not the right time",
        "loyalty": "Content with the current carrier",
        "decision_maker": "Somebody else decides too",
        "undecided": "Wants to think about it",
        "hassle": "The trouble of switching",
        "coverage": "Coverage",
    },
    InsightKind.NEXT_STEP: {
        "call_back": "Call back",
        "send_quote": "Send a quote",
        "send_documents": "Send documents",
        "send_information": "Send information",
        "meet": "Meet",
        "customer_sends": "They send documents",
    },
    InsightKind.LIFE_EVENT: {
        "new_home": "New home",
        "new_baby": "New baby",
        "new_vehicle": "New vehicle",
        "marriage": "Marriage",
        "retirement": "Retirement",
        "teen_driver": "New teen driver",
    },
}
"""The kinds whose values are one of a few, and the words for each."""

_PERIODS: dict[money.Period, str] = {
    "year": "a year",
    "half-year": "every six months",
    "quarter": "a quarter",
    "month": "a month",
}


def display(kind: InsightKind, value: str, quote: str) -> str:
    """The value as a person reads it: `March 15, 2027`, `$1,240 a year`, `Call back on Friday, March 20, 2026`."""
    match kind:
        case InsightKind.X_DATE:
            return _day(value) if _is_day(value) else _span(value)
        case InsightKind.PREMIUM:
            return _premium(value, quote)
        case InsightKind.NEXT_STEP:
            step, _, when = value.partition(" ")
            return f"{WORDS[kind].get(step, step)} {_when(when)}".strip()
    return WORDS.get(kind, {}).get(value, value)


def is_value(kind: InsightKind, value: str) -> bool:
    """Whether this kind knows the value; any, where values are not one of a few."""
    if kind is InsightKind.NEXT_STEP:
        value = value.partition(" ")[0]
    return kind not in WORDS or value in WORDS[kind]


def _premium(value: str, quote: str) -> str:
    amount, _, currency = value.partition(" ")
    if not amount.isdecimal():
        return value
    whole = Decimal(amount) / 100
    words = f"{whole:,.0f}" if whole == whole.to_integral_value() else f"{whole:,.2f}"
    shown = f"${words}" if currency == "USD" else f"{words} {currency}"
    period = next((found.period for found in money.find(quote) if found.value == value and found.period), None)
    return f"{shown} {_PERIODS[period]}" if period else shown


@cache
def _is_day(value: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))


def _day(value: str) -> str:
    day = date.fromisoformat(value)
    return f"{day:%B} {day.day}, {day.year}"


def _span(value: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d", value):
        return f"{date.fromisoformat(value + '-01'):%B %Y}"
    if re.fullmatch(r"\d{4}-W\d\d", value):
        return "the week of " + _day(date.fromisoformat(value + "-1").isoformat())
    return value


def _when(value: str) -> str:
    if not value:
        return ""
    if _is_day(value):
        return f"on {date.fromisoformat(value):%A}, {_day(value)}"
    return "in " + _span(value)
