"""`/api/v1/imports`."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import Response, StreamingResponse
from gardenos_chassis.audit.accesses import downloads, lists
from gardenos_chassis.errors import FieldError, Invalid
from gardenos_chassis.http import Reader, Writer, csv, json_response
from gardenos_chassis.http.dependencies import Writing
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.service import Service
from pydantic import ValidationError

from gardenos_leads.api import import_shapes as shapes
from gardenos_leads.importing import commands, queries
from gardenos_leads.importing.plan import PlanImport
from gardenos_leads.importing.rows import Fate
from gardenos_leads.settings import LeadsSettings

router = APIRouter(prefix="/api/v1/imports", tags=["imports"])

_NOT_SHOWN = "(not shown to your role)"
_UNDONE = {"removed": "removed", "restored": "set back", "kept": "stays"}


class _Csv(StreamingResponse):
    media_type = "text/csv"


@router.post("", status_code=201, responses={201: {"model": shapes.Import}})
async def upload_leads(
    request: Request,
    writing: Writer,
    file: Annotated[
        UploadFile,
        File(description="CSV, in any usual encoding and with any usual delimiter, or an Excel workbook (.xlsx)"),
    ],
    plan: Annotated[
        str | None, Form(max_length=200_000, description="JSON: how it is to be taken in, as `PUT …/plan` takes it")
    ] = None,
    go_on: Annotated[
        commands.GoOn,
        Form(description="With a plan: have it looked at what it would do, or run, at once"),
    ] = "wait",
) -> Response:
    """A file is read to its end and kept. Nothing of it is taken in before it is planned and run."""
    planned = _plan(plan)
    if planned is None and go_on != "wait":
        raise Invalid("say by `plan` how it is to be taken in", pointer="/plan")
    if planned is not None:
        await writing.refuse_strangers(owner_id=planned.owner_id, team_id=planned.team_id)
    settings = _settings(request)
    limits = commands.Limits(
        bytes=settings.import_max_bytes,
        rows=settings.import_max_rows,
        keep=timedelta(days=settings.keep_imported_files_days),
    )
    given = commands.Given(_name_of(file), file.file, planned, go_on)
    import_id = await commands.upload(writing.store, writing.context, given, limits)
    return await _answer(request, writing, import_id, 201, location=True)


def _name_of(file: UploadFile) -> str:
    return (file.filename or "").replace("\0", "").strip()[:200] or "leads.csv"


def _plan(text: str | None) -> PlanImport | None:
    if not text:
        return None
    try:
        return PlanImport.model_validate_json(text)
    except ValidationError as error:
        wrong = [
            FieldError("/plan" + "".join(f"/{part}" for part in each["loc"]), each["msg"]) for each in error.errors()
        ]
        raise Invalid("the plan is not one; see `PUT …/plan`", errors=wrong) from error


@router.get("", responses={200: {"model": Page[shapes.Import]}})
async def list_imports(reading: Reader, limit: Limit = 50, cursor: CursorParam = None) -> Response:
    """The imports so far, the latest first."""
    return json_response(await queries.import_page(reading.session, reading.caller, limit, cursor))


@router.get("/{import_id}", responses={200: {"model": shapes.Import}})
async def show_import(import_id: UUID, reading: Reader) -> Response:
    """One import: how the file is read, how far it is, and how many rows met which fate."""
    return json_response(await queries.import_(reading.session, reading.caller, import_id))


@router.put("/{import_id}/plan", responses={200: {"model": shapes.Import}})
async def plan_import(import_id: UUID, request: Request, body: PlanImport, writing: Writer) -> Response:
    """What the columns hold, and what becomes of rows of people who are leads already; as often as one likes before it runs."""
    await writing.refuse_strangers(owner_id=body.owner_id, team_id=body.team_id)
    await commands.plan(writing.store, writing.context, import_id, body)
    return await _answer(request, writing, import_id)


@router.post("/{import_id}/check", status_code=202, responses={202: {"model": shapes.Import}})
async def check_import(import_id: UUID, request: Request, writing: Writer) -> Response:
    """It is looked at what it would do, without a lead being written: counts, and the first rows of each fate."""
    await commands.check(writing.store, writing.context, import_id)
    return await _answer(request, writing, import_id, 202, location=True)


@router.post("/{import_id}/run", status_code=202, responses={202: {"model": shapes.Import}})
async def run_import(import_id: UUID, request: Request, writing: Writer) -> Response:
    """Its rows are taken in. One that stopped half-way goes on from there."""
    await commands.run(writing.store, writing.context, import_id)
    return await _answer(request, writing, import_id, 202, location=True)


@router.post("/{import_id}/undo", status_code=202, responses={202: {"model": shapes.Import}})
async def undo_import(import_id: UUID, request: Request, writing: Writer) -> Response:
    """It is taken back: leads that only came from it are removed, others set back, but for what changed since."""
    await commands.undo(writing.store, writing.context, import_id)
    return await _answer(request, writing, import_id, 202, location=True)


@router.get(
    "/{import_id}/rows",
    responses={200: {"model": Page[shapes.ImportRow]}},
    openapi_extra=lists("rows of an import", "import_id"),
)
async def list_import_rows(
    import_id: UUID,
    reading: Reader,
    fate: Fate | None = None,
    undone: Annotated[Literal["removed", "restored", "kept"] | None, Query()] = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Each row with its fate and why; before it is run, the first of each fate, as it was looked at."""
    found = await queries.import_(reading.session, reading.caller, import_id)
    page = await queries.import_row_page(reading.session, reading.caller, found, fate, undone, limit, cursor)
    return json_response(page)


@router.get("/{import_id}/rows.csv", response_class=_Csv, openapi_extra=downloads("rows of an import", "import_id"))
async def download_import_rows(
    request: Request,
    import_id: UUID,
    reading: Reader,
    fate: Fate | None = None,
    undone: Annotated[Literal["removed", "restored", "kept"] | None, Query()] = None,
) -> Response:
    """The rows as a file: as they were, with their fate and why in front, to be mended and imported again."""
    found = await queries.import_(reading.session, reading.caller, import_id)
    service: Service = request.app.state.service
    headers = [column["header"] for column in found["columns"]]

    async def lines() -> AsyncIterator[str]:
        yield csv.line(["row", "line", "fate", "lead", "reasons", "undone", *headers])
        cursor = None
        while True:
            # A session for each page: one that is held while a client reads slowly is one that others lack.
            async with service.database.transaction(reading.caller.agency_id) as session:
                page = await queries.import_row_page(session, reading.caller, found, fate, undone, 200, cursor)
            for row in page["items"]:
                why = "; ".join(filter(None, (_said(reason) for reason in row["reasons"])))
                back = ": ".join(filter(None, (_UNDONE.get(row["undone"]), row["undone_reason"])))
                cells = (_NOT_SHOWN if h in row.get("withheld", ()) else row["raw"].get(h, "") for h in headers)
                lead = row["lead_id"] or row["duplicate_of"]
                yield csv.line([row["row"], row["line"], row["fate"], lead, why, back, *cells])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    return _Csv(lines(), headers=csv.attachment(f"import-{import_id}.csv"))


def _said(reason: dict[str, str | None]) -> str:
    return f"{reason['field']} {reason['detail']}" if reason["detail"] == "changed" else reason["detail"] or ""


def _settings(request: Request) -> LeadsSettings:
    service: Service = request.app.state.service
    assert isinstance(service.settings, LeadsSettings)
    return service.settings


async def _answer(
    request: Request, writing: Writing, import_id: UUID, status: int = 200, *, location: bool = False
) -> Response:
    """The import as it is now, and where to watch it."""
    service: Service = request.app.state.service
    async with service.database.transaction(writing.caller.agency_id) as session:
        found = await queries.import_(session, writing.caller, import_id)
    return json_response(found, status, location=f"/api/v1/imports/{import_id}" if location else None)
