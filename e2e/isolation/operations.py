"""What the services offer, by their own OpenAPI documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi.routing import APIRoute
from gardenos_chassis.settings import SERVICES
from gardenos_cli.documents.openapi import app_of
from platform_under_test import Platform
from starlette.routing import BaseRoute, Route

NO_THING = frozenset({"external_id"})
"""What others call it: a text."""

VALUES = {"line": "auto", "line_of_business": "auto"}
"""What stands in a path and is every agency's: it names a line of business, not a thing of theirs."""

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation: its document's `operationId`, and what of it may name a thing."""

    id: str
    base: str
    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    in_body: tuple[str, ...]
    """Fields that name things, `lead_id` or `team_ids`."""
    has_body: bool
    secured: bool
    """Whether it asks who asks."""
    streams: bool
    """Whether its answer goes on, as events of a stream."""
    searches: bool
    """Whether it finds by words, or by what they mean."""

    @property
    def for_operators(self) -> bool:
        """Whether it is for those who operate the platform, and for nobody of an agency."""
        return self.path.startswith("/api/v1/operators/")

    def address(self, ids: Mapping[str, str]) -> str:
        """Its whole address, with these ids in the path."""
        return self.base + self.path.format(**VALUES, **ids)


async def offered(platform: Platform, http: httpx.AsyncClient) -> list[Operation]:
    """All operations of all services."""
    found = []
    for port in platform.ports.values():
        base = f"http://127.0.0.1:{port}"
        document = (await http.get(f"{base}/openapi.json")).raise_for_status().json()
        for path, item in document["paths"].items():
            found += [_operation(document, base, path, method, item[method]) for method in _METHODS if method in item]
    return sorted(found, key=lambda operation: operation.id)


def hidden() -> set[tuple[str, str]]:
    """Routes that stand in no document, as method and path, of all services."""
    return {
        (method, prefix + route.path)
        for service in SERVICES
        for prefix, route in _routes(app_of(service).routes)
        if not route.include_in_schema
        for method in route.methods or ()
    }


def _routes(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, Route | APIRoute]]:
    """Each with what stands before its path. Raises TypeError for one of a kind that is not known here."""
    for route in routes:
        if isinstance(route, Route | APIRoute):
            yield prefix, route
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from _routes(included.routes, prefix + route.include_context.prefix)  # type: ignore[attr-defined]
        else:
            raise TypeError(f"what is reached by {route!r}?")


def _operation(document: Any, base: str, path: str, method: str, told: Any) -> Operation:
    parameters = told.get("parameters", [])
    contents = told.get("requestBody", {}).get("content", {}).values()
    fields = {name for content in contents for name in _fields(document, content.get("schema", {}))}
    return Operation(
        told["operationId"], base, method, path,
        tuple(each["name"] for each in parameters if each["in"] == "path" and each["name"] not in VALUES),
        tuple(each["name"] for each in parameters if each["in"] == "query" and each["name"].endswith("_id")),
        tuple(sorted(name for name in fields - NO_THING if name.endswith(("_id", "_ids")))),
        bool(contents),
        "security" in told,
        any("text/event-stream" in answer.get("content", {}) for answer in told["responses"].values()),
        any(each["name"] == "q" for each in parameters),
    )  # fmt: skip


def _fields(document: Any, schema: Any) -> Iterator[str]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema.get("properties", {})
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _fields(document, each)
