"""Tally: counters that its own events move, and another service's gongs are heard by; what was heard is told once."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.ids import derived_id
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.service import Service
from gardenos_chassis.settings import ServiceSettings
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact, Personal, Received
from sqlalchemy import Boolean, Column, Computed, Integer, MetaData, Table, Text, Uuid, func, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert


class CounterMade(Event, service="tally", version=1):
    counter_id: UUID
    name: str


class Counted(Event, service="tally", version=1):
    counter_id: UUID
    by: int


class CounterDedicated(Event, service="tally", version=1):
    counter_id: UUID
    person_id: UUID
    to: Annotated[str, Personal("")]


class GongStruck(Event, service="gongs", version=1):
    counter_id: UUID
    loudness: int


metadata = MetaData()
counters = Table(
    "counters", metadata,
    Column("agency_id", Uuid, primary_key=True), Column("id", Uuid, primary_key=True), Column("name", Text),
    Column("total", Integer), Column("loudest", Integer), Column("loud", Boolean, Computed("")),
    Column("dedicated_to", Text),
)  # fmt: skip
counts = Table(
    "counts", metadata,
    Column("agency_id", Uuid, primary_key=True), Column("counter_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True), Column("by", Integer),
)  # fmt: skip
told = Table("told", metadata, Column("agency_id", Uuid, primary_key=True), Column("id", Uuid, primary_key=True))


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    for fact in facts:
        match fact.data:
            case CounterMade() as made:
                row = {"agency_id": fact.agency_id, "id": made.counter_id, "name": made.name, "total": 0}
                await session.execute(insert(counters).values(row))
            case Counted() as counted:
                of_this = (counters.c.agency_id == fact.agency_id, counters.c.id == counted.counter_id)
                await session.execute(update(counters).where(*of_this).values(total=counters.c.total + counted.by))
                count = {"agency_id": fact.agency_id, "counter_id": counted.counter_id, "version": fact.version}
                await session.execute(insert(counts).values(**count, by=counted.by))
            case CounterDedicated() as dedicated:
                of_this = (counters.c.agency_id == fact.agency_id, counters.c.id == dedicated.counter_id)
                await session.execute(update(counters).where(*of_this).values(dedicated_to=dedicated.to))


gongs = Consumer("tally.gongs", listens_to=[GongStruck])


@gongs.on(GongStruck)
async def struck(event: Received[GongStruck], db: Session) -> None:
    if event.data.loudness < 0:
        raise ValueError("quieter than nothing")
    of_this = (counters.c.agency_id == event.agency_id, counters.c.id == event.data.counter_id)
    loudest = func.greatest(counters.c.loudest, event.data.loudness)
    await db.execute(update(counters).where(*of_this).values(loudest=loudest))
    heard = upsert(told).values(agency_id=event.agency_id, id=derived_id("told", event.id))
    await db.execute(heard.on_conflict_do_nothing())


class TallySettings(ServiceSettings, service="tally"):
    gongs_url: str = ""


def create_service(settings: TallySettings) -> Service:
    tally = ReadModel("tally", tables=[counters, counts], project=project, consumers=[gongs], scratch=[told])
    return Service(settings, read_models=[tally])
