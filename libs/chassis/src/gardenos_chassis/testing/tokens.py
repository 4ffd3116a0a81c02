"""Access tokens as identity would sign them, by a key of the tests' own."""

import time
from collections.abc import Collection
from typing import Any
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from gardenos_contracts.values import Role
from jwt.algorithms import OKPAlgorithm

from gardenos_chassis.auth import ALGORITHM, AUDIENCE, ISSUER
from gardenos_chassis.auth.caller import ApiKey
from gardenos_chassis.auth.permissions import SERVICE


class Signer:
    """Signs tokens, and publishes the key that verifies them."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self._kid = uuid4().hex

    @property
    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """What identity shows at `/.well-known/jwks.json`."""
        public = OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": self._kid, "alg": ALGORITHM, "use": "sig"}]}

    def token(
        self,
        agency_id: UUID,
        user_id: UUID,
        role: Role,
        team_ids: Collection[UUID] = (),
        *,
        age: int = 0,
        session_id: str | None = None,
        version: int = 1,
        key: ApiKey | None = None,
        confirmed: int = 0,
    ) -> str:
        """A token of ten minutes, issued `age` seconds ago, when the person was at this version: as they joined.

        So many seconds before that they `confirmed` that it is they. With a `key`, the person is its maker.
        """
        now = int(time.time()) - age
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "agency_id": str(agency_id),
            "role": role,
            "team_ids": [str(team) for team in team_ids],
            "sid": session_id or str(uuid4()),
            "ver": version,
            "auth_time": now - confirmed,
            "iat": now,
            "exp": now + 600,
            "jti": uuid4().hex,
        }
        if key is not None:
            del claims["sid"], claims["auth_time"]
            of_the_key = {"maker_role": role, "key_id": str(key.id), "scope": " ".join(sorted(key.scopes))}
            claims |= {"role": SERVICE, **of_the_key}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._kid})
