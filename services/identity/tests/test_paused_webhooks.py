"""A webhook that is paused because it failed: who keeps webhooks is told by mail, once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from accounts import PASSWORD, register
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs.queue import jobs
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.mail import Mailbox, mailbox, text_of
from gardenos_chassis.testing.plugin import Start
from gardenos_contracts.comms import WebhookPaused
from gardenos_identity.app import create_service
from gardenos_identity.settings import IdentitySettings


@pytest_asyncio.fixture(loop_scope="session")
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def sending(start: Start, signing_key: str, box: Mailbox) -> AsyncIterator[Running]:
    async with start(create_service, IdentitySettings, signing_key=signing_key, **box.settings) as running:
        yield running


async def staffed(sending: Running, http: httpx.AsyncClient) -> dict[str, Any]:
    """An agency with an owner, two admins, of whom one was deactivated, and a manager: their addresses by what they are."""
    agency = await register(http)
    found = {"id": agency["id"], "owner": agency["email"]}
    async with sending.client(UUID(agency["id"])) as owner:
        for who, role in (("admin", "admin"), ("gone", "admin"), ("manager", "manager")):
            found[who] = f"{who}-{new_id()}@garden.example"
            body = {"name": who, "email": found[who], "password": PASSWORD, "role": role}
            made = await owner.post("/api/v1/users", json=body)
            assert made.status_code == 201, made.text
        gone = (await owner.get("/api/v1/users")).json()["items"]
        user_id = next(each["id"] for each in gone if each["email"] == found["gone"])
        assert (await owner.post(f"/api/v1/users/{user_id}/deactivate", json={})).status_code == 200
    return found


async def test_owners_and_admins_get_a_letter_once(sending: Running, box: Mailbox) -> None:
    async with sending.anonymous() as http:
        agency = await staffed(sending, http)
    since = datetime(2026, 11, 24, 9, tzinfo=UTC)
    paused = WebhookPaused(
        webhook_id=new_id(), name="Ledger <1>", because="it failed for days", failing_since=since
    )  # fmt: skip
    comms = sending.sources("comms")
    await comms.publish(UUID(agency["id"]), paused)
    await sending.wait_until_caught_up()
    await sending.jobs_done()
    for who, came in (("owner", 1), ("admin", 1), ("gone", 0), ("manager", 0)):
        assert len(box.to(agency[who])) == came, who
    (letter,) = box.to(agency["owner"])
    assert letter["Subject"] == "The webhook Ledger <1> was paused"
    said = text_of(letter)
    assert "nothing that was sent to it since 24 November 2026 has arrived" in said
    assert "/settings/webhooks" in said
    html = letter.get_body(("html",))
    assert html is not None
    assert "Ledger &lt;1&gt;" in html.get_content()


async def test_a_receiver_that_is_gone_is_told_of_as_that(sending: Running, box: Mailbox) -> None:
    async with sending.anonymous() as http:
        agency = await register(http)
    gone = WebhookPaused(webhook_id=new_id(), name="Ledger", because="its receiver is gone")
    await sending.sources("comms").publish(UUID(agency["id"]), gone)
    await sending.wait_until_caught_up()
    await sending.jobs_done()
    (letter,) = box.to(agency["email"])
    assert "gone for good (410)" in text_of(letter)


@pytest.mark.parametrize("why", ["by hand", "long ago"])
async def test_nobody_is_told_what_they_know_or_what_is_long_past(sending: Running, box: Mailbox, why: str) -> None:
    async with sending.anonymous() as http:
        agency = await register(http)
    comms, agency_id = sending.sources("comms"), UUID(agency["id"])
    if why == "by hand":
        await comms.publish(agency_id, WebhookPaused(webhook_id=new_id(), name="Ledger", because="by hand"))
    else:
        paused = WebhookPaused(webhook_id=new_id(), name="Ledger", because="it failed for days")
        await comms.publish(agency_id, paused, occurred_at=datetime.now(UTC) - timedelta(days=8))
    # What comes after it is told: so it was taken, and nobody told.
    later = WebhookPaused(webhook_id=new_id(), name="Later", because="its receiver is gone")
    await comms.publish(agency_id, later)
    await sending.wait_until_caught_up()
    await sending.jobs_done()
    assert [letter["Subject"] for letter in box.to(agency["email"])] == ["The webhook Later was paused"]


async def test_without_a_mail_server_nothing_waits(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
    paused = WebhookPaused(webhook_id=new_id(), name="Ledger", because="it failed for days")
    await identity.sources("comms").publish(UUID(agency["id"]), paused)
    await identity.wait_until_caught_up()
    assert await identity.rows(UUID(agency["id"]), jobs) == []
