"""API keys where records are: what their scopes name of what their makers may, and nothing two seconds after they are revoked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
from gardenos_chassis.auth.api_keys import ShownKey
from gardenos_chassis.auth.caller import ApiKey
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.identity import ApiKeyRevoked, RoleChanged, UserDeactivated, UserJoined
from gardenos_contracts.values import Role

NORTH = new_id()
WEB: dict[str, Any] = {"name": {"given": "Maria"}, "source": "web", "if_known": "anyway"}


@asynccontextmanager
async def by_key(
    leads: Running, agency_id: UUID, key: ApiKey, maker_id: UUID, role: Role = Role.OWNER
) -> AsyncIterator[httpx.AsyncClient]:
    token = leads.sources.signer.token(agency_id, maker_id, role, [NORTH], key=key)
    async with leads.anonymous({"Authorization": f"Bearer {token}"}) as http:
        yield http


def key_with(*scopes: str) -> ApiKey:
    return ApiKey(new_id(), frozenset(scopes))


async def joined(leads: Running, agency_id: UUID, role: Role) -> UUID:
    user_id = new_id()
    event = UserJoined(user_id=user_id, email="m@x.example", name="Mo", role=role, team_ids=(NORTH,))
    await leads.sources("identity").publish(agency_id, event, stream_id=user_id)
    await leads.wait_until_caught_up()
    return user_id


async def revoke(leads: Running, agency_id: UUID, key: ApiKey) -> None:
    await leads.sources("identity").publish(agency_id, ApiKeyRevoked(key_id=key.id), stream_id=key.id)


async def answers(http: httpx.AsyncClient, status: int) -> None:
    async def as_wanted() -> bool:
        return (await http.get("/api/v1/leads")).status_code == status

    await eventually(as_wanted, within=2.0, what=f"{status} from leads")


async def test_a_revoked_key_stops_within_two_seconds(leads: Running, agency_id: UUID) -> None:
    key, other = key_with("records:read"), key_with("records:read")
    async with by_key(leads, agency_id, key, new_id()) as http, by_key(leads, agency_id, other, new_id()) as untouched:
        await answers(http, 200)
        # What befalls another agency's key of this id is not ours.
        await revoke(leads, new_id(), key)
        await leads.wait_until_caught_up()
        assert (await http.get("/api/v1/leads")).status_code == 200
        await revoke(leads, agency_id, key)
        await answers(http, 401)
        assert "revoked" in (await http.get("/api/v1/leads")).json()["detail"]
        assert (await http.post("/api/v1/leads", json=WEB)).status_code == 401
        assert (await untouched.get("/api/v1/leads")).status_code == 200


async def test_a_key_narrows_and_stops_with_its_maker(leads: Running, agency_id: UUID) -> None:
    mo = await joined(leads, agency_id, Role.MANAGER)
    async with leads.client(agency_id) as owner:
        await leads.colleagues(agency_id, teams=[NORTH])
        theirs = {**WEB, "owner_id": str(await joined(leads, agency_id, Role.AGENT)), "team_id": str(NORTH)}
        lead = (await owner.post("/api/v1/leads", json=theirs)).headers["location"]
    async with by_key(leads, agency_id, key_with("records:read", "records:write"), mo, Role.MANAGER) as http:
        assert (await http.get(lead)).status_code == 200
        await leads.sources("identity").publish(agency_id, RoleChanged(user_id=mo, role=Role.AGENT), stream_id=mo)

        async def is_gone() -> bool:
            return (await http.get(lead)).status_code == 404

        await eventually(is_gone, within=2.0, what="a colleague's lead is out of scope")
        await leads.sources("identity").publish(agency_id, RoleChanged(user_id=mo, role=Role.AUDITOR), stream_id=mo)

        async def reads_alone() -> bool:
            return (await http.patch(lead, json={"notes": "x"})).status_code == 403

        await eventually(reads_alone, within=2.0, what="an auditor's key changes nothing")
        await leads.sources("identity").publish(agency_id, UserDeactivated(user_id=mo), stream_id=mo)
        await answers(http, 401)


async def test_a_key_may_what_its_scopes_name(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as owner:
        lead = (await owner.post("/api/v1/leads", json={**WEB, "birth_date": "1985-12-10"})).headers["location"]
    async with by_key(leads, agency_id, key_with("records:read"), new_id()) as reading:
        seen = (await reading.get(lead)).json()
        assert (seen["birth_date"], "birth_date" in seen["withheld"]) == (None, True)
        for method, path, body in (
            ("POST", "/api/v1/leads", WEB),
            ("PATCH", lead, {"notes": "x"}),
            ("PUT", f"{lead}/stage", {"stage": "quoted"}),
        ):
            answer = await reading.request(method, path, json=body)
            assert (answer.status_code, "records:write" in answer.json()["detail"]) == (403, True), (method, path)
    async with by_key(leads, agency_id, key_with("records:read", "fields:see-identity"), new_id()) as seeing:
        assert (await seeing.get(lead)).json()["birth_date"] == "1985-12-10"
    async with by_key(leads, agency_id, key_with("people:read", "operations:read"), new_id()) as looking:
        assert (await looking.get("/api/v1/leads")).status_code == 403
        assert (await looking.get(lead)).status_code == 403
        assert (await looking.get("/api/v1/operations/leads/jobs")).status_code == 200
    async with by_key(leads, agency_id, key_with("operations:read"), new_id(), Role.AGENT) as wider:
        # Whatever the key says: its maker may not.
        assert (await wider.get("/api/v1/operations/leads/jobs")).status_code == 403


async def test_what_a_key_does_is_told_as_its_doing_on_behalf_of_its_maker(leads: Running, agency_id: UUID) -> None:
    maker, key = new_id(), key_with("records:read", "records:write")
    async with by_key(leads, agency_id, key, maker) as http:
        made = await http.post("/api/v1/leads", json=WEB)
        assert made.status_code == 201, made.text
        # No record is a key's own.
        refused = await http.post("/api/v1/leads", json={**WEB, "owner_id": str(key.id)})
        assert refused.status_code == 422
    (event,) = await leads.events(agency_id)
    assert event.actor == Actor(ActorKind.KEY, str(key.id))
    assert event.on_behalf_of == str(maker)


async def test_who_repeats_a_command_is_the_key(leads: Running, agency_id: UUID) -> None:
    maker, key = new_id(), key_with("records:read", "records:write")
    again = {"json": WEB, "headers": {"Idempotency-Key": "k"}}
    async with by_key(leads, agency_id, key, maker) as http:
        first, second = [(await http.post("/api/v1/leads", **again)).json()["id"] for _ in range(2)]  # type: ignore[arg-type]
        assert first == second
    async with leads.client(agency_id, user_id=maker) as http:
        assert (await http.post("/api/v1/leads", **again)).json()["id"] != first  # type: ignore[arg-type]


async def test_a_key_itself_is_taken_in_a_token_s_place(leads: Running, agency_id: UUID) -> None:
    key = key_with("records:read")
    shown = ShownKey.new(agency_id, key.id)
    token = leads.sources.signer.token(agency_id, new_id(), Role.OWNER, key=key)
    leads.sources.exchanged[str(shown)] = token
    async with leads.anonymous({"Authorization": f"Bearer {shown}"}) as http:
        assert (await http.get("/api/v1/leads")).status_code == 200
        # What is remembered of it does not outlive it.
        await revoke(leads, agency_id, key)
        await answers(http, 401)
    for wrong in (str(ShownKey.new(agency_id, key.id)), str(ShownKey.new(uuid4(), uuid4())), f"{shown}x", "gos_"):
        async with leads.anonymous({"Authorization": f"Bearer {wrong}"}) as http:
            assert (await http.get("/api/v1/leads")).status_code == 401
