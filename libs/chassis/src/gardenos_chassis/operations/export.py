"""All of one service that is an agency's, to be kept by its owner."""

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from gardenos_chassis.audit.accesses import downloads, record_access
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import EXPORT_AGENCY
from gardenos_chassis.errors import NotFound
from gardenos_chassis.http import csv
from gardenos_chassis.http.dependencies import actor_of, asker, service_of
from gardenos_chassis.leaving.export import export

router = APIRouter()


class _Zip(StreamingResponse):
    media_type = "application/zip"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it; who hangs up lets go of what it is made from at once."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            assert isinstance(self.body_iterator, AsyncGenerator)
            await self.body_iterator.aclose()


_ARCHIVE = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
    409: {"description": "Another export of the agency is under way here"},
}


@router.get(
    "/agency-export",
    response_class=_Zip,
    responses=_ARCHIVE,  # type: ignore[arg-type]
    openapi_extra=downloads("agency export", "service"),
)
async def export_agency(
    request: Request,
    caller: Annotated[Caller, Depends(asker)],
    service: Annotated[str, Path(description="identity, leads, clients, comms, ai or reporting")],
) -> StreamingResponse:
    """All that this service keeps of the agency: its history, its tables and a manifest, as a zip archive. For owners.

    It is made while it is sent, and is of one moment. One that was cut short is no archive.
    """
    caller.require(EXPORT_AGENCY)
    caller.require_confirmed()
    here = service_of(request)
    if service != here.name:
        raise NotFound(f"this is the {here.name} service; ask for /api/v1/operations/{here.name}/agency-export")
    pieces = export(here, caller.agency_id)
    try:
        await anext(pieces)
        await record_access(here.database, caller, actor_of(caller))
    except BaseException:
        await pieces.aclose()
        raise
    return _Zip(pieces, headers=csv.attachment(f"gardenos-{here.name}.zip"))
