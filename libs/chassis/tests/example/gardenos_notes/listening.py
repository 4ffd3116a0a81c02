"""A consumer of a test's own, at work on the real parts in the notes' database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.events.subscription import Subscription
from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_chassis.tenancy import Database, Session
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from sqlalchemy import text

from gardenos_notes.app import NotesSettings


@asynccontextmanager
async def listening(
    parts: Parts, *consumers: Consumer, database: type[Database] = Database, **overrides: Any
) -> AsyncIterator[Running]:
    """A service that is nothing but these consumers."""
    urls = {f"{name}_url": parts.sources.url_of(name) for name in ("bells", "chimes")}
    settings = await parts.settings(NotesSettings, "gardenos_notes", **urls, **overrides)
    service = Service(
        settings,
        publishes=False,
        consumers=consumers,
        database=database(settings.database_url, pool=settings.database_pool),
    )
    async with service.running():
        yield Running(service, parts.sources)


def only(running: Running) -> Subscription:
    (subscription,) = running.service.subscriptions.values()
    return subscription


async def ring(db: Session, agency_id: UUID, loudness: int) -> None:
    await db.execute(
        text("insert into rings (agency_id, id, loudness) values (:a, :id, :loudness)"),
        {"a": agency_id, "id": new_id(), "loudness": loudness},
    )


async def rings(running: Running, agency_id: UUID) -> list[int]:
    async with running.service.database.transaction(agency_id) as session:
        return list((await session.execute(text("select loudness from rings order by id"))).scalars())
