"""Who somebody is: the lead they are already, by email address, telephone number, vendor's id, or name and place.

Whatever brings people in asks here, with values as they are kept: addresses in lower case, numbers in E.164
(`gardenos_chassis.reading`).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.comparing import beginning
from gardenos_chassis.tenancy import Session, driver_of

Key: TypeAlias = Literal["email", "phone", "external_id"]
"""By what somebody is known again, exactly."""

KEYS: tuple[Key, ...] = ("email", "phone", "external_id")

ALIKE = 0.6
"""From which similarity on, by three letters at a time, two names in one ZIP code are one person's.

Unless an agency said otherwise."""


@dataclass(frozen=True, slots=True)
class Known:
    """A lead that somebody is already; and whose it is, by which it is judged who may change it."""

    id: UUID
    person_id: UUID
    owner_id: UUID | None
    team_id: UUID | None
    given_name: str
    import_id: UUID | None


_COLUMNS = "l.id, l.person_id, l.owner_id, l.team_id, l.given_name, l.import_id"

# Of several first the one that is worked on, and of those the eldest.
# Who was merged into another is that one, also by what only the lead before said.
# Each is looked up, first by the value and then by the id: joined otherwise, all leads of the agency are read for each of them
# wherever the planner knows little of the table, which is while it is filled. No index answers a comparison with a `coalesce`
# (`gardenos_chassis.comparing`), so it is a column of what was found first.
_KNOWN = {
    key: f"select wanted.value, {_COLUMNS} from unnest($2::text[]) as wanted (value)"  # noqa: S608 - of KEYS
    " join lateral ("
    f"  select coalesce(merged_into, id) as id from leads where agency_id = $1 and {key} = wanted.value offset 0"
    " ) as was on true"
    " join lateral (select * from leads where agency_id = $1 and id = was.id offset 0) as l on true"
    " where l.forgotten_at is null and l.removed_at is null"
    " order by l.stage in ('won', 'lost'), l.captured_at, l.id"
    for key in KEYS
}

_ALIKE = f"""
select w.place, {_COLUMNS}
from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[]) as w (place, name, zip, after, street)
join lateral (
    select * from leads
    where agency_id = $1 and postal_code collate "C" >= w.zip and postal_code collate "C" < w.after
        and similarity(sort_name, w.name) >= $7
        and (coalesce(street, '') = '' or coalesce(w.street, '') = '' or similarity(street, w.street) >= $7)
        and forgotten_at is null and removed_at is null
    order by similarity(sort_name, w.name) desc, captured_at, id limit 1
) as l on true
"""  # noqa: S608 - constants


async def all_known(
    session: Session, agency_id: UUID, keys: Collection[tuple[Key, str]]
) -> dict[tuple[Key, str], list[Known]]:
    """To whom of the leads these values belong: of several first the one that is worked on, and of those the eldest."""
    wanted: defaultdict[Key, set[str]] = defaultdict(set)
    for key, value in keys:
        wanted[key].add(value)
    found: defaultdict[tuple[Key, str], list[Known]] = defaultdict(list)
    for key, values in wanted.items():
        for row in await driver_of(session).fetch(_KNOWN[key], agency_id, sorted(values)):
            found[key, row["value"]].append(_known(row))
    return dict(found)


@dataclass(frozen=True, slots=True)
class Called:
    """How somebody is called, and where they live, as far as it was said."""

    name: str
    """As `sorted_name` has it."""
    zip: str
    """Five digits."""
    street: str | None

    def like(self, other: "Called", alike: float) -> bool:
        """Whether they may be one: called alike, in one ZIP code, and not known to live in different streets."""
        if self.zip != other.zip or similarity(self.name, other.name) < alike:
            return False
        return may_be_one_street(self.street, other.street, alike)


async def alike(
    session: Session, agency_id: UUID, people: Sequence[tuple[int, Called]], least: float
) -> dict[int, Known]:
    """Who of these, each with a place of the caller's, is a lead by being called and living like them (`Called.like`)."""
    if not people:
        return {}
    places, called = zip(*people, strict=True)
    names, streets = [each.name for each in called], [each.street for each in called]
    bounds = zip(*(beginning(each.zip) for each in called), strict=True)
    rows = await driver_of(session).fetch(_ALIKE, agency_id, places, names, *bounds, streets, least)
    return {row["place"]: _known(row) for row in rows}


async def take_turns(session: Session, agency_id: UUID) -> None:
    """Of an agency's transactions that bring people in, each waits here for the one before: none is brought in twice."""
    await driver_of(session).execute(
        "select pg_advisory_xact_lock(hashtextextended('matching ' || $1, 0))", str(agency_id)
    )


def sorted_name(given: str, family: str) -> str:
    """A name as leads are sorted, and names compared, by."""
    return f"{family} {given}".strip().lower()


def similarity(one: str, other: str) -> float:
    """How much alike two texts are, 0 to 1, as pg_trgm says it: the part of their trigrams that both have."""
    ours, theirs = _trigrams(one), _trigrams(other)
    return len(ours & theirs) / len(ours | theirs) if ours or theirs else 0.0


def may_be_one_street(one: str | None, other: str | None, alike: float) -> bool:
    """Whether two streets are written alike, or one is not known: then nothing speaks against it."""
    return not one or not other or similarity(one, other) >= alike


def others(given: str, other: str) -> bool:
    """Whether two given names are of two people: both are said, and neither is the other or its beginning."""
    one, two = given.strip().lower().rstrip("."), other.strip().lower().rstrip(".")
    return bool(one and two) and not (one.startswith(two) or two.startswith(one)) and similarity(one, two) < ALIKE


def people_of(several: Iterable[Known], given: str, *, households_apart: bool) -> list[Known]:
    """Who of those with the same address or number somebody of this given name may be: all, or none of another name."""
    return [who for who in several if not (households_apart and others(given, who.given_name))]


def _trigrams(text: str) -> set[str]:
    return {
        padded[at : at + 3]
        for word in re.findall(r"\w+", text.lower())
        for padded in [f"  {word} "]
        for at in range(len(padded) - 2)
    }


def _known(row: "object") -> Known:
    return Known(*(row[name] for name in ("id", "person_id", "owner_id", "team_id", "given_name", "import_id")))  # type: ignore[index]
