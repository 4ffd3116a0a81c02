"""An import of many rows, beside a bare COPY of the same rows into the same tables.

Ours is the job as a worker does it: the file opened, each row read, judged and matched, its person's key made, its event
sealed, the lead, its words for searching and the row's fate written, five hundred a transaction. The baseline is what is in the
tables after that, put into them once more by COPY, in one transaction, by a role to which no policy applies; with the same
indexes, for those are the tables.
"""

import asyncio
import csv
import io
import os
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
from gardenos_chassis.auth import Caller
from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Database
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import Role
from gardenos_leads.importing import commands, queries
from gardenos_leads.importing.plan import PlanImport
from gardenos_leads.projections import forget_imported, project

from bench.measure import Measure, say
from bench.own import at_work, own_leads

ROWS = int(os.environ.get("GARDENOS_BENCH_IMPORT_ROWS", "100000"))
TABLES = ("person_keys", "events", "leads", "lead_words", "import_rows")
"""Into which an import writes a row for each of the file's, or several."""

_WRITTEN = """
select attname from pg_attribute
where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
"""


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `import`. Raises AssertionError where a row was lost."""
    say(f"import: {ROWS:,} rows")
    agency_id = new_id()
    async with own_leads(pool=4) as (database, admin):
        seconds = await _imported(database, agency_id)
        copied = await _copied(admin, agency_id)
    report(Measure("import", ROWS / seconds, "rows/s", ROWS / copied, "COPY of the same rows into the same tables"))


async def _imported(database: Database, agency_id: UUID) -> float:
    """Seconds from the command until the import is done."""
    store = EventStore(database, [project, forget_imported])
    caller = Caller(agency_id, new_id(), Role.OWNER, frozenset())
    context = Context(agency_id, Actor(ActorKind.PERSON, str(caller.user_id)), "bench", caller=caller)
    given = commands.Given("leads.csv", io.BytesIO(_file()), PlanImport(run_automations=False))
    import_id = await commands.upload(store, context, given, commands.Limits(10**9, ROWS, timedelta(days=1)))
    async with at_work(commands.importing, store):
        started = time.perf_counter()
        await commands.run(store, context, import_id)
        while True:
            await asyncio.sleep(0.2)
            async with database.transaction(agency_id) as session:
                found = await queries.import_(session, caller, import_id)
            if found["status"] != "running":
                break
        seconds = time.perf_counter() - started
    assert found["counts"]["captured"] == ROWS, found
    say(f"  imported in {seconds:.1f} s")
    return seconds


async def _copied(admin: "asyncpg.Connection[asyncpg.Record]", agency_id: UUID) -> float:
    """Seconds for what the import left in the tables, put there by COPY."""
    files: dict[str, bytes] = {}
    columns: dict[str, list[str]] = {}
    for table in TABLES:
        out = io.BytesIO()
        columns[table] = [row["attname"] for row in await admin.fetch(_WRITTEN, table)]
        await admin.copy_from_query(
            f"select {', '.join(columns[table])} from {table} where agency_id = '{agency_id}'",
            output=out,
            format="binary",
        )
        files[table] = out.getvalue()
    # Into tables as empty as they were.
    await admin.execute(f"truncate {', '.join(TABLES)}")
    started = time.perf_counter()
    async with admin.transaction():
        for table, content in files.items():
            await admin.copy_to_table(table, columns=columns[table], source=io.BytesIO(content), format="binary")
    seconds = time.perf_counter() - started
    for table in TABLES:
        say(f"  {table}: {await admin.fetchval(f'select count(*) from {table}'):,} rows")
    say(f"  copied in {seconds:.1f} s")
    return seconds


def _file() -> bytes:
    """As another system exports its contacts."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["First Name", "Last Name", "Email", "Phone", "Zip", "State", "DOB", "Line", "Carrier", "X-Date", "Notes", "Id"]
    )
    for n in range(ROWS):
        writer.writerow(
            [f"Given{n % 900}", f"Family{n}", f"person{n}@example.com", f"(212) {200 + n // 10_000:03d}-{n % 10_000:04d}",
             f"{10_000 + n % 80_000}", "Texas", f"19{50 + n % 50}-03-14", "Auto", "State Farm", "03/15/2027",
             f"Asked for a quote, number {n}", f"A-{n}"]
        )  # fmt: skip
    return out.getvalue().encode()
