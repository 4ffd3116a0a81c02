"""Requests to addresses that customers choose, and nothing else: they reach the public internet, or nobody.

An address is read once, by one parser, and what it was read as is what is connected to. A name is resolved once a request,
every address it resolves to must be public, and one of these is connected to: there is no second look at the name, so an
answer that is another the second time changes nothing. TLS is spoken for the name. No redirect is followed, no proxy of the
environment asked, no cookie kept, and of the answer only status and `Retry-After` are read.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias
from urllib.parse import urlsplit

import httpcore

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a name, in the order in which they are to be tried."""

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
_PORTS = frozenset({443, 8443})
_MOST_CHARACTERS = 2000
_USER_AGENT = "GardenOS-Webhooks/1"

_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")
# Beside what Python's `is_global` refuses. Those that carry an IPv4 address inside are refused whole: what is inside may
# be anything, and nobody serves webhooks there.
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16",
            "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ),
    )
)  # fmt: skip


class Refused(ValueError):
    """An address that is never connected to; says why, in words for who gave it."""


class NoAnswer(Exception):
    """No answer came; says why, without what the other side said."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address as it was read; what is connected to and asked for is made of these parts alone."""

    scheme: str
    host: str
    """A name in lower case, or an IP address as it is written canonically, IPv6 without brackets."""
    port: int
    path: str
    """With the query."""

    @property
    def is_standard_port(self) -> bool:
        """Whether the port goes without saying."""
        return self.port == (443 if self.scheme == "https" else 80)

    @property
    def authority(self) -> str:
        """As the header `Host` has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.is_standard_port else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, how long it took, and after how many seconds it asks to be tried again."""

    status: int
    milliseconds: int
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Where requests may go. `plain`: also by http, and to any port. `private`: networks that are reached all the same.

    Both are for receivers of the operator's own, and for tests.
    """

    plain: bool = False
    private: tuple[IpNetwork, ...] = ()

    def allows(self, address: IpAddress) -> bool:
        """Whether this may be connected to."""
        if any(address in network for network in self.private):
            return True
        return address.is_global and not address.is_multicast and not any(address in network for network in _NEVER)

    def target(self, url: str) -> Target:
        """What an address leads to. Raises Refused."""
        if len(url) > _MOST_CHARACTERS:
            raise Refused(f"an address has at most {_MOST_CHARACTERS:,} characters")
        if not url.isascii() or any(character <= " " or character in '\\"<>^`{|}\x7f' for character in url):
            raise Refused(
                "an address has no spaces, backslashes or letters beyond ASCII; write a name in its xn-- form"
            )
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise Refused("this is no address") from None
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise Refused("an address begins with https://")
        if parts.scheme == "http" and not self.plain:
            raise Refused("only https is spoken: what is sent must not be read on the way")
        if "@" in parts.netloc:
            raise Refused("an address holds no user and password; a receiver knows us by the signature")
        if parts.fragment or "#" in url:
            raise Refused("an address has no part after a #; it is never sent")
        port = port if port is not None else (443 if parts.scheme == "https" else 80)
        if port not in _PORTS and not self.plain:
            raise Refused("webhooks are sent to the ports 443 and 8443")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(parts.scheme, self._host(parts.hostname), port, path)

    def _host(self, given: str) -> str:
        try:
            address = ipaddress.ip_address(given)
        except ValueError:
            return self._name(given)
        if str(address) != given or getattr(address, "scope_id", None):
            raise Refused("write an IP address in its usual form")
        if not self.allows(address):
            raise Refused("this address is not on the public internet")
        return given

    def _name(self, given: str) -> str:
        if not _HOST.fullmatch(given) or len(given) > 253:
            raise Refused("this is no name of a host")
        labels = given.rstrip(".").split(".")
        # As browsers and resolvers read it: what ends in a number is an IPv4 address, in whatever notation.
        if _NUMBER.fullmatch(labels[-1]):
            raise Refused("write an IP address in its usual form, four decimal numbers")
        if len(labels) == 1 and not self.private:
            raise Refused("this name is not one of the public internet")
        return given


async def resolve(host: str, port: int) -> Sequence[str]:
    """As the system resolves. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to addresses that it has looked at; never by a name."""

    def __init__(self, policy: Policy, resolve: Resolve, inner: httpcore.AsyncNetworkBackend) -> None:
        self._policy = policy
        self._resolve = resolve
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        last: Exception = NoAnswer("its name is not known")
        for address in await self._addresses(host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                found = [ipaddress.ip_address(address) for address in await self._resolve(host, port)]
        except (OSError, UnicodeError, ValueError) as unknown:
            # TimeoutError is an OSError.
            raise NoAnswer("its name could not be resolved") from unknown
        # One that is not public among them is enough: an honest name has none.
        if not all(map(self._policy.allows, found)):
            raise Refused("its name leads to an address that is not on the public internet")
        return [str(address) for address in found]

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise Refused("only TCP is spoken")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class Egress:
    """Posts to where customers say, by `policy`."""

    def __init__(
        self,
        policy: Policy,
        *,
        resolve: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
        seconds: float = TOTAL_SECONDS,
        inner: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self.policy = policy
        self._seconds = seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust or httpcore.default_ssl_context(),
            # Each request makes its own connection, and so looks at the address anew.
            max_keepalive_connections=0,
            http2=False,
            network_backend=_Pinned(policy, resolve, inner or httpcore.AnyIOBackend()),
        )

    async def post(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> Answer:
        """Sends JSON, and waits for the status. Raises Refused, NoAnswer."""
        target = self.policy.target(url)
        begun = time.perf_counter()
        named = [
            (b"Host", target.authority.encode()),
            (b"User-Agent", _USER_AGENT.encode()),
            (b"Content-Type", b"application/json"),
            (b"Accept", b"*/*"),
            (b"Content-Length", b"%d" % len(body)),
            *((name.encode(), value.encode()) for name, value in headers),
        ]
        where = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
        )
        timeouts = {"connect": CONNECT_SECONDS, "read": self._seconds, "write": self._seconds, "pool": self._seconds}
        try:
            async with asyncio.timeout(self._seconds):
                request = httpcore.Request("POST", where, headers=named, content=body, extensions={"timeout": timeouts})
                answer = await self._pool.handle_async_request(request)
                # Nobody asked for what it says besides: closed, and the connection with it.
                await answer.aclose()
        except (TimeoutError, httpcore.ReadTimeout, httpcore.WriteTimeout, httpcore.PoolTimeout) as late:
            raise NoAnswer(f"no answer within {self._seconds:g} seconds") from late
        except httpcore.ConnectTimeout as late:
            raise NoAnswer(f"no connection within {CONNECT_SECONDS:g} seconds") from late
        except httpcore.ConnectError as error:
            raise NoAnswer(_no_connection(error)) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as broken:
            raise NoAnswer("the connection broke before an answer came") from broken
        milliseconds = round((time.perf_counter() - begun) * 1000)
        return Answer(answer.status, milliseconds, _retry_after(answer.headers))

    async def close(self) -> None:
        """Ends what is open."""
        await self._pool.aclose()


def _no_connection(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "its certificate is not valid for this name"
        if isinstance(cause, ssl.SSLError):
            return "it does not speak TLS as we do"
        cause = cause.__cause__ or cause.__context__
    return "it takes no connection"


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> float | None:
    """RFC 9110, 10.2.3: seconds, or a moment."""
    said = next(
        (value.decode("ascii", "replace").strip() for name, value in headers if name.lower() == b"retry-after"), ""
    )
    if said.isdecimal():
        return float(said[:9])
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
