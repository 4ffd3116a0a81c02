"""Access tokens: EdDSA by our key, which is published; refresh tokens: secrets kept as hashes."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from gardenos_chassis.auth import ALGORITHM, AUDIENCE, ISSUER
from gardenos_chassis.errors import Unauthorized
from gardenos_chassis.ids import new_id
from gardenos_contracts.values import Role
from jwt.algorithms import OKPAlgorithm

ACCESS_SECONDS = 600


class Signer:
    """Signs access tokens, and shows the key that verifies them."""

    def __init__(self, key: str) -> None:
        pem = key if key.lstrip().startswith("-----") else base64.b64decode(key).decode()
        private = load_pem_private_key(pem.encode(), password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError("the signing key must be an Ed25519 private key")
        self._private = private
        public: dict[str, Any] = OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
        public = {name: public[name] for name in ("crv", "kty", "x")}
        self.kid = _thumbprint(public)
        self.jwks = {"keys": [{**public, "kid": self.kid, "alg": ALGORITHM, "use": "sig"}]}

    def access_token(
        self, *, agency_id: UUID, user_id: UUID, role: Role, team_ids: list[UUID], session_id: UUID
    ) -> str:
        """A token of ten minutes that says who its bearer is."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "agency_id": str(agency_id),
            "role": role.value,
            "team_ids": [str(team_id) for team_id in team_ids],
            "sid": str(session_id),
            "iat": now,
            "exp": now + ACCESS_SECONDS,
            "jti": str(new_id()),
        }
        return jwt.encode(claims, self._private, algorithm=ALGORITHM, headers={"kid": self.kid})


def _thumbprint(public: dict[str, Any]) -> str:
    """RFC 7638: SHA-256 of the required members in order, without white space."""
    canonical = "{" + ",".join(f'"{name}":"{public[name]}"' for name in sorted(public)) + "}"
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """Names its agency and session, and proves itself by a secret that only its bearer has."""

    agency_id: UUID
    session_id: UUID
    secret: str

    @classmethod
    def new(cls, agency_id: UUID, session_id: UUID) -> "RefreshToken":
        """A token with a fresh secret of 256 bits."""
        return cls(agency_id, session_id, secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> "RefreshToken":
        """Raises Unauthorized for anything that `str(token)` would not give."""
        try:
            agency, session, secret = text.split(".")
            return cls(UUID(agency), UUID(session), secret)
        except ValueError as broken:
            raise Unauthorized("this refresh token is not one of ours; sign in again") from broken

    def __str__(self) -> str:
        return f"{self.agency_id}.{self.session_id}.{self.secret}"

    @property
    def hash(self) -> str:
        """What is kept of it: a random secret of 256 bits needs no slow hash."""
        return hashlib.sha256(self.secret.encode()).hexdigest()
