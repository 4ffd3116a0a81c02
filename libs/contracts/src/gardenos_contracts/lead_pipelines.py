"""What the leads service publishes of pipelines: the stages that an agency's leads go through, by line of business."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from gardenos_contracts.event import Event
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import LineOfBusiness

StageKey: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
"""By which a stage is known, whatever it is called."""


class PipelineStage(BaseModel):
    """One stage, as the agency calls it."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    key: StageKey
    name: str
    kind: Stage
    """How far along everybody else takes a lead to be that is here: reports, filters, assignment, conversion."""
    probability: Annotated[int, Field(ge=0, le=100)]
    """Of 100 leads that are here, how many are won."""
    required: tuple[str, ...] = ()
    """What must be known of a lead before it is here: names of its details, and `fields.<key>` of the agency's own."""
    rots_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """After so many days here a lead is overdue to move; null: never."""


class PipelineDefined(Event, service="leads", version=1):
    """Leads of a line go through these stages from here on. Carries all of them, in their order."""

    line_of_business: LineOfBusiness | None = None
    """Null: of all lines that have none of their own."""
    name: str
    stages: tuple[PipelineStage, ...]
    exit_reasons: tuple[str, ...] = ()
    """Why leads are lost, in the agency's words."""
    moved: Mapping[str, str] = {}
    """Keys of stages that are no more, and of the stage in which their leads go on."""


class PipelineWithdrawn(Event, service="leads", version=1):
    """Leads of a line go through the stages of those that have none of their own."""

    line_of_business: LineOfBusiness


__all__ = ["PipelineDefined", "PipelineStage", "PipelineWithdrawn", "StageKey"]
