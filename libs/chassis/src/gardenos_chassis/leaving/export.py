"""All of one service that is an agency's, as one archive: its history, opened, its tables, a manifest, and words on each.

    README.txt          what each file is
    events.jsonl        the history, oldest first: an event a line, as the published schemas have it
    tables/leads.jsonl  a read table: a row a line
    tables/leads.csv    the same for spreadsheets; nothing in it runs as a formula
    manifest.json       of each file: rows, bytes, SHA-256

It is of one moment, and is made while it is sent: nothing of it is kept. What were kept would be clear text that no
forgetting reaches.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from sqlalchemy import text

from gardenos_chassis.errors import Conflict
from gardenos_chassis.events.store import read_after
from gardenos_chassis.http import csv
from gardenos_chassis.leaving.archive import Archive, Writing
from gardenos_chassis.leaving.tables import AgencyTable, tables_to_hand_out
from gardenos_chassis.tenancy import Session, driver_of

if TYPE_CHECKING:
    from gardenos_chassis.service import Service

FORMAT = 1
"""Of the archive: what is read by another number is arranged in another way."""

_EVENTS_AT_ONCE = 500
_ROWS_AT_ONCE = 200
_ROWS_WITH_BYTES_AT_ONCE = 4
"""Pictures and whole mails, some megabytes each."""

_ALONE = text("select pg_try_advisory_xact_lock(hashtextextended('exporting ' || :agency_id, 0))")
_HEAD = text("select head from agency_heads where agency_id = :agency_id")


async def export(service: "Service", agency_id: UUID) -> AsyncGenerator[bytes]:
    """The archive, piece by piece; the first is empty, and says that it is begun.

    One transaction reads it all, and so it is of one moment. Raises Conflict while another export of this agency is under
    way here: each holds a connection for as long as somebody takes it.
    """
    archive = Archive()
    async with service.database.snapshot(agency_id) as session:
        if not (await session.execute(_ALONE, {"agency_id": str(agency_id)})).scalar_one():
            raise Conflict(f"an export of your agency from {service.name} is under way; wait until it ends")
        tables = await tables_to_hand_out(session, service.secrets)
        head = (await session.execute(_HEAD, {"agency_id": agency_id})).scalar() if service.publishes else None
        manifest = {
            "format": FORMAT,
            "service": service.name,
            "agency_id": str(agency_id),
            "made_at": datetime.now(UTC).isoformat(),
            "events_up_to": head or 0,
            "left_out": _left_out(tables, service.secrets),
        }
        yield b""
        with archive.file("README.txt") as file:
            file.write(_words(service.name, service.publishes, tables).encode())
        if service.publishes:
            with archive.file("events.jsonl") as file:
                async for piece, rows in _events(session):
                    yield await _packed(archive, file, piece, rows)
        for table in tables:
            with archive.file(f"tables/{table.name}.jsonl") as file:
                async for lines in _rows(session, agency_id, table):
                    yield await _packed(archive, file, "".join(f"{line}\n" for line in lines).encode(), len(lines))
            with archive.file(f"tables/{table.name}.csv") as file:
                yield await _packed(archive, file, (csv.BOM + csv.line(table.columns)).encode(), 0)
                async for lines in _rows(session, agency_id, table):
                    yield await _packed(archive, file, _as_csv(table, lines), len(lines))
    manifest["files"] = [entry.shown() for entry in archive.entries]
    with archive.file("manifest.json") as file:
        file.write(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    archive.close()
    yield archive.ready()


async def _packed(archive: Archive, file: Writing, piece: bytes, rows: int) -> bytes:
    """Beside the event loop, which answers others meanwhile."""
    await asyncio.to_thread(file.write, piece, rows)
    return archive.ready()


async def _events(session: Session) -> AsyncIterator[tuple[bytes, int]]:
    after = 0
    while page := await read_after(session, after, _EVENTS_AT_ONCE):
        yield b"".join(orjson.dumps(message.to_json()) + b"\n" for message in page), len(page)
        after = page[-1].sequence


async def _rows(session: Session, agency_id: UUID, table: AgencyTable) -> AsyncIterator[list[str]]:
    """The agency's rows, each as a line of JSON, some at once."""
    at_once = _ROWS_WITH_BYTES_AT_ONCE if table.bytes else _ROWS_AT_ONCE
    columns = ", ".join(
        f"encode({_quoted(column)}, 'base64') as {_quoted(column)}" if column in table.bytes else _quoted(column)
        for column in table.columns
    )
    # Row-level security says the same; but some tables are read across agencies.
    asked = f"select {columns} from public.{_quoted(table.name)} where agency_id = $1"  # noqa: S608
    lines: list[str] = []
    async for row in driver_of(session).cursor(
        f"select row_to_json(given)::text from ({asked}) as given",  # noqa: S608
        agency_id,
        prefetch=at_once,
    ):
        lines.append(row[0])
        if len(lines) == at_once:
            yield lines
            lines = []
    if lines:
        yield lines


def _as_csv(table: AgencyTable, lines: Sequence[str]) -> bytes:
    rows = [orjson.loads(line) for line in lines]
    return csv.lines([_cell(row[column]) for column in table.columns] for row in rows).encode()


def _cell(value: Any) -> Any:
    """What is more than one value is JSON in its cell."""
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _left_out(tables: Sequence[AgencyTable], secrets: frozenset[str]) -> list[str]:
    whole = {name for name in secrets if "." not in name}
    return sorted(whole | {f"{table.name}.{column}" for table in tables for column in table.withheld})


def _words(service: str, publishes: bool, tables: Sequence[AgencyTable]) -> str:
    lines = [
        f"All that the {service} service of GardenOS keeps of your agency, as of the moment this was made.",
        "",
        "manifest.json  of each file how many rows and bytes it has, and its SHA-256; and what was left out: proofs of",
        "               who people are (hashes of passwords and tokens, keys), which are of use to nobody but here",
    ]
    if publishes:
        lines += [
            "events.jsonl   all that ever happened, oldest first: an event a line, as JSON. `type` names the published",
            "               schema of its `data`, such as leads.LeadCaptured.v1; `actor` says who did it and `rule` why they",
            "               might. Of people whom your agency had forgotten nothing personal is in it",
        ]
    lines += [
        "",
        "How things stand, a table a file. .jsonl: a row a line, as JSON, times as ISO 8601, bytes as base64;",
    ]
    lines += [".csv: the same rows for spreadsheets; what would run as a formula there has a ' in front.", ""]
    lines += [f"tables/{table.name}" for table in tables]
    return "\n".join(lines) + "\n"
