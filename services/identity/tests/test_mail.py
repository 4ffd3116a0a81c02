"""Mail: put down with what wants it, sent once it is committed, gone once it is sent. By SMTP, to a real server."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from gardenos_chassis.events import Context
from gardenos_chassis.jobs.queue import jobs
from gardenos_chassis.sealing.keys import new_master_key
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.mail import Mailbox, mailbox, text_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.plugin import Start
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.values import Role
from gardenos_identity.app import create_service
from gardenos_identity.mail import Letter, Link, Mail
from gardenos_identity.mail.tables import letters
from gardenos_identity.settings import IdentitySettings
from pydantic import SecretStr
from second_factors import enrolled

LETTER = Letter(
    to="ann@garden.example",
    subject="Ann & Bob\r\nBcc: eve@evil.example",
    paragraphs=("Hello <Ann>.", "Bye."),
    link=Link("Join", "http://garden.example/join#a.b&c"),
)


@pytest_asyncio.fixture(loop_scope="session")
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def sending(start: Start, signing_key: str, box: Mailbox) -> AsyncIterator[Running]:
    async with start(create_service, IdentitySettings, signing_key=signing_key, **box.settings) as running:
        yield running


def mail_of(running: Running) -> Mail:
    assert isinstance(running.service.settings, IdentitySettings)
    return Mail(running.service.settings)


def context_of(agency_id: UUID) -> Context:
    return Context(agency_id, Actor(ActorKind.SYSTEM, "test"), "test")


async def post(running: Running, agency_id: UUID, letter: Letter = LETTER) -> UUID:
    async with running.service.store.unit_of_work(context_of(agency_id)) as work:
        return await mail_of(running).post(work.session, letter, because_of=work.context)


async def test_a_letter_arrives_once_and_is_gone(sending: Running, box: Mailbox, agency_id: UUID) -> None:
    job_id = await post(sending, agency_id)
    await sending.jobs_done()
    (came,) = box.to("ann@garden.example")
    assert came["From"] == "Garden <g@garden.example>"
    assert came["Message-ID"] == f"<{job_id}@garden.example>"
    assert text_of(came) == "Hello <Ann>.\n\nJoin:\nhttp://garden.example/join#a.b&c\n\nBye.\n"
    html = came.get_body(("html",))
    assert html is not None
    assert "Hello &lt;Ann&gt;." in html.get_content()
    assert 'href="http://garden.example/join#a.b&amp;c"' in html.get_content()
    # What somebody is called is not a header.
    assert came["Subject"] == "Ann & Bob Bcc: eve@evil.example"
    assert came["Bcc"] is None
    assert await sending.rows(agency_id, letters) == []


async def test_what_is_not_committed_is_not_sent(sending: Running, box: Mailbox, agency_id: UUID) -> None:
    with pytest.raises(RuntimeError, match="no"):
        async with sending.service.store.unit_of_work(context_of(agency_id)) as work:
            await mail_of(sending).post(work.session, LETTER, because_of=work.context)
            raise RuntimeError("no")
    await post(sending, agency_id, Letter("bob@garden.example", "Hello", ("Hello.",)))
    await sending.jobs_done()
    assert [message["To"] for message in box.messages] == ["bob@garden.example"]


async def test_a_server_that_is_busy_gets_the_same_message_again(
    sending: Running, box: Mailbox, agency_id: UUID
) -> None:
    box.answers = ["451 later", "421 later still"]
    job_id = await post(sending, agency_id)
    await sending.jobs_done()
    assert [message["Message-ID"] for message in box.messages] == [f"<{job_id}@garden.example>"]


async def test_a_letter_that_is_refused_for_good_fails_and_can_be_tried_again(
    sending: Running, box: Mailbox, agency_id: UUID
) -> None:
    box.answers = ["554 ann@garden.example is nobody here"] * 3

    async def failed() -> list[dict[str, Any]]:
        return [row for row in await sending.rows(agency_id, jobs) if row["state"] == "failed"]

    job_id = await post(sending, agency_id)
    (row,) = await eventually(failed)
    assert row["error"] == "Undeliverable: the mail server refuses the letter (554)"
    # Neither the queue nor the letter that waits says whose it is.
    assert "ann" not in str(row)
    (kept,) = await sending.rows(agency_id, letters)
    assert b"ann" not in kept["sealed"]
    async with sending.client(agency_id) as http:
        assert (await http.post(f"/api/v1/operations/identity/jobs/{job_id}/retry")).status_code == 204
    await sending.jobs_done()
    assert len(box.to("ann@garden.example")) == 1


async def test_a_server_that_is_away_is_waited_for(start: Start, signing_key: str, agency_id: UUID) -> None:
    async with mailbox() as gone:
        settings = gone.settings
    async with start(create_service, IdentitySettings, signing_key=signing_key, **settings) as running:
        await post(running, agency_id)

        async def delayed() -> bool:
            return any(row["delays"] > 0 for row in await running.rows(agency_id, jobs))

        await eventually(delayed)
        (row,) = await running.rows(agency_id, jobs)
        assert row["state"] in ("queued", "running")
        assert "mail server" in row["error"]


async def test_letters_need_a_master_key(parts: Parts, signing_key: str) -> None:
    given = {"signing_key": signing_key, "smtp_host": "mail.example"}
    with_key = await parts.settings(IdentitySettings, "gardenos_identity", **given)
    without = with_key.model_copy(update={"master_key": None})
    with pytest.raises(ValueError, match="master key"):
        Mail(without)
    assert Mail(with_key.model_copy(update={"master_key": SecretStr(new_master_key())})).is_set


async def test_a_letter_shows_the_agency_as_it_shows_itself(sending: Running, box: Mailbox) -> None:
    owner = {"name": "Olga", "email": f"{uuid4().hex}@garden.example", "password": "correct horse battery"}
    async with sending.anonymous() as http:
        made = (await http.post("/api/v1/agencies", json={"name": "Garden", "owner": owner})).json()
    here, png = f"/api/v1/agencies/{made['id']}", b"\x89PNG\r\n\x1a\nleaf"
    async with sending.client(UUID(made["id"]), role=Role.OWNER) as http:
        settled = await http.patch(here, json={"display_name": "Garden <& Sons>", "accent": "ocean"})
        assert settled.status_code == 200, settled.text
        assert (await http.put(f"{here}/logo", content=png, headers={"Content-Type": "image/png"})).status_code == 200
    await post(sending, UUID(made["id"]), replace(LETTER, to=owner["email"]))
    await sending.jobs_done()
    (came,) = box.to(owner["email"])
    html = came.get_body(("html",))
    assert html is not None
    assert "Garden &lt;&amp; Sons&gt;" in html.get_content()
    assert "#1d5b94" in html.get_content()
    (logo,) = [part for part in came.walk() if part.get_content_type() == "image/png"]
    assert logo.get_content() == png
    assert f"cid:{logo['Content-ID'].strip('<>')}" in html.get_content()
    # The same words in text alone.
    assert text_of(came).startswith("Hello <Ann>.")


async def test_whose_second_factor_is_taken_away_hears_who_did(sending: Running, box: Mailbox) -> None:
    async with sending.anonymous() as http:
        mine = await enrolled(sending, http)
    async with sending.client(UUID(mine["id"]), user_id=UUID(mine["owner_id"]), role=Role.OWNER) as http:
        assert (await http.delete(f"/api/v1/users/{mine['owner_id']}/second-factor")).status_code == 204
    await sending.jobs_done()
    (came,) = box.to(mine["email"])
    assert text_of(came).startswith("Olga Owner took the second factor of your account at Garden away")
