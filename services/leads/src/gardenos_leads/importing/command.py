"""The import as one command: all of the file's leads and every row's fate in one transaction, or nothing."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.auth.fields import refuse_withheld
from gardenos_chassis.errors import Invalid
from gardenos_chassis.events import Changed, Context, EventStore, UnitOfWork
from gardenos_chassis.ids import new_id
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.leads import LeadCaptured, LeadsImported
from sqlalchemy import insert

from gardenos_leads import queries
from gardenos_leads.importing import Column, Fate, Judged, Sheet, guess_columns, judge, read_sheet
from gardenos_leads.importing.rows import Reason
from gardenos_leads.tables import import_rows, imports

_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class ImportLeads:
    """What to import and how: columns by header to field (None: leave out); what all its leads have in common."""

    filename: str
    content: bytes
    mapping: Mapping[str, str | None]
    source: str
    campaign_id: UUID | None
    owner_id: UUID | None
    team_id: UUID | None
    dry_run: bool
    max_rows: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do; `rows` are the first of a dry run, to be looked at before."""

    summary: dict[str, Any]
    rows: list[dict[str, Any]]


async def run_import(store: EventStore, context: Context, command: ImportLeads) -> Imported:
    """Reads, judges, and unless it is a dry run records. Raises Invalid or TooLarge with nothing recorded."""
    # Reading a large file takes seconds of the processor; others' requests are answered meanwhile.
    sheet, columns, rows = await asyncio.to_thread(_read, command)
    if context.caller is not None:
        refuse_withheld(context.caller, {column.field for column in columns if column.field})
    import_id = new_id()
    async with store.unit_of_work(context) as work:
        if command.campaign_id is not None and not await queries.campaign_exists(work.session, command.campaign_id):
            raise Invalid("your agency has no such campaign", pointer="/campaign_id")
        if not command.dry_run:
            earlier = await work.earlier_outcome()
            if earlier is not None and context.caller is not None:
                return Imported(await queries.import_(work.session, context.caller, earlier.id), [])
        known = await _mark_known(work, rows)
        summary = _summary(import_id, command, sheet, columns, rows)
        if command.dry_run:
            return Imported(summary, [_row(row, known, None, sheet) for row in rows[:100]])
        captured = _record(work, import_id, command, rows)
        work.record(import_id, 0, [_imported(import_id, command, summary)])
        await _keep(work, command, summary, sheet, [_row(row, known, captured, sheet) for row in rows])
        await work.settle(Changed(import_id, 1))
    return Imported(summary, [])


def _read(command: ImportLeads) -> tuple[Sheet, tuple[Column, ...], list[Judged]]:
    mapped = [header for header, field in command.mapping.items() if field is not None]
    sheet = read_sheet(command.content, max_rows=command.max_rows, required=mapped)
    columns = guess_columns(sheet, command.mapping)
    return sheet, columns, judge(sheet, columns)


async def _mark_known(work: UnitOfWork, rows: Sequence[Judged]) -> dict[int, UUID]:
    """Makes duplicates of the rows whose person is a lead already; gives which lead."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.fate == Fate.CAPTURED:
            for key, value in row.keys:
                wanted[key].add(value)
    there: dict[tuple[str, str], UUID] = {}
    for key, values in wanted.items():
        asked = sorted(values)
        for start in range(0, len(asked), _CHUNK):
            found = await queries.known_by(work.session, key, asked[start : start + _CHUNK])
            there |= {(key, value): lead_id for value, lead_id in found.items()}
    known: dict[int, UUID] = {}
    for row in rows:
        if row.fate == Fate.CAPTURED and (match := next((key for key in row.keys if key in there), None)):
            row.fate = Fate.DUPLICATE
            row.reasons.append(Reason(match[0], f"a lead with this {match[0].replace('_', ' ')} is there already"))
            known[row.record.row] = there[match]
    return known


def _record(work: UnitOfWork, import_id: UUID, command: ImportLeads, rows: Sequence[Judged]) -> dict[int, UUID]:
    """Records a lead for each captured row; gives which lead is whose."""
    work.context = _by_import(work.context, import_id)
    now = datetime.now(UTC)
    captured: dict[int, UUID] = {}
    for row in rows:
        if row.fate != Fate.CAPTURED:
            continue
        lead_id = new_id()
        details = {**row.details, "source": row.details.get("source") or command.source}
        details["captured_at"] = details.get("captured_at") or now
        lead = LeadCaptured(
            lead_id=lead_id,
            person_id=new_id(),
            campaign_id=command.campaign_id,
            owner_id=command.owner_id,
            team_id=command.team_id,
            import_id=import_id,
            **details,
        )
        work.record(lead_id, 0, [lead])
        captured[row.record.row] = lead_id
    return captured


def _by_import(context: Context, import_id: UUID) -> Context:
    return replace(
        context,
        actor=Actor(ActorKind.IMPORT, str(import_id)),
        causation_id=f"person:{context.actor.id}",
        on_behalf_of=context.person_behind,
    )


def _summary(
    import_id: UUID, command: ImportLeads, sheet: Sheet, columns: Sequence[Column], rows: Sequence[Judged]
) -> dict[str, Any]:
    fates = Counter(row.fate for row in rows)
    return {
        "id": import_id,
        "filename": command.filename,
        "status": "dry_run" if command.dry_run else "finished",
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "columns": [asdict(column) for column in columns],
        "counts": {
            "rows": len(rows),
            "captured": fates[Fate.CAPTURED],
            "duplicates": fates[Fate.DUPLICATE],
            "rejected": fates[Fate.REJECTED],
            "empty": fates[Fate.EMPTY],
        },
        "created_at": datetime.now(UTC),
    }


def _row(row: Judged, known: Mapping[int, UUID], captured: Mapping[int, UUID] | None, sheet: Sheet) -> dict[str, Any]:
    twin = captured.get(row.twin) if captured is not None and row.twin is not None else None
    return {
        "row": row.record.row,
        "line": row.record.line,
        "fate": row.fate.value,
        "lead_id": captured.get(row.record.row) if captured is not None else None,
        "duplicate_of": known.get(row.record.row) or twin,
        "reasons": [asdict(reason) for reason in row.reasons],
        "raw": _raw(row, sheet),
    }


def _raw(row: Judged, sheet: Sheet) -> dict[str, str]:
    """What stood in the row, by header; what was too much by its place."""
    more = [f"Column {place}" for place in range(len(sheet.headers) + 1, len(row.record.cells) + 1)]
    return dict(zip([*sheet.headers, *more], row.record.cells, strict=False))


def _imported(import_id: UUID, command: ImportLeads, summary: dict[str, Any]) -> LeadsImported:
    return LeadsImported(import_id=import_id, filename=command.filename, **summary["counts"])


async def _keep(
    work: UnitOfWork, command: ImportLeads, summary: dict[str, Any], sheet: Sheet, rows: list[dict[str, Any]]
) -> None:
    context = work.context
    owner = {"created_by": context.caller.user_id if context.caller else None, "team_id": command.team_id}
    await work.session.execute(insert(imports).values(agency_id=context.agency_id, **summary, **owner))
    of_this = {"agency_id": context.agency_id, "import_id": summary["id"]}
    for start in range(0, len(rows), _CHUNK):
        await work.session.execute(insert(import_rows), [row | of_this for row in rows[start : start + _CHUNK]])
