"""What is asked of an import: that there be one, how it is to be taken in, that it be looked at, run, and taken back."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.fields import refuse_withheld
from gardenos_chassis.errors import Conflict, Invalid, TooLarge
from gardenos_chassis.events import Changed, Context, EventStore, UnitOfWork
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import Jobs, enqueue
from gardenos_chassis.jobs.queue import Argument
from gardenos_contracts.leads import ImportUploaded
from sqlalchemy import delete, insert, select

from gardenos_leads.duplicates.rules import rules_of
from gardenos_leads.importing import files, queries, running, undoing, workbook
from gardenos_leads.importing.aggregate import ImportStatus, folded
from gardenos_leads.importing.columns import guess_columns, mapped, require_telling
from gardenos_leads.importing.plan import PlanImport
from gardenos_leads.importing.reading import Sheet, look_at, records
from gardenos_leads.importing.running import NOTHING, columns_of, put
from gardenos_leads.importing.tables import import_rows, imports
from gardenos_leads.lists.queries import own_fields
from gardenos_leads.queries import campaign_exists

GoOn: TypeAlias = Literal["wait", "check", "run"]

CHECK, RUN, UNDO, EXPIRE = "leads.check-import", "leads.run-import", "leads.undo-import", "leads.expire-import"

_WORKBOOK = b"PK\x03\x04"
_MEGABYTES, _SECONDS = 800, 120
"""What the reading of a workbook may take."""

importing = Jobs(at_once=2)
importing.on(CHECK, given_up=running.given_up)(running.look_ahead)
importing.on(RUN, given_up=running.given_up)(running.run)
importing.on(UNDO, given_up=running.given_up)(undoing.undo)
importing.on(EXPIRE)(running.expire)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an import may be."""

    bytes: int
    """Of a file, and of a workbook's rows as CSV; it may unpack to ten times that."""
    rows: int
    keep: timedelta
    """For how long what stood in a file is kept."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was sent, and what was said with it."""

    filename: str
    file: BinaryIO
    plan: PlanImport | None = None
    go_on: GoOn = "wait"


async def upload(store: EventStore, context: Context, given: Given, limits: Limits) -> UUID:
    """Keeps a file that can be read, with what its columns seem to hold, and does with it what was said.

    Raises Invalid, TooLarge, and what `plan` raises, and then keeps nothing.
    """
    file = given.file
    file.seek(0)
    kind = "xlsx" if file.read(len(_WORKBOOK)) == _WORKBOOK else "csv"
    if kind == "csv":
        return await _kept(store, context, given, kind, file, limits)
    with tempfile.TemporaryFile() as rows:
        await _from_workbook(file, rows, limits)
        return await _kept(store, context, given, kind, rows, limits)


async def _kept(store: EventStore, context: Context, given: Given, kind: str, file: BinaryIO, limits: Limits) -> UUID:
    # Reading a large file takes a second of the processor; others' requests are answered meanwhile.
    sheet, total = await asyncio.to_thread(_look, file, limits.rows)
    size = file.seek(0, 2)
    caller, keys = _caller(context), store.database.master_keys
    assert keys is not None, "leads has personal events, so it does not start without a master key"
    import_id = new_id()
    async with store.unit_of_work(context) as work:
        earlier = await work.earlier_outcome()
        if earlier is not None:
            return earlier.id
        known = await queries.remembered(work.session, context.agency_id, sheet.headers)
        own = await own_fields(work.session, context.agency_id)
        columns = guess_columns(sheet.headers, sheet.first, known, own)
        wrapped, key = keys.wrapped(context.agency_id, import_id)
        row = {
            "agency_id": context.agency_id,
            "id": import_id,
            "filename": given.filename,
            "status": ImportStatus.UPLOADED,
            "kind": kind,
            "encoding": sheet.encoding,
            "delimiter": sheet.delimiter,
            "head": sheet.head,
            "columns": [asdict(column) for column in columns],
            "plan": {},
            "counts": NOTHING,
            "created_by": caller.user_id,
            "role": caller.role,
            "team_ids": sorted(caller.team_ids),
            "file_key": wrapped,
            "file_bytes": size,
            "rows_total": total,
            "created_at": datetime.now(UTC),
        }
        await work.session.execute(insert(imports).values(**row))
        await files.keep(work.session, context.agency_id, import_id, file, key)
        work.record(import_id, 0, [ImportUploaded(import_id=import_id, filename=given.filename, size_bytes=size)])
        at = datetime.now(UTC) + limits.keep
        told = {"import_id": str(import_id)}
        await enqueue(work.session, EXPIRE, told, because_of=context, key=str(import_id), at=at)
        if given.plan is not None:
            await _plan(work, import_id, given.plan)
        if given.go_on != "wait":
            await (_check if given.go_on == "check" else _run)(work, import_id)
        await work.settle(Changed(import_id, 1))
    return import_id


def _look(file: BinaryIO, most_rows: int) -> tuple[Sheet, int]:
    """How it is to be read, and how many rows it has; it is read to its end, so that nothing is found out half-way."""
    sheet = look_at(file)
    total = 0
    for record in records(file, sheet.encoding, sheet.delimiter, sheet.head):
        total = record.row
        if total > most_rows:
            raise TooLarge(f"the file has more than {most_rows:,} rows; import at most so many at once, so split it")
    return sheet, total


async def _from_workbook(given: BinaryIO, rows: BinaryIO, limits: Limits) -> None:
    """Writes the rows of a workbook as CSV. Raises Invalid for one that cannot be read, or takes too much."""
    limit = (_MEGABYTES, _SECONDS, 10 * limits.bytes, limits.bytes, limits.rows + 10)
    given.seek(0)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", workbook.__name__, *map(str, limit),
        stdin=given.fileno(), stdout=rows.fileno(), stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(2 * _SECONDS):
            _, said = await child.communicate()
    except TimeoutError:
        said = b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode == workbook.REFUSED:
        raise Invalid(said.decode().strip(), pointer="/file")
    if child.returncode != 0:
        raise Invalid(
            "this workbook takes more memory or time than an import gives it: save its sheet as CSV", pointer="/file"
        )


async def plan(store: EventStore, context: Context, import_id: UUID, asked: PlanImport) -> None:
    """Says how an import is to be taken in. Raises NotFound, Invalid, Forbidden and Conflict."""
    await _command(store, context, import_id, lambda work: _plan(work, import_id, asked))


async def check(store: EventStore, context: Context, import_id: UUID) -> None:
    """Has it looked at what it would do. Raises NotFound, Conflict."""
    await _command(store, context, import_id, lambda work: _check(work, import_id))


async def run(store: EventStore, context: Context, import_id: UUID) -> None:
    """Has it taken in; one that stopped half-way goes on from there. Raises NotFound, Conflict."""
    await _command(store, context, import_id, lambda work: _run(work, import_id))


async def undo(store: EventStore, context: Context, import_id: UUID) -> None:
    """Has it taken back. Raises NotFound, Conflict."""
    await _command(store, context, import_id, lambda work: _undo(work, import_id))


async def _plan(work: UnitOfWork, import_id: UUID, asked: PlanImport) -> None:
    agency_id, caller = work.context.agency_id, _caller(work.context)
    state, version = folded(await work.load(import_id))
    rules, _ = await rules_of(work.session, agency_id)
    plan = asked.in_force(rules)
    events = state.plan(plan.match_by, plan.duplicates, run_automations=plan.run_automations)
    work.record(import_id, version, events)
    own = await own_fields(work.session, agency_id)
    columns = mapped(columns_of(await _columns(work, import_id)), asked.mapping, own)
    require_telling(columns)
    refuse_withheld(caller, {column.field for column in columns if column.field})
    if asked.campaign_id is not None and not await campaign_exists(work.session, asked.campaign_id):
        raise Invalid("your agency has no such campaign", pointer="/campaign_id")
    rows = (import_rows.c.agency_id == agency_id, import_rows.c.import_id == import_id)
    await work.session.execute(delete(import_rows).where(*rows))
    values = {
        "status": ImportStatus.PLANNED,
        "plan": plan.model_dump(mode="json", exclude={"mapping"}),
        "columns": [asdict(column) for column in columns],
        "role": caller.role,
        "team_ids": sorted(caller.team_ids),
        "team_id": asked.team_id,
        "counts": NOTHING,
        "rows_done": 0,
        "problem": None,
    }
    await put(work.session, agency_id, import_id, **values)


async def _check(work: UnitOfWork, import_id: UUID) -> None:
    state, version = folded(await work.load(import_id))
    state.check()
    values = {"status": ImportStatus.CHECKING, "counts": NOTHING, "rows_done": 0, "problem": None}
    await put(work.session, work.context.agency_id, import_id, **values)
    told: dict[str, Argument] = {"import_id": str(import_id), "version": version}
    await enqueue(work.session, CHECK, told, because_of=work.context, key=f"{import_id} {version}", again=True)


async def _run(work: UnitOfWork, import_id: UUID) -> None:
    state, version = folded(await work.load(import_id))
    work.record(import_id, version, state.start())
    if state.status is not ImportStatus.RUNNING:
        values = {"status": ImportStatus.RUNNING, "counts": NOTHING, "rows_done": 0, "problem": None}
        await put(work.session, work.context.agency_id, import_id, **values)
        await queries.remember(work.session, work.context.agency_id, await _columns(work, import_id))
    await _enqueue(work, RUN, import_id)


async def _undo(work: UnitOfWork, import_id: UUID) -> None:
    state, version = folded(await work.load(import_id))
    work.record(import_id, version, state.undo())
    await put(work.session, work.context.agency_id, import_id, status=ImportStatus.UNDOING, problem=None)
    await _enqueue(work, UNDO, import_id)


async def _columns(work: UnitOfWork, import_id: UUID) -> list[dict[str, Any]]:
    """As they are kept, whatever the caller may see of their samples."""
    whose = (imports.c.agency_id == work.context.agency_id, imports.c.id == import_id)
    found: list[dict[str, Any]] = (await work.session.execute(select(imports.c.columns).where(*whose))).scalar_one()
    return found


async def _enqueue(work: UnitOfWork, kind: str, import_id: UUID) -> None:
    told = {"import_id": str(import_id)}
    await enqueue(work.session, kind, told, because_of=work.context, key=str(import_id), again=True)


async def _command(
    store: EventStore, context: Context, import_id: UUID, step: Callable[[UnitOfWork], Awaitable[None]]
) -> None:
    async with store.unit_of_work(context) as work:
        if await work.earlier_outcome() is not None:
            return
        # Held to the commit, so that of two commands the second decides on what the first made of it.
        found = await queries.import_(work.session, _caller(context), import_id, to_change=True)
        if found["status"] == ImportStatus.EXPIRED:
            raise Conflict("the file of this import is kept no longer; upload it again")
        await step(work)
        await work.settle(Changed(import_id, 0))


def _caller(context: Context) -> Caller:
    assert context.caller is not None, "imports are made by people and their keys"
    return context.caller
