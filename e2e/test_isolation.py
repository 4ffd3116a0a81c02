"""Agency A, in every role, tries every operation of every service on the things of agency B: it gets, moves and learns nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
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
    INTERNAL,
    MEANT,
    NAMED_OTHERWISE,
    NOBODYS,
    OTHERWISE,
    SERVICE_PARAMETERS,
    STREAMS,
)
from isolation.operating import operating
from isolation.operations import Operation, hidden, offered
from platform_under_test import platform

UNHEARD_OF = "zyzzyvaxq"


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
        if not reads or operation.streams or operation.id in ("jwks", "list_sessions"):
            continue
        headers = {"Authorization": f"Bearer {agency.tokens['owner']}"}
        query = {"q": agency.word} if operation.id in MEANT else {}
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
        if operation.method != "get" or names_things or operation.streams:
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


async def test_what_is_searched_finds_its_own_and_nothing_of_others(world: World) -> None:
    """By a word as by a meaning; whatever takes a question is found by itself."""
    searches = [each for each in world.operations if each.searches]
    assert {"list_leads", "list_clients", "search"} <= {each.id for each in searches}
    assert MEANT.keys() <= {each.id for each in searches}
    blind, wrong = [], []
    for operation in searches:

        async def found(agency: Agency, role: str, q: str, operation: Operation = operation) -> httpx.Response:
            headers = {"Authorization": f"Bearer {agency.tokens[role]}"}
            return await world.http.get(operation.address(agency.ids), headers=headers, params={"q": q})

        nothing = {role: await found(world.ours, role, UNHEARD_OF) for role in ROLES}
        for q in {world.theirs.word, MEANT.get(operation.id, world.theirs.word)}:
            own, none = [await found(world.theirs, "owner", asked) for asked in (q, UNHEARD_OF)]
            if own.status_code != 200 or own.text == none.text:
                blind.append((operation.id, q, own.status_code, own.text[:200]))
            for role in ROLES:
                answer = await found(world.ours, role, q)
                # Also how many there are tells of them: their word is as good as one that nobody ever said.
                alike = answer.text == nothing[role].text or operation.id in MEANT
                told = world.theirs.shows_in(answer.text)
                if answer.status_code not in (200, 403) or told or not alike:
                    wrong.append((operation.id, q, role, answer.status_code, told, answer.text[:200]))
    assert wrong == []
    assert blind == [], "what finds nothing of its own proves nothing"


async def test_what_services_ask_of_each_other_is_for_nobody_of_an_agency(world: World) -> None:
    """Feeds of events, and whatever else stands in no document: found in the routes themselves."""
    found = {route for route in hidden() if route[1] not in NOBODYS}
    assert found == INTERNAL.keys()
    wrong = []
    for service, port in world.theirs.platform.ports.items():
        for (method, path), right in INTERNAL.items():
            address, request = f"http://127.0.0.1:{port}{path}", right(world.theirs.ids)
            for token in (*world.ours.tokens.values(), world.theirs.tokens["owner"], world.operator, "none"):
                headers = {"Authorization": f"Bearer {token}"}
                answer = await world.http.request(method, address, headers=headers, **request)
                if answer.status_code != 401 or world.theirs.shows_in(answer.text):
                    wrong.append((service, method, path, answer.status_code, answer.text[:200]))
    assert wrong == []
    internal = {"Authorization": f"Bearer {world.theirs.platform.parts.internal_token}"}
    for service, port in world.theirs.platform.ports.items():
        feed = f"http://127.0.0.1:{port}/internal/v1/events"
        # Who may ask of every agency is told of the one that was asked for.
        page = await world.http.get(feed, headers=internal, params={"agency_id": world.ours.ids["agency_id"]})
        assert page.status_code == 200, page.text
        assert world.theirs.shows_in(page.text) == [], service


async def test_streams_tell_of_their_own_and_nothing_of_others(world: World) -> None:
    streams = {each.id: each for each in world.operations if each.streams}
    assert streams.keys() == STREAMS.keys()
    for id, stream in streams.items():
        heard = await _heard(world, stream, STREAMS[id])
        assert world.theirs.shows_in(heard.pop("theirs")), "what says nothing of its own proves nothing"
        assert heard.keys() == set(ROLES)
        assert {role for role, told in heard.items() if world.theirs.shows_in(told)} == set()


async def _heard(world: World, stream: Operation, happen: Callable[[Agency], Awaitable[None]]) -> dict[str, str]:
    """What each role of ours, and their owner, hears while something happens first to them and then to us."""
    told: dict[str, str] = {}
    tokens = world.ours.tokens | {"theirs": world.theirs.tokens["owner"]}

    async def follow(name: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        async with world.http.stream("GET", stream.address({}), headers=headers) as answer:
            assert answer.status_code == 200
            async for line in answer.aiter_lines():
                told[name] = told.get(name, "") + line + "\n"

    def more(names: Iterable[str], than: Mapping[str, str]) -> Callable[[], Awaitable[bool]]:
        async def heard() -> bool:
            return all("data:" in told.get(name, "").removeprefix(than.get(name, "")) for name in names)

        return heard

    async with asyncio.TaskGroup() as group:
        following = [group.create_task(follow(*each)) for each in tokens.items()]
        await eventually(more(tokens, {}), within=30, what="every stream begins")
        begun = dict(told)
        await happen(world.theirs)
        await eventually(more(["theirs"], begun), within=60, what="they hear what happened to them")
        await happen(world.ours)
        await eventually(more(ROLES, begun), within=60, what="everybody of ours hears what happened to us")
        for each in following:
            each.cancel()
    return told


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
