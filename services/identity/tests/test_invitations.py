"""Inviting, joining, sending again, withdrawing; with a mail server and without."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.mail import Mailbox, mailbox, text_of
from gardenos_chassis.testing.plugin import Start
from gardenos_contracts.values import Role
from gardenos_identity.app import create_service
from gardenos_identity.settings import IdentitySettings
from gardenos_identity.tables import invitation_secrets, invitations
from sqlalchemy import update

PASSWORD = "correct horse battery"


@pytest_asyncio.fixture(loop_scope="session")
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def mailing(start: Start, signing_key: str, box: Mailbox) -> AsyncIterator[Running]:
    given = {**box.settings, "public_url": "https://garden.example/"}
    async with start(create_service, IdentitySettings, signing_key=signing_key, **given) as running:
        yield running


def address() -> str:
    return f"{uuid4().hex}@garden.example"


async def founded(running: Running) -> UUID:
    owner = {"name": "Olga Owner", "email": address(), "password": PASSWORD}
    async with running.anonymous() as http:
        answer = await http.post("/api/v1/agencies", json={"name": "Garden & Sons", "owner": owner})
        assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def invite(http: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    answer = await http.post("/api/v1/invitations", json={"email": address(), **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def token_of(link: str) -> str:
    return link.partition("/join#")[2]


async def join(running: Running, token: str, **fields: object) -> httpx.Response:
    async with running.anonymous() as http:
        body = {"token": token, "name": "Ann Agent", "password": PASSWORD, **fields}
        return await http.post("/api/v1/invitations/accept", json=body)


async def look(running: Running, token: str) -> httpx.Response:
    async with running.anonymous() as http:
        return await http.post("/api/v1/invitations/look", json={"token": token})


async def test_who_is_invited_by_mail_joins_and_signs_in(mailing: Running, box: Mailbox) -> None:
    agency_id = await founded(mailing)
    async with mailing.client(agency_id, role=Role.ADMIN) as http:
        team = (await http.post("/api/v1/teams", json={"name": "North"})).json()
        sent = await invite(http, role="manager", team_ids=[team["id"]])
        assert sent["link"] is None
        await mailing.jobs_done()
        (letter,) = box.to(sent["email"])
        assert letter["Subject"] == "Join Garden & Sons on GardenOS"
        (link,) = re.findall(r"https://garden\.example/join#\S+", text_of(letter))
        told = (await look(mailing, token_of(link))).json()
        assert (told["agency"], told["email"], told["role"]) == ("Garden & Sons", sent["email"], "manager")
        joined = await join(mailing, token_of(link))
        assert joined.status_code == 201, joined.text
        assert (joined.json()["role"], joined.json()["team_ids"]) == ("manager", [team["id"]])
        assert (await http.get("/api/v1/invitations")).json()["items"] == []
        assert (await http.get(f"/api/v1/invitations/{sent['id']}")).json()["state"] == "accepted"
    async with mailing.anonymous() as http:
        signed_in = await http.post("/api/v1/sessions", json={"email": sent["email"], "password": PASSWORD})
        assert signed_in.status_code == 201
        assert signed_in.json()["user"]["name"] == "Ann Agent"
    # Good once.
    assert (await join(mailing, token_of(link))).status_code == 404
    assert (await look(mailing, token_of(link))).status_code == 404


async def test_without_mail_who_invites_gets_the_link(identity: Running) -> None:
    agency_id = await founded(identity)
    async with identity.client(agency_id) as http:
        sent = await invite(http)
        assert sent["link"].startswith("http://127.0.0.1:8000/join#")
        (listed,) = (await http.get("/api/v1/invitations")).json()["items"]
        assert listed == {name: value for name, value in sent.items() if name != "link"}
        # What is kept of it is a hash; events and tables have no secret.
        secret = token_of(sent["link"]).rpartition(".")[2]
        assert secret not in str(await identity.rows(agency_id, invitation_secrets))
        assert secret not in str([event.data for event in await identity.events(agency_id)])
    assert (await join(identity, token_of(sent["link"]))).status_code == 201


async def test_a_repeated_command_invites_once_and_its_link_works(identity: Running) -> None:
    agency_id = await founded(identity)
    async with identity.client(agency_id, user_id=uuid4()) as http:
        given = {"json": {"email": address()}, "headers": {"Idempotency-Key": "k"}}
        first, second = [(await http.post("/api/v1/invitations", **given)).json() for _ in range(2)]  # type: ignore[arg-type]
        assert first["id"] == second["id"]
        assert len((await http.get("/api/v1/invitations")).json()["items"]) == 1
    assert (await join(identity, token_of(second["link"]))).status_code == 201


async def test_sending_again_voids_the_first_link(identity: Running) -> None:
    agency_id = await founded(identity)
    async with identity.client(agency_id) as http:
        sent = await invite(http)
        async with identity.service.database.transaction(agency_id) as session:
            long_ago = datetime.now(UTC) - timedelta(days=1)
            await session.execute(update(invitations).values(expires_at=long_ago))
        assert (await http.get(f"/api/v1/invitations/{sent['id']}")).json()["state"] == "expired"
        again = await http.post(f"/api/v1/invitations/{sent['id']}/resend")
        assert again.status_code == 201
        assert again.json()["state"] == "open"
        assert again.json()["link"] != sent["link"]
    assert (await join(identity, token_of(sent["link"]))).status_code == 404
    assert (await join(identity, token_of(again.json()["link"]))).status_code == 201
    async with identity.client(agency_id) as http:
        assert (await http.post(f"/api/v1/invitations/{sent['id']}/resend")).status_code == 409
        assert (await http.delete(f"/api/v1/invitations/{sent['id']}")).status_code == 409


async def test_a_withdrawn_invitation_lets_nobody_in(identity: Running) -> None:
    agency_id = await founded(identity)
    async with identity.client(agency_id) as http:
        sent = await invite(http)
        stale = {"If-Match": '"7"'}
        assert (await http.delete(f"/api/v1/invitations/{sent['id']}", headers=stale)).status_code == 412
        assert (await http.delete(f"/api/v1/invitations/{sent['id']}")).status_code == 204
        assert (await http.get("/api/v1/invitations")).json()["items"] == []
        # The address is free again.
        assert (await http.post("/api/v1/invitations", json={"email": sent["email"]})).status_code == 201
    assert (await join(identity, token_of(sent["link"]))).status_code == 404


async def test_what_is_no_token_is_refused_in_the_same_words(identity: Running) -> None:
    agency_id = await founded(identity)
    async with identity.client(agency_id) as http:
        sent = await invite(http)
    right = token_of(sent["link"])
    agency, id, secret = right.split(".")
    wrong = ["", "x", f"{agency}.{id}.wrong", f"{uuid4()}.{id}.{secret}", f"{agency}.{uuid4()}.{secret}"]
    answers = [await look(identity, token) for token in wrong] + [await join(identity, token) for token in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    short = await join(identity, right, password="short")
    assert (short.status_code, short.json()["errors"][0]["pointer"]) == (422, "/password")
    assert (await join(identity, right)).status_code == 201


async def test_who_is_refused(identity: Running) -> None:
    agency_id = await founded(identity)
    async with identity.client(agency_id, role=Role.ADMIN) as admin:
        assert (await admin.post("/api/v1/invitations", json={"email": address(), "role": "owner"})).status_code == 403
        unknown = await admin.post("/api/v1/invitations", json={"email": address(), "team_ids": [str(uuid4())]})
        assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/team_ids")
        (owner,) = (await admin.get("/api/v1/users")).json()["items"]
        assert (await admin.post("/api/v1/invitations", json={"email": owner["email"].upper()})).status_code == 409
        sent = await invite(admin)
        twice = await admin.post("/api/v1/invitations", json={"email": sent["email"]})
        assert twice.status_code == 409
        assert "invited already" in twice.json()["detail"]
    for role in (Role.MANAGER, Role.AGENT, Role.AUDITOR, Role.VIEWER):
        async with identity.client(agency_id, role=role) as http:
            assert (await http.post("/api/v1/invitations", json={"email": address()})).status_code == 403
            assert (await http.get("/api/v1/invitations")).status_code == 403
    async with identity.client(uuid4()) as other:
        assert (await other.get(f"/api/v1/invitations/{sent['id']}")).status_code == 404
        assert (await other.delete(f"/api/v1/invitations/{sent['id']}")).status_code == 404


async def test_many_who_use_one_link_at_once_are_one(identity: Running) -> None:
    import asyncio

    agency_id = await founded(identity)
    async with identity.client(agency_id) as http:
        token = token_of((await invite(http))["link"])
        answers = await asyncio.gather(*(join(identity, token) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers)[0] == 201
        assert sum(answer.status_code == 201 for answer in answers) == 1
        assert len((await http.get("/api/v1/users")).json()["items"]) == 2
