"""Who is who: people as the leads and clients services tell of them, and the threads that become theirs.

Two services tell of one person, each in its own order and neither in step with the other. What clients says of a person
goes before what leads says, whichever comes first, and of each service the latest version holds. Of addresses is kept
until when each was somebody's, and a thread that nobody known began follows that. So any order of arrival ends in the same
rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.tenancy import Session
from gardenos_contracts.values import PersonName
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_comms.tables import addresses, people, threads, timeline

Kind: TypeAlias = Literal["lead", "client"]


@dataclass(frozen=True, slots=True)
class Person:
    """A person by the ids under which the agency knows them."""

    person_id: UUID
    lead_id: UUID | None
    client_id: UUID | None


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells of a person: the service that knows them as a lead or as a client, as of a version of that."""

    agency_id: UUID
    person: Person
    kind: Kind
    version: int


def called(name: PersonName, email: str | None, phone: str | None) -> str:
    """Who has no name is called by what else is known."""
    return str(name) or email or phone or ""


async def learn(db: Session, telling: Telling, **said: Any) -> None:
    """What is said becomes what is known; what is not said stays, and so does what a later version said already."""
    person, version = telling.person, f"{telling.kind}_version"
    ids = {"lead_id": person.lead_id, "client_id": person.client_id}
    row = upsert(people).values(
        {"agency_id": telling.agency_id, "person_id": person.person_id, **ids, version: telling.version, **said}
    )
    is_client = people.c.client_version > 0
    await db.execute(
        row.on_conflict_do_update(
            index_elements=["agency_id", "person_id"],
            set_={
                version: telling.version,
                **{id: func.coalesce(row.excluded[id], people.c[id]) for id in ids},
                **{
                    name: row.excluded[name]
                    if telling.kind == "client"
                    else case((is_client, people.c[name]), else_=row.excluded[name])
                    for name in said
                },
            },
            where=people.c[version] < telling.version,
        )
    )


async def details_before(db: Session, telling: Telling, details: Mapping[str, str | None]) -> dict[str, str | None]:
    """Keeps what a service knows of a person for the next time, and gives what was kept until now."""
    column = f"{telling.kind}_details"
    row = and_(people.c.agency_id == telling.agency_id, people.c.person_id == telling.person.person_id)
    before: dict[str, str | None] | None = (await db.execute(select(people.c[column]).where(row))).scalar_one()
    await db.execute(update(people).where(row).values({column: dict(details)}))
    return before or {}


async def reached_at(db: Session, telling: Telling, email: str | None, at: datetime) -> None:
    """A person is reached here from a moment on, and at no other address that the same service told of before.

    The threads that nobody known began go to whose their address was then, or came to be.
    """
    of_this = and_(
        addresses.c.agency_id == telling.agency_id,
        addresses.c.person_id == telling.person.person_id,
        addresses.c.kind == telling.kind,
    )
    left = and_(of_this, addresses.c.until.is_(None), addresses.c.email.is_distinct_from(email))
    changed = set(
        (await db.execute(update(addresses).where(left).values(until=at).returning(addresses.c.email))).scalars()
    )
    if email is not None:
        changed.add(email)
        row = upsert(addresses).values(
            agency_id=telling.agency_id, email=email, person_id=telling.person.person_id, kind=telling.kind, until=None
        )
        key = ["agency_id", "email", "person_id", "kind"]
        await db.execute(row.on_conflict_do_update(index_elements=key, set_={"until": None}))
    for each in sorted(changed):
        await alone_with(db, telling.agency_id, each)
        await _adopt(db, telling.agency_id, each)


async def _adopt(db: Session, agency_id: UUID, email: str) -> None:
    owner = _owner_of(agency_id, threads.c.sender, threads.c.begun_at).scalar_subquery()
    theirs = and_(
        threads.c.agency_id == agency_id,
        threads.c.told_person_id.is_(None),
        threads.c.sender == email,
        threads.c.person_id.is_distinct_from(owner),
    )
    adopted = update(threads).where(theirs).values(person_id=owner).returning(threads.c.id)
    if ids := (await db.execute(adopted)).scalars().all():
        said_there = and_(
            timeline.c.agency_id == agency_id,
            timeline.c.thread_id.in_(ids),
            threads.c.agency_id == timeline.c.agency_id,
            threads.c.id == timeline.c.thread_id,
        )
        await db.execute(update(timeline).where(said_there).values(person_id=threads.c.person_id))


async def sender_of(db: Session, agency_id: UUID, email: str | None, at: datetime) -> UUID | None:
    """Whose address this is at a moment, or came to be after it; nobody else comes to have it while the transaction lasts."""
    if email is None:
        return None
    await alone_with(db, agency_id, email)
    found: UUID | None = (await db.execute(_owner_of(agency_id, email, at))).scalar_one_or_none()
    return found


def _owner_of(agency_id: UUID, email: str | ColumnElement[Any], at: datetime | ColumnElement[Any]) -> Select[Any]:
    """The person known first, where several have the address: their ids are in the order of time."""
    held = or_(addresses.c.until.is_(None), addresses.c.until > at)
    theirs = select(addresses.c.person_id).where(addresses.c.agency_id == agency_id, addresses.c.email == email, held)
    return theirs.order_by(addresses.c.person_id).limit(1)


_PERSON = select(people.c.person_id, people.c.lead_id, people.c.client_id)


async def people_of_address(db: Session, agency_id: UUID, email: str | None) -> Sequence[Person]:
    """Whose address this is, the one known last first; nobody else comes to have it while the transaction lasts."""
    if email is None:
        return []
    await alone_with(db, agency_id, email)
    theirs = _PERSON.where(people.c.agency_id == agency_id, people.c.email == email)
    return [Person(*row) for row in await db.execute(theirs.order_by(people.c.person_id.desc()).limit(20))]


async def person_of(db: Session, agency_id: UUID, person_id: UUID) -> Person:
    """A person who is known."""
    wanted = _PERSON.where(people.c.agency_id == agency_id, people.c.person_id == person_id)
    return Person(*(await db.execute(wanted)).one())


async def alone_with(db: Session, agency_id: UUID, email: str) -> None:
    """Nobody else writes of an address until this transaction ends; who does so now is waited for."""
    # Else a message, and the news whose address it came from, could pass each other before either is committed.
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{agency_id} {email}", 0))))
