"""People whom the leads service kept as two: what was read of either is shown as one person's, until they are two again.

Nothing is moved: what was read stays with whose it was, and whoever asks for one person gets both's.
"""

from typing import Any
from uuid import UUID

from gardenos_chassis.tenancy import Session, driver_of
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union

from gardenos_ai.tables import same_people

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


def one_with(agency_id: UUID, persons: Select[Any]) -> Select[Any]:
    """All that these persons, a select of their ids, were kept as: themselves, as whom they are shown, and who is shown so."""
    asked = select(persons.subquery().c[0])
    ours = same_people.c.agency_id == agency_id
    shown = select(same_people.c.shown_as).where(ours, same_people.c.person_id.in_(asked))
    so = or_(same_people.c.shown_as.in_(asked), same_people.c.shown_as.in_(shown))
    others = select(same_people.c.person_id).where(ours, so)
    return select(union(asked, shown, others).subquery().c[0])
