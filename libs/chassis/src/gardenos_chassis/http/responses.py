"""Answers: JSON straight from the driver's values."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from fastapi.responses import Response


def _plain(value: Any) -> Any:
    # asyncpg's UUID is a subclass, which orjson does not take by itself.
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


# SQLAlchemy's column names, the keys of its rows, are a subclass of str.
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC | orjson.OPT_NON_STR_KEYS


def dumps(value: Any) -> bytes:
    """JSON; times in UTC with `Z`."""
    return orjson.dumps(value, default=_plain, option=_OPTIONS)


def etag(version: int) -> str:
    """An aggregate's version as an entity tag."""
    return f'"{version}"'


def json_response(
    body: Any,
    status: int = 200,
    *,
    etag: int | None = None,
    location: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A JSON answer; `etag` is the aggregate's version, `location` the address of what was made."""
    found = dict(headers or {})
    if etag is not None:
        found["ETag"] = f'"{etag}"'
    if location is not None:
        found["Location"] = location
    return Response(dumps(body), status_code=status, headers=found, media_type="application/json")
