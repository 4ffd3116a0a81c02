"""What colleagues are called, as identity told: `colleagues` keeps it."""

from uuid import UUID

from gardenos_chassis.tenancy import Session, driver_of

_NAME = "select name from heard_names where user_id = $1"


async def name_of(session: Session, user_id: UUID) -> str | None:
    """What a colleague is called; None while that has not been heard."""
    name: str | None = await driver_of(session).fetchval(_NAME, user_id)
    return name
