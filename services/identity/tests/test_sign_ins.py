"""Who was not let in, and who was: in the trail of every agency of the account, with why; of nobody's address nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from accounts import FIREFOX, PASSWORD, acting, register, sign_in
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role
from gardenos_identity.signing_in import history
from gardenos_identity.signing_in.limits import NO_AGENCY
from second_factors import answer, code, enrolled
from sqlalchemy import text
from trail import kept, refused


async def later(running: Running, by: timedelta) -> None:
    """As if so much time had passed since any lock began."""
    async with running.service.database.transaction(NO_AGENCY) as session:
        gone = "update sign_in_limits set locked_until = locked_until - cast(:by as interval)"
        await session.execute(text(gone), {"by": by})


async def test_a_wrong_password_is_told_with_the_account_and_from_where(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
        assert (await sign_in(http, agency["email"], "wrong", **{"User-Agent": FIREFOX})).status_code == 401
    (entry,) = await refused(identity, agency["id"])
    assert (entry["type"], entry["title"]) == ("not signed in: wrong password", "Not signed in: wrong password")
    assert (entry["subject_id"], entry["actor"], entry["rule"]) == (agency["owner_id"], "system:sign-in", None)
    assert entry["origin"] == "127.0.0.0/24; Firefox on Windows"
    wrong, right = await kept(identity, agency["id"], agency["owner_id"])
    assert (wrong["id"], wrong["outcome"], wrong["session_id"]) == (entry["id"], "wrong password", None)
    assert (wrong["address"], wrong["device"]) == ("127.0.0.1", "Firefox on Windows")
    assert right["outcome"] == "signed in"
    async with acting(identity, session) as mine:
        (here,) = (await mine.get("/api/v1/sessions")).json()["items"]
        assert (await mine.get(f"/api/v1/users/{agency['owner_id']}/sign-ins")).json()["items"] == [wrong, right]
    assert right["session_id"] == here["id"]


async def test_of_an_address_that_nobody_has_nothing_is_kept_and_it_takes_the_same_round_trips(
    identity: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[Any]] = []
    told = history.Refusals.of

    async def listening(self: history.Refusals, homes: Any, why: Any, origin: Any) -> None:
        asked.append(list(homes))
        await told(self, homes, why, origin)

    monkeypatch.setattr(history.Refusals, "of", listening)
    count = "select (select count(*) from sign_ins) + (select count(*) from accesses)"
    async with identity.anonymous() as http:
        agency = await register(http)
        answers = [await sign_in(http, email, "wrong") for email in (agency["email"], f"{uuid4().hex}@x.example")]
    there, nowhere = ((each.status_code, each.json()["detail"]) for each in answers)
    assert there == nowhere
    assert [len(homes) for homes in asked] == [1, 0]
    async with identity.service.database.transaction(NO_AGENCY) as session:
        assert (await session.execute(text(count))).scalar_one() == 0


async def test_a_lock_is_told_of_once_however_many_tries_it_refuses(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        for _ in range(5):
            assert (await sign_in(http, agency["email"], "wrong")).status_code == 401
        for _ in range(4):
            assert (await sign_in(http, agency["email"], "wrong")).status_code == 429
        assert len(await refused(identity, agency["id"])) == 6
        await later(identity, timedelta(minutes=1))
        assert (await sign_in(http, agency["email"], "wrong")).status_code == 401
        assert (await sign_in(http, agency["email"], "wrong")).status_code == 429
    told = [each["type"].removeprefix("not signed in: ") for each in await refused(identity, agency["id"])]
    assert told == ["wrong password"] * 5 + [
        "locked after too many tries",
        "wrong password",
        "locked after too many tries",
    ]


async def test_a_wrong_second_factor_is_told(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        asked = (await sign_in(http, mine["email"])).json()["challenge"]
        right = code(mine["secret"])
        wrong = f"{(int(right) + 1) % 1_000_000:06}"
        statuses = {(await answer(http, asked, wrong)).status_code for _ in range(6)}
        assert statuses == {422, 429}
    told = [each["type"].removeprefix("not signed in: ") for each in await refused(identity, mine["id"])]
    assert told == ["wrong second factor"] * 5 + ["locked after too many tries"]


async def test_who_was_deactivated_is_told_of_by_the_right_password_too(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        email = f"{uuid4().hex}@garden.example"
        new = {"name": "A", "email": email, "password": PASSWORD, "role": "agent"}
        async with identity.client(UUID(agency["id"])) as owner:
            user_id = (await owner.post("/api/v1/users", json=new)).json()["id"]
            gone = await owner.post(f"/api/v1/users/{user_id}/deactivate", json={})
            assert gone.status_code == 200, gone.text
        assert (await sign_in(http, email)).status_code == 401
    (entry,) = await refused(identity, agency["id"])
    assert (entry["type"], entry["subject_id"]) == ("not signed in: deactivated", user_id)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.VIEWER])
async def test_others_sign_ins_are_for_those_who_look_into_the_trail(
    identity: Running, agency_id: UUID, role: Role
) -> None:
    async with identity.client(agency_id, role=role) as client:
        assert (await client.get(f"/api/v1/users/{new_id()}/sign-ins")).status_code == 403


async def test_another_agency_s_are_not_there_and_old_ones_go(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        assert (await sign_in(http, agency["email"], "wrong")).status_code == 401
        async with identity.client(new_id(), role=Role.OWNER) as stranger:
            assert (await stranger.get(f"/api/v1/users/{agency['owner_id']}/sign-ins")).status_code == 404
        async with identity.service.database.transaction(UUID(agency["id"])) as session:
            await session.execute(text("update sign_ins set at = at - interval '91 days'"))
        assert await kept(identity, agency["id"], agency["owner_id"]) == []
        assert (await sign_in(http, agency["email"], "wrong")).status_code == 401
        async with identity.service.database.transaction(UUID(agency["id"])) as session:
            assert (await session.execute(text("select count(*) from sign_ins"))).scalar_one() == 1


async def test_what_a_browser_calls_itself_stays_text(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        odd = "O'Neill'); drop table sign_ins; --"
        assert (await sign_in(http, agency["email"], "wrong", **{"User-Agent": odd})).status_code == 401
    (told,) = await kept(identity, agency["id"], agency["owner_id"])
    assert told["device"] == "Another program"
    async with identity.service.database.transaction(UUID(agency["id"])) as session:
        assert (await session.execute(text("select user_agent from sign_ins"))).scalar_one() == odd


async def test_who_was_locked_out_and_comes_back_is_in_the_list(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        outcomes: list[httpx.Response] = [await sign_in(http, agency["email"], "wrong") for _ in range(2)]
        outcomes.append(await sign_in(http, agency["email"]))
    async with identity.client(UUID(agency["id"]), role=Role.AUDITOR) as auditor:
        at = f"/api/v1/users/{agency['owner_id']}/sign-ins"
        page = (await auditor.get(at, params={"limit": 2})).json()
        rest = (await auditor.get(at, params={"limit": 2, "cursor": page["next_cursor"]})).json()
    assert [each["outcome"] for each in (*page["items"], *rest["items"])] == [
        "signed in",
        "wrong password",
        "wrong password",
    ]
    assert rest["next_cursor"] is None
