"""Other services, as a service under test sees them: their topics, their feeds, identity's keys."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse, Response
from gardenos_contracts import Actor, ActorKind, Event, Message, topic_of

from gardenos_chassis.ids import new_id
from gardenos_chassis.testing.serving import served
from gardenos_chassis.testing.tokens import Signer

Recorded: TypeAlias = Callable[[str, UUID, int, int], Awaitable[list[Message]]]
"""A service, an agency, after which sequence, and how many: as its feed answers."""


class Source:
    """One service that others listen to. What it publishes is in its feed as well."""

    def __init__(self, name: str, producer: AIOKafkaProducer) -> None:
        self.name = name
        self.answers: dict[str, dict[str, Any]] = {}
        """What its public HTTP API answers, by path; everything else is 404."""
        self._producer = producer
        self._history: defaultdict[UUID, list[Message]] = defaultdict(list)
        self._versions: defaultdict[UUID, int] = defaultdict(int)

    async def publish(
        self,
        agency_id: UUID,
        event: Event,
        *,
        stream_id: UUID | None = None,
        occurred_at: datetime | None = None,
        actor: Actor | None = None,
        traceparent: str | None = None,
    ) -> Message:
        """Records an event as the agency's next, and sends it."""
        message = self.record(
            agency_id, event, stream_id=stream_id, occurred_at=occurred_at, actor=actor, traceparent=traceparent
        )
        await self.send(message)
        return message

    def record(
        self,
        agency_id: UUID,
        event: Event,
        *,
        stream_id: UUID | None = None,
        occurred_at: datetime | None = None,
        actor: Actor | None = None,
        traceparent: str | None = None,
    ) -> Message:
        """Records an event without sending it: the broker lost it."""
        stream = stream_id or new_id()
        self._versions[stream] += 1
        message = Message(
            agency_id=agency_id,
            sequence=len(self._history[agency_id]) + 1,
            stream_id=stream,
            version=self._versions[stream],
            type=event.event_type,
            data=event.model_dump_json().encode(),
            actor=actor or Actor(ActorKind.SYSTEM, "test"),
            correlation_id=str(new_id()),
            causation_id=None,
            traceparent=traceparent,
            occurred_at=occurred_at or datetime.now(UTC),
            recorded_at=datetime.now(UTC),
        )
        self._history[agency_id].append(message)
        return message

    def amend(self, message: Message) -> None:
        """Puts a message in the place of the recorded one: as another version of the contracts would have written it."""
        self._history[message.agency_id][message.sequence - 1] = message

    async def send(self, message: Message) -> None:
        """Sends a recorded message, for the first time or once more."""
        await self._producer.send_and_wait(
            topic_of(self.name), value=message.data, key=str(message.agency_id).encode(), headers=message.headers()
        )

    def after(self, agency_id: UUID, sequence: int, limit: int) -> list[Message]:
        """As the feed answers."""
        return self._history[agency_id][sequence : sequence + limit]

    @property
    def heads(self) -> dict[UUID, int]:
        """The last sequence of each agency."""
        return {agency: len(events) for agency, events in self._history.items() if events}


class Sources:
    """All the other services, behind one address."""

    def __init__(self, bootstrap: str) -> None:
        self.signer = Signer()
        self.base_url = ""
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None
        self._sources: dict[str, Source] = {}
        self.exchanged: dict[str, str] = {}
        """The access tokens that identity gives for API keys; there are no others."""
        self.recorded: Recorded | None = None
        """What a service that was started for a test has recorded itself: others hear of it by the same topics."""

    def __call__(self, name: str) -> Source:
        """The source of this name; the same one each time."""
        assert self._producer is not None
        if name not in self._sources:
            self._sources[name] = Source(name, self._producer)
        return self._sources[name]

    def forget(self) -> None:
        """No source has published anything, and nobody has a key."""
        self._sources.clear()
        self.exchanged.clear()

    def url_of(self, name: str) -> str:
        """Where the source's feed is served."""
        return f"{self.base_url}/{name}"

    @property
    def jwks_url(self) -> str:
        """Where the keys of the tests' tokens are served."""
        return f"{self.base_url}/jwks.json"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Sources"]:
        """Serves feeds and keys on a free port, and holds a producer, until the context ends."""
        self._producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, acks="all", max_request_size=4_000_000)
        await self._producer.start()
        try:
            async with served(self._app()) as self.base_url:
                yield self
        finally:
            await self._producer.stop()

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/jwks.json")
        async def jwks() -> dict[str, object]:
            return {**self.signer.jwks}

        @app.get("/{name}/internal/v1/events")
        async def events(name: str, agency_id: UUID, after: int, limit: int) -> dict[str, object]:
            found = self(name).after(agency_id, after, limit)
            if agency_id not in self(name).heads and self.recorded is not None:
                found = await self.recorded(name, agency_id, after, limit)
            return {"items": [message.to_json() for message in found]}

        @app.get("/{name}/internal/v1/heads")
        async def heads(name: str) -> dict[str, object]:
            return {"heads": {str(agency): head for agency, head in self(name).heads.items()}}

        @app.post("/identity/api/v1/api-keys/tokens")
        async def exchange(authorization: Annotated[str, Header()]) -> Response:
            token = self.exchanged.get(authorization.removeprefix("Bearer "))
            if token is None:
                return JSONResponse({"detail": "this API key is not good"}, 401, media_type="application/problem+json")
            return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 600, "scope": ""})

        @app.get("/{name}/api/{path:path}")
        async def public(name: str, path: str) -> dict[str, Any]:
            if (found := self(name).answers.get(f"/api/{path}")) is None:
                raise HTTPException(404)
            return found

        return app
