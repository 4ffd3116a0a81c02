"""The composition root: settings in, one service out. Nothing else wires."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.jobs import Jobs
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.service import Service

from gardenos_ai.api import routers
from gardenos_ai.consumers import directory, reading_list
from gardenos_ai.embedding import Embedder
from gardenos_ai.engines import Engine, OfflineEngine
from gardenos_ai.engines.gateway import Gateway
from gardenos_ai.engines.model import ModelEngine
from gardenos_ai.forgetting import REMOVE_VECTORS, Remover, forgetting
from gardenos_ai.projections import project
from gardenos_ai.reading import READ, Keeper, Reader
from gardenos_ai.scoring.hearing import hearing, remembering
from gardenos_ai.scoring.projections import project as project_scores
from gardenos_ai.scoring.scoring import RulesScorer, scoring
from gardenos_ai.search import Search
from gardenos_ai.settings import AiSettings
from gardenos_ai.tables import (
    addresses,
    agencies,
    chunks,
    communications,
    insights,
    people,
    same_people,
    score_due,
    score_inputs,
)
from gardenos_ai.vectors import Vectors


def create_service(settings: AiSettings) -> Service:
    """The ai service."""
    return wired(settings, engine_of(settings), vectors_of(settings), Embedder())


def wired(settings: AiSettings, engine: Engine, vectors: Vectors, embedder: Embedder) -> Service:
    """The ai service with these parts."""
    keeper = Keeper(embedder, vectors, settings)
    reader = Reader(engine, embedder, vectors, settings.reading_tries)
    lease = timedelta(seconds=settings.reading_lease_seconds)
    jobs = Jobs(at_once=settings.readers, lease=lease, opened=keeper.opened)
    jobs.on(READ, tries=settings.reading_tries, given_up=reader.give_up, outward=True)(reader.read)
    jobs.on(REMOVE_VECTORS)(Remover(vectors).remove)

    @asynccontextmanager
    async def parts(_: Service) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await engine.close()
            await vectors.close()

    service = Service(
        settings,
        routers=routers,
        read_models=[
            ReadModel(
                "directory",
                tables=[people, same_people, addresses, agencies],
                consumers=[directory],
                # What was read goes to whose address it came from; but what was read is not in the events.
                scratch=[communications, chunks, insights],
                searched_by=["communications_unknown"],
            ),
            ReadModel(
                "score_inputs",
                tables=[score_inputs],
                consumers=[hearing],
                rebuilt_by=[remembering],
                scratch=[score_due],
            ),
        ],
        projections=[project, project_scores],
        consumers=[reading_list, forgetting],
        jobs=[jobs, scoring(RulesScorer())],
        background=[keeper.run],
        resources=parts,
        standings=Standings.heard_by(settings.service),
        checks={"vectors": keeper.health, "reader": reader.health},
    )
    service.app.state.search = Search(service.database, embedder, vectors)
    return service


def engine_of(settings: AiSettings) -> Engine:
    """The model that is named, else the rules."""
    if not settings.model:
        return OfflineEngine()
    gateway = Gateway(
        settings.model,
        key=settings.model_key.get_secret_value() if settings.model_key else None,
        url=settings.model_url,
        timeout_seconds=settings.model_timeout_seconds,
    )
    return ModelEngine(gateway, OfflineEngine())


def vectors_of(settings: AiSettings) -> Vectors:
    """The server that is named, else the engine in this process. Only the one is imported: each is large."""
    if not settings.qdrant_url:
        from gardenos_ai.vectors.embedded import EmbeddedVectors

        return EmbeddedVectors(settings.qdrant_path)
    from gardenos_ai.vectors.server import ServerVectors

    return ServerVectors.at(
        settings.qdrant_url,
        api_key=settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None,
        timeout_seconds=settings.qdrant_timeout_seconds,
    )
