"""A consumer of everybody's events, as another team would write one: it puts down each that it is given, and counts
nothing together. It cannot take leads from one source, until it is mended."""

from collections.abc import Awaitable, Callable
from typing import Any

from gardenos_chassis import migrations
from gardenos_chassis.events import Consumer
from gardenos_chassis.main import main
from gardenos_chassis.service import Service
from gardenos_chassis.settings import SERVICES, ServiceSettings
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received, all_events
from gardenos_contracts.leads import LeadCaptured
from sqlalchemy import text

from chaos.load import POISON

EVENTS = tuple(event for event in all_events().values() if event.service in SERVICES)


class WitnessSettings(ServiceSettings, service="witness"):
    """Those of all services, and one of its own."""

    takes_poison: bool = False
    """Whether it is mended."""


def create_service(settings: WitnessSettings) -> Service:
    """The witness, with one consumer."""
    consumer = Consumer("witness.everything", listens_to=EVENTS)
    for event in EVENTS:
        consumer.on(event)(_seen(event.service, settings.takes_poison))
    return Service(settings, publishes=False, consumers=[consumer])


def _seen(source: str, takes_poison: bool) -> Callable[[Received[Any], Session], Awaitable[None]]:
    async def seen(event: Received[Any], db: Session) -> None:
        await db.execute(
            text("insert into seen (agency_id, source, sequence, stream_id, version) values (:a, :f, :s, :i, :v)"),
            {"a": event.agency_id, "f": source, "s": event.sequence, "i": event.stream_id, "v": event.version},
        )
        if not takes_poison and isinstance(event.data, LeadCaptured) and event.data.source == POISON:
            raise ValueError("the witness takes no poison")

    return seen


def tables() -> list[str]:
    """The statements that make its tables, as its owner. Nothing in them keeps an event from being put down twice."""
    made = _Statements()
    migrations.create_consumer_tables(made)
    migrations.extend_parked_events(made)
    migrations.create_sealing_tables(made)
    made.execute(
        "create table seen (agency_id uuid not null, source text not null, sequence bigint not null,"
        " stream_id uuid not null, version int not null, place bigint generated always as identity)"
    )
    migrations.protect(made, "seen")
    return made.all


class _Statements:
    def __init__(self) -> None:
        self.all: list[str] = []

    def execute(self, sqltext: str) -> None:
        self.all.append(sqltext)


if __name__ == "__main__":
    main(WitnessSettings, create_service)
