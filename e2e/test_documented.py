"""Every operation of every service, asked whatever its document allows and more, by everybody: it answers as documented.

Schemathesis thinks of the requests. Where an operation asks for a thing, it is given one that is there as often as not.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
import requests
import schemathesis
from gardenos_chassis.settings import SERVICES
from gardenos_chassis.testing.mail import mailbox
from gardenos_chassis.testing.parts import real_parts
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from isolation.agency import ROLES, Agency, founded
from platform_under_test import platform
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

NOBODY = "nobody"
EXAMPLES = {"owner": 25} | dict.fromkeys((*ROLES[1:], NOBODY), 6)
ENDLESS = {"follow_changes"}
"""Answers that go on until who asked goes away; the change stream has tests of its own."""
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


@schemathesis.serializer("message/rfc822")
def letter(_: Any, value: Any) -> bytes:
    """As it is: Schemathesis makes bytes of a schema that says so."""
    return value if isinstance(value, bytes) else str(value).encode()


@dataclass(frozen=True)
class World:
    """A platform with one agency at work on it."""

    agency: Agency
    documents: Mapping[str, Any]
    bases: Mapping[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(tmp_path_factory: Any) -> AsyncIterator[World]:
    async with (
        real_parts() as parts,
        mailbox() as letters,
        platform(
            parts,
            tmp_path_factory.mktemp("platform"),
            **{f"GARDENOS_IDENTITY_{name.upper()}": str(value) for name, value in letters.settings.items()},
        ) as found,
        httpx.AsyncClient(timeout=60) as http,
    ):
        agency = await founded("hornbeam", found, http)
        bases = {service: f"http://127.0.0.1:{found.ports[service]}" for service in SERVICES}
        documents = {service: (await http.get(f"{base}/openapi.json")).json() for service, base in bases.items()}
        yield World(agency, documents, bases)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("service", SERVICES)
async def test_whatever_is_asked_is_answered_as_documented(world: World, service: str) -> None:
    # In a thread, for the mail server is in this loop.
    asked, wrong = await asyncio.to_thread(_walk, world, service)
    assert asked > 100
    assert not wrong, "\n\n".join(wrong)


def _walk(world: World, service: str) -> tuple[int, list[str]]:
    """How often it was asked, and what was not as documented."""
    schema = schemathesis.openapi.from_dict(world.documents[service])
    asked = 0
    wrong: list[str] = []
    with requests.Session() as session:
        for found in schema.get_all_operations():
            operation = found.ok()
            id = operation.definition.raw["operationId"]
            if id in ENDLESS:
                continue
            for role in (*ROLES, NOBODY):
                try:
                    asked += _asked(world, service, operation, role, session)
                except (AssertionError, BaseExceptionGroup) as failure:
                    wrong.append(f"{id} as {role}: {_told(failure)}")
    return asked, wrong


def _asked(world: World, service: str, operation: Any, role: str, session: requests.Session) -> int:
    """Asks it some times; tells how often. Raises what is not as documented."""
    headers = {} if role == NOBODY else {"Authorization": f"Bearer {world.agency.tokens[role]}"}
    ids = world.agency.ids
    times = 0

    @settings(
        max_examples=EXAMPLES[role],
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), real=st.booleans())
    def ask(case: Any, real: bool) -> None:
        nonlocal times
        times += 1
        if real:
            case.path_parameters = {name: ids.get(name, value) for name, value in (case.path_parameters or {}).items()}
        case.call_and_validate(
            base_url=world.bases[service], headers=headers, session=session, timeout=60, checks=CHECKS
        )

    ask()
    return times


def _told(failure: BaseException) -> str:
    if isinstance(failure, BaseExceptionGroup):
        return "; ".join(_told(each) for each in failure.exceptions)
    return str(failure)[:1500]
