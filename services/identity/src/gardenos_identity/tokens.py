"""Access tokens: EdDSA by our newest key, whose public part and those of the others are published."""

import base64
import hashlib
import time
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from gardenos_chassis.auth import ALGORITHM, AUDIENCE, ISSUER
from gardenos_chassis.auth.permissions import SERVICE
from gardenos_chassis.ids import new_id
from gardenos_contracts.values import Role
from jwt.algorithms import OKPAlgorithm

ACCESS_SECONDS = 600

_END = "-----END PRIVATE KEY-----"


class Signer:
    """Signs access tokens with the first of its keys, and shows the public parts of all.

    To replace the key, name the new one behind the old: everybody learns it before it signs. Then put it first, and take
    the old one away once nothing that it signed is valid any more.
    """

    def __init__(self, keys: str) -> None:
        """PKCS 8 PEMs one after the other, or the base64 of each with commas between. Raises ValueError."""
        privates = [_private(pem) for pem in _pems(keys)]
        if not privates:
            raise ValueError("name a signing key: an Ed25519 private key as PKCS 8 PEM, or its base64")
        publics = [_public(private) for private in privates]
        self._private = privates[0]
        self.kid = publics[0]["kid"]
        # Named twice is one key all the same.
        self.jwks = {"keys": list({public["kid"]: public for public in publics}.values())}

    def access_token(
        self, *, agency_id: UUID, user_id: UUID, role: Role, team_ids: Collection[UUID], session_id: UUID, version: int,
        proved_at: datetime,
    ) -> str:  # fmt: skip
        """A token of ten minutes that says who its bearer is, as of a version of theirs, and when they last proved it."""
        claims = _of_a_person(agency_id, user_id, team_ids, version)
        of_the_session = {"role": role.value, "sid": str(session_id), "auth_time": int(proved_at.timestamp())}
        return self._sign({**claims, **of_the_session}, ACCESS_SECONDS)

    def key_token(
        self, *, agency_id: UUID, user_id: UUID, role: Role, team_ids: Collection[UUID], version: int,
        key_id: UUID, scopes: Collection[str], until: datetime | None,
    ) -> tuple[str, int]:  # fmt: skip
        """A token for a key of somebody who is so now, and for how many seconds it is good: no longer than the key."""
        left = ACCESS_SECONDS if until is None else int(until.timestamp() - time.time())
        seconds = max(1, min(ACCESS_SECONDS, left))
        claims = _of_a_person(agency_id, user_id, team_ids, version)
        of_the_key = {"role": SERVICE, "maker_role": role.value, "key_id": str(key_id), "scope": " ".join(scopes)}
        return self._sign({**claims, **of_the_key}, seconds), seconds

    def _sign(self, claims: dict[str, Any], seconds: int) -> str:
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + seconds, "jti": str(new_id())}
        return jwt.encode({**usual, **claims}, self._private, algorithm=ALGORITHM, headers={"kid": self.kid})


def _of_a_person(agency_id: UUID, user_id: UUID, team_ids: Collection[UUID], version: int) -> dict[str, Any]:
    teams = [str(team_id) for team_id in team_ids]
    return {"sub": str(user_id), "agency_id": str(agency_id), "team_ids": teams, "ver": version}


def _pems(keys: str) -> list[str]:
    if keys.lstrip().startswith("-----"):
        return [part + _END for part in keys.split(_END) if part.strip()]
    return [base64.b64decode(each.strip()).decode() for each in keys.split(",") if each.strip()]


def _private(pem: str) -> Ed25519PrivateKey:
    private = load_pem_private_key(pem.strip().encode(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError("the signing key must be an Ed25519 private key")
    return private


def _public(private: Ed25519PrivateKey) -> dict[str, Any]:
    jwk: dict[str, Any] = OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
    public = {name: jwk[name] for name in ("crv", "kty", "x")}
    return {**public, "kid": _thumbprint(public), "alg": ALGORITHM, "use": "sig"}


def _thumbprint(public: dict[str, Any]) -> str:
    """RFC 7638: SHA-256 of the required members in order, without white space."""
    canonical = "{" + ",".join(f'"{name}":"{public[name]}"' for name in sorted(public)) + "}"
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).decode().rstrip("=")
