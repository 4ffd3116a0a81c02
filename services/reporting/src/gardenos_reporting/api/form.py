"""JSON or CSV, shown or kept as a file: as the query or the Accept header says."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request
from fastapi.responses import Response, StreamingResponse
from gardenos_chassis.http import csv, json_response

Format: TypeAlias = Literal["json", "csv"]

AS_CSV_TOO: dict[str, Any] = {"content": {"text/csv": {"schema": {"type": "string"}}}}
"""What a route documents that answers in either form."""


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is wanted."""

    csv: bool
    as_file: bool
    """Whether a browser is to keep it rather than show it."""

    def json_response(self, body: object, filename: str) -> Response:
        """The answer as JSON; `filename` is without its ending."""
        headers = csv.attachment(f"{filename}.json") if self.as_file else {}
        return json_response(body, headers={**headers, "Vary": "Accept"})


def _asked_form(
    request: Request,
    format_: Annotated[
        Format | None, Query(alias="format", description="As a file of this kind; without it, by the Accept header")
    ] = None,
) -> Form:
    if format_ is not None:
        return Form(csv=format_ == "csv", as_file=True)
    # The first that is named is the one preferred, as every client of ours has it.
    named = [each.partition(";")[0].strip() for each in request.headers.get("accept", "").lower().split(",")]
    first = next((each for each in named if each in ("text/csv", "application/json")), None)
    return Form(csv=first == "text/csv", as_file=False)


AskedForm: TypeAlias = Annotated[Form, Depends(_asked_form)]


def csv_response(lines: AsyncIterator[str] | Iterable[str], filename: str) -> Response:
    """Lines as a file that Excel opens with its letters right; `filename` is without its ending."""
    headers = {**csv.attachment(f"{filename}.csv"), "Vary": "Accept"}
    if isinstance(lines, AsyncIterator):
        return StreamingResponse(_marked(lines), media_type="text/csv", headers=headers)
    return Response(csv.BOM + "".join(lines), media_type="text/csv", headers=headers)


async def _marked(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    yield csv.BOM
    async for line in lines:
        yield line


def lines_of(rows: Sequence[Mapping[str, Any]], here: ZoneInfo) -> str:
    """Rows as lines; times as the agency's clocks showed them."""
    return csv.lines(
        (cell.astimezone(here) if isinstance(cell, datetime) else cell for cell in row.values()) for row in rows
    )
