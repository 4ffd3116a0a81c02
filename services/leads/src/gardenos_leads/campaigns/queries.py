"""Campaigns, who is in them, and what came of them: read tables in, answers out.

Leads are counted as far as the caller sees them. What is spent is the agency's, so what each lead or policy cost is said only
to whoever sees all of its leads.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal, NamedTuple
from uuid import UUID

from gardenos_chassis.agency_zones import zone_of
from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.errors import Invalid, NotFound
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from gardenos_contracts.campaigns import CostKind
from gardenos_contracts.leads import Stage
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal_column, or_, select, true

from gardenos_leads.campaigns.stages import stages_of, who_reached
from gardenos_leads.campaigns.tables import campaign_costs, campaign_members, lead_milestones
from gardenos_leads.capturing.tables import inquiries, lead_sources
from gardenos_leads.lists.searching import found_by
from gardenos_leads.lists.tables import agency_zones
from gardenos_leads.pipelines.queries import line_of, pipelines_of
from gardenos_leads.tables import campaigns, leads


class Step(StrEnum):
    """How far leads came. Each is counted, and each is a list."""

    ALL = "all"
    CONTACTED = "contacted"
    """They were reached, or wrote."""
    UNTOUCHED = "untouched"
    """Open, and nobody called or heard of them yet."""
    QUOTED = "quoted"
    """At any time, whatever became of them."""
    WON = "won"
    LOST = "lost"


Way = Literal["came", "enrolled"]
"""Whether leads came from the campaign, or were put into it."""

_QUOTED = exists().where(lead_milestones.c.agency_id == leads.c.agency_id, lead_milestones.c.lead_id == leads.c.id)
_CLOSED = [stage.value for stage in Stage if stage.closed]
_IS: Mapping[Step, ColumnElement[bool]] = {
    Step.ALL: true(),
    Step.CONTACTED: leads.c.first_contacted_at.is_not(None),
    Step.UNTOUCHED: and_(
        leads.c.first_contacted_at.is_(None), leads.c.first_touched_at.is_(None), leads.c.stage.not_in(_CLOSED)
    ),
    # Before quotes were kept by themselves there was the stage.
    Step.QUOTED: or_(_QUOTED, leads.c.stage.in_([Stage.QUOTED.value, Stage.WON.value])),
    Step.WON: leads.c.stage == Stage.WON.value,
    Step.LOST: leads.c.stage == Stage.LOST.value,
}
_MINUTES = func.extract("epoch", leads.c.first_touched_at - leads.c.captured_at) / 60
_COUNTS = (
    *(func.count().filter(condition).label(step.value) for step, condition in _IS.items()),
    func.percentile_cont(0.5).within_group(_MINUTES).filter(_MINUTES >= 0).label("median_minutes"),
)
_NOTHING: Mapping[str, Any] = {**dict.fromkeys(Step, 0), "median_minutes": None}


def _theirs(caller: Caller) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [leads.c.agency_id == caller.agency_id, leads.c.removed_at.is_(None)]
    if not caller.agency_wide:
        found.append(visible_to(caller, leads.c.owner_id, leads.c.team_id, leads.c.person_id))
    return found


_MEMBER = and_(
    campaign_members.c.agency_id == leads.c.agency_id,
    campaign_members.c.lead_id == leads.c.id,
)


async def campaign_list(session: Session, caller: Caller, *, counted: bool) -> list[dict[str, Any]]:
    """The agency's campaigns, by name; `counted`: each with what came of it, which takes longer."""
    asked = (
        select(campaigns).where(campaigns.c.agency_id == caller.agency_id).order_by(campaigns.c.name, campaigns.c.id)
    )
    return await _shown(session, caller, asked, counted=counted)


async def require(session: Session, caller: Caller, campaign_id: UUID) -> None:
    """Raises NotFound where the agency has no such campaign."""
    this = (campaigns.c.agency_id == caller.agency_id, campaigns.c.id == campaign_id)
    if (await session.execute(select(campaigns.c.id).where(*this))).first() is None:
        raise NotFound("there is no such campaign")


async def campaign(session: Session, caller: Caller, campaign_id: UUID) -> dict[str, Any]:
    """One campaign. Raises NotFound."""
    asked = select(campaigns).where(campaigns.c.agency_id == caller.agency_id, campaigns.c.id == campaign_id)
    found = await _shown(session, caller, asked)
    if not found:
        raise NotFound("there is no such campaign")
    return found[0]


async def some_campaigns(session: Session, caller: Caller, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """These, in this order. Raises NotFound where one is not there."""
    asked = select(campaigns).where(campaigns.c.agency_id == caller.agency_id, campaigns.c.id.in_(ids))
    found = {row["id"]: row for row in await _shown(session, caller, asked)}
    if missing := [id for id in ids if id not in found]:
        raise NotFound(f"there is no campaign {missing[0]}")
    return [found[id] for id in ids]


async def _shown(session: Session, caller: Caller, asked: Select[Any], *, counted: bool = True) -> list[dict[str, Any]]:
    rows = [dict(row) for row in (await session.execute(asked)).mappings()]
    for row in rows:
        del row["agency_id"]
    if not counted:
        return [row | dict.fromkeys(("came", "enrolled", "cost")) for row in rows]
    ids = [row["id"] for row in rows]
    came = await _came(session, caller, ids, leads.c.campaign_id)
    members = await _enrolled(session, caller, ids)
    spent = await _spent(session, caller.agency_id, ids)
    return [
        {
            **row,
            "came": _funnel(came.get(row["id"])),
            "enrolled": _funnel(members.get(row["id"])),
            "cost": _cost(caller, came.get(row["id"]), **spent.get(row["id"], {})),
        }
        for row in rows
    ]


def _funnel(row: Mapping[str, Any] | None) -> dict[str, Any]:
    found = row or _NOTHING
    median = found["median_minutes"]
    return {
        **{step.value: found[step.value] for step in Step},
        "median_minutes": None if median is None else round(float(median), 1),
    }


def _cost(
    caller: Caller,
    row: Mapping[str, Any] | None,
    *,
    spent: int = 0,
    credited: int = 0,
    leads: int = 0,
    left_out: int = 0,
    entries: int = 0,
    priced: int = 0,
) -> dict[str, Any]:
    """In minor units. `left_out`: inquiries in another currency; `entries`, `priced`: of how many the sums are."""
    net = spent + leads - credited
    found = row or _NOTHING
    # What nobody wrote down did not cost nothing.
    recorded = entries + priced > 0

    def each(step: Step) -> int | None:
        count = found[step.value]
        return round(net / count) if recorded and caller.agency_wide and count else None

    return {
        "recorded": recorded,
        "spent_minor": spent,
        "leads_minor": leads,
        "credited_minor": credited,
        "net_minor": net,
        "left_out": left_out,
        "per_lead_minor": each(Step.ALL),
        "per_quote_minor": each(Step.QUOTED),
        "per_bind_minor": each(Step.WON),
    }


async def _came(
    session: Session, caller: Caller, ids: Sequence[UUID], *by: ColumnElement[Any]
) -> dict[Any, Mapping[str, Any]]:
    asked = select(by[0].label("by"), *_COUNTS).where(*_theirs(caller), leads.c.campaign_id.in_(ids)).group_by(by[0])
    return {row["by"]: dict(row) for row in (await session.execute(asked)).mappings()}


async def _enrolled(session: Session, caller: Caller, ids: Sequence[UUID]) -> dict[Any, Mapping[str, Any]]:
    asked = (
        select(campaign_members.c.campaign_id.label("by"), *_COUNTS)
        .select_from(campaign_members.join(leads, _MEMBER))
        .where(*_theirs(caller), campaign_members.c.agency_id == caller.agency_id)
        .where(campaign_members.c.campaign_id.in_(ids))
        .group_by(campaign_members.c.campaign_id)
    )
    return {row["by"]: dict(row) for row in (await session.execute(asked)).mappings()}


async def _spent(session: Session, agency_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """What was spent on each, and what was paid for its leads one by one."""
    costs = campaign_costs.c
    by_kind = {
        "spent": func.coalesce(func.sum(case((costs.kind == CostKind.SPENT.value, costs.amount_minor), else_=0)), 0),
        "credited": func.coalesce(
            func.sum(case((costs.kind == CostKind.CREDITED.value, costs.amount_minor), else_=0)), 0
        ),
    }
    recorded = (
        select(costs.campaign_id, func.count().label("entries"), *(each.label(name) for name, each in by_kind.items()))
        .where(costs.agency_id == agency_id, costs.campaign_id.in_(ids))
        .group_by(costs.campaign_id)
    )
    paid = inquiries.c
    same = paid.cost_currency == campaigns.c.currency
    bought = (
        select(
            paid.campaign_id,
            func.coalesce(func.sum(paid.cost_minor).filter(same), 0).label("leads"),
            func.count(paid.cost_minor).filter(same).label("priced"),
            func.count().filter(paid.cost_minor.is_not(None), ~same).label("left_out"),
        )
        .select_from(
            inquiries.join(campaigns, and_(campaigns.c.agency_id == paid.agency_id, campaigns.c.id == paid.campaign_id))
        )
        .where(paid.agency_id == agency_id, paid.campaign_id.in_(ids))
        .group_by(paid.campaign_id)
    )
    found: dict[UUID, dict[str, int]] = {}
    for asked in (recorded, bought):
        for row in (await session.execute(asked)).mappings():
            told = {name: int(value) for name, value in row.items() if name != "campaign_id"}
            found[row["campaign_id"]] = found.get(row["campaign_id"], {}) | told
    return found


async def results(session: Session, caller: Caller, campaign_id: UUID) -> dict[str, Any]:
    """What came of a campaign's own leads, by source and by the week in which they came. Raises NotFound."""
    shown = await campaign(session, caller, campaign_id)
    zone = (await zone_of(session, agency_zones, caller.agency_id)).key
    day = func.date(func.date_trunc("week", func.timezone(zone, leads.c.captured_at)))
    week = select(leads.c.id, day.label("week")).where(*_theirs(caller), leads.c.campaign_id == campaign_id).subquery()
    by_week = (
        select(week.c.week.label("by"), *_COUNTS)
        .select_from(week.join(leads, and_(leads.c.agency_id == caller.agency_id, leads.c.id == week.c.id)))
        .group_by(literal_column("1"))
        .order_by(literal_column("1"))
    )
    weeks = (await session.execute(by_week)).mappings().all()
    sources = await _came(session, caller, [campaign_id], leads.c.source)
    paid = await _paid_by_source(session, caller.agency_id, campaign_id, shown["currency"])
    there, _ = await pipelines_of(session, caller.agency_id)
    return {
        "campaign_id": campaign_id,
        "time_zone": zone,
        "sources": [
            {
                "source": source,
                **_funnel(sources.get(source)),
                "cost": _cost(caller, sources.get(source), leads=paid.get(source, 0), priced=int(source in paid)),
            }
            for source in sorted({*sources, *paid})
        ],
        "pipelines": await stages_of(session, there, [*_theirs(caller), leads.c.campaign_id == campaign_id]),
        "weeks": [{"from": row["by"], **_funnel(dict(row))} for row in weeks],
    }


async def _paid_by_source(session: Session, agency_id: UUID, campaign_id: UUID, currency: str) -> dict[str, int]:
    paid = inquiries.c
    asked = (
        select(paid.source, func.sum(paid.cost_minor))
        .where(paid.agency_id == agency_id, paid.campaign_id == campaign_id)
        .where(paid.cost_currency == currency)
        .group_by(paid.source)
    )
    return {source: int(minor) for source, minor in await session.execute(asked) if minor is not None}


async def costs_of(session: Session, agency_id: UUID, campaign_id: UUID) -> list[dict[str, Any]]:
    """What was recorded as spent and credited, the latest first."""
    asked = (
        select(*(column for column in campaign_costs.c if column.name not in ("agency_id", "campaign_id")))
        .where(campaign_costs.c.agency_id == agency_id, campaign_costs.c.campaign_id == campaign_id)
        .order_by(campaign_costs.c.spent_on.desc(), campaign_costs.c.id.desc())
    )
    return [dict(row) for row in (await session.execute(asked)).mappings()]


async def sources_of(session: Session, agency_id: UUID, campaign_id: UUID) -> list[dict[str, Any]]:
    """The lead sources that bring leads to it."""
    asked = (
        select(lead_sources.c.id, lead_sources.c.name, lead_sources.c.kind, lead_sources.c.active)
        .where(lead_sources.c.agency_id == agency_id, lead_sources.c.campaign_id == campaign_id)
        .order_by(lead_sources.c.name, lead_sources.c.id)
    )
    return [dict(row) for row in (await session.execute(asked)).mappings()]


class At(NamedTuple):
    """A stage of a pipeline, and whether those are meant who ever reached it, or those who stand there."""

    pipeline: str
    key: str
    reached: bool


async def _at(session: Session, caller: Caller, campaign_id: UUID, at: At) -> ColumnElement[bool]:
    """Raises Invalid where there is no such stage."""
    there, _ = await pipelines_of(session, caller.agency_id)
    pipeline = there.of(line_of(at.pipeline))
    if at.key not in {stage.key for stage in pipeline.stages}:
        raise Invalid("this pipeline has no such stage", pointer="query:stage_key")
    if at.reached:
        theirs = [*_theirs(caller), leads.c.campaign_id == campaign_id]
        return await who_reached(session, at.pipeline, pipeline, at.key, theirs)
    return and_(leads.c.pipeline == at.pipeline, leads.c.stage_key == at.key)


async def leads_of(
    session: Session,
    caller: Caller,
    campaign_id: UUID,
    way: Way,
    step: Step,
    q: str,
    limit: int,
    cursor: str | None,
    at: At | None = None,
) -> dict[str, Any]:
    """The leads behind a number, the latest first; `q`: those that what is typed finds; `at`: those of a stage."""
    shown = (leads.c.id, leads.c.display_name, leads.c.stage, leads.c.source, leads.c.owner_id, leads.c.captured_at)
    asked: Select[Any] = select(*shown, leads.c.last_contacted_at).where(*_theirs(caller), _IS[step])
    asked = asked.where(*found_by(caller.agency_id, q))
    if way == "came":
        asked = asked.where(leads.c.campaign_id == campaign_id)
    else:
        asked = asked.join(campaign_members, _MEMBER).where(campaign_members.c.campaign_id == campaign_id)
    if at is not None:
        asked = asked.where(await _at(session, caller, campaign_id, at))
    order = (Key(leads.c.captured_at, "captured_at", "desc"), Key(leads.c.id, "id", "desc"))
    rows = [dict(row) for row in (await session.execute(keyset(asked, order, cursor, limit))).mappings()]
    return page_of(rows, order, limit)
