"""In which time zone an agency is, by which its days begin, and when it opens."""

from gardenos_chassis.events import Consumer
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.rows import upsert_many
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.identity import AgencyRegistered, AgencySettingsChanged
from sqlalchemy.dialects.postgresql import insert

from gardenos_leads.lists.tables import agency_zones

_zones = Consumer("leads.agency-zones", listens_to=[AgencyRegistered, AgencySettingsChanged])


@_zones.on(AgencyRegistered)
async def registered(event: Received[AgencyRegistered], db: Session) -> None:
    """The zone it began with."""
    row = {"agency_id": event.agency_id, "time_zone": event.data.time_zone}
    await upsert_many(db, agency_zones, [row])


@_zones.on(AgencySettingsChanged)
async def settings_changed(event: Received[AgencySettingsChanged], db: Session) -> None:
    """The zone it is in now, and its hours."""
    hours = event.data.model_dump(mode="json", include={"business_hours"})
    kept = insert(agency_zones).values(agency_id=event.agency_id, time_zone=event.data.time_zone, **hours)
    now = {"time_zone": event.data.time_zone, **hours}
    await db.execute(kept.on_conflict_do_update(index_elements=["agency_id"], set_=now))


zones = ReadModel("agency_zones", tables=[agency_zones], consumers=[_zones])
