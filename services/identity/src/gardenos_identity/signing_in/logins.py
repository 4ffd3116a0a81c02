"""One login for a person's memberships in several agencies.

A login is an address, a password and a second factor. All of it is kept at its *home*, where the person first joined, and
under the row-level security of that agency; a membership elsewhere names the home. That both belong to one person is
never taken from an address alone, which anybody may write: who joins by a login has signed in to it, and two logins become
one where the same person has proved both.

Here a transaction steps from one agency into another, always one that a login itself led to.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from gardenos_chassis.errors import NotFound
from gardenos_chassis.tenancy import Session, act_for
from sqlalchemy import insert, select, text, update

from gardenos_identity.tables import credentials

_CANDIDATES = text("select agency_id, user_id, password_hash from credentials_of(:email)")
_MEMBERSHIPS = text("select agency_id, user_id from memberships_of(:agency_id, :user_id)")


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in one agency."""

    agency_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Login:
    """What a password is tried against: the login's home, and the hash."""

    home: Membership
    password_hash: str


async def logins_of(session: Session, email: str) -> list[Login]:
    """The logins of a normalised address: one, but for people who were given several and never proved them to be one."""
    found = await session.execute(_CANDIDATES, {"email": email})
    return [Login(Membership(row.agency_id, row.user_id), row.password_hash) for row in found]


async def home_of(session: Session, agency_id: UUID, user_id: UUID) -> Membership:
    """Where the login of one of the session's agency's people is kept."""
    columns = credentials.c
    asked = select(columns.home_agency_id, columns.home_user_id).where(columns.user_id == user_id)
    row = (await session.execute(asked)).first()
    if row is None or row.home_agency_id is None:
        return Membership(agency_id, user_id)
    return Membership(row.home_agency_id, row.home_user_id)


async def memberships_of(session: Session, home: Membership) -> list[Membership]:
    """All that the login opens, the last used first; those among them where the person may not sign in any more."""
    found = await session.execute(_MEMBERSHIPS, {"agency_id": home.agency_id, "user_id": home.user_id})
    return [Membership(row.agency_id, row.user_id) for row in found]


@asynccontextmanager
async def within(session: Session, there: UUID, *, then: UUID) -> AsyncIterator[None]:
    """The transaction acts for one agency, and for another after that. What fails inside must end the transaction."""
    await act_for(session, there)
    yield
    await act_for(session, then)


async def add_membership(session: Session, joined: Membership, home: Membership, email: str) -> None:
    """A person of the session's agency signs in by a login that is kept elsewhere."""
    named = {"home_agency_id": home.agency_id, "home_user_id": home.user_id}
    await session.execute(
        insert(credentials).values(agency_id=joined.agency_id, user_id=joined.user_id, email=email, **named)
    )


async def note_use(session: Session, user_id: UUID) -> None:
    """A session begins in this membership of the session's agency: the next sign-in leads here."""
    await session.execute(update(credentials).where(credentials.c.user_id == user_id).values(used_at=datetime.now(UTC)))


async def address_of(session: Session, user_id: UUID) -> str:
    """By which address a person of the session's agency signs in. Raises NotFound."""
    found = (await session.execute(select(credentials.c.email).where(credentials.c.user_id == user_id))).scalar()
    if found is None:
        raise NotFound("there is no login of yours")
    return str(found)


async def rehome(session: Session, login: Login, home: Membership) -> None:
    """All that a login opens is opened by another from now on, and its own password is gone.

    Nothing happens if the password was changed meanwhile. The session ends in some agency of the login.
    """
    moved = await memberships_of(session, login.home)
    await act_for(session, login.home.agency_id)
    named = {"home_agency_id": home.agency_id, "home_user_id": home.user_id}
    theirs = (credentials.c.user_id == login.home.user_id) & (credentials.c.password_hash == login.password_hash)
    done = await session.execute(
        update(credentials).where(theirs).values(password_hash=None, **named).returning(credentials.c.user_id)
    )
    if done.first() is None:
        return
    for each in moved:
        if each != login.home:
            await act_for(session, each.agency_id)
            await session.execute(update(credentials).where(credentials.c.user_id == each.user_id).values(**named))
