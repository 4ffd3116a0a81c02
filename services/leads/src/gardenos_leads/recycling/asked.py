"""How people say when a lead comes back: of one lead, and of many."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from gardenos_chassis import reading as read
from gardenos_chassis.http.fields import WithoutNul
from gardenos_contracts import Event
from gardenos_contracts.lead_pipelines import StageKey
from gardenos_contracts.values import LineOfBusiness
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from gardenos_leads.lead import Lead
from gardenos_leads.pipelines.pipeline import Pipeline
from gardenos_leads.recycling.recycle import Until, recycle

ReadDay = Annotated[date, BeforeValidator(lambda value: read.day(value) if isinstance(value, str) else value)]
"""May be written as people write days."""


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, frozen=True)


class BeforeXDate(_Said):
    """Some days before an X-date; where that day is past, before the next renewal of that policy."""

    line_of_business: LineOfBusiness | None = None
    """Of which line; none: of whichever is due first."""
    days: Annotated[int, Field(ge=0, le=365)] = 45
    renews_every_months: Literal[6, 12] = 12


class Recycle(_Said):
    """When a lead comes back: on a day, or before an X-date."""

    on: ReadDay | None = None
    before_x_date: BeforeXDate | None = None
    stage: StageKey | None = None
    """Where it comes back: by the key of its pipeline's stage, or a kind for its first; none: at the beginning if it was
    lost, else where it is."""
    reason: Annotated[str, StringConstraints(max_length=1000), WithoutNul] | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "Recycle":
        if (self.on is None) == (self.before_x_date is None):
            raise ValueError(
                "say by `on` on which day it comes back, or by `before_x_date` before which X-date: one of the two"
            )
        return self

    def decided(self, lead: Lead, pipeline: Pipeline, today: date, *, reason: str | None = None) -> Iterator[Event]:
        """What follows for a lead. Raises Conflict and Invalid."""
        said = self.before_x_date
        until = (
            Until(self.on) if said is None else Until(None, said.line_of_business, said.days, said.renews_every_months)
        )
        reason = self.reason if reason is None else reason
        return recycle(lead, until, pipeline, today=today, stage=self.stage, reason=reason)
