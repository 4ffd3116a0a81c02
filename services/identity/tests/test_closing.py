"""An owner closes their agency; it is reopened, or erased on its day."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from accounts import PASSWORD, acting, register, sign_in
from gardenos_chassis.errors import Conflict, Invalid
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs.queue import jobs
from gardenos_chassis.leaving.erasing import STAYS
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.leftovers import places_of, rows_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.plugin import Start
from gardenos_contracts import Event
from gardenos_contracts.identity import AgencyErased, AgencyRegistered
from gardenos_identity.app import create_service
from gardenos_identity.closing import ERASE, Erasing
from gardenos_identity.closing.closure import evolve
from gardenos_identity.settings import IdentitySettings
from second_factors import answer, code, enrolled
from sqlalchemy import delete, update

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def identity_that_erases_at_once(start: Start, signing_key: str) -> AsyncIterator[Running]:
    async with start(
        create_service, IdentitySettings, signing_key=signing_key, erase_closed_agencies_days=0
    ) as running:
        yield running


async def added(owner: httpx.AsyncClient, role: str) -> dict[str, Any]:
    person = {"name": "Some Body", "email": f"{uuid4().hex}@garden.example", "password": PASSWORD, "role": role}
    answer = await owner.post("/api/v1/users", json=person)
    assert answer.status_code == 201, answer.text
    return person


def closable() -> Any:
    return after(None, AgencyRegistered(agency_id=new_id(), name="Garden & Co", time_zone="UTC", currency="USD"))


def after(agency: Any, event: Event) -> Any:
    """The agency once this has happened."""
    return evolve(agency, event)


def test_it_is_closed_by_its_name_and_erased_once_when_the_day_has_come() -> None:
    agency = closable()
    with pytest.raises(Invalid, match="Garden & Co"):
        [*agency.close("Garden", None, now=NOW, erase_after=timedelta(days=30))]
    (closed,) = agency.close(" garden  & CO ", "we retire", now=NOW, erase_after=timedelta(days=30))
    assert closed.erase_at == NOW + timedelta(days=30)
    agency = after(agency, closed)
    with pytest.raises(Conflict):
        [*agency.close("Garden & Co", None, now=NOW, erase_after=timedelta(days=30))]
    assert [*agency.erase(now=NOW + timedelta(days=29))] == []
    (erased,) = agency.erase(now=NOW + timedelta(days=30))
    assert isinstance(erased, AgencyErased)
    assert [*after(agency, erased).erase(now=NOW + timedelta(days=31))] == []
    with pytest.raises(Conflict):
        [*after(agency, erased).reopen()]


def test_what_was_reopened_is_not_erased() -> None:
    agency = closable()
    with pytest.raises(Conflict):
        [*agency.reopen()]
    (closed,) = agency.close("Garden & Co", None, now=NOW, erase_after=timedelta(days=30))
    (reopened,) = after(agency, closed).reopen()
    agency = after(after(agency, closed), reopened)
    assert [*agency.erase(now=NOW + timedelta(days=400))] == []


def address(agency: dict[str, Any]) -> str:
    return f"/api/v1/agencies/{agency['id']}/closure"


async def closed(http: httpx.AsyncClient, agency: dict[str, Any], **more: Any) -> httpx.Response:
    return await http.put(address(agency), json={"name": "Garden", **more})


async def test_at_once_nobody_but_its_owner_works_in_it(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        owner = (await sign_in(http, agency["email"])).json()
        async with acting(identity, owner) as mine:
            agent = await added(mine, role="agent")
            theirs = (await sign_in(http, agent["email"])).json()
            assert (await mine.get(address(agency))).json() == {"closure": None, "erased_after_days": 30}
            answer = await closed(mine, agency, reason="we retire")
            assert answer.status_code == 200, answer.text
            assert answer.json()["closure"]["reason"] == "we retire"
            async with acting(identity, theirs) as other:
                refused = await other.get("/api/v1/users")
            assert (refused.status_code, refused.json()["type"]) == (403, "urn:gardenos:agency-closed")
            again = await sign_in(http, agent["email"])
            assert (again.status_code, again.json()["type"]) == (403, "urn:gardenos:agency-closed")
            renewed = await http.post("/api/v1/sessions/refresh", json={"refresh_token": theirs["refresh_token"]})
            assert renewed.status_code == 403
            assert (await sign_in(http, agency["email"])).status_code == 201, "the owner comes in"
            assert (await mine.get("/api/v1/operations/identity/agency-export")).status_code == 200
            assert (await closed(mine, agency)).status_code == 409
            settings = await mine.get(f"/api/v1/agencies/{agency['id']}")
            changed = await mine.patch(
                f"/api/v1/agencies/{agency['id']}", json={"accent": "plum"}, headers={"If-Match": settings.headers["etag"]}
            )  # fmt: skip
            assert changed.status_code == 200, "what was read last is as good as ever"

            assert (await mine.delete(address(agency))).json()["closure"] is None
            async with acting(identity, theirs) as other:
                assert (await other.get("/api/v1/users")).status_code == 200
            assert (await mine.delete(address(agency))).status_code == 409


async def test_only_who_proves_to_be_an_owner_and_means_it_closes_it(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency, other = await register(http), await register(http)
        owner = (await sign_in(http, agency["email"])).json()
        async with acting(identity, owner) as mine:
            admin = await added(mine, role="admin")
            wrong = await closed(mine, agency, name="Gardens")
            assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/name")
            assert (await closed(mine, other)).status_code == 404
            assert (await mine.get(address(other))).status_code == 404
            assert (await mine.delete(address(other))).status_code == 404
        async with acting(identity, (await sign_in(http, admin["email"])).json()) as theirs:
            assert (await closed(theirs, agency)).status_code == 403
            assert (await theirs.delete(address(agency))).status_code == 403


async def gone(identity: Running, parts: Parts, agency_id: str) -> dict[str, int]:
    """Waits until it is erased; what is left."""

    async def erased() -> bool:
        return any(isinstance(each.data, AgencyErased) for each in await identity.events(UUID(agency_id)))

    await eventually(erased, within=30, what="erased")
    await identity.wait_until_caught_up()
    return await rows_of(UUID(agency_id), parts, "gardenos_identity")


async def come(identity: Running, agency_id: str) -> None:
    """The day has come: the job is due."""
    async with identity.service.database.transaction(UUID(agency_id)) as session:
        await session.execute(update(jobs).values(due_at=datetime.now(UTC)))


async def test_on_its_day_nothing_of_its_people_is_left(identity_that_erases_at_once: Running, parts: Parts) -> None:
    identity = identity_that_erases_at_once
    async with identity.anonymous() as http:
        agency = await register(http)
        name = agency["email"].partition("@")[0]
        owner = (await sign_in(http, agency["email"])).json()
        async with acting(identity, owner) as mine:
            await added(mine, role="agent")
            sent = await mine.post("/api/v1/invitations", json={"email": f"to-{name}@b.example", "role": "agent"})
            assert sent.status_code == 201
            before = await identity.events(UUID(agency["id"]))
            assert await places_of(name, parts, "gardenos_identity") != []
            assert (await closed(mine, agency)).status_code == 200
        left = await gone(identity, parts, agency["id"])
        assert left.keys() <= STAYS, left
        assert await places_of(name, parts, "gardenos_identity") == []
        after = await identity.events(UUID(agency["id"]))
        assert [each.id for each in after[: len(before)]] == [each.id for each in before], "history is whole"
        async with acting(identity, owner) as mine:
            refused = await mine.get("/api/v1/users")
        assert refused.json()["type"] == "urn:gardenos:agency-closed"
        assert (await sign_in(http, agency["email"])).status_code == 401
        again = await register(http, agency["email"])
        assert (await sign_in(http, agency["email"])).json()["agency"]["id"] == again["id"], "the address is free"


async def test_reopened_or_closed_anew_it_is_not_erased_by_what_was_to_be(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        async with acting(identity, (await sign_in(http, agency["email"])).json()) as mine:
            await closed(mine, agency)
            await mine.delete(address(agency))
            await closed(mine, agency)
            await come(identity, agency["id"])
            await identity.jobs_done()
            assert (await mine.get("/api/v1/users")).status_code == 200, "its day is a month away"


async def test_one_whose_job_was_lost_is_erased_all_the_same(identity: Running, parts: Parts) -> None:
    async with identity.anonymous() as http:
        agency, reopened = await register(http), await register(http)
        for each in (agency, reopened):
            async with acting(identity, (await sign_in(http, each["email"])).json()) as mine:
                assert (await closed(mine, each)).status_code == 200
                if each is reopened:
                    assert (await mine.delete(address(each))).status_code == 200
    async with identity.service.database.transaction(UUID(agency["id"])) as session:
        await session.execute(delete(jobs).where(jobs.c.kind == ERASE))
    assert identity.service.settings.master_keys is not None
    erasing = Erasing(identity.service.settings.master_keys)
    before = datetime.now(UTC) + timedelta(days=29)
    await erasing.erase_overdue(identity.service.store, before)
    assert not any(isinstance(each.data, AgencyErased) for each in await identity.events(UUID(agency["id"])))
    for _ in range(2):
        await erasing.erase_overdue(identity.service.store, before + timedelta(days=2))
    assert (await gone(identity, parts, agency["id"])).keys() <= STAYS
    told = [each.data for each in await identity.events(UUID(agency["id"]))]
    assert sum(isinstance(each, AgencyErased) for each in told) == 1
    async with identity.client(UUID(reopened["id"])) as http:
        assert (await http.get("/api/v1/users")).status_code == 200


async def joined(identity: Running, session: dict[str, Any], agency: dict[str, Any], email: str) -> None:
    async with identity.client(UUID(agency["id"])) as http:
        sent = await http.post("/api/v1/invitations", json={"email": email, "role": "manager"})
    async with acting(identity, session) as mine:
        token = sent.json()["link"].partition("#")[2]
        assert (await mine.post("/api/v1/invitations/join", json={"token": token})).status_code == 201


async def test_a_login_that_opens_other_agencies_goes_on_there(
    identity_that_erases_at_once: Running, parts: Parts
) -> None:
    """With its password, its second factor and its recovery codes, though all were kept where it is erased."""
    identity = identity_that_erases_at_once
    async with identity.anonymous() as http:
        first = await enrolled(identity, http)
        second, third = await register(http), await register(http)
        for other in (second, third):
            await joined(identity, first["session"], other, first["email"])
        async with acting(identity, first["session"]) as mine:
            assert (await closed(mine, first)).status_code == 200
        assert (await gone(identity, parts, first["id"])).keys() <= STAYS
        challenge = (await sign_in(http, first["email"])).json()["challenge"]
        begun = await answer(http, challenge, code(first["secret"], steps=1))
        assert begun.status_code == 201, begun.text
        async with acting(identity, begun.json()) as mine:
            listed = (await mine.get("/api/v1/users/me/agencies")).json()["items"]
        assert {each["id"] for each in listed} == {second["id"], third["id"]}
        challenge = (await sign_in(http, first["email"])).json()["challenge"]
        assert (await answer(http, challenge, first["recovery_codes"][0])).status_code == 201
