"""One OpenAPI document of all services: what the web client's types are made from."""

import importlib.util
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from gardenos_chassis.http.openapi import Document, operations
from gardenos_chassis.sealing.keys import new_master_key
from gardenos_chassis.settings import SERVICES

from gardenos_cli.up.folder import signing_key
from gardenos_cli.up.services import recipe

_REF = "#/components/schemas/"


def installed() -> list[str]:
    """The services that are installed here, in their order."""
    packages = {name: f"gardenos_{name}" for name in SERVICES}
    return [
        name
        for name, package in packages.items()
        if importlib.util.find_spec(package) is not None and importlib.util.find_spec(f"{package}.app") is not None
    ]


def document_of(service: str) -> Document:
    """One service's document."""
    document: Document = app_of(service).openapi()
    return document


def app_of(service: str) -> FastAPI:
    """One service's app, wired and not started: no database, no broker."""
    found = recipe(service)
    required = {
        "database_url": "postgresql+asyncpg://nobody@127.0.0.1/nothing",
        "internal_token": "none",
        "master_key": new_master_key(),
        "signing_key": signing_key(),
    }
    settings = found.settings_class.model_validate(
        {name: value for name, value in required.items() if name in found.settings_class.model_fields}
    )
    return found.create(settings).app


def merged(documents: Mapping[str, Document]) -> Document:
    """All services' paths and components, in order of name.

    A path or component that several services define alike is one; where components differ, each goes by its service's
    name too. Raises ValueError if two services answer the same path each in its way, or name two operations alike.
    """
    parts = {service: json.loads(json.dumps(document)) for service, document in documents.items()}
    while clashing := _clashing(parts):
        parts = {service: _prefixed(document, service, clashing) for service, document in parts.items()}
    whole: Document = {"openapi": "3.1.0", "info": {"title": "GardenOS", "version": "1"}, "paths": {}}
    components: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for document in parts.values():
        both = whole["paths"].keys() & document["paths"].keys()
        if twice := [path for path in both if whole["paths"][path] != document["paths"][path]]:
            raise ValueError(f"two services answer {', '.join(sorted(twice))}, and not alike")
        whole["paths"] |= document["paths"]
        for kind, found in document.get("components", {}).items():
            components[kind] |= found
    named = Counter(operation["operationId"] for _, _, operation in operations(whole))
    if alike := [name for name, times in named.items() if times > 1]:
        raise ValueError(f"two services have an operation called {', '.join(alike)}; rename one function")
    whole["paths"] = dict(sorted(whole["paths"].items()))
    whole["components"] = {kind: dict(sorted(found.items())) for kind, found in sorted(components.items())}
    return whole


def written(document: Document) -> str:
    """As it is kept in a file: the same for the same document."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _clashing(parts: Mapping[str, Document]) -> set[str]:
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for document in parts.values():
        for name, schema in _schemas(document):
            seen[name].add(json.dumps(schema, sort_keys=True))
    return {name for name, forms in seen.items() if len(forms) > 1}


def _prefixed(document: Document, service: str, names: set[str]) -> Document:
    def renamed(name: str) -> str:
        return service.title() + name if name in names else name

    text = json.dumps(document)
    text = re.sub(rf'"{_REF}([^"]+)"', lambda found: f'"{_REF}{renamed(found[1])}"', text)
    moved: Document = json.loads(text)
    if "schemas" in moved.get("components", {}):
        moved["components"]["schemas"] = {renamed(name): schema for name, schema in _schemas(moved)}
    return moved


def _schemas(document: Document) -> Iterator[tuple[str, Any]]:
    yield from document.get("components", {}).get("schemas", {}).items()
