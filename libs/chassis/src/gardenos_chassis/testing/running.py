"""A service at work in a test."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from gardenos_contracts import Event, Message, Received, event_class
from gardenos_contracts.identity import TeamFormed, UserJoined
from gardenos_contracts.values import Role
from sqlalchemy import Table, select, text

from gardenos_chassis.events.store import read_after
from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_chassis.testing.answers import CheckedTransport
from gardenos_chassis.testing.sources import Sources
from gardenos_chassis.testing.waiting import eventually

_UNPUBLISHED = text(
    "select count(*) from agency_heads left join relay_marks using (agency_id) where head > coalesce(published, 0)"
)
_MARKS = text("select agency_id, sequence from consumer_marks where consumer = :consumer and source = :source")


@dataclass(frozen=True, slots=True)
class Running:
    """A service at work on real parts, and what a test asks of it."""

    service: Service
    sources: Sources

    @asynccontextmanager
    async def client(
        self,
        agency_id: UUID,
        *,
        role: Role = Role.OWNER,
        user_id: UUID | None = None,
        team_ids: Collection[UUID] = (),
    ) -> AsyncIterator[httpx.AsyncClient]:
        """An HTTP client signed in as a person of the agency."""
        token = self.sources.signer.token(agency_id, user_id or new_id(), role, team_ids)
        async with self.anonymous({"Authorization": f"Bearer {token}"}) as client:
            yield client

    @asynccontextmanager
    async def anonymous(self, headers: dict[str, str] | None = None) -> AsyncIterator[httpx.AsyncClient]:
        """An HTTP client that is not signed in. Answers are held against the shapes that their routes document."""
        transport = CheckedTransport(self.service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
            yield client

    async def given(self, agency_id: UUID, *events: Event) -> None:
        """Others' events, each recorded and sent by the service it belongs to, in this order."""
        for event in events:
            await self.sources(event.service).publish(agency_id, event)

    async def colleagues(
        self, agency_id: UUID, *user_ids: UUID, role: Role = Role.AGENT, teams: Collection[UUID] = ()
    ) -> None:
        """These people work in the agency from now on, and it has these teams: identity told, and the service has heard."""
        identity = self.sources("identity")
        for team_id in teams:
            await identity.publish(agency_id, TeamFormed(team_id=team_id, name="A team"), stream_id=team_id)
        for user_id in user_ids:
            joined = UserJoined(
                user_id=user_id, email=f"{user_id}@agency.example", name="A colleague", role=role, team_ids=()
            )
            await identity.publish(agency_id, joined, stream_id=user_id)
        await self.wait_until_caught_up()

    async def rows(self, agency_id: UUID, table: Table) -> list[dict[str, Any]]:
        """The agency's rows of a read table, by primary key; without the agency itself."""
        columns = [column for column in table.columns if column.name != "agency_id"]
        async with self.service.database.transaction(agency_id) as session:
            found = await session.execute(select(*columns).order_by(*table.primary_key))
            return [dict(row) for row in found.mappings()]

    async def wait_until_caught_up(self) -> None:
        """Waits until all it recorded is published, and all that its sources recorded is applied."""
        # Less than the look that would bring what Kafka did not.
        await eventually(self._is_caught_up, within=50, what=f"{self.service.name} caught up")

    async def jobs_done(self) -> None:
        """Waits until no job of the service is due, running or put off after a try."""
        await eventually(self._no_jobs, within=120, what=f"{self.service.name} did its jobs")

    async def events(self, agency_id: UUID) -> list[Received[Event]]:
        """What the service has recorded for an agency, in order."""
        async with self.service.database.transaction(agency_id) as session:
            return [_parsed(message) for message in await read_after(session, 0, 100_000)]

    async def _is_caught_up(self) -> bool:
        async with self.service.database.across() as session:
            if self.service.publishes and (await session.execute(_UNPUBLISHED)).scalar_one():
                return False
            for name, subscription in self.service.subscriptions.items():
                for source in subscription.sources:
                    marks = {
                        row.agency_id: row.sequence
                        for row in await session.execute(_MARKS, {"consumer": name, "source": source})
                    }
                    heads = self.sources(source).heads
                    if any(marks.get(agency_id, 0) < head for agency_id, head in heads.items()):
                        return False
        return True

    async def _no_jobs(self) -> bool:
        for worker in self.service.workers:
            if any(found.state in ("queued", "retrying", "running") for found in await worker.count()):
                return False
        return True


def _parsed(message: Message) -> Received[Event]:
    known = event_class(message.type)
    assert known is not None, message.type
    return message.parse(known)
