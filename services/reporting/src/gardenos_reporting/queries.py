"""Read tables in, answers out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from gardenos_chassis.agency_zones import zone_of
from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.errors import Invalid
from gardenos_chassis.fetching import fetch
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from gardenos_contracts.leads import Stage
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Double,
    Row,
    ScalarSelect,
    Select,
    Text,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from gardenos_reporting.measures import GroupBy, Measure
from gardenos_reporting.period import Period, begin_of
from gardenos_reporting.tables import agencies, campaigns, leads, teams, users

NO_KEY = "none"
"""How a question names the leads that have no agent, campaign or team."""

_NAMES = {GroupBy.AGENT: users, GroupBy.CAMPAIGN: campaigns, GroupBy.TEAM: teams}
_WITHOUT = {
    GroupBy.AGENT: "No owner",
    GroupBy.CAMPAIGN: "No campaign",
    GroupBy.SOURCE: "No source",
    GroupBy.TEAM: "No team",
}
_UNKNOWN = "Unknown"
"""The name of what was named by an id, and whose own event has not arrived yet."""

_OPEN = [stage.value for stage in Stage if not stage.closed]
_IDLE_DAYS = 7


async def zone(session: Session, caller: Caller) -> ZoneInfo:
    """The agency's time zone."""
    return await zone_of(session, agencies, caller.agency_id)


def _in_scope(caller: Caller) -> list[ColumnElement[bool]]:
    """The leads that the caller may read: no number counts any other."""
    found: list[ColumnElement[bool]] = [leads.c.agency_id == caller.agency_id, leads.c.captured_at.is_not(None)]
    found.append(leads.c.removed.is_(False))
    if not caller.agency_wide:
        found.append(visible_to(caller, leads.c.owner_id, leads.c.team_id, leads.c.person_id))
    return found


def _of_period(caller: Caller, measure: Measure, period: Period) -> list[ColumnElement[bool]]:
    return [*_in_scope(caller), measure.at >= period.begin, measure.at < period.end]


@dataclass(slots=True)
class _Counted:
    """A report's rows as the database gives them: each key's, each week's, each part's of the distribution, and all."""

    keys: dict[str | None, Row[Any]]
    weeks: dict[int, Row[Any]]
    parts: dict[int, Row[Any]]
    total: Row[Any]


async def times(
    session: Session, caller: Caller, measure: Measure, period: Period, group_by: GroupBy
) -> dict[str, Any]:
    """One report, whole."""
    counted = await _counted(session, caller, measure, period, group_by)
    labels = await _labels(session, caller, group_by, counted.keys)
    rows = [{"key": key, "label": labels[key], **_numbers(measure, row)} for key, row in counted.keys.items()]
    rows.sort(key=lambda row: (-row["count"], -row.get("waiting", 0), row["label"], row["key"] or ""))
    return {
        "report": measure.report,
        "definition": measure.definition,
        "from": period.first,
        "to": period.last,
        "time_zone": period.zone.key,
        "group_by": group_by.value,
        "rows": rows,
        "total": _numbers(measure, counted.total),
        "distribution": _distribution(measure, counted.parts),
        "series": [_week(week, counted.weeks.get(place)) for place, week in enumerate(period.weeks, 1)],
    }


async def _counted(session: Session, caller: Caller, measure: Measure, period: Period, group_by: GroupBy) -> _Counted:
    """All of it by one statement, so that every number is of the same moment."""
    weeks = [begin_of(week, period.zone) for week in period.weeks]
    each = (
        select(
            cast(measure.keys[group_by], Text).label("key"),
            func.width_bucket(measure.at, literal(weeks, ARRAY(DateTime(timezone=True)))).label("week"),
            func.width_bucket(measure.seconds, literal(list(measure.edges), ARRAY(Double))).label("part"),
            measure.seconds.label("seconds"),
        )
        .where(*_of_period(caller, measure, period))
        .subquery()
    )
    key, week, part, seconds = each.c.key, each.c.week, each.c.part, each.c.seconds
    statement = select(
        func.grouping(key, week, part).label("left_out"),
        key,
        week,
        part,
        func.count().label("leads"),
        func.count(seconds).label("count"),
        func.percentile_cont(literal([0.5, 0.9], ARRAY(Double))).within_group(seconds).label("percentiles"),
    ).group_by(func.grouping_sets(tuple_(key), tuple_(week), tuple_(part), tuple_()))
    found = (await session.execute(statement)).all()
    # One bit for each of key, week and part that a row is not of.
    return _Counted(
        keys={row.key: row for row in found if row.left_out == 0b011},
        weeks={row.week: row for row in found if row.left_out == 0b101},
        parts={row.part: row for row in found if row.left_out == 0b110},
        total=next(row for row in found if row.left_out == 0b111),
    )


def _numbers(measure: Measure, row: Row[Any]) -> dict[str, Any]:
    median, p90 = row.percentiles or (None, None)
    found = {"count": row.count, "median_seconds": _rounded(median), "p90_seconds": _rounded(p90)}
    return found | ({"waiting": row.leads - row.count} if measure.waits else {})


def _week(first: Any, row: Row[Any] | None) -> dict[str, Any]:
    if row is None:
        return {"from": first, "count": 0, "median_seconds": None}
    return {"from": first, "count": row.count, "median_seconds": _rounded((row.percentiles or (None,))[0])}


def _distribution(measure: Measure, parts: Mapping[int, Row[Any]]) -> list[dict[str, Any]]:
    counts = {place: row.count for place, row in parts.items()}
    edges = pairwise([*measure.edges, None])
    return [
        {"from_seconds": begin, "to_seconds": end, "count": counts.get(place, 0)}
        for place, (begin, end) in enumerate(edges, 1)
    ]


def _rounded(seconds: float | None) -> float | None:
    """To the millisecond: what is beyond is not known, and noise of the arithmetic."""
    return None if seconds is None else round(seconds, 3)


async def _labels(
    session: Session, caller: Caller, group_by: GroupBy, keys: Collection[str | None]
) -> dict[str | None, str]:
    given = [key for key in keys if key is not None]
    labels: dict[str | None, str] = {None: _WITHOUT[group_by]}
    if (table := _NAMES.get(group_by)) is None:
        return labels | {key: key for key in given}
    named = select(table.c.id, table.c.name).where(
        table.c.agency_id == caller.agency_id, table.c.id.in_([UUID(key) for key in given])
    )
    names = {str(row.id): row.name for row in await session.execute(named)}
    return labels | {key: names.get(key, _UNKNOWN) for key in given}


@dataclass(frozen=True, slots=True)
class Behind:
    """Which leads behind a report's numbers are meant: all of them, or those of one row, of one part, or who wait."""

    group_by: GroupBy
    key: str | None = None
    """As in the row; `none` for a row without a key."""
    waiting: bool = False
    from_seconds: float | None = None
    to_seconds: float | None = None
    """Exclusive, as in the distribution."""


async def leads_behind(
    session: Session, caller: Caller, measure: Measure, period: Period, wanted: Behind, limit: int, cursor: str | None
) -> dict[str, Any]:
    """The leads behind a number, the slowest first; of those who wait, who has waited longest."""
    if wanted.waiting:
        order = (Key(leads.c.captured_at, "captured_at"), Key(leads.c.id, "lead_id"))
    else:
        order = (Key(measure.seconds, "seconds", "desc"), Key(leads.c.id, "lead_id", "desc"))
    statement = _behind(caller, measure, period, wanted)
    page = page_of(await fetch(session, keyset(statement, order, cursor, limit)), order, limit)
    page["items"] = [{**row, "seconds": _rounded(row["seconds"])} for row in page["items"]]
    return page


def columns_of(measure: Measure) -> list[str]:
    """The names of what is told of each lead behind a number."""
    return [str(column.key) for column in _shown(measure)]


def _shown(measure: Measure) -> list[ColumnElement[Any]]:
    return [
        leads.c.id.label("lead_id"),
        leads.c.person_id,
        leads.c.name,
        measure.keys[GroupBy.AGENT].label("agent_id"),
        users.c.name.label("agent_name"),
        leads.c.captured_at,
        *measure.moments,
        measure.seconds.label("seconds"),
    ]


def _behind(caller: Caller, measure: Measure, period: Period, wanted: Behind) -> Select[Any]:
    is_agent = (users.c.agency_id == leads.c.agency_id) & (users.c.id == measure.keys[GroupBy.AGENT])
    statement = (
        select(*_shown(measure))
        .select_from(leads)
        .outerjoin(users, is_agent)
        .where(*_of_period(caller, measure, period))
        .where(measure.seconds.is_(None) if wanted.waiting else measure.seconds.is_not(None))
    )
    if wanted.key is not None:
        statement = statement.where(_is_of(measure.keys[wanted.group_by], wanted))
    if wanted.from_seconds is not None:
        statement = statement.where(measure.seconds >= wanted.from_seconds)
    if wanted.to_seconds is not None:
        statement = statement.where(measure.seconds < wanted.to_seconds)
    return statement


def _is_of(column: ColumnElement[Any], wanted: Behind) -> ColumnElement[bool]:
    if wanted.group_by is GroupBy.SOURCE:
        return column == wanted.key
    if wanted.key == NO_KEY:
        return column.is_(None)
    try:
        return column == UUID(wanted.key)
    except ValueError as error:
        detail = f"a key is the id of a row of the report, or `{NO_KEY}` for the row without one"
        raise Invalid(detail, pointer="query:key") from error


async def pipeline(session: Session, caller: Caller, now: datetime) -> dict[str, Any]:
    """Where the leads in the caller's scope stand. Days and months are the agency's."""
    here = await zone(session, caller)
    today = now.astimezone(here).date()
    by_stage = select(
        leads.c.stage,
        func.count().label("leads"),
        func.count().filter(_last_heard() < now - timedelta(days=_IDLE_DAYS)).label("idle"),
    ).where(*_in_scope(caller), leads.c.stage.in_(_OPEN))
    open_ = {row.stage: row for row in await session.execute(by_stage.group_by(leads.c.stage))}
    lately = select(
        _since(caller, leads.c.captured_at, begin_of(today, here)).label("new"),
        _since(caller, leads.c.converted_at, begin_of(today.replace(day=1), here)).label("converted"),
    )
    counted = (await session.execute(lately)).one()
    return {
        "time_zone": here.key,
        "stages": [{"stage": stage, "count": open_[stage].leads if stage in open_ else 0} for stage in _OPEN],
        "open": sum(row.leads for row in open_.values()),
        "not_contacted_7_days": sum(row.idle for row in open_.values()),
        "new_today": counted.new,
        "converted_this_month": counted.converted,
    }


def _last_heard() -> ColumnElement[Any]:
    return func.coalesce(leads.c.last_contact_at, leads.c.captured_at)


def _since(caller: Caller, at: ColumnElement[Any], begin: datetime) -> ScalarSelect[Any]:
    return select(func.count()).select_from(leads).where(*_in_scope(caller), at >= begin).scalar_subquery()
