"""How far behind a service is, as metrics: looked at every few seconds, by two queries that see no agency's data."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from gardenos_chassis import telemetry
from gardenos_chassis.events.relay import Relay
from gardenos_chassis.events.subscription import Subscription
from gardenos_chassis.events.waiting import Waiting
from gardenos_chassis.tenancy import Database

log = logging.getLogger(__name__)

_OUTBOX = text(
    "select agency_id, head, coalesce(published, 0) as published from agency_heads left join relay_marks using (agency_id)"
    " where head > coalesce(published, 0)"
)
_MARKS = text("select consumer, source, agency_id, sequence, parked from consumer_marks")

_SECONDS = 10.0


class Observation:
    """Sets the gauges of one service's relay and consumers. `relay` is None for a service that publishes nothing."""

    def __init__(
        self, service: str, database: Database, relay: Relay | None, subscriptions: Iterable[Subscription]
    ) -> None:
        self._service = {"gardenos.service": service}
        self._database = database
        self._relay = relay
        self._subscriptions = list(subscriptions)
        self._outbox = Waiting()
        self._caught_up: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Observes until cancelled. Raises what the database raises while it is away."""
        while True:
            await self.observe()
            await asyncio.sleep(_SECONDS)

    async def observe(self) -> None:
        """Looks once."""
        if self._relay is not None:
            await self._observe_outbox(self._relay)
        if self._subscriptions:
            await self._observe_consumers()

    async def _observe_outbox(self, relay: Relay) -> None:
        async with self._database.across() as session:
            rows = (await session.execute(_OUTBOX)).all()
        events, seconds = self._outbox.look(
            {row.agency_id: row.head for row in rows}, {row.agency_id: row.published for row in rows}
        )
        telemetry.outbox_events.set(events, self._service)
        telemetry.outbox_age.set(seconds, self._service)
        telemetry.heartbeat.set(relay.progress, {**self._service, "gardenos.part": "relay"})

    async def _observe_consumers(self) -> None:
        marks: defaultdict[tuple[str, str], dict[UUID, int]] = defaultdict(dict)
        parked: defaultdict[tuple[str, str], int] = defaultdict(int)
        async with self._database.across() as session:
            for row in await session.execute(_MARKS):
                marks[row.consumer, row.source][row.agency_id] = row.sequence
                parked[row.consumer, row.source] += row.parked
        for subscription in self._subscriptions:
            telemetry.heartbeat.set(subscription.progress, {**self._service, "gardenos.part": subscription.name})
            for source, reconciliation in subscription.reconciliations.items():
                which = {
                    **self._service,
                    "messaging.consumer.group.name": subscription.name,
                    "messaging.destination.name": f"{source}.events",
                }
                place = (subscription.name, source)
                events, seconds = reconciliation.waiting.look(dict(reconciliation.heads), marks[place])
                telemetry.lag_events.set(events, which)
                telemetry.lag_age.set(seconds, which)
                telemetry.dead_letters.set(parked[place], which)
                telemetry.held_up.set(len(reconciliation.held), which)
                if place not in self._caught_up and reconciliation.history is not None:
                    self._tell_of_history(place, events)

    def _tell_of_history(self, place: tuple[str, str], events: int) -> None:
        """Until a consumer has caught up for the first time, the log says how far it is."""
        consumer, source = place
        if events:
            log.info("%s: %d events of %s to go", consumer, events, source)
        else:
            log.info("%s: caught up with %s", consumer, source)
            self._caught_up.add(place)
