"""A service: its parts put together from its settings, and its life from start to stop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gardenos_chassis import operations, telemetry
from gardenos_chassis.audit.accesses import prune_for_ever
from gardenos_chassis.audit.chain import Chain
from gardenos_chassis.audit.seals import Seals
from gardenos_chassis.auth import Keys
from gardenos_chassis.auth.api_keys import Exchange, exchange_at
from gardenos_chassis.auth.colleagues import HINT
from gardenos_chassis.auth.permissions import READ_RECORDS, WRITE_RECORDS, Permission
from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.events.faults import retried_for_ever
from gardenos_chassis.events.feed import feed_router
from gardenos_chassis.events.observation import Observation
from gardenos_chassis.events.relay import Relay, kafka
from gardenos_chassis.events.store import EventStore, Projection
from gardenos_chassis.events.subscription import Subscription
from gardenos_chassis.http import openapi, problems
from gardenos_chassis.http.middleware import Envelope
from gardenos_chassis.http.responses import json_response
from gardenos_chassis.jobs.kinds import Jobs
from gardenos_chassis.operations import dead_letters
from gardenos_chassis.origins import Proxies
from gardenos_chassis.read_models.model import ReadModel, apart
from gardenos_chassis.settings import ServiceSettings
from gardenos_chassis.tasks import stopped
from gardenos_chassis.tenancy import Database

if TYPE_CHECKING:
    from gardenos_chassis.jobs.worker import Worker
    from gardenos_chassis.sealing.rewrapping import Wrapped

log = logging.getLogger(__name__)

_STOP_SECONDS = 20.0
"""After which what does not end is left, for the process ends: nothing that is not committed counts."""

Background: TypeAlias = Callable[["Service"], Awaitable[None]]
Resources: TypeAlias = Callable[["Service"], AbstractAsyncContextManager[None]]
HealthCheck: TypeAlias = Callable[["Service"], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a service can do its work, and what is wrong where it cannot."""

    service: str
    faults: Mapping[str, str]

    @property
    def ready(self) -> bool:
        """True if nothing is wrong."""
        return not self.faults

    @property
    def answers(self) -> bool:
        """True if requests can be answered, whatever else is wrong."""
        return "database" not in self.faults


class Service:
    """One service, wired. `app` is its ASGI app; its lifespan runs the relay, the consumers and the background work.

    `read_models` are what can be made again from events, with their consumers; `projections` keep other read tables of
    its own, further `consumers` take events, `jobs` are done, `background` functions run as long as the service
    does and are started again if they fail, `resources` opens what else it needs, `checks` name faults for readiness
    (None: well), `standings` are where people stand since their tokens were signed (None: as those say), `larger_bodies`
    gives path prefixes that take more than the usual body, in bytes, `wrapped` says what the master key wraps besides the
    keys of people whom its events are about, `secrets` what is handed out to nobody when an agency takes all that is its own
    (a table, or `table.column`), besides that. An API key needs the permission `read_by` to read here, and `written_by` to
    change anything; `exchange` gives an access token for it (None: as identity does). A service that `publishes` nothing, as
    another team's consumer, has neither event tables nor a topic, relay and feed.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        routers: Sequence[APIRouter] = (),
        publishes: bool = True,
        database: Database | None = None,
        read_models: Sequence[ReadModel] = (),
        projections: Sequence[Projection] = (),
        consumers: Sequence[Consumer] = (),
        jobs: Sequence[Jobs] = (),
        background: Sequence[Background] = (),
        resources: Resources | None = None,
        checks: Mapping[str, HealthCheck] | None = None,
        larger_bodies: Mapping[str, int] | None = None,
        standings: Standings | None = None,
        wrapped: "Sequence[Wrapped]" = (),
        secrets: Collection[str] = (),
        read_by: Permission = READ_RECORDS,
        written_by: Permission = WRITE_RECORDS,
        exchange: Exchange | None = None,
    ) -> None:
        self.settings = settings
        self.name = settings.service
        self.publishes = publishes
        self.wrapped = wrapped
        self.secrets = frozenset({*secrets, *(f"{each.table}.{each.column}" for each in wrapped)})
        self.database = database or Database.of(settings)
        self.read_models = {model.name: model for model in apart(read_models)}
        self.standings = standings
        heard = () if standings is None else standings.consumers
        if standings is not None:
            self.database.on_commit(HINT, standings.changed)
        own = [model.project for model in read_models if model.project is not None]
        standing = () if standings is None else standings.projections
        self.store = EventStore(self.database, [*own, *projections, *standing])
        self.http = httpx.AsyncClient(limits=httpx.Limits(max_connections=50))
        self.keys = Keys(settings.keys_url, self.http)
        self.read_by, self.written_by = read_by, written_by
        self.exchange = exchange or exchange_at(
            settings.url_of("identity"), self.http, Proxies(settings.trusted_proxies)
        )
        self.relay = Relay(self.database, self.name, kafka(settings))
        self.store.on_append(self.relay.wake)
        self.subscriptions = {
            consumer.name: Subscription(consumer, self.store, settings, self.http)
            for consumer in (*(each for model in read_models for each in model.consumers), *consumers, *heard)
        }
        self._observation = Observation(
            self.name, self.database, self.relay if publishes else None, self.subscriptions.values()
        )
        self.left: set[asyncio.Task[None]] = set()
        """What did not end in time when it last stopped."""
        self.workers = _workers(jobs, self.store, settings, hears_of_agencies=standings is not None)
        self._background = background
        self._resources = resources
        self._checks = dict(checks or {})
        self.app = self._build_app(routers, dict(larger_bodies or {}))

    def _build_app(self, routers: Sequence[APIRouter], larger: dict[str, int]) -> FastAPI:
        app = FastAPI(
            title=f"GardenOS {self.name}",
            version="1",
            lifespan=self._lifespan,
            docs_url=None,
            redoc_url=None,
            generate_unique_id_function=openapi.operation_id,
            # Its own spans hold the query string, and what people search for is personal: the envelope traces.
            telemetry={"tracing": False, "metrics": False, "logs": False},
        )
        app.state.service = self
        problems.install(app)
        app.add_middleware(
            Envelope,
            service=self.name,
            max_body=self.settings.max_body_bytes,
            larger=larger,
            proxies=Proxies(self.settings.trusted_proxies),
        )
        for router in routers:
            app.include_router(router)
        app.include_router(operations.router())
        app.include_router(dead_letters.internal_router(self))
        if self.publishes:
            app.include_router(feed_router(self.database, self.settings.internal_token.get_secret_value()))
        app.include_router(_health_router(self))
        openapi.install(app)
        return app

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with self.running():
            yield

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The service at work: relay, consumers and background work run until the context ends."""
        telemetry.start(self.name, self.settings.otlp_endpoint)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            stack.push_async_callback(self.http.aclose)
            if self._resources is not None:
                await stack.enter_async_context(self._resources(self))
            tasks = [asyncio.create_task(work, name=f"{self.name}: {what}") for what, work in self._work()]
            try:
                yield
            finally:
                self.left = await stopped(tasks, within=_STOP_SECONDS)
                for task in self.left:
                    log.warning("%s does not end, and is left", task.get_name())

    def _work(self) -> list[tuple[str, Coroutine[None, None, None]]]:
        async def pruning() -> None:
            await prune_for_ever(self.database, timedelta(days=self.settings.keep_accesses_days))

        async def transport() -> None:
            async with asyncio.TaskGroup() as tasks:
                if self.publishes:
                    tasks.create_task(self.relay.run())
                    tasks.create_task(retried_for_ever(Chain(self.database).run, what=f"{self.name}: chaining"))
                tasks.create_task(retried_for_ever(Seals(self.database).run, what=f"{self.name}: sealing accesses"))
                tasks.create_task(retried_for_ever(pruning, what=f"{self.name}: pruning accesses"))
                for subscription in self.subscriptions.values():
                    tasks.create_task(subscription.run())
                tasks.create_task(retried_for_ever(self._observation.run, what=f"{self.name}: observing"))

        async def background(work: Background) -> None:
            await retried_for_ever(lambda: work(self), what=f"{self.name}: background work")

        async def working(worker: "Worker") -> None:
            await retried_for_ever(worker.run, what=f"{self.name}: jobs")

        return [
            ("transport", transport()),
            *(("jobs", working(worker)) for worker in self.workers),
            *(("background", background(work)) for work in self._background),
        ]

    async def readiness(self) -> Readiness:
        """Asks every part how it is."""
        faults: dict[str, str] = {}
        try:
            async with asyncio.timeout(5):
                await self.database.ready()
        except Exception as error:
            faults["database"] = telemetry.told(error)
        if self.publishes and self.relay.health:
            faults["relay"] = self.relay.health
        for name, subscription in self.subscriptions.items():
            if subscription.health:
                faults[name] = subscription.health
        for worker in self.workers:
            if fault := await worker.health():
                faults["jobs"] = fault
        for name, check in self._checks.items():
            fault = await check(self)
            if fault:
                faults[name] = fault
        return Readiness(self.name, faults)


def _workers(
    jobs: Sequence[Jobs], store: EventStore, settings: ServiceSettings, *, hears_of_agencies: bool
) -> "list[Worker]":
    if not jobs:
        return []
    # A service without jobs need not carry what runs them.
    from gardenos_chassis.jobs.worker import Worker

    keep = timedelta(days=settings.keep_cancelled_jobs_days)
    return [
        Worker(each, store, settings.service, keep_cancelled=keep, hears_of_agencies=hears_of_agencies) for each in jobs
    ]


def _health_router(service: Service) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> Response:
        return json_response({"status": "alive", "service": service.name})

    @router.get("/readyz")
    async def readyz(traffic: bool = False) -> Response:
        """With `?traffic=true` the status says only whether requests can be answered: what a load balancer asks.

        A broker that is away stops no request. Were every process taken out of the balance for it, the feeds by which
        the others get over it would be out of reach too, and none would ever come back.
        """
        found = await service.readiness()
        body = {"status": "ready" if found.ready else "not ready", "service": service.name, "faults": found.faults}
        return json_response(body, 200 if found.ready or (traffic and found.answers) else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
