"""When a password is not enough, and what a provider's word is worth elsewhere."""

from gardenos_chassis.tenancy import Session
from gardenos_contracts.values import Role
from sqlalchemy import select

from gardenos_identity.single_sign_on.tables import single_sign_on

PASSWORD = "password"  # noqa: S105 - what a session was begun by
PROVIDER = "single sign-on"

USE_IT = "your agency signs in by single sign-on: choose “Continue with single sign-on” where you sign in"


async def refuses_passwords(session: Session, role: str) -> bool:
    """Whether the session's agency takes no password of people of this role. Owners always keep theirs: who else could
    help when the provider is away, or was set up wrong?"""
    if role == Role.OWNER.value:
        return False
    return bool((await session.execute(select(single_sign_on.c.required))).scalar())
