"""Where keys are exchanged for access tokens."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gardenos_chassis.auth.agency_standing import agency_standing_of
from gardenos_chassis.auth.api_keys import NOT_GOOD, ShownKey
from gardenos_chassis.auth.standings import KEY_REVOKED
from gardenos_chassis.errors import Unauthorized
from gardenos_chassis.origins import Origin, Proxies
from gardenos_chassis.tenancy import Database, Session
from gardenos_contracts.values import Role
from sqlalchemy import or_, select, update
from starlette.requests import HTTPConnection

from gardenos_identity import queries
from gardenos_identity.api_keys.tables import api_key_secrets, api_keys
from gardenos_identity.signing_in.limits import Limits, Try
from gardenos_identity.tokens import Signer

_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Desk:
    """Gives access tokens for keys."""

    database: Database
    signer: Signer
    limits: Limits
    proxies: Proxies

    async def exchange(self, text: str, request: HTTPConnection) -> str:
        """An access token alone, as this service's own routes need it."""
        answer = await self.token_for(text, self.proxies.origin_of(request))
        return str(answer["access_token"])

    async def token_for(self, text: str, origin: Origin) -> dict[str, Any]:
        """An access token for a key.

        Raises Unauthorized, in the same words for a key that never was and for a wrong secret, and TooManyRequests where
        those come too often. A key that is right is never kept waiting: nobody guesses 256 bits, so it is for the work they
        make that wrong ones are limited, and strangers must not be able to stop somebody's programs by trying.
        """
        shown = ShownKey.parse(text)
        async with self.database.transaction(shown.agency_id) as session:
            row = await _found(session, shown)
            if row is not None:
                return await self._token(session, shown, row)
        await self.limits.count(Try("key", shown.public, origin.neighbourhood))
        raise Unauthorized(NOT_GOOD)

    async def _token(self, session: Session, shown: ShownKey, key: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        (await agency_standing_of(session)).require_at_work()
        if key.revoked_at is not None:
            raise Unauthorized(KEY_REVOKED)
        if key.expires_at is not None and key.expires_at <= now:
            raise Unauthorized("this API key has expired; make another one")
        maker = await queries.user(session, key.made_by)
        if not maker["active"]:
            raise Unauthorized("who made this API key may not sign in any more; make another one")
        await session.execute(
            update(api_key_secrets)
            .where(
                api_key_secrets.c.key_id == shown.id,
                or_(api_key_secrets.c.used_at.is_(None), api_key_secrets.c.used_at <= now - _NOTED_EVERY),
            )
            .values(used_at=now)
        )
        token, seconds = self.signer.key_token(
            agency_id=shown.agency_id,
            user_id=key.made_by,
            role=Role(maker["role"]),
            team_ids=maker["team_ids"],
            version=maker["version"],
            key_id=shown.id,
            scopes=key.scopes,
            until=key.expires_at,
        )
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": seconds,
            "scope": " ".join(key.scopes),
        }


async def _found(session: Session, shown: ShownKey) -> Any:
    """The key whose secret this is; None if there is none."""
    asked = select(api_keys, api_key_secrets.c.secret_hash).join(
        api_key_secrets, api_key_secrets.c.key_id == api_keys.c.id
    )
    row = (await session.execute(asked.where(api_keys.c.id == shown.id))).first()
    return row if row is not None and hmac.compare_digest(row.secret_hash, shown.hash) else None
