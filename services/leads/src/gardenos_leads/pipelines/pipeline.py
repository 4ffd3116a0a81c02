"""The stages that an agency's leads go through, and where in them a lead is. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from gardenos_chassis.errors import Invalid, NotFound
from gardenos_chassis.ids import derived_id
from gardenos_contracts import Event
from gardenos_contracts.lead_pipelines import PipelineDefined, PipelineStage, PipelineWithdrawn
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import LineOfBusiness

MOST_STAGES = 50
MOST_REASONS = 100

_ORDER = {stage: place for place, stage in enumerate(Stage)}


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages of a line, in their order: those on the way, then won, then lost."""

    line: LineOfBusiness | None
    """None: of all lines that have none of their own."""
    name: str
    stages: tuple[PipelineStage, ...]
    exit_reasons: tuple[str, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    """Where leads go on that were in stages which are no more, by key."""

    def place(self, stage: Stage, key: str | None) -> PipelineStage:
        """Where a lead is of which this was said last, maybe as to another pipeline, or before this one was changed.

        By its key; else in the first stage of its kind; else in the furthest that it had come past.
        """
        found = self._keyed(key)
        if found is not None and (found.kind == stage or not (found.kind.closed or stage.closed)):
            return found
        for each in self.stages:
            if each.kind == stage:
                return each
        return [each for each in self.stages if _ORDER[each.kind] <= _ORDER[stage]][-1]

    def named(self, name: str) -> PipelineStage:
        """The stage of a key, or the first of a kind. Raises Invalid where there is neither."""
        for each in self.stages:
            if each.key == name:
                return each
        for each in self.stages:
            if each.kind == name:
                return each
        there = ", ".join(each.key for each in self.stages)
        raise Invalid(f"this lead's pipeline has no such stage; there are {there}", pointer="/stage")

    @property
    def won(self) -> PipelineStage:
        """Where those are who became clients."""
        return next(each for each in self.stages if each.kind is Stage.WON)

    def _keyed(self, key: str | None) -> PipelineStage | None:
        if key is None:
            return None
        key = self.moved.get(key, key)
        return next((each for each in self.stages if each.key == key), None)


STANDARD = Pipeline(
    None,
    "Pipeline",
    tuple(
        PipelineStage(key=stage.value, name=stage.value.capitalize(), kind=stage, probability=probability)
        for stage, probability in zip(Stage, (10, 20, 40, 60, 100, 0), strict=True)
    ),
)
"""What an agency has that says nothing of it."""


@dataclass(frozen=True, slots=True)
class Pipelines:
    """An agency's, by line."""

    own: Mapping[LineOfBusiness | None, Pipeline] = field(default_factory=dict)

    def of(self, line: LineOfBusiness | None) -> Pipeline:
        """The one that leads of a line go through."""
        return self.own.get(line) or self.own.get(None) or STANDARD

    def define(self, new: Pipeline, in_use: Collection[str]) -> Iterator[Event]:
        """A line's stages are these. `moved` says of stages that are no more where their leads go on; `in_use` are the keys of
        those that leads are in. Nothing happens where nothing differs. Raises Invalid for what cannot work.
        """
        there = self.of(new.line)
        _refuse_nonsense(new, there, in_use)
        defined = replace(new, moved=_followed(there.moved, new))
        if defined != self.own.get(new.line):
            yield PipelineDefined(
                line_of_business=defined.line,
                name=defined.name,
                stages=defined.stages,
                exit_reasons=defined.exit_reasons,
                moved=dict(defined.moved),
            )

    def withdraw(self, line: LineOfBusiness) -> Iterator[Event]:
        """A line has no stages of its own any more. Raises NotFound where it has none."""
        if line not in self.own:
            raise NotFound("this line has no pipeline of its own")
        yield PipelineWithdrawn(line_of_business=line)


def evolve(pipelines: Pipelines | None, event: Event) -> Pipelines:
    """The state after one more event. Raises TypeError for an event that is none of these."""
    own = dict((pipelines or Pipelines()).own)
    match event:
        case PipelineDefined():
            own[event.line_of_business] = pipeline_of(event)
        case PipelineWithdrawn():
            own.pop(event.line_of_business, None)
        case _:
            raise TypeError(f"{event.event_type} is no event of pipelines")
    return Pipelines(own)


def pipeline_of(event: PipelineDefined) -> Pipeline:
    """As an event tells it."""
    return Pipeline(event.line_of_business, event.name, event.stages, event.exit_reasons, dict(event.moved))


def stream_of(agency_id: UUID) -> UUID:
    """An agency has one set of pipelines."""
    return derived_id("pipelines of", agency_id)


def _followed(before: Mapping[str, str], new: Pipeline) -> dict[str, str]:
    """Where leads go on of all stages that ever were, as far as it is known."""
    keys = {stage.key for stage in new.stages}
    followed = {old: new.moved.get(to, to) for old, to in before.items()} | dict(new.moved)
    return {old: to for old, to in sorted(followed.items()) if old not in keys and to in keys}


def _refuse_nonsense(new: Pipeline, there: Pipeline, in_use: Collection[str]) -> None:
    wrong = [*_wrong_stages(new.stages), *_wrong_moves(new, there, in_use)]
    if len({reason.casefold() for reason in new.exit_reasons}) < len(new.exit_reasons):
        wrong.append(("/exit_reasons", "a reason is there twice"))
    if wrong:
        raise Invalid.many(wrong)


def _wrong_stages(stages: Sequence[PipelineStage]) -> Iterator[tuple[str, str]]:
    kinds = [stage.kind for stage in stages]
    if not kinds or kinds[0] is not Stage.NEW:
        yield "/stages/0/kind", "leads begin in the first stage: its kind is new"
    if kinds.count(Stage.WON) != 1 or kinds.count(Stage.LOST) != 1:
        yield "/stages", "there is one stage of those who were won, and one of those who were lost"
    keys: set[str] = set()
    names: set[str] = set()
    for place, stage in enumerate(stages):
        at = f"/stages/{place}"
        if place and _ORDER[stage.kind] < _ORDER[stages[place - 1].kind]:
            yield f"{at}/kind", f"{stage.name} is {stage.kind}, which is before {stages[place - 1].kind}"
        if stage.key in keys:
            yield f"{at}/key", f"two stages cannot have the key {stage.key}"
        if stage.name.casefold() in names:
            yield f"{at}/name", f"two stages cannot be called {stage.name}"
        if stage.key in _ORDER and stage.key != stage.kind:
            yield f"{at}/key", f"{stage.key} is a kind of stage already: only a stage of that kind has it as its key"
        if stage.kind.closed and stage.probability != (100 if stage.kind is Stage.WON else 0):
            yield f"{at}/probability", "who was won is so to 100 per cent, and who was lost to none"
        if stage.kind.closed and stage.rots_after_days is not None:
            yield f"{at}/rots_after_days", "nobody is overdue where a lead has come to its end"
        keys.add(stage.key)
        names.add(stage.name.casefold())


def _wrong_moves(new: Pipeline, there: Pipeline, in_use: Collection[str]) -> Iterator[tuple[str, str]]:
    way = {stage.key for stage in new.stages if not stage.kind.closed}
    keys = {stage.key for stage in new.stages}
    for old, to in new.moved.items():
        if old in keys:
            yield f"/moved/{old}", f"{old} is still a stage: nobody has to go on elsewhere"
        elif to not in way:
            yield f"/moved/{old}", "leads go on in a stage on the way, not in one where they end"
    for stage in there.stages:
        # Who was won or lost stays so, whatever that is called.
        if stage.key not in keys and not stage.kind.closed and stage.key in in_use and stage.key not in new.moved:
            yield f"/moved/{stage.key}", f"leads are in {stage.name}: say in which stage they go on"
