"""API keys: what they look like, and how a service that is shown one comes by an access token for it.

`gos_<id>_<secret>`: the id names agency and key, the secret is 256 random bits with a checksum behind them. Prefix and
checksum are there for those who look for secrets in code and logs: they know one of ours when they see it, and nothing else.
"""

import asyncio
import hashlib
import re
import secrets
import string
import time
import zlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

import httpx
from starlette.requests import HTTPConnection

from gardenos_chassis.errors import Closed, Suspended, TooManyRequests, Unauthorized, Unavailable
from gardenos_chassis.origins import Proxies

PREFIX = "gos_"
NOT_GOOD = "this API key is not good; look whether it is whole, or make another one"

Exchange: TypeAlias = Callable[[str, HTTPConnection], Awaitable[str]]
"""From an API key, and the request that shows it, to an access token.

Raises Unauthorized, Suspended, Closed, TooManyRequests, Unavailable.
"""

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_OF_256_BITS, _OF_A_CHECKSUM = 43, 6
_FORM = re.compile(
    rf"{PREFIX}(?P<id>[0-9A-Za-z]{{{_OF_256_BITS}}})"
    rf"_(?P<secret>[0-9A-Za-z]{{{_OF_256_BITS}}})(?P<checksum>[0-9A-Za-z]{{{_OF_A_CHECKSUM}}})"
)

_ASKED_AGAIN_SECONDS = 60.0
_KEYS = 1024


@dataclass(frozen=True, slots=True)
class ShownKey:
    """An API key as its bearer shows it."""

    agency_id: UUID
    id: UUID
    secret: str = field(repr=False)

    @classmethod
    def new(cls, agency_id: UUID, id: UUID) -> "ShownKey":
        """A key with a fresh secret of 256 bits."""
        return cls(agency_id, id, _digits(secrets.token_bytes(32), _OF_256_BITS))

    @classmethod
    def parse(cls, text: str) -> "ShownKey":
        """Raises Unauthorized for anything that `str(key)` would not give."""
        found = _FORM.fullmatch(text)
        if found is None or _checksum(text[:-_OF_A_CHECKSUM]) != found["checksum"]:
            raise Unauthorized(NOT_GOOD)
        both = _number(found["id"])
        if both >= 1 << 256:
            raise Unauthorized(NOT_GOOD)
        return cls(UUID(int=both >> 128), UUID(int=both & ((1 << 128) - 1)), found["secret"])

    @property
    def public(self) -> str:
        """All but the secret, by which a key is told from others: `gos_<id>`."""
        return PREFIX + _digits(self.agency_id.bytes + self.id.bytes, _OF_256_BITS)

    @property
    def hash(self) -> str:
        """What is kept of it.

        A plain SHA-256: slow hashes are for what people think up, and can be guessed. Nobody guesses 256 random bits, so
        nothing is won by making each try dear, and every request would pay for it.
        """
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def __str__(self) -> str:
        whole = f"{self.public}_{self.secret}"
        return whole + _checksum(whole)


def is_api_key(text: str) -> bool:
    """Whether it is meant to be one; access tokens begin otherwise."""
    return text.startswith(PREFIX)


@dataclass(slots=True)
class _Known:
    token: str = ""
    asked_at: float = float("-inf")
    good_until: float = float("-inf")
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


def exchange_at(identity_url: str, http: httpx.AsyncClient, proxies: Proxies) -> Exchange:
    """Exchanges keys at identity, at most once a minute each, and goes by the last token while identity is away.

    What is remembered stands under the key's hash. That a key was revoked is not found out here: `Standings` knows.
    """
    known: OrderedDict[bytes, _Known] = OrderedDict()

    async def exchange(text: str, request: HTTPConnection) -> str:
        ShownKey.parse(text)
        digest = hashlib.sha256(text.encode()).digest()
        entry = known.setdefault(digest, _Known())
        known.move_to_end(digest)
        if len(known) > _KEYS:
            known.popitem(last=False)
        async with entry.asking:
            now = time.monotonic()
            if now - entry.asked_at < min(_ASKED_AGAIN_SECONDS, entry.good_until - entry.asked_at):
                return entry.token
            try:
                entry.token, seconds = await _ask(identity_url, http, text, proxies.origin_of(request).address)
            except Unavailable:
                if now < entry.good_until:
                    return entry.token
                raise
            except Unauthorized:
                known.pop(digest, None)
                raise
            entry.asked_at, entry.good_until = now, now + seconds
            return entry.token

    return exchange


async def _ask(identity_url: str, http: httpx.AsyncClient, key: str, address: str) -> tuple[str, float]:
    """An access token, and for how many seconds it is good."""
    headers = {"Authorization": f"Bearer {key}", "X-Forwarded-For": address}
    try:
        answer = await http.post(f"{identity_url}/api/v1/api-keys/tokens", headers=headers, timeout=5)
        if answer.status_code == 401:
            raise Unauthorized(str(answer.json()["detail"]))
        if answer.status_code == 403:
            refused = answer.json()
            raise (Closed if refused["type"] == Closed.type else Suspended)(str(refused["detail"]))
        if answer.status_code == 429:
            wait = int(answer.headers["retry-after"])
            raise TooManyRequests(str(answer.json()["detail"]), retry_after=wait)
        answer.raise_for_status()
        found = answer.json()
        return str(found["access_token"]), float(found["expires_in"])
    except (httpx.HTTPError, ValueError, KeyError) as away:
        raise Unavailable("the identity service cannot be asked about this API key just now; try again") from away


def _digits(data: bytes, width: int) -> str:
    number, found = int.from_bytes(data), ""
    for _ in range(width):
        number, digit = divmod(number, len(_DIGITS))
        found = _DIGITS[digit] + found
    return found


def _number(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * len(_DIGITS) + _DIGITS.index(digit)
    return number


def _checksum(text: str) -> str:
    return _digits(zlib.crc32(text.encode()).to_bytes(4), _OF_A_CHECKSUM)
