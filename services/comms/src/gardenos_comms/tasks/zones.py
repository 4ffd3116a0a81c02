"""In which time zone an agency is, by whose clock its tasks are due."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from gardenos_chassis.events import Consumer
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.rows import upsert_many
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.identity import AgencyRegistered, AgencySettingsChanged
from sqlalchemy import select

from gardenos_comms.tasks.tables import agency_zones

_zones = Consumer("comms.agency-zones", listens_to=[AgencyRegistered, AgencySettingsChanged])


@_zones.on(AgencyRegistered)
async def registered(event: Received[AgencyRegistered], db: Session) -> None:
    """The zone it began with."""
    await _keep(db, event.agency_id, event.data.time_zone)


@_zones.on(AgencySettingsChanged)
async def settings_changed(event: Received[AgencySettingsChanged], db: Session) -> None:
    """The zone it is in now."""
    await _keep(db, event.agency_id, event.data.time_zone)


async def _keep(db: Session, agency_id: UUID, time_zone: str) -> None:
    await upsert_many(db, agency_zones, [{"agency_id": agency_id, "time_zone": time_zone}])


zones = ReadModel("agency_zones", tables=[agency_zones], consumers=[_zones])


async def now_in(session: Session, agency_id: UUID) -> datetime:
    """What the agency's clock shows; UTC until identity has told its zone."""
    statement = select(agency_zones.c.time_zone).where(agency_zones.c.agency_id == agency_id)
    zone: str | None = (await session.execute(statement)).scalar_one_or_none()
    return datetime.now(ZoneInfo(zone) if zone else UTC)
