"""Every answer a test gets, held against what its route documents."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import jwt
from gardenos_contracts.values import Role
from pydantic import TypeAdapter, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gardenos_chassis.auth.fields import hidden_in, withheld_from
from gardenos_chassis.http.shapes import Problem


class CheckedTransport(httpx.AsyncBaseTransport):
    """Asks an app in process. A JSON answer of a route that documents shapes must be of the shape for its status.

    Strictly so: no field more at any level, none less, no type coerced. Problems must be problems on every route. And no
    answer may hold a sensitive field that the role in the token does not see.
    Raises AssertionError in the test that asked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The app's answer, once it is checked."""
        seen = _Seen()

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            async def sent(message: Message) -> None:
                seen.note(message)
                await send(message)

            seen.scope = scope
            await self._app(scope, receive, sent)

        transport = httpx.ASGITransport(app=watched, raise_app_exceptions=False)
        answer = await transport.handle_async_request(request)
        seen.check(f"{request.method} {request.url.path} answered {answer.status_code}")
        seen.withholds(_role_of(request), f"{request.method} {request.url.path}")
        return answer


class _Seen:
    """What went over the wire, and where."""

    def __init__(self) -> None:
        self.scope: Scope = {}
        self._status = 0
        self._media_type = ""
        self._body = bytearray()

    def note(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = {name.lower(): value for name, value in message.get("headers", ())}
            self._media_type = headers.get(b"content-type", b"").decode().partition(";")[0]
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def check(self, what: str) -> None:
        if self._media_type == "application/problem+json":
            self._parse(Problem, what)
            return
        documented = self._documented()
        if self._media_type != "application/json" or not documented:
            return
        if self._status not in documented:
            raise AssertionError(f"{what}, and its route documents a shape for {sorted(documented)} alone")
        self._parse(documented[self._status], what)

    def withholds(self, role: Role | None, what: str) -> None:
        """Raises AssertionError where what this role may not see was answered to it."""
        if role is None or self._media_type != "application/json":
            return
        for record in _records(json.loads(self._body or b"null")):
            if told := [name for name in hidden_in(withheld_from(role), record) if record[name] is not None]:
                raise AssertionError(f"{what} tells the role {role} of {', '.join(told)}")

    def _documented(self) -> dict[int, Any]:
        responses: dict[int | str, dict[str, Any]] = getattr(self.scope.get("route"), "responses", None) or {}
        return {int(status): said["model"] for status, said in responses.items() if "model" in said}

    def _parse(self, model: Any, what: str) -> None:
        try:
            _adapter(model).validate_json(bytes(self._body), strict=True, extra="forbid")
        except ValidationError as error:
            raise AssertionError(f"{what}, and that is no {model.__name__}: {error}") from None


def _role_of(request: httpx.Request) -> Role | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        claims = jwt.decode(token, options={"verify_signature": False}) if scheme == "Bearer" else {}
        return Role(claims["role"])
    except (jwt.InvalidTokenError, KeyError, ValueError):
        return None


def _records(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _records(part)


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)
