"""One module a kind of insight: an utterance in, findings out."""

from gardenos_ai.extraction.rules import (
    current_carrier,
    intent,
    life_event,
    line_of_business,
    next_step,
    objection,
    premium,
    x_date,
)

ALL = (
    x_date.find,
    current_carrier.find,
    line_of_business.find,
    premium.find,
    intent.find,
    objection.find,
    next_step.find,
    life_event.find,
)

__all__ = ["ALL"]
