"""Read tables in, answers out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.auth.fields import withhold
from gardenos_chassis.comparing import first_known, one_of
from gardenos_chassis.errors import Invalid, NotFound
from gardenos_chassis.fetching import Listing
from gardenos_chassis.http.paging import Key, page_from
from gardenos_chassis.tenancy import Session
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import LineOfBusiness
from orjson import Fragment
from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, select

from gardenos_leads.households.seen import household_name
from gardenos_leads.lists.queries import by_own_fields, own_fields, page_by_own_field, planned_anew
from gardenos_leads.lists.searching import Meant, found_by, meant_by
from gardenos_leads.pipelines.board import Total
from gardenos_leads.records.tables import lead_x_dates
from gardenos_leads.tables import campaigns, leads

Sort = Literal[
    "-captured_at",
    "captured_at",
    "last_contacted_at",
    "-last_contacted_at",
    "name",
    "-name",
    "x_date",
    "-x_date",
    "score",
    "-score",
    "comes_back_on",
    "-comes_back_on",
    "next_task_on",
    "-next_task_on",
]

_ID = Key(leads.c.id, "id")
_ID_DOWN = Key(leads.c.id, "id", "desc")
_ORDERS: Mapping[Sort, tuple[Key, ...]] = {
    "-captured_at": (Key(leads.c.captured_at, "captured_at", "desc"), _ID_DOWN),
    "captured_at": (Key(leads.c.captured_at, "captured_at"), _ID),
    "last_contacted_at": (Key(leads.c.last_contacted_at, "last_contacted_at", nullable=True), _ID),
    "-last_contacted_at": (Key(leads.c.last_contacted_at, "last_contacted_at", "desc", nullable=True), _ID),
    "name": (Key(leads.c.sort_name, "sort_name"), _ID),
    "-name": (Key(leads.c.sort_name, "sort_name", "desc"), _ID_DOWN),
    "x_date": (Key(leads.c.x_date, "x_date", nullable=True), _ID),
    "score": (Key(leads.c.score, "score", nullable=True), _ID),
    "-score": (Key(leads.c.score, "score", "desc", nullable=True), _ID),
    "-x_date": (Key(leads.c.x_date, "x_date", "desc", nullable=True), _ID),
    "comes_back_on": (Key(leads.c.comes_back_on, "comes_back_on", nullable=True), _ID),
    "-comes_back_on": (Key(leads.c.comes_back_on, "comes_back_on", "desc", nullable=True), _ID),
    "next_task_on": (Key(leads.c.next_task_on, "next_task_on", nullable=True), _ID),
    "-next_task_on": (Key(leads.c.next_task_on, "next_task_on", "desc", nullable=True), _ID),
}

_CLOSED = [stage.value for stage in Stage if stage.closed]

_merged = leads.alias("merged")
_ASKED_AS_ANOTHER = (
    select(func.min(_merged.c.do_not_call_at))
    .where(_merged.c.agency_id == leads.c.agency_id, _merged.c.merged_into == leads.c.id)
    .correlate(leads)
    .scalar_subquery()
)
"""When they asked not to be called as a lead that was merged into this one: it is one person who asked."""
DO_NOT_CALL_AT = func.least(leads.c.do_not_call_at, _ASKED_AS_ANOTHER)

_NOT_SHOWN = ("agency_id", "fields", "do_not_call_at", "stage_given", "household_id", "relationship")
_LEAD = (
    select(
        *(column for column in leads.c if column.name not in _NOT_SHOWN),
        DO_NOT_CALL_AT.label("do_not_call_at"),
        # As it stands, so that nobody reads it only to write it again.
        cast(leads.c.fields, Text).label("fields"),
        campaigns.c.name.label("campaign_name"),
    )
    .select_from(leads)
    .outerjoin(campaigns, and_(campaigns.c.agency_id == leads.c.agency_id, campaigns.c.id == leads.c.campaign_id))
)
_LEADS = Listing(_LEAD)
_BY_OWN_FIELD = by_own_fields(_LEAD)


@lru_cache(maxsize=500)
def _for(caller: Caller) -> Sequence[ColumnElement[Any]]:
    """Columns that depend on who asks: of a household those alone are counted and named whom they see."""
    return (household_name(caller).label("household"),)


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """What a list of leads is narrowed to; several values of one filter are alternatives."""

    campaign_ids: Sequence[UUID] = ()
    stages: Sequence[Stage] = ()
    owner_ids: Sequence[UUID] = ()
    in_pool: bool = False
    """Leads without an owner, beside those of `owner_ids`."""
    not_contacted_for_days: int | None = None
    """Open leads whose last contact, or capture where there was none, is longer ago."""
    removed: bool | None = False
    """Those that were removed: left out, or no others; None: beside the others."""
    ids: Sequence[UUID] = ()
    """These alone: rows for whoever has ids."""
    q: str | None = None
    """Beginnings of names, parts of an email address, or digits of a telephone number in any form."""
    meant: Meant = field(default_factory=dict)
    """What may be meant by words of `q` that were mistyped."""
    pipeline: str | None = None
    """Those that go through this one: a line of business, or `default`."""
    stage_keys: Sequence[str] = ()
    """Stages by their keys."""
    rotting: bool = False
    """Those that are in their stage for longer than it allows."""
    recycled: bool | None = False
    """Those that are left alone until a day: left out, or no others; None: beside the others, as where a name is searched for."""
    where: ColumnElement[bool] | None = None
    """A filter, compiled (`filtering`)."""


def _where(caller: Caller, wanted: LeadFilter) -> list[ColumnElement[bool]]:
    # The agency is named beside the policy, so that the indexes it leads are used for sorting as well.
    found: list[ColumnElement[bool]] = [leads.c.agency_id == caller.agency_id]
    if wanted.removed is not None:
        found.append(leads.c.removed_at.is_not(None) if wanted.removed else leads.c.removed_at.is_(None))
    if wanted.removed is not False:
        found.append(leads.c.merged_into.is_(None))
    if not caller.agency_wide:
        found.append(visible_to(caller, leads.c.owner_id, leads.c.team_id, leads.c.person_id))
    if wanted.ids:
        found.append(one_of(leads.c.id, wanted.ids))
    if wanted.campaign_ids:
        found.append(one_of(leads.c.campaign_id, wanted.campaign_ids))
    if wanted.stages:
        found.append(one_of(leads.c.stage, [stage.value for stage in wanted.stages]))
    if wanted.pipeline is not None:
        found.append(leads.c.pipeline == wanted.pipeline)
    if wanted.stage_keys:
        found.append(one_of(leads.c.stage_key, wanted.stage_keys))
    if wanted.recycled:
        found.append(leads.c.comes_back_on.is_not(None))
    elif wanted.recycled is not None and not (wanted.q or wanted.ids or wanted.removed):
        found.append(leads.c.comes_back_on.is_(None))
    if wanted.rotting:
        found.append(leads.c.rots_at <= datetime.now(UTC))
    if wanted.owner_ids or wanted.in_pool:
        found.append(one_of(leads.c.owner_id, wanted.owner_ids, or_null=wanted.in_pool))
    if wanted.not_contacted_for_days is not None:
        before = datetime.now(UTC) - timedelta(days=wanted.not_contacted_for_days)
        found.append(first_known(leads.c.last_contacted_at, leads.c.captured_at) < before)
        found += [leads.c.stage != stage for stage in _CLOSED]
    if wanted.q:
        found += found_by(caller.agency_id, wanted.q, wanted.meant)
    if wanted.where is not None:
        found.append(wanted.where)
    return found


def ids_of(caller: Caller, wanted: LeadFilter) -> Select[Any]:
    """The ids of all leads that the caller may see and that match, in no order."""
    return select(leads.c.id).where(*_where(caller, wanted))


async def lead_page(
    session: Session, caller: Caller, wanted: LeadFilter, sort: str, limit: int, cursor: str | None
) -> dict[str, Any]:
    """One page of the leads that the caller may see. Where a word is nowhere, those a slip of the finger away from it.

    `sort` is one of `Sort`, or `fields.<key>` of an agency's own. Raises Invalid where there is no such field.
    """
    if wanted.q and wanted.where is None:
        # What is needed to understand a filter was asked for with the same word.
        await planned_anew(session)
    page = await _page(session, caller, wanted, sort, limit, cursor)
    if not page["items"] and (meant := await with_slips(session, caller, wanted)):
        page = await _page(session, caller, meant, sort, limit, cursor)
    page["items"] = [_shown(row, caller) for row in page["items"]]
    return page


async def _page(
    session: Session, caller: Caller, wanted: LeadFilter, sort: str, limit: int, cursor: str | None
) -> dict[str, Any]:
    where, also = _where(caller, wanted), _for(caller.in_any_session)
    order = _ORDERS.get(sort)  # type: ignore[call-overload]
    if order is not None:
        return await page_from(session, _LEADS, where, order, cursor, limit, also=also)
    key = sort.removeprefix("-").removeprefix("fields.")
    field = (await own_fields(session, caller.agency_id)).get(key)
    if field is None:
        raise Invalid(f"your agency keeps no such field: {key}", pointer="query:sort")
    listings = (_BY_OWN_FIELD[field.kind], _LEADS)
    return await page_by_own_field(
        session,
        field,
        listings,
        where,
        agency_id=caller.agency_id,
        descending=sort.startswith("-"),
        limit=limit,
        cursor=cursor,
        also=also,
    )


async def lead_count(session: Session, caller: Caller, wanted: LeadFilter, most: int) -> int:
    """How many leads the list holds that `lead_page` pages through; counted as far as `most`."""
    await planned_anew(session)
    counted = await _counted(session, caller, wanted, most)
    if not counted and (meant := await with_slips(session, caller, wanted)):
        return await _counted(session, caller, meant, most)
    return counted


async def with_slips(session: Session, caller: Caller, wanted: LeadFilter) -> LeadFilter | None:
    """The same for what was meant by words that were mistyped; None where nothing else may be meant."""
    meant = await meant_by(session, caller.agency_id, wanted.q) if wanted.q and not wanted.meant else {}
    return replace(wanted, meant=meant) if meant else None


async def _counted(session: Session, caller: Caller, wanted: LeadFilter, most: int) -> int:
    some = select(leads.c.id).where(*_where(caller, wanted)).limit(most).subquery()
    return int((await session.execute(select(func.count()).select_from(some))).scalar_one())


_PAID = and_(
    lead_x_dates.c.agency_id == leads.c.agency_id,
    lead_x_dates.c.lead_id == leads.c.id,
    lead_x_dates.c.line_of_business == func.coalesce(leads.c.line_of_business, LineOfBusiness.OTHER.value),
    leads.c.stage.not_in(_CLOSED),
)
"""What a lead pays now for the line that it asks for; of one that is open, for who was won pays us."""


async def board_totals(session: Session, caller: Caller, wanted: LeadFilter) -> list[Total]:
    """How many leads stand in each stage, by the currency in which they pay their carriers, with what they pay together."""
    await planned_anew(session)
    asked = board_statement(caller, wanted)
    return [Total(key, currency, count, int(minor)) for key, currency, count, minor in await session.execute(asked)]


def board_statement(caller: Caller, wanted: LeadFilter) -> Select[Any]:
    """What `board_totals` asks."""
    return (
        select(
            leads.c.stage_key,
            lead_x_dates.c.premium_currency,
            func.count(),
            func.coalesce(func.sum(lead_x_dates.c.premium_minor), 0),
        )
        .select_from(leads.outerjoin(lead_x_dates, _PAID))
        .where(*_where(caller, wanted))
        .group_by(leads.c.stage_key, lead_x_dates.c.premium_currency)
    )


async def lead(session: Session, caller: Caller, lead_id: UUID) -> dict[str, Any]:
    """One lead. Raises NotFound, also for one out of the caller's scope."""
    seen = visible_to(caller, leads.c.owner_id, leads.c.team_id, leads.c.person_id) | leads.c.merged_into.is_not(None)
    found = await _LEADS.fetch(session, [*_this(caller, lead_id), seen], also=_for(caller.in_any_session))
    if not found or not await _goes_on_in_scope(session, caller, found[0]["merged_into"]):
        raise NotFound("there is no such lead")
    return _shown(found[0], caller)


def _this(caller: Caller, lead_id: UUID) -> list[ColumnElement[bool]]:
    return [leads.c.agency_id == caller.agency_id, leads.c.id == lead_id]


async def _goes_on_in_scope(session: Session, caller: Caller, merged_into: UUID | None) -> bool:
    """Whether what a lead was merged into, if it was, is the caller's to see: by that alone is it judged who sees either."""
    if merged_into is None:
        return True
    seen = visible_to(caller, leads.c.owner_id, leads.c.team_id, leads.c.person_id)
    into = select(leads.c.id).where(leads.c.agency_id == caller.agency_id, leads.c.id == merged_into, seen)
    return (await session.execute(into)).first() is not None


async def lead_for_its_writer(session: Session, caller: Caller, lead_id: UUID) -> dict[str, Any]:
    """A lead to whoever just changed it, even if the change took it out of their scope."""
    (found,) = await _LEADS.fetch(session, _this(caller, lead_id), also=_for(caller.in_any_session))
    return _shown(found, caller)


def _shown(row: dict[str, Any], caller: Caller) -> dict[str, Any]:
    row["name"] = {"given": row.pop("given_name"), "family": row.pop("family_name")}
    del row["sort_name"]
    row["fields"] = Fragment(row["fields"])
    return withhold(caller, row)


async def campaign_exists(session: Session, campaign_id: UUID) -> bool:
    """Whether the agency has this campaign."""
    return (await session.execute(select(campaigns.c.id).where(campaigns.c.id == campaign_id))).first() is not None
