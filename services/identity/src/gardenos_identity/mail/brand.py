"""How an agency shows itself in its letters: its name, its colour, its logo."""

from dataclasses import dataclass

from gardenos_chassis.tenancy import Session
from gardenos_contracts.identity import Accent
from sqlalchemy import func, select

from gardenos_identity.pictures import Picture
from gardenos_identity.tables import agencies, agency_logos

COLOURS = {
    Accent.GARDEN: "#1f6a43",
    Accent.OCEAN: "#1d5b94",
    Accent.INDIGO: "#4646a3",
    Accent.PLUM: "#7a3a74",
    Accent.BRICK: "#9a3b20",
    Accent.SLATE: "#44525c",
}
"""On white each has a contrast of 5 to 1 or more; the web client has its own for dark ground."""


@dataclass(frozen=True, slots=True)
class Brand:
    """What stands above a letter."""

    name: str
    colour: str
    logo: Picture | None = None


async def brand_of(session: Session) -> Brand | None:
    """The brand of the session's agency; none, if there is no such agency."""
    name = func.coalesce(agencies.c.display_name, agencies.c.name).label("name")
    asked = select(name, agencies.c.accent, agency_logos.c.media_type, agency_logos.c.content)
    row = (
        await session.execute(
            asked.outerjoin_from(agencies, agency_logos, agencies.c.agency_id == agency_logos.c.agency_id)
        )
    ).first()
    if row is None:
        return None
    logo = None if row.content is None else Picture(row.media_type, row.content)
    return Brand(row.name, COLOURS[Accent(row.accent)], logo)
