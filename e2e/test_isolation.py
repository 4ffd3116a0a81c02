"""Agency A, in every role, tries every operation of every service on the things of agency B: it gets, moves and learns nothing."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
from gardenos_chassis.testing import eventually
from gardenos_chassis.testing.parts import real_parts
from isolation.agency import PASSWORD, ROLES, Agency, founded
from isolation.cases import (
    BODIES,
    ELSEWHERE,
    NAMED_OTHERWISE,
    OTHERWISE,
    SERVICE_PARAMETERS,
)
from isolation.operating import operating
from isolation.operations import Operation, offered
from platform_under_test import platform


@dataclass(frozen=True)
class World:
    """Two agencies on one platform, and what it offers."""

    ours: Agency
    theirs: Agency
    http: httpx.AsyncClient
    operations: Sequence[Operation]
    """Those of agencies' people."""
    of_operators: Sequence[Operation]
    operator: str
    """A token of somebody who operates the platform."""

    async def ask(self, operation: Operation, ids: dict[str, str], role: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.ours.tokens[role]}"}
        try:
            return await self.http.request(operation.method, operation.address(ids), headers=headers, **request)
        except httpx.HTTPError as error:
            error.add_note(f"{operation.id}, asked by {role} with {request}")
            raise


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(tmp_path_factory: Any) -> AsyncIterator[World]:
    async with (
        real_parts() as parts,
        platform(parts, tmp_path_factory.mktemp("platform")) as found,
        httpx.AsyncClient(timeout=60) as http,
    ):
        ours, theirs = await founded("mangrove", found, http), await founded("tamarind", found, http)
        every = await offered(found, http)
        for_operators = [each for each in every if each.for_operators]
        for_agencies = [each for each in every if not each.for_operators]
        yield World(ours, theirs, http, for_agencies, for_operators, await operating(found, http))


def of_things(world: World) -> list[Operation]:
    """Those that name a thing in their path."""
    return [each for each in world.operations if set(each.in_path) - SERVICE_PARAMETERS and each.id not in ELSEWHERE]


async def state_of(agency: Agency, operations: Sequence[Operation]) -> dict[str, Any]:
    """All that its owner can read of it."""
    found = {}
    for operation in operations:
        reads = operation.method == "get" and "{service}" not in operation.path and operation.id not in ELSEWHERE
        if not reads or operation.id in ("jwks", "follow_changes", "list_sessions"):
            continue
        headers = {"Authorization": f"Bearer {agency.tokens['owner']}"}
        query = {"q": agency.word} if operation.id == "search" else {}
        query |= {"lead_id": agency.ids["lead_id"]} if "lead_id" in operation.in_query else {}
        # For how long a lead is in its stage changes by itself; until its last event it does not.
        query |= {"version": "1000"} if operation.id == "list_lead_stages" else {}
        answer = await agency.http.get(operation.address(agency.ids), headers=headers, params=query)
        found[operation.id] = (answer.status_code, answer.text)
    return found


async def test_every_operation_that_names_a_thing_has_its_case(world: World) -> None:
    known = world.theirs.ids.keys()
    assert {name for each in of_things(world) for name in each.in_path} - SERVICE_PARAMETERS <= known
    assert {each.id for each in of_things(world) if each.has_body} <= BODIES.keys()
    assert {each.id for each in world.operations if each.in_body} <= BODIES.keys() | ELSEWHERE.keys()
    assert BODIES.keys() | ELSEWHERE.keys() <= {each.id for each in world.operations}


async def test_its_owner_finds_each_thing_by_its_id(world: World) -> None:
    """Else the walk below would prove nothing."""
    there = await state_of(world.theirs, world.operations)
    assert {id: told for id, (status, told) in there.items() if status != 200} == {}


async def test_things_of_others_are_not_there_for_anybody(world: World) -> None:
    before = await state_of(world.theirs, world.operations)
    wrong = []
    for operation in of_things(world):
        for role in ROLES:
            right = BODIES[operation.id](world.ours.ids) if operation.has_body else {}
            answer = await world.ask(operation, world.theirs.ids, role, **right)
            asked = {name: world.theirs.ids[name] for name in operation.in_path if name in world.theirs.ids}
            told = world.theirs.shows_in(answer.text, but=asked)
            if answer.status_code not in (403, 404) or told:
                wrong.append((operation.id, role, answer.status_code, told, answer.text[:200]))
    assert wrong == []
    assert await state_of(world.theirs, world.operations) == before


async def test_a_thing_of_others_and_none_at_all_are_told_apart_by_nothing(world: World) -> None:
    nothing = dict.fromkeys(world.theirs.ids, "01890000-0000-7000-8000-000000000000")
    for operation in of_things(world):
        right = BODIES[operation.id](world.ours.ids) if operation.has_body else {}
        one, other = [await world.ask(operation, ids, "owner", **right) for ids in (world.theirs.ids, nothing)]
        assert (one.status_code, _told(one)) == (other.status_code, _told(other)), operation.id


async def test_filters_by_things_of_others_find_nothing(world: World) -> None:
    wrong = []
    for operation in world.operations:
        if operation.method != "get" or "{service}" in operation.path:
            continue
        for name in operation.in_query:
            # A source is a call or a message.
            id = world.theirs.ids["call_id" if name == "source_id" else name]
            for role in ROLES:
                answer = await world.ask(operation, world.ours.ids, role, params={name: id})
                told = world.theirs.shows_in(answer.text, but={name: id})
                found = answer.status_code == 200 and answer.json().get("items")
                if answer.status_code not in (200, 403, 404) or told or found:
                    wrong.append((operation.id, name, role, answer.status_code, told, answer.text[:200]))
    assert wrong == []


async def test_lists_search_reports_and_exports_hold_nothing_of_others(world: World) -> None:
    wrong, seen = [], set()
    for operation in world.operations:
        names_things = set(operation.in_path) - SERVICE_PARAMETERS or operation.id in ELSEWHERE
        if operation.method != "get" or names_things or operation.id == "follow_changes":
            continue
        service = {"service": "leads", "sequence": "1"}
        for role in ROLES:
            for params in ({"q": world.theirs.word}, {"format": "csv"}, {}):
                answer = await world.ask(operation, service, role, params=params)
                told = world.theirs.shows_in(answer.text)
                if answer.status_code not in (200, 403, 404, 422) or told:
                    wrong.append((operation.id, role, answer.status_code, told, answer.text[:200]))
            if world.ours.shows_in(answer.text):
                seen.add(operation.id)
    assert wrong == []
    # And they are no empty lists: each shows what is its own.
    assert seen >= {
        "list_leads",
        "list_clients",
        "list_campaigns",
        "list_users",
        "list_teams",
        "list_branches",
        "list_imports",
    }


async def test_bodies_that_name_things_of_others_are_refused(world: World) -> None:
    taken, wrong = set(), []
    # Of a lead that converted nothing is changed, whoever is named.
    ours = world.ours.ids | {"lead_id": world.ours.ids["open_lead_id"]}
    for operation in world.operations:
        for name in operation.in_body if operation.id in BODIES else ():
            thing = NAMED_OTHERWISE.get(name, name.removesuffix("s"))
            foreign = world.theirs.ids[thing]
            body = OTHERWISE.get((operation.id, name), BODIES[operation.id])(ours | {thing: foreign})
            assert foreign in str(body), f"the case of {operation.id} does not name {name}"
            answer = await world.ask(operation, ours, "owner", **body)
            if answer.is_success:
                taken.add((operation.id, name))
            if answer.is_server_error or world.theirs.shows_in(answer.text, but={name: foreign}):
                wrong.append((operation.id, name, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert taken == set()


async def test_nobody_of_an_agency_does_what_operators_do(world: World) -> None:
    assert len(world.of_operators) > 4
    owner = {"email": f"olga@{world.theirs.word}.example", "password": PASSWORD, "code": "000000"}
    bodies = {
        "start_operator_session": owner,
        "suspend_agency": {"reason": "because"},
        "remove_lost_second_factor": {"email": owner["email"]},
    }
    wrong = []
    for operation in world.of_operators:
        # At the door nobody is anybody yet, and tries are counted.
        for role in ROLES if operation.secured else ("owner",):
            body = {"json": bodies[operation.id]} if operation.has_body else {}
            answer = await world.ask(operation, world.theirs.ids, role, **body)
            if answer.status_code != 401 or world.theirs.shows_in(answer.text):
                wrong.append((operation.id, role, answer.status_code, answer.text[:200]))
    assert wrong == []


async def test_an_operator_gets_nothing_from_any_operation_of_an_agency(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.operator}"}
    agencies = next(each for each in world.of_operators if each.id == "list_agencies")
    shown = await world.http.get(agencies.address({}), headers=headers)
    # Of each agency its own id and name, and of nobody and nothing in it.
    assert set(world.theirs.shows_in(shown.text)) == {"agency_id", "its word"}
    before = await state_of(world.theirs, world.operations)
    named = {name for each in world.operations for name in each.in_path}
    others = dict.fromkeys(named, "01890000-0000-7000-8000-000000000000") | {"service": "leads", "sequence": "1"}
    things = others | world.theirs.ids
    asked, wrong = 0, []
    for operation in world.operations:
        if not operation.secured:
            continue
        asked += 1
        body = BODIES[operation.id](world.theirs.ids) if operation.id in BODIES else {}
        answer = await world.http.request(operation.method, operation.address(things), headers=headers, **body)
        if answer.status_code != 401 or world.theirs.shows_in(answer.text, but=world.theirs.ids):
            wrong.append((operation.id, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert asked > 100
    assert await state_of(world.theirs, world.operations) == before


async def test_a_suspended_agency_is_refused_by_every_service_until_it_is_resumed(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.operator}"}
    at = {each.id: each.address(world.theirs.ids) for each in world.of_operators}
    lists = ("users", "leads", "clients", "threads", "insights", "reports/pipeline")

    async def answered() -> set[tuple[int, str]]:
        found = [await world.theirs("GET", path) for path in lists]
        return {(each.status_code, each.json().get("type", "")) for each in found}

    before = await answered()
    suspended = await world.http.put(at["suspend_agency"], headers=headers, json={"reason": "an invoice is open"})
    assert suspended.status_code == 200, suspended.text

    async def refused() -> bool:
        return await answered() == {(403, "urn:gardenos:agency-suspended")}

    # Two seconds, which the services' own tests hold; here six processes share what the machine has left.
    await eventually(refused, within=20, what="every service refuses the agency")
    assert (await world.ours("GET", "leads")).status_code == 200
    assert (await world.http.delete(at["resume_agency"], headers=headers)).status_code == 200

    async def goes_on() -> bool:
        return await answered() == before

    await eventually(goes_on, within=20, what="every service answers the agency")


def _told(answer: httpx.Response) -> Any:
    problem = answer.json()
    return {name: problem.get(name) for name in ("type", "title", "detail")}
