"""Whether two leads may be one person: by which rules, and how much speaks for it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gardenos_leads.duplicates.rules import Rules
from gardenos_leads.matching import may_be_one_street, others, similarity


@dataclass(frozen=True, slots=True)
class Looks:
    """What a lead is compared by."""

    id: UUID
    given_name: str
    sort_name: str
    email: str | None
    phone: str | None
    zip: str | None
    street: str | None
    birth_date: date | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """That two may be one: `score` is from 0 to 1, `reasons` are the rules that say so, the strongest first."""

    score: float
    reasons: tuple[str, ...]


_WEIGHTS = {"email": 0.8, "phone": 0.7, "birth_date": 0.8, "name_and_place": 0.6}
_SURE = 0.9
"""From which likeness of names on a birth date that differs is more likely written wrong."""


def likeness(one: Looks, other: Looks, rules: Rules) -> Likeness | None:
    """How much speaks for one person; None where nothing does, or where they are two people of one household.

    Whoever shares an email address or a telephone number, and has another given name, is somebody else of the family: unless
    they share both, which a nickname explains, or were born on one day and are called much alike.
    """
    names = similarity(one.sort_name, other.sort_name)
    said: dict[str, float] = {}
    if rules.email and one.email and one.email == other.email:
        said["email"] = 1
    if rules.phone and one.phone and one.phone == other.phone:
        said["phone"] = 1
    if names >= rules.alike:
        if rules.birth_date and one.birth_date and one.birth_date == other.birth_date:
            said["birth_date"] = names
        if rules.name_and_place and one.zip and one.zip == other.zip:
            said["name_and_place"] = names if may_be_one_street(one.street, other.street, rules.alike) else names / 2
    if not said:
        return None
    born_apart = bool(one.birth_date and other.birth_date and one.birth_date != other.birth_date)
    if born_apart and names < _SURE:
        return None
    if others(one.given_name, other.given_name) and not ({"email", "phone"} <= said.keys() or "birth_date" in said):
        return None
    against = 1.0
    for rule, part in said.items():
        against *= 1 - _WEIGHTS[rule] * part
    score = (1 - against) * (0.5 if born_apart else 1)
    reasons = sorted(said, key=lambda rule: (-_WEIGHTS[rule] * said[rule], rule))
    return Likeness(round(score, 4), tuple(reasons))
