"""A pipeline's columns: how many leads stand in each, and what they are worth. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from gardenos_contracts.lead_pipelines import PipelineStage

from gardenos_leads.pipelines.pipeline import Pipeline


class Total(NamedTuple):
    """So many leads of a stage pay so much in a currency; None: nobody knows what they pay."""

    key: str
    currency: str | None
    leads: int
    minor: int


@dataclass(frozen=True, slots=True)
class Column:
    """A stage, and what stands in it."""

    stage: PipelineStage
    leads: int
    premiums: tuple[Total, ...]
    """The currency of most leads first."""

    def expected(self, minor: int) -> int:
        """Of an amount, what the stage's probability leaves."""
        return round(minor * self.stage.probability / 100)


def columns_of(pipeline: Pipeline, totals: Iterable[Total]) -> Iterator[Column]:
    """All of a pipeline's columns in their order, the empty ones too."""
    of: defaultdict[str, list[Total]] = defaultdict(list)
    for total in totals:
        of[total.key].append(total)
    for stage in pipeline.stages:
        there = of[stage.key]
        known = sorted((each for each in there if each.currency), key=lambda each: (-each.leads, each.currency))
        yield Column(stage, sum(each.leads for each in there), tuple(known))
