"""Errors as RFC 9457 problem+json: what was wrong, where, and what to do."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from gardenos_chassis.errors import FieldError, Invalid, Refusal, TooManyRequests, Unauthorized, Unavailable
from gardenos_chassis.events.faults import is_database_away
from gardenos_chassis.http.responses import dumps
from gardenos_chassis.telemetry import told

log = logging.getLogger(__name__)

_MAYBE_AWAY = (DBAPIError, PoolTimeout, asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError, TimeoutError)


def problem(
    status: int,
    title: str,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    headers: dict[str, str] | None = None,
    type: str = "about:blank",
    see: str | None = None,
) -> Response:
    """One problem+json answer."""
    body: dict[str, Any] = {"type": type, "title": title, "status": status, "detail": detail}
    if see is not None:
        body["see"] = see
    if errors:
        body["errors"] = [{"pointer": error.pointer, "detail": error.detail} for error in errors]
    return Response(dumps(body), status_code=status, headers=headers, media_type="application/problem+json")


async def on_refusal(_: Request, error: Exception) -> Response:
    """What the domain refuses, as it says itself."""
    assert isinstance(error, Refusal)
    headers = {}
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Unavailable | TooManyRequests):
        headers["Retry-After"] = str(error.retry_after)
    errors = error.errors if isinstance(error, Invalid) else ()
    return problem(
        error.status, error.title, error.detail, errors=errors, headers=headers, type=error.type, see=error.see
    )


async def on_invalid_request(_: Request, error: Exception) -> Response:
    """What pydantic refuses: each field by its JSON pointer, or by its place in the query or path."""
    assert isinstance(error, RequestValidationError)
    errors = [FieldError(_pointer(found["loc"]), _words(found)) for found in error.errors()]
    detail = "; ".join(f"{error.pointer or 'the body'}: {error.detail}" for error in errors[:5])
    unknown_id = all(found["loc"][0] == "path" for found in error.errors())
    if unknown_id:
        return problem(404, "Not found", "there is nothing at this address: " + detail)
    return problem(422, "Invalid", detail, errors=errors)


def _words(found: dict[str, Any]) -> str:
    if found["type"] == "json_invalid":
        return f"the body is not JSON ({found.get('ctx', {}).get('error', 'unreadable')})"
    message: str = found["msg"]
    return message.removeprefix("Value error, ")


def _pointer(loc: Sequence[str | int]) -> str:
    where, *path = loc
    steps = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return steps if where == "body" else f"{where}:{steps.removeprefix('/')}"


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: no such route, no such method."""
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, Refusal):
        # Reading the body was refused by us, and the framework says so in words of its own.
        return await on_refusal(request, error.__cause__)
    title = HTTPStatus(error.status_code).phrase
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, title, str(error.detail), headers=headers)


async def on_away(request: Request, error: Exception) -> Response:
    """503 where the database cannot do what it can at other times: away, starting, its disk full. The rest is a fault."""
    if not (is_database_away(error) or isinstance(error, OSError)):
        raise error
    log.warning(
        "a request could not be answered, for something is away",
        extra={"path": request.scope.get("path"), "fault": told(error)},
    )
    return await on_refusal(
        request, Unavailable("something that this needs is away just now; please try again", retry_after=2)
    )


async def on_fault(request: Request, error: Exception) -> Response:
    """A fault of ours: logged whole, told in general."""
    log.error("request failed", exc_info=error, extra={"path": request.scope.get("path")})
    return problem(500, "Fault", "something went wrong on our side; it was logged. Please try again")


def install(app: FastAPI) -> None:
    """Makes every error of the app a problem."""
    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(HTTPException, on_http_exception)
    for kind in _MAYBE_AWAY:
        app.add_exception_handler(kind, on_away)
    app.add_exception_handler(Exception, on_fault)
