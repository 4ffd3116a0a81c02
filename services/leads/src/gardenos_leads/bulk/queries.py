"""Bulk actions and what became of their leads, as whoever asked for them, or sees the agency, may see it."""

from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from sqlalchemy import ColumnElement, Uuid, and_, cast, literal, null, select

from gardenos_leads.bulk.tables import bulk_rows, bulks
from gardenos_leads.tables import leads

_BACK = bulks.alias("back")
_SHOWN = (
    "id", "action", "selection", "status", "of_bulk", "undone_by", "counts", "leads", "problem", "created_by",
    "created_at", "finished_at",
)  # fmt: skip
_BULK = select(
    *(bulks.c[name] for name in _SHOWN),
    _BACK.c.status.label("undone_status"),
    _BACK.c.counts.label("undone_counts"),
)


async def bulk_page(session: Session, caller: Caller, limit: int, cursor: str | None) -> dict[str, Any]:
    """Those the caller asked for, or for those who see the agency, all; the latest first."""
    order = (Key(bulks.c.id, "id", "desc"),)
    page = page_of(await fetch(session, keyset(_theirs(caller), order, cursor, limit)), order, limit)
    page["items"] = [_told(row) for row in page["items"]]
    return page


async def bulk(session: Session, caller: Caller, bulk_id: UUID, *, to_change: bool = False) -> dict[str, Any]:
    """One of them; `to_change` it is held to the commit. Raises NotFound."""
    statement = _theirs(caller).where(bulks.c.id == bulk_id)
    if to_change:
        statement = statement.with_for_update(of=bulks)
    row = (await session.execute(statement)).mappings().first()
    if row is None:
        raise NotFound("there is no such bulk action")
    return _told(dict(row))


def _theirs(caller: Caller) -> Any:
    back = and_(_BACK.c.agency_id == bulks.c.agency_id, _BACK.c.id == bulks.c.undone_by)
    seen: ColumnElement[bool] = visible_to(caller, bulks.c.created_by, cast(null(), Uuid))
    return _BULK.select_from(bulks.outerjoin(_BACK, back)).where(bulks.c.agency_id == caller.agency_id, seen)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    status, counts = row.pop("undone_status"), row.pop("undone_counts")
    row["undone"] = None if status is None else {"status": status, "counts": counts}
    selection = row["selection"]
    row["selection"] = {
        "matching": selection.get("matching"),
        "seen": selection.get("seen"),
    }
    return row


async def bulk_row_page(
    session: Session, caller: Caller, bulk_id: UUID, fate: str | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """What became of the leads of a bulk action that the caller sees (`bulk`); by name those in their scope."""
    order = (Key(bulk_rows.c.lead_id, "lead_id"),)
    theirs = and_(
        leads.c.agency_id == bulk_rows.c.agency_id,
        leads.c.id == bulk_rows.c.lead_id,
        visible_to(caller, leads.c.owner_id, leads.c.team_id, leads.c.person_id),
    )
    statement = (
        select(
            bulk_rows.c.lead_id,
            bulk_rows.c.fate,
            bulk_rows.c.reason,
            bulk_rows.c.conflicts,
            leads.c.display_name,
            leads.c.tags.label("tags_now"),
        )
        .select_from(bulk_rows.outerjoin(leads, theirs))
        .where(bulk_rows.c.agency_id == caller.agency_id, bulk_rows.c.bulk_id == bulk_id)
    )
    if fate == "left":
        statement = statement.where(bulk_rows.c.fate.is_(None))
    elif fate is not None:
        statement = statement.where(bulk_rows.c.fate == literal(fate))
    page = page_of(await fetch(session, keyset(statement, order, cursor, limit)), order, limit)
    for row in page["items"]:
        tags = row.pop("tags_now")
        row["conflicts"] = [
            each | {"to": ", ".join(tags or ())} if each["field"] == "tags" else each for each in row["conflicts"] or ()
        ]
    return page
