"""A service's OpenAPI document: operation ids that last, and the problems each operation may answer with."""

import re
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, TypeAlias

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from gardenos_chassis.http.shapes import Problem

Document: TypeAlias = dict[str, Any]

_REF = "#/components/schemas/"
_FRAMEWORK_S_OWN = ("HTTPValidationError", "ValidationError")


def operation_id(route: APIRoute) -> str:
    """The name of the function that answers: `list_leads`."""
    return route.name


def install(app: FastAPI) -> None:
    """Makes the app's document ours: when it is first asked for, since of a large service it takes a second.

    That raises ValueError if two operations have one id.
    """

    def document() -> Document:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes)
            seen = Counter(operation["operationId"] for _, _, operation in operations(made))
            if twice := [name for name, times in seen.items() if times > 1]:
                raise ValueError(f"two operations of {app.title} are called {', '.join(twice)}; rename one function")
            app.openapi_schema = _with_problems(_with_short_names(made))
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation with its path and method."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _with_short_names(document: Document) -> Document:
    """`Page[Lead]` is `LeadPage`."""
    text = orjson.dumps(document).decode()
    renamed: Document = orjson.loads(re.sub(r'(?<=["/])Page_(\w+)_(?=")', r"\1Page", text))
    return renamed


def _with_problems(document: Document) -> Document:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FRAMEWORK_S_OWN:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(mode="serialization", ref_template=_REF + "{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    for path, method, operation in operations(document):
        operation["responses"].pop("422", None)
        for status in _refusals(path, method, operation):
            operation["responses"][str(status.value)] = _problem(status.phrase)
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")):
                # A route that declares one says when it is given, not how it looks.
                answer |= _problem(answer["description"])
        operation["responses"]["default"] = _problem("Any other refusal or fault")
    return document


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": {"$ref": f"{_REF}Problem"}}},
    }


def _refusals(path: str, method: str, operation: dict[str, Any]) -> Iterator[HTTPStatus]:
    """The refusals that can happen, as far as what the operation takes tells it."""
    places = {(given["in"], given["name"].lower()) for given in operation.get("parameters", ())}
    has_body = "requestBody" in operation
    is_command = ("header", "idempotency-key") in places
    if "security" in operation:
        yield HTTPStatus.UNAUTHORIZED
        if method != "get":
            yield HTTPStatus.FORBIDDEN
    if "{" in path:
        yield HTTPStatus.NOT_FOUND
    if is_command:
        yield HTTPStatus.CONFLICT
        if "{" in path:
            yield HTTPStatus.PRECONDITION_FAILED
    if has_body:
        yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if has_body or any(place != "path" for place, _ in places):
        yield HTTPStatus.UNPROCESSABLE_ENTITY
