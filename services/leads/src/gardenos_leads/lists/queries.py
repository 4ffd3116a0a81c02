"""An agency's own fields, tags and views; and pages of leads in the order of a field of its own."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from gardenos_chassis.agency_zones import zone_named
from gardenos_chassis.auth import Caller
from gardenos_chassis.comparing import beginning
from gardenos_chassis.errors import Invalid
from gardenos_chassis.fetching import Listing, fetch
from gardenos_chassis.http.paging import Key, after, decoded, page_from, page_of
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts.lead_lists import Audience, FieldKind
from gardenos_contracts.values import LineOfBusiness
from sqlalchemy import ColumnElement, Select, and_, any_, bindparam, exists, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from gardenos_leads.lists.fields import Field
from gardenos_leads.lists.tables import lead_fields, lead_values, lead_views
from gardenos_leads.tables import leads

COUNTED = 10_000
"""As far as lists are counted; beyond it there are more."""

_FIELD = tuple(column for column in lead_fields.c if column.name != "agency_id")
_VIEW = tuple(column for column in lead_views.c if column.name != "agency_id")
_OWN = {FieldKind.TEXT: lead_values.c.text, FieldKind.CHOICE: lead_values.c.text, FieldKind.DATE: lead_values.c.day}
_SORTED_BY = {kind: _OWN.get(kind, lead_values.c.number) for kind in FieldKind}
_VALUE = "own_value"


async def field_rows(session: Session, agency_id: UUID) -> list[dict[str, Any]]:
    """The agency's own fields as they answer, by label."""
    ours = lead_fields.c.agency_id == agency_id
    return await fetch(session, select(*_FIELD).where(ours).order_by(lead_fields.c.label, lead_fields.c.key))


async def own_fields(session: Session, agency_id: UUID) -> Mapping[str, Field]:
    """The agency's own fields by key, the retired ones too."""
    return {row["key"]: _field(row) for row in await field_rows(session, agency_id)}


def _field(row: Mapping[str, Any]) -> Field:
    return Field(
        row["id"],
        row["key"],
        row["label"],
        FieldKind(row["kind"]),
        tuple(row["options"]),
        LineOfBusiness(row["line_of_business"]) if row["line_of_business"] else None,
        row["retired"],
    )


# A row each field; one without a field where there is none.
_UNDERSTOOD = """
select set_config('plan_cache_mode', 'force_custom_plan', true), zones.time_zone,
    fields.id, fields.key, fields.label, fields.kind, fields.options, fields.line_of_business, fields.retired
from (select $1::uuid as agency_id) as asked
left join agency_zones as zones using (agency_id)
left join lead_fields as fields using (agency_id)
"""


async def what_filters_need(session: Session, agency_id: UUID) -> tuple[Mapping[str, Field], ZoneInfo]:
    """As `own_fields`, with the agency's zone, and `planned_anew` from here on, for one round trip: each filtered list asks."""
    rows = await driver_of(session).fetch(_UNDERSTOOD, agency_id)
    own = {row["key"]: _field(row) for row in rows if row["key"] is not None}
    return own, zone_named(rows[0]["time_zone"])


# One tag after another by the index, however many leads have each.
_TAGS = """
with recursive found (tag) as (
    (select tag from lead_tags where agency_id = $1 and tag >= $2 and tag < $3 order by tag limit 1)
    union all
    select (
        select tag from lead_tags where agency_id = $1 and tag > found.tag and tag < $3 order by tag limit 1
    ) from found where found.tag is not null
)
select tag from found where tag is not null limit $4
"""


async def tags_beginning(session: Session, agency_id: UUID, written: str, limit: int) -> list[str]:
    """The agency's tags that begin so."""
    least, less_than = beginning(written) if written else ("", chr(0x10FFFF))
    return [row["tag"] for row in await driver_of(session).fetch(_TAGS, agency_id, least, less_than, limit)]


async def view_rows(session: Session, caller: Caller) -> list[dict[str, Any]]:
    """The views that somebody sees: their own, their teams' and the agency's, by name."""
    teams = any_(bindparam(None, sorted(caller.team_ids), ARRAY(Uuid)))
    in_team = true() if caller.agency_wide else lead_views.c.team_id == teams
    seen = or_(
        lead_views.c.owner_id == caller.user_id,
        lead_views.c.audience == Audience.AGENCY.value,
        and_(lead_views.c.audience == Audience.TEAM.value, in_team),
    )
    statement = select(*_VIEW).where(lead_views.c.agency_id == caller.agency_id, seen)
    return await fetch(session, statement.order_by(lead_views.c.name, lead_views.c.id))


async def planned_anew(session: Session) -> None:
    """What is asked next is planned for the very values it asks for: how many leads have them differs by thousands."""
    await driver_of(session).execute("set local plan_cache_mode = force_custom_plan")


def by_own_fields(base: Select[Any]) -> Mapping[FieldKind, Listing]:
    """Leads with what is known under an own field, as `own_value`, by the field's kind."""
    theirs = and_(lead_values.c.agency_id == leads.c.agency_id, lead_values.c.lead_id == leads.c.id)
    joined = base.join(lead_values, theirs)
    return {kind: Listing(joined.add_columns(value.label(_VALUE))) for kind, value in _SORTED_BY.items()}


async def page_by_own_field(
    session: Session,
    field: Field,
    listings: tuple[Listing, Listing],
    where: Sequence[ColumnElement[bool]],
    *,
    agency_id: UUID,
    descending: bool,
    limit: int,
    cursor: str | None,
    also: Sequence[ColumnElement[Any]] = (),
) -> dict[str, Any]:
    """A page of leads in the order of what is known under an agency's own field; those without it come last, either way.

    `listings`: of those with it, by `by_own_fields`, and of all.
    """
    having, leads_of = listings
    value = _SORTED_BY[field.kind]
    theirs = (lead_values.c.agency_id == agency_id, lead_values.c.key == field.key)
    name = f"fields.{field.key}"
    by_value = (
        (Key(value, name, "desc"), Key(lead_values.c.lead_id, "id", "desc"))
        if descending
        else (Key(value, name), Key(lead_values.c.lead_id, "id"))
    )
    by_id = (Key(leads.c.id, "id"),)
    page: dict[str, Any] = {"items": [], "next_cursor": None}
    if cursor is None or not _is_of(cursor, by_id):
        wanted = [*where, *theirs, value.is_not(None), *after(cursor, by_value)]
        ordered = [key.ordering for key in by_value]
        rows = await having.fetch(session, wanted, order=ordered, limit=limit + 1, also=also)
        page = page_of([row | {name: row[_VALUE]} for row in rows], by_value, limit)
        for row in page["items"]:
            del row[name], row[_VALUE]
        if page["next_cursor"] is not None:
            return page
        cursor = None
    without = ~exists().where(*theirs, lead_values.c.lead_id == leads.c.id).correlate(leads)
    room = limit - len(page["items"])
    rest = await page_from(session, leads_of, [*where, without], by_id, cursor, max(room, 1), also=also)
    if room:
        return {"items": page["items"] + rest["items"], "next_cursor": rest["next_cursor"]}
    begin = {"id": UUID(int=0)}
    return page | {"next_cursor": page_of([begin, begin], by_id, 1)["next_cursor"] if rest["items"] else None}


def _is_of(cursor: str, order: tuple[Key, ...]) -> bool:
    try:
        decoded(cursor, order)
    except Invalid:
        return False
    return True
