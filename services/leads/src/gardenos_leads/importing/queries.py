"""Imports and their rows, as whoever made them, or sees the agency, may see them."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.auth.fields import hidden_from
from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from gardenos_leads.importing.columns import field_of_header
from gardenos_leads.importing.tables import import_mappings, import_rows, imports

_SHOWN = (
    "id", "filename", "status", "kind", "encoding", "delimiter", "columns", "plan", "counts", "rows_done", "rows_total",
    "undone", "problem", "created_by", "created_at", "finished_at",
)  # fmt: skip
_IMPORT = tuple(imports.c[name] for name in _SHOWN)


async def import_page(session: Session, caller: Caller, limit: int, cursor: str | None) -> dict[str, Any]:
    """The imports the caller made, or for those who see the agency, all; the latest first."""
    order = (Key(imports.c.id, "id", "desc"),)
    statement = select(*_IMPORT).where(imports.c.agency_id == caller.agency_id, _visible(caller))
    page = page_of(await fetch(session, keyset(statement, order, cursor, limit)), order, limit)
    page["items"] = [import_shown(row, caller) for row in page["items"]]
    return page


async def import_(session: Session, caller: Caller, import_id: UUID, *, to_change: bool = False) -> dict[str, Any]:
    """One import; `to_change` it is held to the commit. Raises NotFound."""
    whose = (imports.c.agency_id == caller.agency_id, imports.c.id == import_id)
    statement = select(*_IMPORT).where(*whose, _visible(caller))
    if to_change:
        statement = statement.with_for_update()
    row = (await session.execute(statement)).mappings().first()
    if row is None:
        raise NotFound("there is no such import")
    return import_shown(dict(row), caller)


def import_shown(row: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """An import without samples of what the caller may not see."""
    row["plan"] = row["plan"] or None
    hidden = sensitive_headers(row["columns"], caller)
    row["columns"] = [
        column | {"samples": [], "withheld": ["samples"]} if column["header"] in hidden else column
        for column in row["columns"]
    ]
    return row


def sensitive_headers(columns: Sequence[Mapping[str, Any]], caller: Caller) -> set[str]:
    """The columns of a file in which stands what the caller may not see: as they were taken for, or by their headers."""
    hidden = hidden_from(caller)
    return {
        column["header"]
        for column in columns
        if hidden and (column["field"] in hidden or field_of_header(column["header"]) in hidden)
    }


def import_row_shown(row: dict[str, Any], caller: Caller, headers: Collection[str]) -> dict[str, Any]:
    """A row of a file without what stood under these headers, and without reasons that quote it."""
    hidden = hidden_from(caller)
    if gone := [header for header in headers if header in row["raw"]]:
        row["raw"] = row["raw"] | dict.fromkeys(gone)
        row["withheld"] = sorted(gone)
    row["reasons"] = [
        reason | {"detail": "what stood here was not understood; your role does not see it"}
        if reason["field"] in hidden
        else reason
        for reason in row["reasons"]
    ]
    return row


def _visible(caller: Caller) -> ColumnElement[bool]:
    return visible_to(caller, imports.c.created_by, imports.c.team_id)


async def import_row_page(
    session: Session,
    caller: Caller,
    found: Mapping[str, Any],
    fate: str | None,
    undone: str | None,
    limit: int,
    cursor: str | None,
) -> dict[str, Any]:
    """The rows of an import that the caller sees (`import_`), in the order of the file."""
    order = (Key(import_rows.c.row, "row"),)
    shown = (column for column in import_rows.c if column.name not in ("agency_id", "import_id"))
    of_this = (import_rows.c.agency_id == caller.agency_id, import_rows.c.import_id == found["id"])
    statement = select(*shown).where(*of_this)
    if fate is not None:
        statement = statement.where(import_rows.c.fate == fate)
    if undone is not None:
        statement = statement.where(import_rows.c.undone == undone)
    page = page_of(await fetch(session, keyset(statement, order, cursor, limit)), order, limit)
    headers = sensitive_headers(found["columns"], caller)
    page["items"] = [import_row_shown(row, caller, headers) for row in page["items"]]
    return page


async def remembered(session: Session, agency_id: UUID, headers: Sequence[str]) -> dict[str, str | None]:
    """What the columns of a file with these headers were taken for the last time; nothing, of one that is new."""
    whose = (import_mappings.c.agency_id == agency_id, import_mappings.c.headers == _digest(headers))
    found = (await session.execute(select(import_mappings.c.mapping).where(*whose))).scalar_one_or_none()
    return {header: field for header, field in (found or {}).items() if header in headers}


async def remember(session: Session, agency_id: UUID, columns: Sequence[Mapping[str, Any]]) -> None:
    """Keeps what they are taken for, for the next file with the same headers."""
    mapping = {column["header"]: column["field"] for column in columns}
    kept = {"mapping": mapping, "used_at": func.now()}
    row = {"agency_id": agency_id, "headers": _digest(list(mapping)), **kept}
    same = [import_mappings.c.agency_id, import_mappings.c.headers]
    await session.execute(insert(import_mappings).values(row).on_conflict_do_update(index_elements=same, set_=kept))


def _digest(headers: Sequence[str]) -> str:
    return sha256("\0".join(headers).encode()).hexdigest()
