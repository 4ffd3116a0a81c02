"""Access tokens, verified by identity's published keys."""

import time
from collections import OrderedDict
from typing import Any
from uuid import UUID

import httpx
import jwt
from gardenos_contracts.values import Role

from gardenos_chassis.auth.caller import ApiKey, Caller
from gardenos_chassis.auth.permissions import SERVICE
from gardenos_chassis.errors import Unauthorized, Unavailable

AUDIENCE = "gardenos"
ISSUER = "gardenos-identity"
ALGORITHM = "EdDSA"


class Keys:
    """Verifies access tokens by identity's published keys, which it caches.

    A `kid` that is not known is asked for once more, at most every few seconds, then refused.
    """

    _REFETCH_SECONDS = 5.0
    _CACHED_TOKENS = 4096

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url = url
        self._http = http
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = -self._REFETCH_SECONDS
        self._verified: OrderedDict[str, Caller] = OrderedDict()

    async def caller(self, token: str) -> Caller:
        """The person a token speaks for. Raises Unauthorized, or Unavailable while identity is away."""
        known = self._verified.get(token)
        if known is not None:
            if known.expires_at > time.time():
                return known
            del self._verified[token]
            raise Unauthorized("the access token has expired; refresh the session or sign in again")
        caller = _caller_of(self._decode(token, await self._key_of(token)))
        self._verified[token] = caller
        if len(self._verified) > self._CACHED_TOKENS:
            self._verified.popitem(last=False)
        return caller

    async def _key_of(self, token: str) -> jwt.PyJWK:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as broken:
            raise Unauthorized("the access token cannot be read; sign in again") from broken
        kid = header.get("kid")
        if header.get("alg") != ALGORITHM or not isinstance(kid, str):
            raise Unauthorized("the access token is not one of ours; sign in again")
        if kid not in self._keys:
            await self._fetch()
        if kid not in self._keys:
            raise Unauthorized("the access token was signed by a key that is not known; sign in again")
        return self._keys[kid]

    async def _fetch(self) -> None:
        if time.monotonic() - self._fetched < self._REFETCH_SECONDS:
            return
        try:
            answer = await self._asked()
            answer.raise_for_status()
            published = answer.json()["keys"]
        except (httpx.HTTPError, ValueError, KeyError) as away:
            raise Unavailable("the identity service cannot be asked for its keys just now; try again") from away
        self._keys = {
            key["kid"]: jwt.PyJWK(key, algorithm=ALGORITHM)
            for key in published
            if key.get("kty") == "OKP" and key.get("crv") == "Ed25519" and "kid" in key
        }
        self._fetched = time.monotonic()

    async def _asked(self) -> httpx.Response:
        try:
            return await self._http.get(self._url, timeout=5)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            # A connection that was kept may be closed as it is used; and one of several instances may just have ended.
            return await self._http.get(self._url, timeout=5)

    @staticmethod
    def _decode(token: str, key: jwt.PyJWK) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key=key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "agency_id", "role"]},
            )
        except jwt.ExpiredSignatureError as expired:
            raise Unauthorized("the access token has expired; refresh the session or sign in again") from expired
        except jwt.InvalidTokenError as broken:
            raise Unauthorized("the access token is not valid; sign in again") from broken


def _caller_of(claims: dict[str, Any]) -> Caller:
    try:
        key = None
        if claims["role"] == SERVICE:
            # Its role is no person's on purpose: whoever does not know of keys takes it for nobody's.
            key = ApiKey(UUID(claims["key_id"]), frozenset(str(claims["scope"]).split()))
            claims = {**claims, "role": claims["maker_role"]}
        return Caller(
            agency_id=UUID(claims["agency_id"]),
            user_id=UUID(claims["sub"]),
            role=Role(claims["role"]),
            team_ids=frozenset(UUID(team) for team in claims.get("team_ids", ())),
            session_id=str(claims.get("sid", "")),
            expires_at=int(claims["exp"]),
            version=int(claims.get("ver", 0)),
            key=key,
            confirmed_at=int(claims.get("auth_time", 0)),
        )
    except (KeyError, ValueError, TypeError) as broken:
        raise Unauthorized("the access token lacks what it must say; sign in again") from broken
