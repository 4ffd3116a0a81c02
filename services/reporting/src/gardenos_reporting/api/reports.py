"""`/api/v1/reports`."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import lists
from gardenos_chassis.http import Reader, Reading, csv, json_response
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.service import Service

from gardenos_reporting import queries
from gardenos_reporting.api import shapes
from gardenos_reporting.api.form import AS_CSV_TOO, AskedForm, Form, csv_response, lines_of
from gardenos_reporting.measures import CONVERSION_TIMES, RESPONSE_TIMES, GroupBy, Measure
from gardenos_reporting.period import Period, period_of

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

_PAGE_OF_FILE = 5000
"""Leads that are asked for at once, each time in the order of all: the more at once, the less is sorted in vain."""
_SLICE_OF_FILE = 1000
"""Lines that are written at once: few, so that other requests get their turn in between."""


async def _asked_period(
    reading: Reader,
    from_: Annotated[
        date | None,
        Query(
            alias="from",
            description="First day, by default 89 before the last",
            ge=date(1900, 1, 1),
            le=date(2200, 1, 1),
        ),
    ] = None,
    to: Annotated[
        date | None,
        Query(description="Last day, inclusive, by default today", ge=date(1900, 1, 1), le=date(2200, 1, 1)),
    ] = None,
) -> Period:
    """Days in the agency's time zone."""
    return period_of(from_, to, await queries.zone(reading.session, reading.caller), datetime.now(UTC))


def _asked_behind(
    group_by: GroupBy = GroupBy.AGENT,
    key: Annotated[
        str | None,
        Query(
            max_length=200,
            pattern=r"^[^\x00]*$",
            description="Of a row; `none` for the row without one; by default all rows",
        ),
    ] = None,
    from_seconds: Annotated[float | None, Query(ge=0)] = None,
    to_seconds: Annotated[float | None, Query(ge=0, description="Exclusive")] = None,
) -> queries.Behind:
    return queries.Behind(group_by, key, from_seconds=from_seconds, to_seconds=to_seconds)


AskedPeriod: TypeAlias = Annotated[Period, Depends(_asked_period, scope="function")]
AskedBehind: TypeAlias = Annotated[queries.Behind, Depends(_asked_behind)]


@router.get("/conversion-times", responses={200: {"model": shapes.ConversionTimes, **AS_CSV_TOO}})
async def conversion_times(
    reading: Reader, period: AskedPeriod, form: AskedForm, group_by: GroupBy = GroupBy.AGENT
) -> Response:
    """How long leads took from first touch to conversion: those converted in the period."""
    return await _report(CONVERSION_TIMES, reading, period, form, group_by)


@router.get(
    "/conversion-times/leads",
    responses={200: {"model": Page[shapes.ConvertedLead], **AS_CSV_TOO}},
    openapi_extra=lists("leads behind a report"),
)
async def conversion_time_leads(
    request: Request,
    reading: Reader,
    period: AskedPeriod,
    form: AskedForm,
    wanted: AskedBehind,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """The leads behind a conversion time, the slowest first. As CSV, all of them."""
    return await _leads(request, CONVERSION_TIMES, reading, period, form, wanted, limit, cursor)


@router.get("/response-times", responses={200: {"model": shapes.ResponseTimes, **AS_CSV_TOO}})
async def response_times(
    reading: Reader, period: AskedPeriod, form: AskedForm, group_by: GroupBy = GroupBy.AGENT
) -> Response:
    """How long leads waited for the agency's first call: those captured in the period."""
    return await _report(RESPONSE_TIMES, reading, period, form, group_by)


@router.get(
    "/response-times/leads",
    responses={200: {"model": Page[shapes.AnsweredLead], **AS_CSV_TOO}},
    openapi_extra=lists("leads behind a report"),
)
async def response_time_leads(
    request: Request,
    reading: Reader,
    period: AskedPeriod,
    form: AskedForm,
    wanted: AskedBehind,
    waiting: Annotated[bool, Query(description="Those who wait, instead of those who were called")] = False,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """The leads behind a response time, the slowest first; or those who wait, who has waited longest first."""
    wanted = replace(wanted, waiting=waiting)
    return await _leads(request, RESPONSE_TIMES, reading, period, form, wanted, limit, cursor)


@router.get("/pipeline", responses={200: {"model": shapes.Pipeline}})
async def pipeline(reading: Reader) -> Response:
    """Where the leads in the caller's scope stand now."""
    return json_response(await queries.pipeline(reading.session, reading.caller, datetime.now(UTC)))


async def _report(measure: Measure, reading: Reading, period: Period, form: Form, group_by: GroupBy) -> Response:
    report = await queries.times(reading.session, reading.caller, measure, period, group_by)
    filename = _filename(measure, period, group_by)
    return csv_response(_lines(report), filename) if form.csv else form.json_response(report, filename)


def _lines(report: dict[str, Any]) -> Iterator[str]:
    """The rows and their total, the same numbers as in the JSON."""
    numbers = list(report["total"])
    yield csv.line([report["group_by"], "key", *numbers])
    for row in report["rows"]:
        yield csv.line([row["label"], row["key"], *(row[name] for name in numbers)])
    yield csv.line(["All", None, *report["total"].values()])


async def _leads(
    request: Request,
    measure: Measure,
    reading: Reading,
    period: Period,
    form: Form,
    wanted: queries.Behind,
    limit: int,
    cursor: str | None,
) -> Response:
    service: Service = request.app.state.service
    filename = f"{_filename(measure, period, wanted.group_by)}-leads"
    limit = _PAGE_OF_FILE if form.csv else limit
    first = await queries.leads_behind(reading.session, reading.caller, measure, period, wanted, limit, cursor)
    if not form.csv:
        return form.json_response(first, filename)
    shows(act="downloaded")

    async def lines() -> AsyncIterator[str]:
        page = first
        yield csv.line(queries.columns_of(measure))
        while True:
            for start in range(0, len(page["items"]), _SLICE_OF_FILE):
                yield lines_of(page["items"][start : start + _SLICE_OF_FILE], period.zone)
                await asyncio.sleep(0)
            if page["next_cursor"] is None:
                return
            # A session for each page: one that is held while a client reads slowly is one that others lack.
            async with service.database.transaction(reading.caller.agency_id) as session:
                page = await queries.leads_behind(
                    session, reading.caller, measure, period, wanted, limit, page["next_cursor"]
                )

    return csv_response(lines(), filename)


def _filename(measure: Measure, period: Period, group_by: GroupBy) -> str:
    return f"{measure.report}-by-{group_by.value}-{period.first}-to-{period.last}"
