"""What a webhook signs by, and how: Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks).

Address and secrets are kept in one sealed box, under the master key and bound to their webhook: an address often holds a
token.
"""

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from gardenos_chassis.sealing import secrets
from gardenos_chassis.sealing.keys import MasterKeys

OVERLAP = timedelta(hours=24)
"""For which the secret before the newest signs as well."""
_PREFIX = "whsec_"
_SIZE = 32


@dataclass(frozen=True, slots=True)
class Secret:
    """`whsec_` and 32 random bytes in base64. `until`: when it signs no more; None for the newest."""

    text: str
    until: datetime | None = None


def new_secret() -> Secret:
    """A secret nobody has seen."""
    return Secret(_PREFIX + b64encode(os.urandom(_SIZE)).decode())


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a webhook sends, and what it signs by, the newest first."""

    url: str
    secrets: tuple[Secret, ...]

    def rotated(self, now: datetime) -> "Endpoint":
        """With a new secret. The one before it signs for `OVERLAP` more, and none older than that."""
        return replace(self, secrets=(new_secret(), replace(self.secrets[0], until=now + OVERLAP)))

    def signature(self, message_id: str, now: datetime, body: bytes) -> str:
        """The header `webhook-signature`: one signature for each secret that still signs, with spaces between them."""
        signed = f"{message_id}.{int(now.timestamp())}.".encode() + body
        valid = (secret for secret in self.secrets if secret.until is None or secret.until > now)
        return " ".join(f"v1,{_signature(secret, signed)}" for secret in valid)


def _signature(secret: Secret, signed: bytes) -> str:
    key = b64decode(secret.text.removeprefix(_PREFIX))
    return b64encode(hmac.digest(key, signed, "sha256")).decode()


def headers_of(endpoint: Endpoint, message_id: UUID, now: datetime, body: bytes) -> Sequence[tuple[str, str]]:
    """What a receiver verifies a delivery by."""
    return (
        ("webhook-id", str(message_id)),
        ("webhook-timestamp", str(int(now.timestamp()))),
        ("webhook-signature", endpoint.signature(str(message_id), now, body)),
    )


def seal(keys: MasterKeys, agency_id: UUID, webhook_id: UUID, endpoint: Endpoint) -> bytes:
    """What is kept of it."""
    signing = [[secret.text, secret.until] for secret in endpoint.secrets]
    told = orjson.dumps({"url": endpoint.url, "secrets": signing}).decode()
    return secrets.seal(keys, agency_id, webhook_id, told)


def unseal(keys: MasterKeys, agency_id: UUID, webhook_id: UUID, kept: bytes) -> Endpoint:
    """The address and the secrets. Raises BadMasterKey if none of these keys opens it, or if it was kept for another."""
    told = orjson.loads(secrets.unseal(keys, agency_id, webhook_id, kept))
    signing = (Secret(text, datetime.fromisoformat(until) if until else None) for text, until in told["secrets"])
    return Endpoint(told["url"], tuple(signing))
