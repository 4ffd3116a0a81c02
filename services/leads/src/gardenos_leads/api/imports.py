"""`/api/v1/imports`."""

import json
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response, StreamingResponse
from gardenos_chassis.audit.accesses import downloads, lists
from gardenos_chassis.errors import Invalid
from gardenos_chassis.http import Reader, Writer, csv, json_response
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.service import Service

from gardenos_leads import queries
from gardenos_leads.api import shapes
from gardenos_leads.importing import Fate
from gardenos_leads.importing.command import ImportLeads, run_import
from gardenos_leads.settings import LeadsSettings

router = APIRouter(prefix="/api/v1/imports", tags=["imports"])


_NOT_SHOWN = "(not shown to your role)"


class _Csv(StreamingResponse):
    media_type = "text/csv"


@router.post("", status_code=201, responses={200: {"model": shapes.DryRun}, 201: {"model": shapes.Import}})
async def import_leads(
    request: Request,
    writing: Writer,
    file: Annotated[UploadFile, File(description="CSV, in any usual encoding and with any usual delimiter")],
    mapping: Annotated[
        str | None, Form(description="JSON: a column's header to our field, or to null to leave it out")
    ] = None,
    campaign_id: Annotated[UUID | None, Form()] = None,
    source: Annotated[str, Form(min_length=1, max_length=200)] = "import",
    owner_id: Annotated[UUID | None, Form()] = None,
    team_id: Annotated[UUID | None, Form()] = None,
    dry_run: Annotated[bool, Form(description="Tell what would happen, and do nothing")] = False,
) -> Response:
    """Every row's fate is told; either the whole file is taken in, or nothing of it."""
    service: Service = request.app.state.service
    settings = service.settings
    assert isinstance(settings, LeadsSettings)
    await writing.refuse_strangers(owner_id=owner_id, team_id=team_id)
    command = ImportLeads(
        filename=file.filename or "leads.csv",
        content=await file.read(),
        mapping=_mapping(mapping),
        source=source,
        campaign_id=campaign_id,
        owner_id=owner_id,
        team_id=team_id,
        dry_run=dry_run,
        max_rows=settings.import_max_rows,
    )
    done = await run_import(writing.store, writing.context, command)
    if dry_run:
        return json_response(done.summary | {"rows": done.rows}, 200)
    return json_response(done.summary, 201, location=f"/api/v1/imports/{done.summary['id']}")


def _mapping(text: str | None) -> dict[str, str | None]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Invalid("mapping is not JSON; send an object of headers to fields", pointer="/mapping") from error
    if not isinstance(found, dict) or not all(isinstance(field, str | None) for field in found.values()):
        raise Invalid("mapping is an object of headers to fields, or to null to leave a column out", pointer="/mapping")
    return {header: field or None for header, field in found.items()}


@router.get("", responses={200: {"model": Page[shapes.Import]}})
async def list_imports(reading: Reader, limit: Limit = 50, cursor: CursorParam = None) -> Response:
    """The imports so far, the latest first."""
    return json_response(await queries.import_page(reading.session, reading.caller, limit, cursor))


@router.get("/{import_id}", responses={200: {"model": shapes.Import}})
async def show_import(import_id: UUID, reading: Reader) -> Response:
    """One import: how the file was read, and how many rows met which fate."""
    return json_response(await queries.import_(reading.session, reading.caller, import_id))


@router.get(
    "/{import_id}/rows",
    responses={200: {"model": Page[shapes.ImportRow]}},
    openapi_extra=lists("rows of an import", "import_id"),
)
async def list_import_rows(
    import_id: UUID, reading: Reader, fate: Fate | None = None, limit: Limit = 50, cursor: CursorParam = None
) -> Response:
    """Each row with its fate and why."""
    found = await queries.import_(reading.session, reading.caller, import_id)
    return json_response(await queries.import_row_page(reading.session, reading.caller, found, fate, limit, cursor))


@router.get("/{import_id}/rows.csv", response_class=_Csv, openapi_extra=downloads("rows of an import", "import_id"))
async def download_import_rows(
    request: Request, import_id: UUID, reading: Reader, fate: Fate | None = None
) -> Response:
    """The rows as a file: as they were, with their fate and why in front, to be mended and imported again."""
    found = await queries.import_(reading.session, reading.caller, import_id)
    service: Service = request.app.state.service
    headers = [column["header"] for column in found["columns"]]

    async def lines() -> AsyncIterator[str]:
        yield csv.line(["row", "line", "fate", "reasons", *headers])
        cursor = None
        while True:
            # A session for each page: one that is held while a client reads slowly is one that others lack.
            async with service.database.transaction(reading.caller.agency_id) as session:
                page = await queries.import_row_page(session, reading.caller, found, fate, 200, cursor)
            for row in page["items"]:
                why = "; ".join(reason["detail"] for reason in row["reasons"])
                cells = (_NOT_SHOWN if h in row.get("withheld", ()) else row["raw"].get(h, "") for h in headers)
                yield csv.line([row["row"], row["line"], row["fate"], why, *cells])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    return _Csv(lines(), headers=csv.attachment(f"import-{import_id}.csv"))
