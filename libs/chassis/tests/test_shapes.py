"""Answers are what their routes document; the documents say what can be answered."""

from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import Response
from gardenos_chassis.http import json_response, openapi, problems
from gardenos_chassis.http.shapes import Page, Shape
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.answers import CheckedTransport


class Leaf(Shape):
    colour: str | None
    veins: int


class Tree(Shape):
    name: str
    leaves: list[Leaf]


LEAF = {"colour": None, "veins": 3}
TREE = {"name": "oak", "leaves": [LEAF]}


async def ask(
    answer: Any, status: int = 200, *, documented: dict[int | str, dict[str, Any]], problem: bool = False
) -> int:
    router = APIRouter(prefix="/api")

    @router.get("/trees/{name}", responses=documented)
    async def show_tree(name: str) -> Response:
        found = json_response(answer, status)
        if problem:
            found.headers["content-type"] = "application/problem+json"
        return found

    app = FastAPI()
    app.include_router(router)
    async with httpx.AsyncClient(transport=CheckedTransport(app), base_url="http://app") as http:
        return (await http.get("/api/trees/oak")).status_code


async def test_what_is_of_its_shape_passes() -> None:
    assert await ask(TREE, documented={200: {"model": Tree}}) == 200
    assert await ask({"items": [TREE], "next_cursor": None}, documented={200: {"model": Page[Tree]}}) == 200
    assert await ask({"anything": 1}, documented={}) == 200
    assert await ask({"anything": 1}, documented={200: {"description": "No shape"}}) == 200


@pytest.mark.parametrize(
    "answer",
    [
        {**TREE, "height": 3},
        {"name": "oak"},
        {"name": None, "leaves": []},
        {"name": "oak", "leaves": [{**LEAF, "size": 1}]},
        {"name": "oak", "leaves": [{"veins": 3}]},
        {"name": "oak", "leaves": [{**LEAF, "veins": "3"}]},
        [TREE],
        None,
    ],
)
async def test_what_is_not_fails_the_test_that_asked(answer: Any) -> None:
    with pytest.raises(AssertionError, match="GET /api/trees/oak answered 200, and that is no Tree"):
        await ask(answer, documented={200: {"model": Tree}})


async def test_a_status_without_a_shape_is_not_documented() -> None:
    with pytest.raises(AssertionError, match=r"documents a shape for \[200\] alone"):
        await ask(TREE, 202, documented={200: {"model": Tree}})


async def test_problems_are_problems_on_every_route() -> None:
    good = {"type": "about:blank", "title": "Conflict", "status": 409, "detail": "felled already"}
    assert await ask(good, 409, documented={200: {"model": Tree}}, problem=True) == 409
    with pytest.raises(AssertionError, match="that is no Problem"):
        await ask({"error": "felled"}, 409, documented={}, problem=True)


async def test_the_document_of_a_service(notes: Running) -> None:
    async with notes.anonymous() as http:
        document = (await http.get("/openapi.json")).json()
    found = {operation["operationId"]: operation for _, _, operation in openapi.operations(document)}
    assert {"take", "strike", "show", "listed"} <= set(found)
    page = found["listed"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert page == {"$ref": "#/components/schemas/ShownNotePage"}
    assert set(found["listed"]["responses"]) == {"200", "401", "422", "default"}
    assert set(found["show"]["responses"]) == {"200", "401", "404", "default"}
    assert set(found["take"]["responses"]) == {"201", "401", "403", "409", "413", "422", "default"}
    assert set(found["strike"]["responses"]) == {"200", "401", "403", "404", "409", "412", "422", "default"}
    for operation in found.values():
        for status, answer in operation["responses"].items():
            if status == "204":
                assert "content" not in answer
                continue
            shown = "application/zip" if operation is found["export_agency"] else "application/json"
            assert list(answer["content"]) == [shown if status.startswith("2") else "application/problem+json"]
    shown = document["components"]["schemas"]["ShownNote"]
    assert shown["required"] == ["id", "text", "owner_id", "team_id"]
    assert document["components"]["schemas"]["Problem"]["required"] == ["type", "title", "status", "detail"]
    assert not [name for name in document["components"]["schemas"] if "Validation" in name]


def test_an_operation_has_a_name_of_its_own() -> None:
    app = FastAPI(title="Forest", generate_unique_id_function=openapi.operation_id)
    problems.install(app)
    for prefix in ("/oaks", "/elms"):
        router = APIRouter(prefix=prefix)

        @router.get("")
        async def list_trees() -> Response:
            return json_response([])

        app.include_router(router)
    raises = pytest.raises(ValueError, match="two operations of Forest are called list_trees")
    openapi.install(app)
    with raises, pytest.warns(UserWarning, match="Duplicate Operation ID"):
        app.openapi()
