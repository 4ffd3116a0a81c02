"""A request as it came, and what is kept of it."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request
from gardenos_chassis.origins import Proxies
from gardenos_chassis.sealing import secrets
from gardenos_chassis.sealing.keys import MasterKeys

_NOT_KEPT = frozenset({"authorization", "cookie", "proxy-authorization"})
_MOST_HEADERS = 8_000
MESSAGE = "message/rfc822"
"""The type of a mail."""
RETURN_PATH = "return-path"
"""Where it stands among the headers of a mail that arrived."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A post: who sent it from where, and every byte of it. `address` is of the last machine that no proxy of ours is."""

    body: bytes
    content_type: str
    headers: Mapping[str, str]
    address: str
    user_agent: str
    at: datetime

    @classmethod
    async def by(
        cls, request: Request, proxies: Proxies, *, body: bytes | None = None, content_type: str | None = None
    ) -> "Arrived":
        """What a request brings; its body is what was sent, or what stood in that."""
        origin = proxies.origin_of(request)
        headers: dict[str, str] = {}
        left = _MOST_HEADERS
        for name, value in request.headers.items():
            left -= len(name) + len(value)
            if name not in _NOT_KEPT and left > 0:
                headers[name] = value
        kind = content_type or request.headers.get("content-type", "")[:200]
        return cls(
            await request.body() if body is None else body,
            kind,
            headers,
            origin.address,
            origin.user_agent,
            datetime.now(UTC),
        )

    def sealed(self, keys: MasterKeys, agency_id: UUID, post_id: UUID) -> bytes:
        """What is kept of it. It is personal, and of nobody yet: it has a key of its own, and goes with whoever it is of."""
        told = {
            "body": b64encode(self.body).decode(),
            "content_type": self.content_type,
            "headers": self.headers,
            "address": self.address,
            "user_agent": self.user_agent,
            "at": self.at,
        }
        return secrets.seal(keys, agency_id, post_id, orjson.dumps(told).decode())

    @classmethod
    def unsealed(cls, keys: MasterKeys, agency_id: UUID, post_id: UUID, kept: bytes) -> "Arrived":
        """The post as it came. Raises BadMasterKey."""
        told: dict[str, Any] = orjson.loads(secrets.unseal(keys, agency_id, post_id, kept))
        return cls(
            b64decode(told["body"]),
            told["content_type"],
            told["headers"],
            told["address"],
            told["user_agent"],
            datetime.fromisoformat(told["at"]),
        )

    @property
    def return_path(self) -> str | None:
        """Of a mail, as its envelope had it; None where it came without one."""
        return self.headers.get(RETURN_PATH)

    @property
    def text(self) -> str:
        """The body, to be looked at."""
        return self.body.decode(errors="replace").replace("\0", "\ufffd")
