"""Who asks: access tokens verified, and what each role may see and do.

| role | reads | writes |
| --- | --- | --- |
| owner, admin | the agency | the agency |
| manager | their teams' records, their own, and the agency's pool | the same |
| agent | their own records, their teams' pools and the agency's pool | the same |
| viewer | as a manager | nothing |
| auditor | the agency | nothing |

A record in a pool has no owner; in the agency's pool it has no team either.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import jwt
from gardenos_contracts.values import Role
from sqlalchemy import ColumnElement, and_, or_, true

from gardenos_chassis.errors import Forbidden, Unauthorized, Unavailable

AUDIENCE = "gardenos"
ISSUER = "gardenos-identity"
ALGORITHM = "EdDSA"

_AGENCY_WIDE = frozenset({Role.OWNER, Role.ADMIN, Role.AUDITOR})
_TEAM_WIDE = frozenset({Role.MANAGER, Role.VIEWER})
_WRITERS = frozenset({Role.OWNER, Role.ADMIN, Role.MANAGER, Role.AGENT})


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who signed in, as their access token says."""

    agency_id: UUID
    user_id: UUID
    role: Role
    team_ids: frozenset[UUID]
    session_id: str = ""
    expires_at: int = 0
    """Seconds since the epoch."""

    @property
    def agency_wide(self) -> bool:
        """Whether every record of the agency is in this caller's scope."""
        return self.role in _AGENCY_WIDE

    @property
    def may_administer(self) -> bool:
        """Whether the caller may change people, teams and settings."""
        return self.role in (Role.OWNER, Role.ADMIN)

    def sees(self, owner_id: UUID | None, team_id: UUID | None) -> bool:
        """Whether a record of this owner and team is in scope."""
        if self.agency_wide or owner_id == self.user_id:
            return True
        if owner_id is None and team_id is None:
            return True
        in_team = team_id in self.team_ids
        return in_team if self.role in _TEAM_WIDE else in_team and owner_id is None

    def require_write(self) -> None:
        """Raises Forbidden for those who only read."""
        if self.role not in _WRITERS:
            raise Forbidden(f"the role {self.role} reads and changes nothing; ask an owner or admin of the agency")

    def require_administer(self) -> None:
        """Raises Forbidden for everybody but owners and admins."""
        if not self.may_administer:
            raise Forbidden("only an owner or admin of the agency may do this")


def visible_to(caller: Caller, owner: ColumnElement[Any], team: ColumnElement[Any]) -> ColumnElement[bool]:
    """`caller.sees` as a predicate on a read table's owner and team columns."""
    if caller.agency_wide:
        return true()
    teams = team.in_(caller.team_ids)
    pool = and_(owner.is_(None), or_(team.is_(None), teams))
    if caller.role in _TEAM_WIDE:
        return or_(owner == caller.user_id, teams, pool)
    return or_(owner == caller.user_id, pool)


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
            answer = await self._http.get(self._url, timeout=5)
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
        return Caller(
            agency_id=UUID(claims["agency_id"]),
            user_id=UUID(claims["sub"]),
            role=Role(claims["role"]),
            team_ids=frozenset(UUID(team) for team in claims.get("team_ids", ())),
            session_id=str(claims.get("sid", "")),
            expires_at=int(claims["exp"]),
        )
    except (KeyError, ValueError, TypeError) as broken:
        raise Unauthorized("the access token lacks what it must say; sign in again") from broken
