"""Requests to addresses that somebody typed in: never into our own network.

Only https, only to public addresses, checked where the connection is made: what a name stood for a moment before does not
count. No redirect is followed, no proxy of the environment used, and no answer read beyond some hundred kilobytes.
"""

import asyncio
import json
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

SECONDS = 8.0
MOST_BYTES = 256 * 1024


class ProviderAway(Exception):
    """The provider does not answer as one would; its words are for people."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How providers are reached. `private`: also without TLS and at private addresses, for a test or a closed network."""

    private: bool = False

    def check(self, address: str) -> str:
        """The address, if it is one to be asked. Raises ValueError."""
        parts = urlsplit(address)
        if parts.scheme != "https" and not (self.private and parts.scheme == "http"):
            raise ValueError("must begin with https://")
        if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
            raise ValueError("must be a plain address, without a user or a fragment")
        return address

    async def get(self, address: str) -> dict[str, Any]:
        """The JSON object that is there. Raises ProviderAway."""
        status, answer = await self._ask("GET", address)
        if status != 200:
            raise ProviderAway(f"{address} answered {status}")
        return answer

    async def post(
        self, address: str, form: Mapping[str, str], auth: tuple[str, str] | None
    ) -> tuple[int, dict[str, Any]]:
        """What comes of a form that is sent: the status and a JSON object. Raises ProviderAway."""
        return await self._ask("POST", address, data=dict(form), auth=auth)

    async def _ask(self, method: str, address: str, **request: Any) -> tuple[int, dict[str, Any]]:
        try:
            self.check(address)
            async with asyncio.timeout(SECONDS), httpx.AsyncClient(
                transport=_Transport(self.private), trust_env=False, follow_redirects=False, timeout=SECONDS
            ) as http, http.stream(method, address, headers={"Accept": "application/json"}, **request) as response:  # fmt: skip
                content = b""
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > MOST_BYTES:
                        raise ProviderAway(f"{address} answers more than anybody would read")
                answer = json.loads(content) if response.status_code == 200 or _is_json(response) else {}
        except (httpx.HTTPError, TimeoutError) as away:
            raise ProviderAway(f"{address} cannot be reached: {away or 'it takes too long'}") from away
        except ValueError as broken:
            raise ProviderAway(f"{address} does not answer with JSON, or is no address to ask") from broken
        if not isinstance(answer, dict):
            raise ProviderAway(f"{address} does not answer with a JSON object")
        return response.status_code, answer


def _is_json(response: httpx.Response) -> bool:
    kind: str = response.headers.get("content-type", "")
    return kind.partition(";")[0].strip() == "application/json"


class _Transport(httpx.AsyncHTTPTransport):
    def __init__(self, private: bool) -> None:
        super().__init__(verify=_tls())
        self._pool = httpcore.AsyncConnectionPool(ssl_context=_tls(), network_backend=_Guard(private))


class _Guard(httpcore.AsyncNetworkBackend):
    """Looks a name up itself, and connects to the very address that was looked at."""

    def __init__(self, private: bool) -> None:
        self._private = private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as unknown:
            raise httpcore.ConnectError(f"{host} is not known") from unknown
        addresses = [str(each[4][0]) for each in found]
        if not self._private and not all(is_public(each) for each in addresses):
            raise httpcore.ConnectError(f"{host} is not a public address")
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet at large."""
    found = ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return bool(found.is_global and not found.is_multicast and not found.is_reserved)


@lru_cache(maxsize=1)
def _tls() -> SSLContext:
    return httpx.create_ssl_context()
