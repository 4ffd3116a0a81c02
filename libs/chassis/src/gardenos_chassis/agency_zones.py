"""In which time zone each agency is, by whose clock its days begin, as identity told it."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gardenos_contracts import Received
from gardenos_contracts.identity import AgencyRegistered, AgencySettingsChanged
from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert

from gardenos_chassis.events import Consumer
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.tenancy import Session


def zone_named(name: str | None) -> ZoneInfo:
    """The zone of that name; UTC for none, and for one that this machine does not know."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


async def zone_of(session: Session, table: Table, agency_id: UUID) -> ZoneInfo:
    """Where the agency is; UTC until identity has told it. `table` is the service's, with `agency_id` and `time_zone`."""
    asked = select(table.c.time_zone).where(table.c.agency_id == agency_id)
    return zone_named((await session.execute(asked)).scalar_one_or_none())


def heard_zones(service: str, table: Table) -> ReadModel:
    """A service's table of them, `agency_id` and `time_zone`; where it has `business_hours`, they are kept as well."""
    consumer = Consumer(f"{service}.agency-zones", listens_to=[AgencyRegistered, AgencySettingsChanged])
    of_settings = {"time_zone", "business_hours"} & set(table.columns.keys())

    @consumer.on(AgencyRegistered)
    async def registered(event: Received[AgencyRegistered], db: Session) -> None:
        await keep(db, event.agency_id, {"time_zone": event.data.time_zone})

    @consumer.on(AgencySettingsChanged)
    async def settings_changed(event: Received[AgencySettingsChanged], db: Session) -> None:
        await keep(db, event.agency_id, event.data.model_dump(mode="json", include=of_settings))

    async def keep(db: Session, agency_id: UUID, told: dict[str, Any]) -> None:
        row = insert(table).values(agency_id=agency_id, **told)
        await db.execute(row.on_conflict_do_update(index_elements=["agency_id"], set_=told))

    return ReadModel(table.name, tables=[table], consumers=[consumer])
