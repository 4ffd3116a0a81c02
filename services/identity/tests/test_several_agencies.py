"""One login in several agencies: joined by it, signed in to where it was last used, gone from one to another."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import alembic.command
import httpx
import jwt
from accounts import PASSWORD, acting, refresh, register, sign_in
from alembic.config import Config
from gardenos_chassis.ids import new_id
from gardenos_chassis.migrations import migrate, migrations_of
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_contracts import ActorKind
from operating import HERE, operating
from second_factors import ME, answer, code, enrolled
from trail import refused

NEW = "another long enough password"


async def invited(identity: Running, agency: dict[str, Any], email: str, role: str = "manager") -> str:
    """The token of an invitation's link."""
    async with identity.client(UUID(agency["id"])) as http:
        sent = await http.post("/api/v1/invitations", json={"email": email, "role": role})
        assert sent.status_code == 201, sent.text
    token: str = sent.json()["link"].partition("#")[2]
    return token


async def joined(identity: Running, session: dict[str, Any], agency: dict[str, Any], email: str) -> dict[str, Any]:
    token = await invited(identity, agency, email)
    async with acting(identity, session) as mine:
        got = await mine.post("/api/v1/invitations/join", json={"token": token})
    assert got.status_code == 201, got.text
    found: dict[str, Any] = got.json()
    return found


async def switched(identity: Running, session: dict[str, Any], agency_id: str) -> httpx.Response:
    async with acting(identity, session) as mine:
        return await mine.post("/api/v1/sessions/switch", json={"agency_id": agency_id})


async def in_two(identity: Running, http: httpx.AsyncClient) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Two agencies, and the session, in the first, of its owner, who is a manager in the second."""
    first, second = await register(http), await register(http)
    session = (await sign_in(http, first["email"])).json()
    await joined(identity, session, second, first["email"])
    return first, second, session


async def test_who_is_known_joins_without_another_password_and_goes_to_and_fro(identity: Running) -> None:
    async with identity.anonymous() as http:
        first, second, session = await in_two(identity, http)
        async with acting(identity, session) as mine:
            listed = (await mine.get("/api/v1/users/me/agencies")).json()["items"]
        assert {(each["id"], each["role"], each["current"]) for each in listed} == {
            (first["id"], "owner", True),
            (second["id"], "manager", False),
        }
        there = await switched(identity, session, second["id"])
        assert there.status_code == 201, there.text
        claims = jwt.decode(there.json()["access_token"], options={"verify_signature": False})
        assert (claims["agency_id"], claims["role"]) == (second["id"], "manager")
        assert there.json()["user"]["email"] == first["email"]
        assert there.json()["user"]["id"] != session["user"]["id"]
        # What was gone from has ended, and the new session goes on by itself.
        assert (await refresh(http, session["refresh_token"])).status_code == 401
        further = await refresh(http, there.json()["refresh_token"])
        assert further.json()["agency"]["id"] == second["id"]
        async with acting(identity, further.json()) as mine:
            assert (await mine.get(f"/api/v1/users/{session['user']['id']}")).status_code == 404
        # The next sign-in leads to where the last one was.
        again = (await sign_in(http, first["email"])).json()
        assert again["agency"]["id"] == second["id"]
        back = await switched(identity, again, first["id"])
        assert back.json()["user"]["role"] == "owner"
        assert (await sign_in(http, first["email"])).json()["agency"]["id"] == first["id"]
    told = [event.type for event in await identity.events(UUID(second["id"]))]
    assert told[-2:] == ["identity.InvitationAccepted.v1", "identity.UserJoined.v1"]


async def test_nobody_goes_where_they_are_not_and_a_session_that_ended_goes_nowhere(identity: Running) -> None:
    async with identity.anonymous() as http:
        first, second, session = await in_two(identity, http)
        strange = await register(http)
        refusals = [await switched(identity, session, where) for where in (strange["id"], str(uuid4()))]
        assert [each.status_code for each in refusals] == [404, 404]
        assert refusals[0].json()["detail"] == refusals[1].json()["detail"]
        # Two at once: one session, not two.
        both = await asyncio.gather(*(switched(identity, session, second["id"]) for _ in range(2)))
        assert sorted(each.status_code for each in both) == [201, 401]
        assert (await switched(identity, session, first["id"])).status_code == 401


async def test_an_invitation_is_joined_by_who_it_is_for_alone(identity: Running) -> None:
    async with identity.anonymous() as http:
        first, second, session = await in_two(identity, http)
        token = await invited(identity, second, f"{uuid4().hex}@garden.example")
        async with acting(identity, session) as mine:
            refused = await mine.post("/api/v1/invitations/join", json={"token": token})
            assert refused.status_code == 409
            assert "this invitation is for" in refused.json()["detail"]
            for token in ("nonsense", f"{second['id']}.{uuid4()}.{'A' * 43}"):
                assert (await mine.post("/api/v1/invitations/join", json={"token": token})).status_code == 404
        assert (await http.post("/api/v1/invitations/join", json={"token": token})).status_code == 401
        # And once: an address that is in the agency is not invited again.
        async with identity.client(UUID(second["id"])) as admin:
            again = await admin.post("/api/v1/invitations", json={"email": first["email"]})
            assert again.status_code == 409


async def test_who_is_deactivated_in_one_agency_goes_on_in_the_other(identity: Running) -> None:
    async with identity.anonymous() as http:
        first, second, session = await in_two(identity, http)
        there = (await switched(identity, session, second["id"])).json()
        here = (await sign_in(http, first["email"])).json()
        assert here["agency"]["id"] == second["id"]
        async with identity.client(UUID(second["id"])) as admin:
            assert (await admin.post(f"/api/v1/users/{there['user']['id']}/deactivate")).status_code == 200
        assert (await refresh(http, here["refresh_token"])).status_code == 401
        begun = (await sign_in(http, first["email"])).json()
        assert begun["agency"]["id"] == first["id"]
        assert (await switched(identity, begun, second["id"])).status_code == 404
        async with acting(identity, begun) as mine:
            assert [each["id"] for each in (await mine.get("/api/v1/users/me/agencies")).json()["items"]] == [
                first["id"]
            ]
        # The other way about: where the login is kept makes no difference.
        async with identity.client(UUID(second["id"])) as admin:
            assert (await admin.post(f"/api/v1/users/{there['user']['id']}/reactivate")).status_code == 200
        async with identity.client(UUID(first["id"])) as admin:
            await admin.post(
                "/api/v1/users",
                json={"name": "O", "email": f"{uuid4().hex}@a.example", "password": PASSWORD, "role": "owner"},
            )
            gone = await admin.post(f"/api/v1/users/{session['user']['id']}/deactivate")
            assert gone.status_code == 200, gone.text
        assert (await sign_in(http, first["email"])).json()["agency"]["id"] == second["id"]


async def test_a_second_factor_guards_every_agency_and_is_asked_for_once(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        second = await register(http)
        await joined(identity, mine["session"], second, mine["email"])
        challenge = (await sign_in(http, mine["email"])).json()["challenge"]
        session = (await answer(http, challenge, code(mine["secret"]))).json()
        other = next(each for each in (mine["id"], second["id"]) if each != session["agency"]["id"])
        # Not asked again on the way.
        there = await switched(identity, session, other)
        assert there.status_code == 201
        elsewhere = (
            there.json() if other == second["id"] else (await switched(identity, there.json(), second["id"])).json()
        )
        async with acting(identity, elsewhere) as abroad:
            assert (await abroad.get(ME)).json()["recovery_codes_left"] == 10
            codes = (await abroad.post(f"{ME}/recovery-codes")).json()["recovery_codes"]
        challenge = (await sign_in(http, mine["email"])).json()["challenge"]
        assert (await answer(http, challenge, codes[0])).json()["agency"]["id"] == second["id"]
        # Neither agency takes away what guards the other.
        for agency, person in ((mine["id"], mine["session"]), (second["id"], elsewhere)):
            async with identity.client(UUID(agency)) as admin:
                assert (await admin.delete(f"/api/v1/users/{person['user']['id']}/second-factor")).status_code == 409
        async with acting(identity, elsewhere) as abroad:
            assert (await abroad.post(f"{ME}/removal")).status_code == 204
        assert (await sign_in(http, mine["email"])).status_code == 201
    for agency in (mine["id"], second["id"]):
        assert [event.type for event in await identity.events(UUID(agency))][-1] == "identity.SecondFactorRemoved.v1"


async def test_an_operator_takes_away_a_lost_second_factor_of_several_agencies(identity: Running) -> None:
    async with identity.anonymous() as http, operating(identity) as operator:
        mine = await enrolled(identity, http)
        second = await register(http)
        await joined(identity, mine["session"], second, mine["email"])
        there = await switched(identity, mine["session"], second["id"])
        assert there.status_code == 201
        removals = f"{HERE}/second-factor-removals"
        assert (await operator.post(removals, json={"email": second["email"]})).status_code == 404
        assert (await operator.post(removals, json={"email": "nobody@nowhere.example"})).status_code == 404
        async with acting(identity, there.json()) as me:
            assert (await me.post(removals, json={"email": mine["email"]})).status_code == 401
        assert (await operator.post(removals, json={"email": mine["email"].upper()})).status_code == 204
        assert (await operator.post(removals, json={"email": mine["email"]})).status_code == 404
        assert (await refresh(http, there.json()["refresh_token"])).status_code == 401
        assert (await sign_in(http, mine["email"])).status_code == 201
    for agency in (mine["id"], second["id"]):
        last = (await identity.events(UUID(agency)))[-1]
        assert last.type == "identity.SecondFactorRemoved.v1"
        assert last.actor.kind is ActorKind.OPERATOR


async def test_a_password_is_changed_for_all_and_ends_all_sessions_but_one(identity: Running) -> None:
    async with identity.anonymous() as http:
        first, second, session = await in_two(identity, http)
        there = (await switched(identity, session, second["id"])).json()
        here = (await switched(identity, (await sign_in(http, first["email"])).json(), first["id"])).json()
        async with acting(identity, there) as abroad:
            changed = await abroad.put(
                "/api/v1/users/me/password", json={"old_password": PASSWORD, "new_password": NEW}
            )
            assert changed.status_code == 204, changed.text
        assert (await refresh(http, here["refresh_token"])).status_code == 401
        assert (await refresh(http, there["refresh_token"])).status_code == 201
        assert (await sign_in(http, first["email"])).status_code == 401
        assert (await sign_in(http, first["email"], NEW)).status_code == 201
    for agency in (first, second):
        assert [event.type for event in await identity.events(UUID(agency["id"]))][-1] == "identity.PasswordChanged.v1"


async def test_an_address_alone_joins_nothing(identity: Running) -> None:
    """Whoever writes somebody's address into an agency of theirs gets no way into another by it, nor the other way."""
    async with identity.anonymous() as http:
        first, evil = await register(http), await register(http)
        async with identity.client(UUID(evil["id"])) as admin:
            added = await admin.post("/api/v1/users", json={"name": "V", "email": first["email"], "password": NEW})
            assert added.status_code == 201
        planted = (await sign_in(http, first["email"], NEW)).json()
        assert planted["agency"]["id"] == evil["id"]
        assert (await switched(identity, planted, first["id"])).status_code == 404
        own = (await sign_in(http, first["email"])).json()
        assert own["agency"]["id"] == first["id"]
        async with acting(identity, own) as mine:
            assert len((await mine.get("/api/v1/users/me/agencies")).json()["items"]) == 1


async def test_two_logins_with_one_password_become_one(identity: Running) -> None:
    async with identity.anonymous() as http:
        first, other = await register(http), await register(http)
        async with identity.client(UUID(other["id"])) as admin:
            added = await admin.post("/api/v1/users", json={"name": "A", "email": first["email"], "password": PASSWORD})
            assert added.status_code == 201
        session = (await sign_in(http, first["email"])).json()
        async with acting(identity, session) as mine:
            found = {each["id"] for each in (await mine.get("/api/v1/users/me/agencies")).json()["items"]}
        assert found == {first["id"], other["id"]}
        where = other["id"] if session["agency"]["id"] == first["id"] else first["id"]
        assert (await switched(identity, session, where)).status_code == 201
        # One password from now on, wherever it is changed.
        session = (await sign_in(http, first["email"])).json()
        async with acting(identity, session) as mine:
            changed = {"old_password": PASSWORD, "new_password": NEW}
            assert (await mine.put("/api/v1/users/me/password", json=changed)).status_code == 204
        assert (await sign_in(http, first["email"])).status_code == 401
        begun = (await sign_in(http, first["email"], NEW)).json()
        async with acting(identity, begun) as mine:
            assert len((await mine.get("/api/v1/users/me/agencies")).json()["items"]) == 2


async def test_two_logins_stay_two_where_one_has_a_second_factor(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        other = await register(http)
        async with identity.client(UUID(other["id"])) as admin:
            await admin.post("/api/v1/users", json={"name": "A", "email": mine["email"], "password": PASSWORD})
        begun = await sign_in(http, mine["email"])
        # The one kept first is tried first; whichever it is, the other is not opened by it.
        if begun.status_code == 202:
            begun = await answer(http, begun.json()["challenge"], code(mine["secret"]))
        async with acting(identity, begun.json()) as http_:
            assert len((await http_.get("/api/v1/users/me/agencies")).json()["items"]) == 1


async def test_who_was_there_before_signs_in_as_before(parts: Parts) -> None:
    urls = await parts.postgres.ensure_database("identity_before")
    config = Config()
    config.set_main_option("script_location", str(migrations_of("gardenos_identity")))
    config.attributes["url"] = urls.owner_url
    await asyncio.to_thread(alembic.command.upgrade, config, "0006")
    admin = await parts.postgres.server.connect(urls.owner_url.rpartition("/")[2].partition("?")[0])
    agency_id, other_id, user_id, second_id = (new_id() for _ in range(4))
    for agency, user in ((agency_id, user_id), (other_id, second_id)):
        await admin.execute(
            "insert into credentials (agency_id, user_id, email, password_hash) values ($1, $2, 'a@b.example', 'hash')",
            agency, user,
        )  # fmt: skip
    await admin.execute(
        "insert into sessions (agency_id, id, user_id, refresh_hash, started_at, used_at) values ($1, $2, $3, '', now(), '2026-01-02')",
        agency_id, new_id(), user_id,
    )  # fmt: skip
    await migrate("gardenos_identity", urls.owner_url)
    found = await admin.fetch("select agency_id, user_id, password_hash from credentials_of('a@b.example')")
    assert [tuple(row) for row in found] == sorted([(agency_id, user_id, "hash"), (other_id, second_id, "hash")])
    for agency, user in ((agency_id, user_id), (other_id, second_id)):
        assert [tuple(row) for row in await admin.fetch("select * from memberships_of($1, $2)", agency, user)] == [
            (agency, user)
        ]
    used = await admin.fetchval("select used_at::date::text from credentials where agency_id = $1", agency_id)
    assert used == "2026-01-02"
    forced = "select bool_and(relforcerowsecurity) from pg_class where relname in ('credentials', 'sessions')"
    assert await admin.fetchval(forced)
    await admin.close()


async def test_every_agency_of_the_account_is_told(identity: Running) -> None:
    async with identity.anonymous() as http:
        first, second, session = await in_two(identity, http)
        assert (await sign_in(http, first["email"], "wrong")).status_code == 401
    (here,) = await refused(identity, first["id"])
    (there,) = await refused(identity, second["id"])
    assert here["subject_id"] == session["user"]["id"] != there["subject_id"]
    assert await refused(identity, str(new_id())) == []
