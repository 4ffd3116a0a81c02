"""Letters to whoever looks after an agency, about what services tell by events. Who is told is identity's to know."""

from collections.abc import Callable
from datetime import UTC, datetime

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Received
from gardenos_contracts.values import Role

from gardenos_identity import queries
from gardenos_identity.mail.letter import Letter
from gardenos_identity.mail.post import KEPT, Mail

_TOLD = (Role.OWNER, Role.ADMIN)


async def tell_admins(mail: Mail, db: Session, event: Received[Event], letter: Callable[[str, str], Letter]) -> None:
    """Each owner and admin gets a letter, of their address and the agency's name; put down with the event's mark, it goes once.

    Nobody is told of what is long past: a new consumer begins with all that ever was.
    """
    if event.occurred_at < datetime.now(UTC) - KEPT or not mail.is_set:
        return
    agency = (await queries.agency(db))["name"]
    for user in await queries.all_users(db, active=True):
        if user["role"] in _TOLD:
            await mail.post(db, letter(user["email"], agency), because_of=event)
