"""Around every request: an id, a limit to the body, how long it took, and headers that keep browsers safe."""

import re
import time
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gardenos_chassis import telemetry
from gardenos_chassis.asked import answering
from gardenos_chassis.errors import TooLarge
from gardenos_chassis.http.problems import problem
from gardenos_chassis.ids import new_id
from gardenos_chassis.origins import Proxies

_PROBES = frozenset({"/livez", "/readyz", "/metrics"})
"""Asked every few seconds by machines: no trace of anybody's work."""

_TRACE = frozenset({b"traceparent", b"tracestate"})

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,100}")


class Envelope:
    """Pure ASGI, so that a client that hangs up cancels the request and nothing is left behind.

    `max_body` is in bytes; `larger` gives the path prefixes that take more, each with its own limit; `proxies` are those
    whose word on where a request came from is taken.
    """

    def __init__(self, app: ASGIApp, *, service: str, max_body: int, larger: dict[str, int], proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies
        self._service = service
        self._max_body = max_body
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] in _PROBES:
            await self._answer(scope, receive, send)
            return
        with answering(scope, self._proxies):
            await self._traced(scope, receive, send)

    async def _traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        carried = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _TRACE}
        with telemetry.serving(scope["method"], carried) as span:
            status = await self._answer(scope, receive, send)
            route = getattr(scope.get("route"), "path", "unmatched")
            span.update_name(f"{scope['method']} {route}")
            span.set_attributes(
                {"http.route": route, "http.response.status_code": status, "gardenos.service": self._service}
            )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Answers, and tells with which status."""
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given.decode() if _REQUEST_ID.fullmatch(given) else str(new_id())
        scope.setdefault("state", {})["request_id"] = request_id
        limit = self._limit(scope["path"])
        started = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                found = message["headers"] = list(message.get("headers", ()))
                found.append((b"x-request-id", request_id.encode()))
                found.append((b"x-content-type-options", b"nosniff"))
                if not any(name == b"cache-control" for name, _ in found):
                    found.append((b"cache-control", b"no-store"))
            await send(message)

        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > limit:
            await _too_large(limit)(scope, receive, answer)
        else:
            await self._app(scope, _limited(receive, limit), answer)
        route = getattr(scope.get("route"), "path", "unmatched")
        telemetry.requests_duration.record(
            time.perf_counter() - started,
            {
                "gardenos.service": self._service,
                "http.route": route,
                "http.request.method": scope["method"],
                "http.response.status_code": status,
            },
        )
        return status

    def _limit(self, path: str) -> int:
        return next((size for prefix, size in self._larger.items() if path.startswith(prefix)), self._max_body)


def _limited(receive: Receive, limit: int) -> Receive:
    """A body sent in chunks may not announce its length: it is counted as it comes."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge(_words(limit))
        return message

    return counted


def _words(limit: int) -> str:
    return f"the body is larger than the {limit:,} bytes that this address takes; send less at once"


def _too_large(limit: int) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    return problem(TooLarge.status, TooLarge.title, _words(limit))
