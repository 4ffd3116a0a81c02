"""The pytest plugin: the kit as fixtures. Tests and fixtures share one event loop a session."""

import functools
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeVar
from uuid import UUID

import fastapi.dependencies.models
import pytest
import pytest_asyncio

from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_chassis.settings import ServiceSettings
from gardenos_chassis.testing.parts import Parts, real_parts
from gardenos_chassis.testing.running import Running
from gardenos_chassis.testing.sources import Sources

S = TypeVar("S", bound=ServiceSettings)


class Start(Protocol):
    """Starts a service on the real parts; settings by keyword override the kit's."""

    def __call__(
        self, create_service: Callable[[S], Service], settings_class: type[S], **overrides: Any
    ) -> AbstractAsyncContextManager[Running]:
        """The service at work until the context ends."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _session_parts() -> AsyncIterator[Parts]:
    async with real_parts() as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def parts(_session_parts: Parts) -> Parts:
    """Real PostgreSQL and Kafka: started once a session, and as good as new for each file."""
    await _session_parts.anew()
    return _session_parts


@pytest.fixture
def agency_id() -> UUID:
    """An agency nobody else uses."""
    return new_id()


@pytest.fixture
def source(parts: Parts) -> Sources:
    """`source("leads")` stands for another service."""
    return parts.sources


@pytest.fixture
def start(parts: Parts) -> Start:
    """Starts services."""

    @asynccontextmanager
    async def started(
        create_service: Callable[[S], Service], settings_class: type[S], **overrides: Any
    ) -> AsyncIterator[Running]:
        package = create_service.__module__.partition(".")[0]
        service = create_service(await parts.settings(settings_class, package, **overrides))
        try:
            async with service.running():
                yield Running(service, parts.sources)
            # It would go on consuming, in the database and the groups of the tests that follow.
            assert not service.left, f"the service left {service.left}"
        finally:
            _let_go_of_routes()

    return started


def _let_go_of_routes() -> None:
    """FastAPI keeps what it found out of some thousands of functions, and by them whole services that have ended."""
    for kept in vars(fastapi.dependencies.models).values():
        if isinstance(kept, functools._lru_cache_wrapper):
            kept.cache_clear()
