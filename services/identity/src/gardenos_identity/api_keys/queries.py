"""The table of keys in, answers out."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.tenancy import Session
from sqlalchemy import case, select

from gardenos_identity.api_keys.tables import api_key_secrets, api_keys
from gardenos_identity.tables import users


async def keys(session: Session, *, made_by: UUID | None) -> list[dict[str, Any]]:
    """The agency's keys, or one person's, the last made first."""
    asked = _key().order_by(api_keys.c.made_at.desc(), api_keys.c.id)
    return await fetch(session, asked if made_by is None else asked.where(api_keys.c.made_by == made_by))


async def key(session: Session, key_id: UUID) -> dict[str, Any]:
    """One key, whatever became of it. Raises NotFound."""
    row = (await session.execute(_key().where(api_keys.c.id == key_id))).mappings().first()
    if row is None:
        raise NotFound("there is no such API key in your agency")
    return dict(row)


def _key() -> Any:
    state = case(
        (api_keys.c.revoked_at.is_not(None), "revoked"),
        (api_keys.c.expires_at <= datetime.now(UTC), "expired"),
        (users.c.active.is_(False), "suspended"),
        else_="active",
    )
    return select(
        api_keys.c.id,
        api_keys.c.name,
        api_keys.c.scopes,
        api_keys.c.made_by,
        api_keys.c.made_at,
        api_keys.c.expires_at,
        api_key_secrets.c.used_at,
        state.label("state"),
        api_keys.c.version,
    ).select_from(
        api_keys.outerjoin(api_key_secrets, api_key_secrets.c.key_id == api_keys.c.id).outerjoin(
            users, users.c.id == api_keys.c.made_by
        )
    )
