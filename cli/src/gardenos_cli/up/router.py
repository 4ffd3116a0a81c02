"""Six services behind one port: each request to the service whose path it is, as an ingress does it in a cluster."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from gardenos_chassis.http.problems import problem
from gardenos_chassis.http.responses import json_response
from gardenos_chassis.service import Service
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

RESOURCES = {
    "identity": ("agencies", "users", "invitations", "teams", "branches", "sessions", "api-keys", "operators"),
    "leads": (
        "leads",
        "campaigns",
        "imports",
        "lead-sources",
        "lead-posts",
        "lead-forms",
        "lead-mails",
        "lead-assignment",
        "pipelines",
    ),
    "clients": ("clients", "households", "policies", "quotes", "carriers", "documents"),
    "comms": ("threads", "messages", "calls", "timeline", "consents", "tasks", "sequences", "webhooks"),
    "ai": ("insights", "scores", "drafts", "summaries", "search"),
    "reporting": ("reports", "exports", "audit", "changes"),
}
"""Which service serves `/api/v1/<resource>`."""

OPERATIONS = "operations"
"""Every service serves `/api/v1/operations/<service>`."""

_SERVICE_OF = {resource: service for service, resources in RESOURCES.items() for resource in resources}
_DIRECT = "/_services/"


class Platform:
    """The ASGI app of `gardenos up`.

    Besides `/api/v1/…` and the web client: `/readyz` for all six, `/livez`, `/metrics`, `/openapi/<service>.json`, and
    `/_services/<service>/…`, by which services reach one another's own addresses (the event feed).
    """

    def __init__(self, services: Sequence[Service], web: ASGIApp, *, parts: Mapping[str, str]) -> None:
        self._services = {service.name: service for service in services}
        self._web = web
        self._parts = dict(parts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            return
        app, scope = await self._find(scope)
        await app(scope, receive, send)

    async def _find(self, scope: Scope) -> tuple[ASGIApp, Scope]:
        path: str = scope["path"]
        # The same for every answer, whichever service gives it; the services see to their own.
        if path.startswith("/api/v1/"):
            resource, service_named = (*path.split("/")[3:5], "")[:2]
            name = service_named if resource == OPERATIONS else _SERVICE_OF.get(resource, "")
            service = self._services.get(name)
            return (service.app if service else _nothing(path)), scope
        if path.startswith("/.well-known/"):
            return self._services["identity"].app, scope
        if path.startswith(_DIRECT):
            return self._directly(scope)
        if path == "/readyz":
            return await self._readiness(), scope
        if path == "/livez":
            return json_response({"status": "alive"}), scope
        if path == "/metrics":
            # One process, one registry: the samples name their service.
            return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST), scope
        if path == "/openapi.json":
            return json_response({name: f"/openapi/{name}.json" for name in self._services}), scope
        if path.startswith("/openapi/"):
            name = path.removeprefix("/openapi/").removesuffix(".json")
            if name in self._services and path.endswith(".json"):
                return self._services[name].app, _moved(scope, "/openapi.json")
            return _nothing(path), scope
        if path.startswith(("/api/", "/internal/")):
            return _nothing(path), scope
        return self._web, scope

    def _directly(self, scope: Scope) -> tuple[ASGIApp, Scope]:
        name, _, rest = scope["path"].removeprefix(_DIRECT).partition("/")
        service = self._services.get(name)
        return (service.app, _moved(scope, f"/{rest}")) if service else (_nothing(scope["path"]), scope)

    async def _readiness(self) -> Response:
        found = await asyncio.gather(*(service.readiness() for service in self._services.values()))
        ready = all(each.ready for each in found)
        body: dict[str, Any] = {
            "status": "ready" if ready else "not ready",
            "services": {
                each.service: {"status": "ready" if each.ready else "not ready", "faults": dict(each.faults)}
                for each in found
            },
            "parts": self._parts,
        }
        return json_response(body, 200 if ready else 503)


def address_of(base: str, service: str) -> str:
    """Where a service's own addresses are, below the platform's."""
    return f"{base}{_DIRECT}{service}"


def _moved(scope: Scope, path: str) -> Scope:
    return {**scope, "path": path, "raw_path": path.encode()}


def _nothing(path: str) -> Response:
    return problem(404, "Not found", f"nothing is served at {path}")
