"""The keys by which one transaction seals what it appends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from gardenos_contracts import Event, Fact, personal_fields, without_personal

from gardenos_chassis.sealing.fields import left, sealed
from gardenos_chassis.sealing.keys import MasterKeys
from gardenos_chassis.tenancy import Session, driver_of, master_keys_of

# Who has a key keeps it, who has none gets the one given. Held to the commit: who forgets waits for it, and then finds all
# that was written of the person.
_HOLD = """
with new as (
    insert into person_keys (agency_id, person_id, key) select $1, person_id, key
    from unnest($2::uuid[], $3::bytea[]) as given (person_id, key)
    on conflict do nothing returning person_id, key
), held as (
    select person_id, key from person_keys where agency_id = $1 and person_id = any($2) for share
)
select person_id, key from new union all select person_id, key from held
"""


@dataclass(slots=True)
class Seals:
    """The keys of the people whom some events are about. Without master keys there are none, and nothing is sealed."""

    keys: dict[UUID, AESGCM] = field(default_factory=dict)
    new: dict[UUID, bytes] = field(default_factory=dict)
    """Wrapped keys of people who are new here, to be kept by the statement that appends."""
    forgotten: set[UUID] = field(default_factory=set)

    def told(self, fact: Fact[Event]) -> Fact[Event]:
        """The fact; of somebody forgotten, what may still be told of it."""
        if not self.forgotten or _whose(fact) not in self.forgotten:
            return fact
        return replace(fact, data=without_personal(fact.data), forgotten=True)

    def data_of(self, fact: Fact[Event]) -> str:
        """The fact's data as the store keeps it."""
        whose = _whose(fact)
        if whose in self.keys:
            return sealed(fact, self.keys[whose], whose)
        return left(fact, whose) if whose in self.forgotten else fact.data.model_dump_json()


def _whose(fact: Fact[Event]) -> UUID | None:
    return fact.data.about() if personal_fields(type(fact.data)) else None


async def seals_for(session: Session, agency_id: UUID, facts: Sequence[Fact[Event]], *, by_person: bool) -> Seals:
    """Finds the keys, or makes them. What a person does first with somebody new needs no look for a key; reactions look."""
    master = master_keys_of(session)
    if master is None:
        return Seals()
    found, wanted = _of_new(master, agency_id, facts, by_person=by_person)
    while wanted:
        await _hold(session, agency_id, wanted, master, found)
        # Somebody else made one at the same moment: theirs is found the next time.
        wanted -= found.keys.keys() | found.forgotten
    return found


def seals_of_new(master: MasterKeys | None, facts: Sequence[Fact[Event]], *, by_person: bool) -> Seals | None:
    """As `seals_for`, where no key need be looked for; else None."""
    if master is None or not facts:
        return Seals()
    found, wanted = _of_new(master, facts[0].agency_id, facts, by_person=by_person)
    return None if wanted else found


def _of_new(
    master: MasterKeys, agency_id: UUID, facts: Sequence[Fact[Event]], *, by_person: bool
) -> tuple[Seals, set[UUID]]:
    """Keys for the people who are new, and whose else are needed."""
    found = Seals()
    wanted: set[UUID] = set()
    for fact in facts:
        whose = _whose(fact)
        if whose is None or whose in found.keys:
            continue
        if by_person and fact.data.introduces_person:
            found.new[whose], found.keys[whose] = master.wrapped(agency_id, whose)
        else:
            wanted.add(whose)
    return found, wanted - found.keys.keys()


async def _hold(session: Session, agency_id: UUID, people: Iterable[UUID], master: MasterKeys, found: Seals) -> None:
    given = {person_id: master.wrapped(agency_id, person_id)[0] for person_id in sorted(people)}
    for row in await driver_of(session).fetch(_HOLD, agency_id, list(given), list(given.values())):
        if row["key"] is None:
            found.forgotten.add(row["person_id"])
        else:
            found.keys[row["person_id"]] = master.unwrapped(row["key"], agency_id, row["person_id"])
