"""One document of all services' APIs."""

from pathlib import Path
from typing import Any

import pytest
from gardenos_chassis.settings import SERVICES
from gardenos_cli.documents.openapi import document_of, installed, merged, written

COPY = Path(__file__).parents[2] / "web" / "openapi.json"


def document(path: str, operation: str, **schemas: Any) -> dict[str, Any]:
    name = next(iter(schemas))
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    answers = {"200": {"description": "", "content": content}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "One service", "version": "1"},
        "paths": {path: {"get": {"operationId": operation, "responses": answers}}},
        "components": {"schemas": schemas},
    }


TREE = {"type": "object", "properties": {"name": {"$ref": "#/components/schemas/Name"}}}
SHORT = {"type": "string", "maxLength": 5}
LONG = {"type": "string", "maxLength": 500}
PROBLEM = {"type": "object"}


def test_what_is_alike_is_one_and_what_differs_goes_by_its_service() -> None:
    whole = merged(
        {
            "leads": document("/leads", "list_leads", Tree=TREE, Name=SHORT, Problem=PROBLEM),
            "clients": document("/clients", "list_clients", Tree=TREE, Name=LONG, Problem=PROBLEM),
            "ai": document("/insights", "list_insights", Insight=LONG, Problem=PROBLEM),
        }
    )
    schemas = whole["components"]["schemas"]
    # Tree is written alike in both, and yet another thing, for it holds another Name.
    assert list(schemas) == ["ClientsName", "ClientsTree", "Insight", "LeadsName", "LeadsTree", "Problem"]
    assert schemas["ClientsTree"]["properties"]["name"] == {"$ref": "#/components/schemas/ClientsName"}
    assert schemas["ClientsName"] == LONG
    answer = whole["paths"]["/leads"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/LeadsTree"}
    assert list(whole["paths"]) == ["/clients", "/insights", "/leads"]


def test_what_every_service_answers_alike_is_one_path() -> None:
    alike = {
        name: document("/operations/{service}/x", "show_x", Tree=TREE, Name=SHORT) for name in ("leads", "clients")
    }
    assert merged(alike)["paths"] == alike["leads"]["paths"]


def test_it_is_written_the_same_in_any_order() -> None:
    one = document("/leads", "list_leads", Tree=TREE, Name=SHORT)
    two = document("/clients", "list_clients", Tree=TREE, Name=LONG)
    assert written(merged({"leads": one, "clients": two})) == written(merged({"clients": two, "leads": one}))


def test_a_path_and_an_operation_are_of_one_service() -> None:
    one = document("/leads", "list_leads", Tree=TREE, Name=SHORT)
    with pytest.raises(ValueError, match="two services answer /leads"):
        merged({"leads": one, "clients": document("/leads", "list_clients", Tree=TREE, Name=SHORT)})
    with pytest.raises(ValueError, match="an operation called list_leads"):
        merged({"leads": one, "clients": document("/clients", "list_leads", Tree=TREE, Name=SHORT)})


def test_the_web_client_s_copy_is_of_these_services() -> None:
    assert installed() == list(SERVICES)
    document = written(merged({name: document_of(name) for name in SERVICES}))
    assert COPY.read_text("utf-8") == document, "web/openapi.json is out of date: run `make api`"
