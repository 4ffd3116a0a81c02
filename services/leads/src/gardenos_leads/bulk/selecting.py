"""Which leads are meant: these, or all that a list's filters match."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.fields import refuse_withheld
from gardenos_chassis.errors import Invalid, NotFound
from gardenos_chassis.http.fields import WithoutNul
from gardenos_chassis.tenancy import Session
from gardenos_contracts.lead_pipelines import StageKey
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import LineOfBusiness
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from gardenos_leads.filtering.compiling import At, compiled
from gardenos_leads.filtering.grammar import fields_of, parse
from gardenos_leads.filtering.known import known_fields, recycled_beside, removed_beside
from gardenos_leads.lists.queries import view_rows, what_filters_need
from gardenos_leads.lists.searching import meant_by
from gardenos_leads.queries import LeadFilter

MOST_IDS = 10_000
"""Named one by one; what filters match has no limit."""

Some = Annotated[list[UUID], Field(max_length=200)]


class Matching(BaseModel):
    """As a list of leads is narrowed; all of it together. Nothing said: every lead."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, StringConstraints(max_length=200), WithoutNul] | None = None
    stage: Annotated[list[Stage], Field(max_length=50)] = []
    campaign_id: Some = []
    owner_id: Some = []
    in_pool: bool = False
    """Those without an owner, beside those of `owner_id`."""
    not_contacted_for_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    pipeline: Literal["default"] | LineOfBusiness | None = None
    stage_key: Annotated[list[StageKey], Field(max_length=50)] = []
    rotting: bool = False
    recycled: bool = False
    """Those that are left alone until a day, and no others."""
    filter: dict[str, Any] | None = None
    view_id: UUID | None = None
    """A saved view, whose filter holds besides."""


class Selection(BaseModel):
    """Leads by their ids, or by what they have in common; one of the two."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_IDS)] | None = None
    matching: Matching | None = None
    seen: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    """How many the asker was told that there are."""

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "Selection":
        if (self.ids is None) == (self.matching is None):
            raise ValueError("name leads by `ids`, or say by `matching` which are meant: one of the two")
        return self


async def resolved(session: Session, caller: Caller, matching: Matching, *, slips: bool = False) -> LeadFilter:
    """What a list with these filters holds, as it is understood now. Raises Invalid, Forbidden and NotFound."""
    documents = [("/selection/matching/filter", matching.filter)]
    if matching.view_id is not None:
        view = next((row for row in await view_rows(session, caller) if row["id"] == matching.view_id), None)
        if view is None:
            raise NotFound("there is no such view")
        documents.append(("/selection/matching/view_id", view["filter"]))
    wanted = LeadFilter(
        campaign_ids=matching.campaign_id,
        stages=matching.stage,
        owner_ids=matching.owner_id,
        in_pool=matching.in_pool,
        not_contacted_for_days=matching.not_contacted_for_days,
        q=matching.q,
        pipeline=matching.pipeline,
        stage_keys=matching.stage_key,
        rotting=matching.rotting,
        recycled=matching.recycled,
        meant=await meant_by(session, caller.agency_id, matching.q) if slips and matching.q else {},
    )
    own, zone = await what_filters_need(session, caller.agency_id)
    known, at = known_fields(own.values()), At(caller, datetime.now(UTC), zone)
    for pointer, document in documents:
        if document is None:
            continue
        group = parse(document, known, pointer=pointer)
        refuse_withheld(caller, fields_of(group))
        where = compiled(group, at)
        recycled, removed = recycled_beside(group, wanted.recycled), removed_beside(group, wanted.removed)
        where = where if wanted.where is None else wanted.where & where
        wanted = replace(wanted, where=where, recycled=recycled, removed=removed)
    return wanted


def require_sense(selection: Selection) -> None:
    """Raises Invalid where an id is named twice."""
    if selection.ids is not None and len(set(selection.ids)) != len(selection.ids):
        raise Invalid("each lead is named once", pointer="/selection/ids")
