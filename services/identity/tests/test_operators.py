"""Who operates the platform: a door of their own, what is behind it, and what is not."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from accounts import PASSWORD, acting, refresh, register, sign_in
from gardenos_chassis.errors import Conflict, Invalid, NotFound
from gardenos_chassis.events import Context
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.identity import AgencyClosed, AgencyErased, AgencyResumed, AgencySuspended
from gardenos_identity.operators.command import done, operators_of
from gardenos_identity.operators.desk import IDLE, LONGEST
from gardenos_identity.signing_in.limits import NO_AGENCY
from operating import HERE, added, enter, operating
from second_factors import code
from sqlalchemy import text


async def suspend(operator: httpx.AsyncClient, agency_id: str, **said: Any) -> httpx.Response:
    body = {"reason": "two invoices are open"} | said
    return await operator.put(f"{HERE}/agencies/{agency_id}/suspension", json=body)


async def resume(operator: httpx.AsyncClient, agency_id: str) -> httpx.Response:
    return await operator.delete(f"{HERE}/agencies/{agency_id}/suspension")


async def row_of(operator: httpx.AsyncClient, agency: dict[str, Any]) -> dict[str, Any]:
    found = (await operator.get(f"{HERE}/agencies", params={"limit": 200})).json()["items"]
    return next(each for each in found if each["id"] == agency["id"])


async def test_an_operator_signs_in_by_password_and_code_and_out(identity: Running) -> None:
    access = await added(identity)
    async with identity.anonymous() as http:
        begun = await enter(http, access)
        assert begun.status_code == 201, begun.text
        assert begun.json()["operator"]["email"] == access.email
        # A code is good once, and a recovery code does as well.
        assert (await enter(http, access)).status_code == 401
        again = (await enter(http, access, code=access.recovery_codes[0])).json()
    mine = {"Authorization": f"Bearer {begun.json()['token']}"}
    async with identity.anonymous(mine) as http:
        assert (await http.get(f"{HERE}/me")).json() == begun.json()["operator"]
        assert (await http.delete(f"{HERE}/sessions/current")).status_code == 204
        assert (await http.get(f"{HERE}/me")).status_code == 401
    async with identity.anonymous({"Authorization": f"Bearer {again['token']}"}) as http:
        assert (await http.get(f"{HERE}/me")).status_code == 200


async def test_whatever_is_wrong_is_refused_in_the_same_words(identity: Running) -> None:
    access = await added(identity)
    async with identity.anonymous() as http:
        agency = await register(http)
        wrong = [
            await enter(http, access, password="wrong"),
            await enter(http, access, code="000000"),
            await enter(http, access, email=f"{uuid4().hex}@platform.example"),
            # An owner of an agency is nobody here, and an operator nobody there.
            await enter(http, access, email=agency["email"], password=PASSWORD),
        ]
        assert {(each.status_code, each.json()["detail"]) for each in wrong} == {(401, wrong[0].json()["detail"])}
        assert (await sign_in(http, access.email, access.password)).status_code == 401


@pytest.mark.parametrize("field", ["email", "password", "code"])
async def test_a_nul_is_refused(identity: Running, field: str) -> None:
    access = await added(identity)
    async with identity.anonymous() as http:
        assert (await enter(http, access, **{field: "a\0b"})).status_code == 422


async def test_tries_are_limited(identity: Running) -> None:
    access = await added(identity)
    async with identity.anonymous() as http:
        tries = [await enter(http, access, password="wrong") for _ in range(5)]
        assert [each.status_code for each in tries] == [401] * 5
        # The right ones are not let through either, or they could be guessed.
        locked = await enter(http, access)
        assert (locked.status_code, int(locked.headers["retry-after"]) >= 1) == (429, True)


@pytest.mark.parametrize(("column", "by"), [("used_at", IDLE), ("started_at", LONGEST)])
async def test_a_session_is_short(identity: Running, column: str, by: timedelta) -> None:
    async with operating(identity) as operator:
        me = (await operator.get(f"{HERE}/me")).json()
        async with identity.service.database.transaction(NO_AGENCY) as session:
            past = f"update operator_sessions set {column} = {column} - cast(:by as interval) where operator_id = :id"
            await session.execute(text(past), {"by": by, "id": UUID(me["id"])})
        assert (await operator.get(f"{HERE}/me")).status_code == 401


async def test_no_token_of_an_agency_opens_anything_here(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
    async with acting(identity, session) as owner:
        made = await owner.post("/api/v1/api-keys", json={"name": "Website", "scopes": ["people:read"]})
        tokens = [session["access_token"], session["refresh_token"], made.json()["key"], "gop_", "x" * 5000]
        # And signed by the key that is right, it is still an agency's.
        tokens.append(owner.headers["authorization"].removeprefix("Bearer "))
    for token in tokens:
        async with identity.anonymous({"Authorization": f"Bearer {token}"}) as http:
            statuses = [
                (await http.get(f"{HERE}/me")).status_code,
                (await http.get(f"{HERE}/agencies")).status_code,
                (await suspend(http, agency["id"])).status_code,
                (await resume(http, agency["id"])).status_code,
                (await http.delete(f"{HERE}/sessions/current")).status_code,
            ]
            assert statuses == [401] * 5


async def test_an_operators_token_opens_nothing_of_an_agency(identity: Running) -> None:
    async with operating(identity) as operator:
        token = operator.headers["authorization"].removeprefix("Bearer ")
        for path in ("users", "users/me", "teams", "agencies/current", "sessions", "api-keys", "invitations"):
            assert (await operator.get(f"/api/v1/{path}")).status_code in (401, 405), path
        assert (await operator.post("/api/v1/api-keys/tokens")).status_code == 401
        assert (await refresh(operator, token)).status_code == 401


async def test_operators_see_agencies_and_nobody_in_them(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
    async with acting(identity, session) as owner:
        body = {"name": "Ann", "email": f"{uuid4().hex}@garden.example", "password": PASSWORD, "role": "agent"}
        ann = (await owner.post("/api/v1/users", json=body)).json()
        name = f"Garden {uuid4().hex}"
        assert (await owner.patch(f"/api/v1/agencies/{agency['id']}", json={"name": name})).status_code == 200
        async with operating(identity) as operator:
            row = await row_of(operator, agency)
            registered = row.pop("registered_at")
            assert row == {
                "id": agency["id"], "name": name, "people": 2, "state": "active",
                "suspended_at": None, "reason": None, "turn_to": None,
            }  # fmt: skip
            assert registered
            await owner.post(f"/api/v1/users/{ann['id']}/deactivate")
            found = await operator.get(f"{HERE}/agencies", params={"q": name.upper(), "state": "active"})
            assert [(each["id"], each["people"]) for each in found.json()["items"]] == [(agency["id"], 1)]
            none = await operator.get(f"{HERE}/agencies", params={"q": name, "state": ["suspended", "closed"]})
            assert none.json()["items"] == []
            odd = await operator.get(f"{HERE}/agencies", params={"q": "\0%_"})
            assert odd.json()["items"] == []


async def test_the_register_is_what_the_events_tell(identity: Running, parts: Parts) -> None:
    async with identity.anonymous() as http, operating(identity) as operator:
        agency = await register(http)
        await suspend(operator, agency["id"])
        await suspend(operator, agency["id"], reason="three invoices are open")
    owner_url = (await parts.database("gardenos_identity")).owner_url
    rows = await assert_rebuilds(identity.service, owner_url, UUID(agency["id"]))
    assert rows["agency_register"] == 1


async def test_the_list_goes_on_page_by_page(identity: Running) -> None:
    async with identity.anonymous() as http:
        made = [(await register(http))["id"] for _ in range(3)]
    async with operating(identity) as operator:
        seen: list[str] = []
        cursor = None
        while not set(made) <= set(seen):
            asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await operator.get(f"{HERE}/agencies", params=asked)).json()
            seen += [each["id"] for each in page["items"]]
            cursor = page["next_cursor"]
            assert cursor or set(made) <= set(seen)
        assert [id for id in seen if id in made] == made[::-1]
        assert (await operator.get(f"{HERE}/agencies", params={"cursor": "x"})).status_code == 422


async def test_a_suspended_agency_is_told_why_and_goes_on_after_that(identity: Running) -> None:
    async with identity.anonymous() as http, operating(identity) as operator:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
        async with acting(identity, session) as owner:
            key = (await owner.post("/api/v1/api-keys", json={"name": "Website", "scopes": ["people:read"]})).json()
            suspended = await suspend(operator, agency["id"], turn_to="desk@platform.example")
            assert suspended.status_code == 200, suspended.text
            assert (suspended.json()["state"], suspended.json()["reason"]) == ("suspended", "two invoices are open")
            refused = [
                await owner.get("/api/v1/users"),
                await sign_in(http, agency["email"]),
                await refresh(http, session["refresh_token"]),
                await http.post("/api/v1/api-keys/tokens", headers={"Authorization": f"Bearer {key['key']}"}),
                await http.get("/api/v1/users", headers={"Authorization": f"Bearer {key['key']}"}),
            ]
            for each in refused:
                told = each.json()
                assert (each.status_code, told["type"]) == (403, "urn:gardenos:agency-suspended"), told
                assert "two invoices are open; turn to desk@platform.example" in told["detail"]
            # Who does not know the password learns nothing.
            assert (await sign_in(http, agency["email"], "wrong password here")).status_code == 401
            assert (await resume(operator, agency["id"])).json()["state"] == "active"
            assert (await owner.get("/api/v1/users")).status_code == 200
        # The session that was there goes on.
        assert (await refresh(http, session["refresh_token"])).status_code == 201


async def test_the_agencys_history_says_that_an_operator_did_it(identity: Running) -> None:
    async with identity.anonymous() as http, operating(identity) as operator:
        me = (await operator.get(f"{HERE}/me")).json()
        agency = await register(http)
        for _ in range(2):
            assert (await suspend(operator, agency["id"])).status_code == 200
        assert (await suspend(operator, agency["id"], reason="three invoices are open")).status_code == 200
        for _ in range(2):
            assert (await resume(operator, agency["id"])).status_code == 200
        told = [each for each in await identity.events(UUID(agency["id"])) if str(each.actor).startswith("operator:")]
        kinds = [type(each.data) for each in told]
        assert kinds == [AgencySuspended, AgencySuspended, AgencyResumed]
        assert {str(each.actor) for each in told} == {f"operator:{me['id']}"}
        async with identity.client(UUID(agency["id"]), user_id=UUID(agency["owner_id"])) as owner:
            entries = (await owner.get("/api/v1/operations/identity/audit")).json()["items"]
        shown = [each for each in entries if each["actor"] == f"operator:{me['id']}"]
        assert len(shown) == 3
        assert {each["rule"] for each in shown} == {"platform:operates"}


async def test_nobody_joins_a_suspended_agency(identity: Running) -> None:
    async with identity.anonymous() as http, operating(identity) as operator:
        agency = await register(http)
        async with identity.client(UUID(agency["id"]), user_id=UUID(agency["owner_id"])) as owner:
            invited = await owner.post(
                "/api/v1/invitations", json={"email": f"{uuid4().hex}@garden.example", "role": "agent"}
            )
        assert invited.status_code == 201, invited.text
        token = invited.json()["link"].partition("/join#")[2]
        await suspend(operator, agency["id"])
        joining = {"token": token, "name": "New", "password": PASSWORD}
        joined = await http.post("/api/v1/invitations/accept", json=joining)
        assert (joined.status_code, joined.json()["type"]) == (403, "urn:gardenos:agency-suspended"), joined.text


@pytest.mark.parametrize("agency_id", ["01890000-0000-7000-8000-000000000000", str(NO_AGENCY)])
async def test_an_agency_that_is_not_there_cannot_be_suspended(identity: Running, agency_id: str) -> None:
    async with operating(identity) as operator:
        assert (await suspend(operator, agency_id)).status_code == 404
        assert (await resume(operator, agency_id)).status_code == 404


async def test_one_that_closes_is_seen_and_one_that_is_erased_is_gone(identity: Running) -> None:
    async with identity.anonymous() as http, operating(identity) as operator:
        agency = await register(http)
        id = UUID(agency["id"])
        context = Context(id, Actor(ActorKind.SYSTEM, "test"), "a test")
        closed = AgencyClosed(agency_id=id, erase_at=datetime.now(UTC), reason=None)
        async with identity.service.store.unit_of_work(context) as work:
            work.record(id, 1, [closed])
        assert (await row_of(operator, agency))["state"] == "closing"
        # Suspended as well, it is that first.
        assert (await suspend(operator, agency["id"])).json()["state"] == "suspended"
        assert (await resume(operator, agency["id"])).json()["state"] == "closing"
        async with identity.service.store.unit_of_work(context) as work:
            work.record(id, 4, [AgencyErased(agency_id=id)])
        found = (await operator.get(f"{HERE}/agencies", params={"limit": 200})).json()["items"]
        assert agency["id"] not in [each["id"] for each in found]
        assert (await suspend(operator, agency["id"])).status_code == 404


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\0b"], ids=["none", "blank", "long", "nul"])
async def test_a_suspension_has_a_reason(identity: Running, reason: str) -> None:
    async with identity.anonymous() as http, operating(identity) as operator:
        agency = await register(http)
        assert (await suspend(operator, agency["id"], reason=reason)).status_code == 422
        assert (await row_of(operator, agency))["state"] == "active"


async def test_operators_are_kept_by_command(identity: Running) -> None:
    email = f"{uuid4().hex}@platform.example"
    lines = await done(identity.service, "add", email.upper())
    assert lines[0].startswith(email)
    with pytest.raises(Conflict):
        await done(identity.service, "add", email)
    with pytest.raises(Invalid):
        await done(identity.service, "add", "nobody")
    operators = operators_of(identity.service)
    first = await operators.renew(email)
    async with identity.anonymous() as http:
        token = (await enter(http, first)).json()["token"]
        second = await operators.renew(email)
        assert (await enter(http, first, code=code(first.secret))).status_code == 401
        renewed = await enter(http, second)
        assert renewed.status_code == 201
        assert any(email in line and "removed" not in line for line in await done(identity.service, "list"))
        await done(identity.service, "remove", email)
        for each in (token, renewed.json()["token"]):
            answer = await http.get(f"{HERE}/me", headers={"Authorization": f"Bearer {each}"})
            assert answer.status_code == 401
        assert (await enter(http, second, code=second.recovery_codes[0])).status_code == 401
    assert any(email in line and "removed" in line for line in await done(identity.service, "list"))
    with pytest.raises(NotFound):
        await done(identity.service, "remove", email)
    # Who comes back is somebody new.
    assert (await operators.add(email)).email == email
