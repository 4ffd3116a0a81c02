"""API keys: made and shown once, hashed at rest, exchanged for tokens, never wider than their maker, revoked."""

import base64
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import jwt
import pytest
from accounts import PASSWORD, register, sign_in
from gardenos_chassis.auth.api_keys import ShownKey
from gardenos_chassis.auth.permissions import PERMISSIONS
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.identity import ApiKeyMade, ApiKeyRevoked
from gardenos_contracts.values import Role
from gardenos_identity.api_keys import api_keys
from gardenos_identity.api_keys.key import SCOPES
from sqlalchemy import text, update

READING = ["records:read"]


class Agency:
    """An agency of the tests, and people of it who are in the tables: signed in by the kit's tokens."""

    def __init__(self, identity: Running, id: UUID, owner_id: UUID) -> None:
        self.identity, self.id, self.owner_id = identity, id, owner_id

    def owner(self) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        return self.of(self.owner_id, Role.OWNER)

    def of(self, user_id: UUID, role: Role) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        return self.identity.client(self.id, role=role, user_id=user_id)

    async def person(self, role: Role) -> UUID:
        async with self.owner() as http:
            body = {"name": "Ann", "email": f"{uuid4().hex}@garden.example", "password": PASSWORD, "role": role}
            return UUID((await http.post("/api/v1/users", json=body)).json()["id"])

    @asynccontextmanager
    async def by_token(self, token: str) -> AsyncIterator[httpx.AsyncClient]:
        """With an access token that identity gave for a key, signed anew by the kit's key, which verifies here."""
        claims = jwt.decode(token, options={"verify_signature": False})
        signer = self.identity.sources.signer
        again = jwt.encode(claims, signer._key, algorithm="EdDSA", headers={"kid": signer._kid})
        async with self.identity.anonymous({"Authorization": f"Bearer {again}"}) as http:
            yield http


@pytest.fixture
async def agency(identity: Running) -> Agency:
    async with identity.anonymous() as http:
        made = await register(http)
    return Agency(identity, UUID(made["id"]), UUID(made["owner_id"]))


async def make(http: httpx.AsyncClient, **said: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/api-keys", json={"name": "Website form", "scopes": READING, **said})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def exchange(identity: Running, key: str) -> httpx.Response:
    async with identity.anonymous({"Authorization": f"Bearer {key}"}) as http:
        return await http.post("/api/v1/api-keys/tokens")


async def test_a_key_is_shown_once(agency: Agency) -> None:
    async with agency.owner() as http:
        answer = await http.post(
            "/api/v1/api-keys", json={"name": " Website ", "scopes": ["people:read", "records:read"]}
        )
        made = answer.json()
        key = made.pop("key")
        assert ShownKey.parse(key).id == UUID(made["id"])
        assert ShownKey.parse(key).agency_id == agency.id
        assert (made["name"], made["scopes"]) == ("Website", ["records:read", "people:read"])
        assert (made["made_by"], made["used_at"], made["state"]) == (str(agency.owner_id), None, "active")
        ends = datetime.fromisoformat(made["expires_at"])
        assert timedelta(days=89) < ends - datetime.now(UTC) <= timedelta(days=90)
        shown = await http.get(answer.headers["location"])
        assert shown.json() == made
        listed = await http.get("/api/v1/api-keys")
        assert listed.json()["items"] == [made]
        assert ShownKey.parse(key).secret not in shown.text + listed.text


async def test_nothing_that_is_kept_has_the_secret(agency: Agency, parts: Parts) -> None:
    async with agency.owner() as http:
        key = (await make(http))["key"]
        secret = ShownKey.parse(key).secret
        assert (await exchange(agency.identity, key)).status_code == 200
    connection = await asyncpg.connect((await parts.database("gardenos_identity")).owner_url.replace("+asyncpg", ""))
    try:
        tables = [
            row[0] for row in await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        ]
        assert {"api_keys", "api_key_secrets", "events"} <= set(tables)
        whole, found = 0, []
        async with connection.transaction():
            for table in tables:
                # The owner too is under row-level security where it is forced.
                await connection.execute(f'alter table "{table}" no force row level security')
                for (row,) in await connection.fetch(f'select row_to_json(t)::text from "{table}" t'):
                    whole += 1
                    if secret in row:
                        found.append(table)
                await connection.execute(f'alter table "{table}" force row level security')
        assert found == []
        assert whole > 5
    finally:
        await connection.close()


async def test_what_is_told_of_a_key(agency: Agency) -> None:
    async with agency.owner() as http:
        made = await make(http)
        for _ in range(2):
            assert (await http.delete(f"/api/v1/api-keys/{made['id']}")).status_code == 204
    told = [event for event in await agency.identity.events(agency.id) if event.stream_id == UUID(made["id"])]
    assert [type(event.data) for event in told] == [ApiKeyMade, ApiKeyRevoked]
    assert told[0].data == ApiKeyMade(
        key_id=UUID(made["id"]), name="Website form", scopes=("records:read",), made_by=agency.owner_id,
        expires_at=datetime.fromisoformat(made["expires_at"]),
    )  # fmt: skip
    assert {event.actor for event in told} == {Actor(ActorKind.PERSON, str(agency.owner_id))}


async def test_a_repeated_command_makes_one_key_and_its_last_answer_counts(agency: Agency) -> None:
    async with agency.owner() as http:
        again = {"headers": {"Idempotency-Key": "k"}, "json": {"name": "Form", "scopes": READING}}
        first, second = [(await http.post("/api/v1/api-keys", **again)).json() for _ in range(2)]  # type: ignore[arg-type]
        assert first["id"] == second["id"]
        assert len((await http.get("/api/v1/api-keys")).json()["items"]) == 1
    assert (await exchange(agency.identity, first["key"])).status_code == 401
    assert (await exchange(agency.identity, second["key"])).status_code == 200


async def test_a_key_is_exchanged_as_standard_clients_do(agency: Agency) -> None:
    async with agency.owner() as http:
        key = (await make(http))["key"]
    basic = base64.b64encode(f"anything:{key}".encode()).decode()
    ways: list[dict[str, Any]] = [
        {"headers": {"Authorization": f"Bearer {key}"}},
        {"headers": {"Authorization": f"Basic {basic}"}, "data": {"grant_type": "client_credentials"}},
        {"data": {"grant_type": "client_credentials", "client_id": "website", "client_secret": key}},
    ]
    async with agency.identity.anonymous() as http:
        for way in ways:
            answer = await http.post("/api/v1/api-keys/tokens", **way)
            assert answer.status_code == 200, answer.text
            said = answer.json()
            assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 600, "records:read")
            assert answer.headers["cache-control"] == "no-store"
            claims = jwt.decode(said["access_token"], options={"verify_signature": False})
            assert (claims["role"], claims["maker_role"], claims["scope"]) == ("service", "owner", "records:read")
            assert claims["sub"] == str(agency.owner_id)
            assert "sid" not in claims
        useless: list[dict[str, Any]] = [
            {},
            {"headers": {"Authorization": "Basic !"}},
            {"headers": {"Authorization": "Bearer "}},
        ]
        for wrong in useless:
            assert (await http.post("/api/v1/api-keys/tokens", **wrong)).status_code == 401
        password = await http.post("/api/v1/api-keys/tokens", data={"grant_type": "password"})
        assert password.status_code == 422


async def test_its_last_use_is_written_once_a_minute(agency: Agency) -> None:
    async def used_at() -> str | None:
        async with agency.owner() as http:
            found: str | None = (await http.get("/api/v1/api-keys")).json()["items"][0]["used_at"]
            return found

    async with agency.owner() as http:
        key = (await make(http))["key"]
    assert await used_at() is None
    await exchange(agency.identity, key)
    first = await used_at()
    assert first is not None
    await exchange(agency.identity, key)
    assert await used_at() == first
    async with agency.identity.service.database.transaction(agency.id) as session:
        await session.execute(text("update api_key_secrets set used_at = used_at - interval '61 seconds'"))
    await exchange(agency.identity, key)
    again = await used_at()
    assert again is not None
    assert again > first


@asynccontextmanager
async def ending(agency: Agency, made: dict[str, Any], seconds: int) -> AsyncIterator[None]:
    """As it is so many seconds before the key expires. Afterwards the table is what its events make of it again."""
    key_id = UUID(made["id"])

    async def end_at(moment: datetime) -> None:
        async with agency.identity.service.database.transaction(agency.id) as session:
            await session.execute(update(api_keys).where(api_keys.c.id == key_id).values(expires_at=moment))

    await end_at(datetime.now(UTC) + timedelta(seconds=seconds))
    yield
    await end_at(datetime.fromisoformat(made["expires_at"]))


async def test_it_expires(agency: Agency) -> None:
    async with agency.owner() as http:
        made = await make(http, expires_in_days=1)
        async with ending(agency, made, 30):
            assert (await exchange(agency.identity, made["key"])).json()["expires_in"] <= 30
        async with ending(agency, made, 0):
            answer = await exchange(agency.identity, made["key"])
            assert (answer.status_code, "expired" in answer.json()["detail"]) == (401, True)
            assert (await http.get(f"/api/v1/api-keys/{made['id']}")).json()["state"] == "expired"


async def test_how_long_a_key_may_live(agency: Agency) -> None:
    admin = await agency.person(Role.ADMIN)
    async with agency.owner() as http:
        assert (await make(http, expires_in_days=None))["expires_at"] is None
        for days in (0, 366, -1):
            answer = await http.post("/api/v1/api-keys", json={"name": "x", "scopes": READING, "expires_in_days": days})
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == "/expires_in_days"
    async with agency.of(admin, Role.ADMIN) as http:
        assert (await make(http, expires_in_days=365))["expires_at"] is not None
        answer = await http.post("/api/v1/api-keys", json={"name": "x", "scopes": READING, "expires_in_days": None})
        assert answer.status_code == 403


@pytest.mark.parametrize("role", Role)
async def test_no_key_is_given_what_its_maker_may_not(agency: Agency, role: Role) -> None:
    maker = agency.owner_id if role is Role.OWNER else await agency.person(role)
    async with agency.of(maker, role) as http:
        for name, permission in SCOPES.items():
            answer = await http.post("/api/v1/api-keys", json={"name": name, "scopes": [name]})
            assert answer.status_code == (201 if permission.allows(role) else 403), (name, answer.text)
        for name in {permission.name for permission in PERMISSIONS} - SCOPES.keys() | {"everything", ""}:
            answer = await http.post("/api/v1/api-keys", json={"name": "x", "scopes": [*READING, name]})
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == "/scopes"
        assert (await http.post("/api/v1/api-keys", json={"name": "x", "scopes": []})).status_code == 422


@pytest.mark.parametrize("field", ["made_by", "agency_id", "role", "id", "key", "secret_hash", "expires_at", "state"])
async def test_nobody_sets_what_is_not_theirs_to_say(agency: Agency, field: str) -> None:
    async with agency.owner() as http:
        body = {"name": "x", "scopes": READING, field: str(uuid4())}
        assert (await http.post("/api/v1/api-keys", json=body)).status_code == 422


async def test_people_keep_their_own_keys_and_owners_and_admins_all(agency: Agency) -> None:
    ann, bob, admin = [await agency.person(role) for role in (Role.AGENT, Role.MANAGER, Role.ADMIN)]
    async with agency.of(ann, Role.AGENT) as http:
        hers = await make(http, name="Hers")
    async with agency.of(bob, Role.MANAGER) as http:
        his = await make(http, name="His")
        where = f"/api/v1/api-keys/{hers['id']}"
        assert [each["name"] for each in (await http.get("/api/v1/api-keys")).json()["items"]] == ["His"]
        nothing = f"/api/v1/api-keys/{uuid4()}"
        for method in ("GET", "DELETE"):
            one, other = [await http.request(method, path) for path in (where, nothing)]
            assert (one.status_code, one.json()["detail"]) == (404, other.json()["detail"])
    assert (await exchange(agency.identity, hers["key"])).status_code == 200
    async with agency.of(admin, Role.ADMIN) as http:
        assert {each["name"] for each in (await http.get("/api/v1/api-keys")).json()["items"]} == {"Hers", "His"}
        assert (await http.delete(f"/api/v1/api-keys/{his['id']}")).status_code == 204
        assert (await http.get(f"/api/v1/api-keys/{his['id']}")).json()["state"] == "revoked"
    async with agency.identity.client(new_id()) as stranger:
        assert (await stranger.get(where)).status_code == 404
        assert (await stranger.get("/api/v1/api-keys")).json()["items"] == []
        assert (await stranger.delete(where)).status_code == 404


async def test_a_revoked_key_gets_no_token_and_is_told_why(agency: Agency) -> None:
    async with agency.owner() as http:
        made = await make(http, scopes=["people:read"])
        token = (await exchange(agency.identity, made["key"])).json()["access_token"]
        async with agency.by_token(token) as by_key:
            assert (await by_key.get("/api/v1/users")).status_code == 200
            await http.delete(f"/api/v1/api-keys/{made['id']}")
            # What was given for it before is over as well: here at once.
            answer = await by_key.get("/api/v1/users")
            assert (answer.status_code, "revoked" in answer.json()["detail"]) == (401, True)
    answer = await exchange(agency.identity, made["key"])
    assert (answer.status_code, "revoked" in answer.json()["detail"]) == (401, True)


async def test_a_key_narrows_with_its_maker(agency: Agency) -> None:
    ann = await agency.person(Role.ADMIN)
    async with agency.of(ann, Role.ADMIN) as http:
        made = await make(http, scopes=["people:read", "operations:read"])
    token = (await exchange(agency.identity, made["key"])).json()["access_token"]
    looking = "/api/v1/operations/identity/jobs"
    async with agency.owner() as owner, agency.by_token(token) as by_key:
        assert (await by_key.get(looking)).status_code == 200
        assert (await owner.patch(f"/api/v1/users/{ann}", json={"role": "agent"})).status_code == 200
        assert (await by_key.get(looking)).status_code == 403
        assert (await by_key.get("/api/v1/users")).status_code == 200
        claims = jwt.decode(
            (await exchange(agency.identity, made["key"])).json()["access_token"], options={"verify_signature": False}
        )
        assert claims["maker_role"] == "agent"
        assert (await owner.post(f"/api/v1/users/{ann}/deactivate")).status_code == 200
        assert (await by_key.get("/api/v1/users")).status_code == 401
        answer = await exchange(agency.identity, made["key"])
        assert (answer.status_code, "may not sign in" in answer.json()["detail"]) == (401, True)
        assert (await owner.get(f"/api/v1/api-keys/{made['id']}")).json()["state"] == "suspended"
        assert (await owner.post(f"/api/v1/users/{ann}/reactivate")).status_code == 200
        assert (await exchange(agency.identity, made["key"])).status_code == 200


async def test_no_key_leads_to_more_than_it_is(agency: Agency) -> None:
    """Not to keys, people, roles, passwords, second factors or sessions; whoever made it, and with all it can be given."""
    ann = await agency.person(Role.AGENT)
    async with agency.owner() as http:
        made = await make(http, scopes=list(SCOPES), expires_in_days=None)
        team = (await http.post("/api/v1/teams", json={"name": "North"})).json()
    token = (await exchange(agency.identity, made["key"])).json()["access_token"]
    person = {"name": "Eve", "email": "eve@garden.example", "password": PASSWORD, "role": "agent"}
    tries: list[tuple[str, str, Any]] = [
        ("POST", "/api-keys", {"name": "x", "scopes": READING}),
        ("GET", "/api-keys", None),
        ("GET", f"/api-keys/{made['id']}", None),
        ("DELETE", f"/api-keys/{made['id']}", None),
        ("POST", "/users", person),
        ("POST", "/users", {**person, "role": "owner"}),
        ("PATCH", f"/users/{ann}", {"role": "owner"}),
        ("PATCH", f"/users/{agency.owner_id}", {"role": "agent"}),
        ("POST", f"/users/{ann}/deactivate", None),
        ("POST", f"/users/{ann}/reactivate", None),
        ("DELETE", f"/users/{ann}/second-factor", None),
        ("PATCH", "/users/me", {"name": "Somebody else"}),
        ("PUT", "/users/me/password", {"old_password": PASSWORD, "new_password": "another horse battery"}),
        ("GET", "/users/me/second-factor", None),
        ("POST", "/users/me/second-factor", {"password": PASSWORD}),
        ("POST", "/users/me/second-factor/confirmation", {"code": "000000"}),
        ("POST", "/users/me/second-factor/recovery-codes", None),
        ("POST", "/users/me/second-factor/removal", None),
        ("GET", "/users/me/agencies", None),
        ("GET", "/sessions", None),
        ("DELETE", "/sessions/current", None),
        ("DELETE", "/sessions/others", None),
        ("DELETE", f"/sessions/{uuid4()}", None),
        ("POST", "/sessions/switch", {"agency_id": str(agency.id)}),
        ("POST", "/invitations", {"email": "eve@garden.example", "role": "owner"}),
        ("POST", "/invitations/join", {"token": "x"}),
        ("GET", "/invitations", None),
        ("POST", "/teams", {"name": "South"}),
        ("PATCH", f"/teams/{team['id']}", {"name": "South"}),
        ("POST", "/branches", {"name": "East"}),
    ]
    before = len(await agency.identity.events(agency.id))
    async with agency.by_token(token) as by_key:
        for method, path, body in tries:
            answer = await by_key.request(method, f"/api/v1{path}", json=body)
            assert answer.status_code == 403, (method, path, answer.status_code, answer.text)
        assert (await by_key.get("/api/v1/users")).status_code == 200
    assert len(await agency.identity.events(agency.id)) == before
    # Nor is a key a password, or a refresh token.
    async with agency.identity.anonymous() as http:
        refreshed = await http.post("/api/v1/sessions/refresh", json={"refresh_token": made["key"]})
        assert refreshed.status_code == 401
        assert (await sign_in(http, "eve@garden.example", made["key"])).status_code == 401


async def test_a_key_without_the_scope_reads_nothing_here(agency: Agency) -> None:
    async with agency.owner() as http:
        made = await make(http, scopes=["records:read", "operations:read"])
    token = (await exchange(agency.identity, made["key"])).json()["access_token"]
    async with agency.by_token(token) as by_key:
        for path in ("/users", "/users/me", f"/users/{agency.owner_id}", "/teams", f"/agencies/{agency.id}"):
            answer = await by_key.get(f"/api/v1{path}")
            assert (answer.status_code, "people:read" in answer.json()["detail"]) == (403, True), path
        assert (await by_key.get("/api/v1/operations/identity/jobs")).status_code == 200
        retried = await by_key.post(f"/api/v1/operations/identity/jobs/{uuid4()}/retry")
        assert (retried.status_code, "operations:act" in retried.json()["detail"]) == (403, True)


async def test_an_unknown_key_and_a_wrong_secret_are_told_apart_by_nothing(agency: Agency) -> None:
    async with agency.owner() as http:
        key = ShownKey.parse((await make(http))["key"])
    wrong = [
        ShownKey.new(key.agency_id, key.id),
        ShownKey.new(key.agency_id, uuid4()),
        ShownKey.new(uuid4(), key.id),
        ShownKey(key.agency_id, uuid4(), key.secret),
    ]
    answers = [await exchange(agency.identity, str(each)) for each in wrong]
    assert [each.status_code for each in answers] == [401] * 4
    assert len({each.json()["detail"] for each in answers}) == 1


async def test_wrong_keys_are_limited_and_the_right_one_is_not(agency: Agency) -> None:
    async with agency.owner() as http:
        right = (await make(http))["key"]
    shown = ShownKey.parse(right)
    tried = [await exchange(agency.identity, str(ShownKey.new(shown.agency_id, shown.id))) for _ in range(8)]
    assert [each.status_code for each in tried[:4]] == [401] * 4
    assert tried[-1].status_code == 429
    assert int(tried[-1].headers["retry-after"]) >= 1
    assert (await exchange(agency.identity, right)).status_code == 200
    # What has no checksum of ours costs nobody anything, and is not counted.
    for _ in range(20):
        assert (await exchange(agency.identity, right[:-1] + ("A" if right[-1] != "A" else "B"))).status_code == 401


async def test_the_table_of_keys_equals_a_rebuild(agency: Agency, parts: Parts) -> None:
    async with agency.owner() as http:
        first, _ = await make(http), await make(http)
        await http.delete(f"/api/v1/api-keys/{first['id']}")
        before = (await http.get("/api/v1/api-keys")).json()
        rows = await assert_rebuilds(agency.identity.service, (await parts.database("gardenos_identity")).owner_url)
        assert rows["api_keys"] >= 2
        assert (await http.get("/api/v1/api-keys")).json() == before
