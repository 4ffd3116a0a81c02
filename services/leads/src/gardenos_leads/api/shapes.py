"""The shapes of this service's answers."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from gardenos_chassis.http.shapes import Shape, Withholding
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import LineOfBusiness


class PersonName(Shape):
    """A person's name; either part may be empty."""

    given: str
    family: str


class Recycling(Shape):
    """Until when a lead is left alone, and why."""

    recycled_on: date
    line_of_business: LineOfBusiness | None
    """The line whose X-date it hangs on; null: a day was named."""
    days_before: int | None
    term_months: int | None
    stage: Stage | None
    """Where it is to come back; null: at the beginning if it was lost, else where it is."""
    stage_key: str | None
    reason: str | None


class Lead(Withholding):
    """A lead as it is now."""

    id: UUID
    person_id: UUID
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
    current_carrier: str | None
    x_date: date | None
    """When the current carrier's policy expires."""
    stage: Stage
    """How far along it is, whatever the agency calls that."""
    pipeline: str
    """Whose stages it goes through: a line of business, or `default`."""
    stage_key: str
    """The stage of that pipeline."""
    stage_since: datetime
    """Since when it is there."""
    rots_at: datetime | None
    """When it is overdue to move on; null: never."""
    exit_reason: str | None
    """Why it was lost, in words that the agency gives to choose from."""
    comes_back_on: date | None
    """Until when it is left alone; null: it is not."""
    recycled: Recycling | None
    came_back_at: datetime | None
    """When it came back the last time."""
    source: str
    campaign_id: UUID | None
    campaign_name: str | None
    owner_id: UUID | None
    """Whose lead it is; null in a pool."""
    team_id: UUID | None
    shared_with: list[UUID]
    """Colleagues who have it in their scope because somebody shared it with them."""
    notes: str | None
    external_id: str | None
    import_id: UUID | None
    client_id: UUID | None
    """The client that a won lead became."""
    captured_at: datetime
    first_contacted_at: datetime | None
    last_contacted_at: datetime | None
    contact_attempts: int
    """How often somebody of the agency called, whatever came of it."""
    first_touched_at: datetime | None
    """When a person of the agency first called them, or took their call: since the capture, the speed to lead."""
    score: int | None
    """How promising it is, 0 to 100; null while it is not scored. Why, `/api/v1/scores` tells."""
    first_automated_at: datetime | None
    """When an automation first reached out to them."""
    next_task_on: date | None
    """The day on which the next open task about them is due; null where none is planned."""
    open_tasks: int
    converted_at: datetime | None
    client_since: datetime | None
    """When the client that it became was onboarded."""
    outcome: Literal["client", "converting"] | None
    """What came of its conversion: a client, or not yet one; null where it was not converted."""
    tags: list[str]
    fields: dict[str, bool | int | float | str]
    """What is known under the agency's own fields, by key: a day as a date, an amount in minor units."""
    forgotten_at: datetime | None
    """When the person was forgotten; then nothing personal is known of them any more."""
    removed_at: datetime | None
    """When it was removed; then no list shows it, until it is restored."""
    merged_into: UUID | None
    """The lead that the person goes on as, where this one was merged; then ask for that one."""
    household: str | None
    """What their household is called, by the surnames of those in it whom you see; null where you see nobody else in it."""
    do_not_call_at: datetime | None
    """When they first asked not to be called."""
    version: int
    """As in the `ETag`."""
