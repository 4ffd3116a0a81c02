"""The shapes of this service's answers."""

from datetime import date, datetime
from uuid import UUID

from gardenos_chassis.http.shapes import Shape, Withholding
from gardenos_contracts.values import LineOfBusiness


class PersonName(Shape):
    """A person's name; either part may be empty."""

    given: str
    family: str


class Client(Withholding):
    """A client as they are now."""

    id: UUID
    person_id: UUID
    """The same as of the lead they were: one person has one timeline."""
    lead_id: UUID | None
    """The lead they were; null of a client who never was one here."""
    name: PersonName
    display_name: str
    """The name, or what else the person is known by."""
    email: str | None
    phone: str | None
    """E.164."""
    street: str | None
    """Street and number."""
    city: str | None
    postal_code: str | None
    state: str | None
    """US state, two letters."""
    birth_date: date | None
    line_of_business: LineOfBusiness | None
    owner_id: UUID | None
    """Whose client it is; null in a pool."""
    team_id: UUID | None
    shared_with: list[UUID]
    """Colleagues who have them in their scope because somebody shared them with them."""
    onboarded_at: datetime
    forgotten_at: datetime | None
    """When the person was forgotten; then nothing personal is known of them any more."""
    version: int
    """As in the `ETag`."""
