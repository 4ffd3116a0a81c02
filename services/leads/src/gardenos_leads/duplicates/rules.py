"""By what an agency knows somebody again: at once as they come in, in a file, and afterwards, for people to look at."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

from gardenos_chassis.tenancy import Session
from gardenos_contracts.lead_duplicates import AtOnce, InFile
from sqlalchemy import select

from gardenos_leads.duplicates.tables import duplicate_rules
from gardenos_leads.matching import ALIKE


@dataclass(frozen=True, slots=True)
class Rules:
    """As an agency said, or by default; the first four are by what leads are compared afterwards."""

    email: bool = True
    phone: bool = True
    name_and_place: bool = True
    birth_date: bool = True
    alike: float = ALIKE
    """From which similarity on two names, or two streets, are much alike."""
    at_once: tuple[AtOnce, ...] = ("email", "phone")
    """By what whoever comes in by themselves is somebody known. The first that says so counts."""
    in_files: tuple[InFile, ...] = ("email", "phone", "external_id")
    """The same of a file's rows, where nobody says otherwise for that file."""
    households_apart: bool = False
    """Whether who shares an address or number with a lead, and has another given name, is somebody else at once, too."""

    @classmethod
    def of(cls, said: Mapping[str, Any] | None) -> "Rules":
        """As they were said, or by default."""
        if said is None:
            return cls()
        there: dict[str, Any] = {each.name: said[each.name] for each in fields(cls) if each.name in said}
        # Lists where they were kept as JSON.
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in there.items()
        }
        return cls(**kept)

    def told(self) -> dict[str, Any]:
        """As events and answers have them."""
        return asdict(self)

    @property
    def compared(self) -> tuple[bool | float, ...]:
        """What of them says which leads are shown to people as pairs."""
        return (self.email, self.phone, self.name_and_place, self.birth_date, self.alike)


async def rules_of(session: Session, agency_id: UUID) -> tuple[Rules, int]:
    """An agency's rules, and their version: 0 where nobody said."""
    asked = select(duplicate_rules.c.rules, duplicate_rules.c.version).where(duplicate_rules.c.agency_id == agency_id)
    row = (await session.execute(asked)).first()
    return (Rules.of(row.rules), row.version) if row is not None else (Rules(), 0)
