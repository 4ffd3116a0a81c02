"""Events in, the table of keys out."""

from collections.abc import Sequence

from gardenos_chassis.auth.colleagues import HINT
from gardenos_chassis.tenancy import Session, hint_at_commit
from gardenos_contracts import Event, Fact
from gardenos_contracts.identity import ApiKeyMade, ApiKeyRevoked
from sqlalchemy import insert, update

from gardenos_identity.api_keys.tables import api_keys

REVOKED = "select id, 'service', '{}'::uuid[], false, version from api_keys where revoked_at is not null"
"""Which keys are revoked, as standings tell it."""


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps the keys."""
    for fact in facts:
        match fact.data:
            case ApiKeyMade() as made:
                row = made.model_dump(exclude={"key_id"}) | {"scopes": list(made.scopes), "made_at": fact.occurred_at}
                await session.execute(
                    insert(api_keys).values(agency_id=fact.agency_id, id=made.key_id, version=fact.version, **row)
                )
            case ApiKeyRevoked() as revoked:
                await session.execute(
                    update(api_keys)
                    .where(api_keys.c.id == revoked.key_id)
                    .values(revoked_at=fact.occurred_at, version=fact.version)
                )
                hint_at_commit(session, HINT)
