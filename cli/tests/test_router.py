from dataclasses import dataclass, field
from typing import cast

import httpx
import pytest
from gardenos_chassis.service import Readiness, Service
from gardenos_chassis.settings import SERVICES
from gardenos_cli.up.router import RESOURCES, Platform, address_of
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send


@dataclass
class Echo:
    """A service that says who it is and what it was asked."""

    name: str
    faults: dict[str, str] = field(default_factory=dict)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = PlainTextResponse(f"{self.name} {scope['path']} {scope['raw_path'].decode()}")
        await answer(scope, receive, send)

    async def readiness(self) -> Readiness:
        return Readiness(self.name, self.faults)


async def web(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("web")(scope, receive, send)


def browser(*, faults: dict[str, dict[str, str]] | None = None) -> httpx.AsyncClient:
    services = [Echo(name, (faults or {}).get(name, {})) for name in SERVICES]
    platform = Platform(cast("list[Service]", services), web, parts={"broker": "kafka"})
    return httpx.AsyncClient(transport=httpx.ASGITransport(platform), base_url="http://testserver")


@pytest.mark.parametrize("service", SERVICES)
async def test_each_resource_goes_to_the_service_that_has_it(service: str) -> None:
    for resource in RESOURCES[service]:
        assert (await browser().get(f"/api/v1/{resource}")).text.startswith(f"{service} /api/v1/{resource}")
        assert (await browser().get(f"/api/v1/{resource}/1?q=x")).text.startswith(f"{service} /api/v1/{resource}/1")


async def test_operations_go_to_the_service_that_the_path_names() -> None:
    for service in SERVICES:
        path = f"/api/v1/operations/{service}/dead-letters"
        assert (await browser().get(path)).text.startswith(f"{service} {path}")


def test_no_resource_is_of_two_services() -> None:
    everything = [resource for resources in RESOURCES.values() for resource in resources]
    assert len(everything) == len(set(everything))
    assert set(RESOURCES) == set(SERVICES)


async def test_keys_are_identity_s() -> None:
    assert (await browser().get("/.well-known/jwks.json")).text.startswith("identity ")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/api/v1/",
        "/api/v1/operations",
        "/api/v1/operations/x",
        "/api/v2/leads",
        "/internal/v1/events",
        "/openapi/nobody.json",
    ],
)
async def test_what_nobody_serves_is_a_problem_and_no_page(path: str) -> None:
    answer = await browser().get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert path in answer.json()["detail"]


async def test_services_reach_one_another_s_own_addresses() -> None:
    address = address_of("http://testserver", "leads")
    assert (
        await browser().get(f"{address}/internal/v1/events?after=3")
    ).text == "leads /internal/v1/events /internal/v1/events"
    assert (await browser().get(address_of("http://testserver", "nobody") + "/livez")).status_code == 404


async def test_each_service_describes_itself() -> None:
    assert (await browser().get("/openapi/comms.json")).text.startswith("comms /openapi.json")
    assert set((await browser().get("/openapi.json")).json()) == set(SERVICES)


async def test_it_is_ready_once_all_six_are() -> None:
    ready = await browser().get("/readyz")
    assert ready.status_code == 200
    assert set(ready.json()["services"]) == set(SERVICES)
    assert ready.json()["parts"] == {"broker": "kafka"}

    waiting = await browser(faults={"ai": {"broker": "not reached yet"}}).get("/readyz")
    assert waiting.status_code == 503
    assert waiting.json()["services"]["ai"] == {"status": "not ready", "faults": {"broker": "not reached yet"}}
    assert waiting.json()["services"]["leads"]["status"] == "ready"


async def test_all_else_is_the_web_client_s() -> None:
    for path in ("/", "/leads/1", "/apix"):
        assert (await browser().get(path)).text == "web"


async def test_it_lives_and_is_measured() -> None:
    assert (await browser().get("/livez")).status_code == 200
    measured = await browser().get("/metrics")
    assert measured.headers["content-type"].startswith("text/plain")
