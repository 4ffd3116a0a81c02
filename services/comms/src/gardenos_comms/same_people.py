"""People whom the leads service kept as two: what was said with either is shown as one person's, until they are two again.

Nothing is moved: conversations stay with whom they were held, and whoever asks for one person gets both's.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from gardenos_chassis.tenancy import Session, driver_of
from sqlalchemy import ColumnElement, and_, func, or_, select

from gardenos_comms.tables import people, same_people

_MERGE = """
insert into same_people (agency_id, person_id, into_id, shown_as) values ($1, $2, $3, $3)
on conflict (agency_id, person_id) do update set into_id = excluded.into_id, shown_as = excluded.shown_as
"""
_WITH_THOSE_BEFORE = "update same_people set shown_as = $3 where agency_id = $1 and shown_as = $2"
_UNMERGE = "delete from same_people where agency_id = $1 and person_id = $2"
_BACK = """
with recursive under (id) as (
    select person_id from same_people where agency_id = $1 and into_id = $2
    union select s.person_id from same_people s join under on s.into_id = under.id where s.agency_id = $1
)
update same_people set shown_as = $2 where agency_id = $1 and person_id in (select id from under)
"""


async def merged(db: Session, agency_id: UUID, person_id: UUID, into_id: UUID) -> None:
    """From now on shown as another, with all who were shown as them."""
    await driver_of(db).execute(_MERGE, agency_id, person_id, into_id)
    await driver_of(db).execute(_WITH_THOSE_BEFORE, agency_id, person_id, into_id)


async def unmerged(db: Session, agency_id: UUID, person_id: UUID) -> None:
    """Shown by themselves again, with all who were merged into them."""
    await driver_of(db).execute(_UNMERGE, agency_id, person_id)
    await driver_of(db).execute(_BACK, agency_id, person_id)


def shown_as(person: ColumnElement[Any]) -> ColumnElement[Any]:
    """As whom a person is shown; `same_people` must be joined by `is_same`."""
    return func.coalesce(same_people.c.shown_as, person)


def is_same(agency: ColumnElement[Any], person: ColumnElement[Any]) -> ColumnElement[bool]:
    """By what `same_people` is joined, to whatever is a person's."""
    return and_(same_people.c.agency_id == agency, same_people.c.person_id == person)


async def one_with(session: Session, agency_id: UUID, *wanted: ColumnElement[bool]) -> Sequence[UUID]:
    """The persons that somebody, found among `people`, was kept as; first as whom they are shown. Empty where nobody is found."""
    found = (
        select(shown_as(people.c.person_id))
        .select_from(people.outerjoin(same_people, is_same(people.c.agency_id, people.c.person_id)))
        .where(people.c.agency_id == agency_id, *wanted)
    )
    shown: list[UUID] = list((await session.execute(found)).scalars())
    if not shown:
        return []
    others = select(same_people.c.person_id).where(
        same_people.c.agency_id == agency_id, same_people.c.shown_as.in_(shown)
    )
    return [*dict.fromkeys([*shown, *(await session.execute(others)).scalars()])]


def of_either(column: ColumnElement[Any], persons: Sequence[UUID]) -> ColumnElement[bool]:
    """Whether something is of one of these; of one alone, as the index knows it."""
    return column == persons[0] if len(persons) == 1 else or_(*(column == person for person in persons))
