"""Leads by mail, by real SMTP and by HTTP, on real PostgreSQL and Kafka."""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.plugin import Start
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.lead_sources import LeadInquired
from gardenos_leads.app import create_service
from gardenos_leads.capturing import listening, log
from gardenos_leads.capturing.mailbox import Mailbox
from gardenos_leads.capturing.tables import lead_posts
from gardenos_leads.settings import LeadsSettings
from pydantic import ValidationError

DOMAIN = "leads.garden.example"
LEAD = """From: QuoteHub <leads@quotehub.example>
To: you
Subject: A lead for Maria
Message-ID: <1@quotehub.example>
Date: Mon, 16 Mar 2026 10:00:00 -0500

First name: Maria
Last name: Delgado
Email: Maria@Example.com
Phone: (512) 555-0142
Lead ID: QH-1
Consent text:   I agree to be called.
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    signed = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False).sign(
        key, hashes.SHA256()
    )
    pem = serialization.Encoding.PEM
    (folder / "chain.pem").write_bytes(signed.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


@pytest_asyncio.fixture(loop_scope="session")
async def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest_asyncio.fixture(loop_scope="session")
async def leads(start: Start, port: int, certificate: Path) -> AsyncIterator[Running]:
    mail: dict[str, Any] = {
        "mail_domain": DOMAIN, "mail_port": port, "mail_max_bytes": 50_000,
        "mail_certificate_file": certificate / "chain.pem", "mail_key_file": certificate / "key.pem",
    }  # fmt: skip
    async with start(create_service, LeadsSettings, **mail) as running:
        await _answers(port)
        yield running


async def _answers(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            return


@pytest_asyncio.fixture(loop_scope="session")
async def http(leads: Running, agency_id: UUID) -> AsyncIterator[httpx.AsyncClient]:
    async with leads.client(agency_id) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def outside(leads: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with leads.anonymous({"User-Agent": "Parser/1"}) as client:
        yield client


async def made(http: httpx.AsyncClient, **said: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/lead-sources", json={"name": "QuoteHub", "kind": "mail"} | said)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def sent(
    port: int, *to: str, mail: str | bytes = LEAD, by: str = "leads@quotehub.example", tls: Path | None = None
) -> Any:
    """As a mail server hands it on; what it is answered where it is refused."""

    def send() -> Any:
        with smtplib.SMTP("localhost" if tls else "127.0.0.1", port, timeout=30) as server:
            if tls is not None:
                server.starttls(context=ssl.create_default_context(cafile=str(tls / "chain.pem")))
            try:
                raw = mail.encode() if isinstance(mail, str) else mail
                return server.sendmail(by, list(to), raw) or "taken"
            except smtplib.SMTPRecipientsRefused as refused:
                return {code for code, _ in refused.recipients.values()}
            except smtplib.SMTPResponseException as refused:
                return refused.smtp_code

    return await asyncio.to_thread(send)


async def items(http: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def log_of(http: httpx.AsyncClient, source: dict[str, Any]) -> list[dict[str, Any]]:
    return await items(http, f"/api/v1/lead-sources/{source['id']}/posts")


async def test_a_mail_becomes_a_lead_and_is_kept_as_it_came(
    leads: Running, agency_id: UUID, http: httpx.AsyncClient, port: int, certificate: Path
) -> None:
    source = await made(http, cost={"minor": 900})
    assert source["mail_address"] == f"{source['address']}@{DOMAIN}"
    assert await sent(port, source["mail_address"].upper(), tls=certificate) == "taken"
    (lead,) = await items(http, "/api/v1/leads")
    told = {name: lead[name] for name in ("display_name", "email", "phone", "source")}
    assert told == {
        "display_name": "Maria Delgado", "email": "maria@example.com", "phone": "+15125550142", "source": "QuoteHub",
    }  # fmt: skip
    (inquiry,) = await items(http, f"/api/v1/leads/{lead['id']}/inquiries")
    assert (inquiry["consent_text"], inquiry["external_id"], inquiry["cost"]["minor"]) == (
        "I agree to be called.",
        "QH-1",
        900,
    )
    (entry,) = await log_of(http, source)
    assert (entry["fate"], entry["format"], entry["sender"], entry["subject"], entry["lead_id"]) == (
        "captured", "mail", "leads@quotehub.example", "A lead for Maria", lead["id"],
    )  # fmt: skip
    whole = (await http.get(f"/api/v1/lead-sources/{source['id']}/posts/{entry['id']}")).json()
    assert whole["body"].replace("\r\n", "\n").rstrip() == LEAD.rstrip()
    assert whole["understood"]["fits"]
    assert {"path": "Phone", "value": "(512) 555-0142"} in whole["understood"]["leaves"]
    # A server's address is not the prospect's.
    (inquired,) = [each.data for each in await leads.events(agency_id) if isinstance(each.data, LeadInquired)]
    assert (inquired.address, inquired.user_agent) == (None, None)
    rows = await leads.rows(agency_id, lead_posts)
    assert b"Maria" not in rows[0]["sealed"]
    shown = (await http.get(f"/api/v1/lead-sources/{source['id']}")).json()
    assert "address" not in shown


async def test_a_mail_that_is_delivered_again_is_one_lead(http: httpx.AsyncClient, port: int) -> None:
    source = await made(http)
    without_id = LEAD.replace("Lead ID: QH-1\n", "")
    answers = await asyncio.gather(*(sent(port, source["mail_address"], mail=without_id) for _ in range(4)))
    assert answers == ["taken"] * 4
    (lead,) = await items(http, "/api/v1/leads")
    assert sorted(entry["fate"] for entry in await log_of(http, source)) == ["captured", *["duplicate"] * 3]
    # The vendor's own id makes another mail the same too; another mail about her is one more inquiry.
    await sent(port, source["mail_address"])
    await sent(port, source["mail_address"], mail=LEAD.replace("<1@", "<2@"))
    assert [entry["fate"] for entry in await log_of(http, source)][:2] == ["duplicate", "inquiry"]
    (inquiry, first) = await items(http, f"/api/v1/leads/{lead['id']}/inquiries")
    assert (inquiry["external_id"], first["external_id"]) == ("QH-1", None)
    # One with the same Message-ID about somebody else is somebody else.
    await sent(port, source["mail_address"], mail=without_id.replace("Maria@", "Marta@").replace("0142", "0143"))
    assert len(await items(http, "/api/v1/leads")) == 2


async def test_what_is_no_lead_is_kept_and_read_once_the_mapping_is_mended(http: httpx.AsyncClient, port: int) -> None:
    source = await made(http, senders=["QuoteHub.example"])
    odd = LEAD[: LEAD.index("First name")] + "Prospect is: Ann Lee\nCall: 512 555 0142\n"
    for mail, by in ((odd, "a@b.example"), (LEAD, ""), (LEAD.replace("quotehub", "spam"), "a@b.example")):
        assert await sent(port, source["mail_address"], mail=mail, by=by) == "taken"
    assert await items(http, "/api/v1/leads") == []
    stranger, bounce, held = await log_of(http, source)
    assert [entry["fate"] for entry in (stranger, bounce, held)] == ["not_read"] * 3
    assert "leads@spam.example" in stranger["remarks"][0]["detail"]
    assert "return path" in bounce["remarks"][0]["detail"]
    assert "mapping" in held["remarks"][0]["detail"]
    here = f"/api/v1/lead-sources/{source['id']}"
    found = (await http.get(here)).json()
    assert (found["not_read_posts"], found["senders"]) == (3, ["quotehub.example"])
    anew = f"{here}/posts/{held['id']}/capture"
    assert (await http.post(anew)).status_code == 409
    mended = {"name": "QuoteHub", "kind": "mail", "mapping": {"name": "Prospect is", "phone": "Call"}}
    assert (await http.put(here, json=mended)).status_code == 200
    assert (await http.post(anew)).status_code == 200
    # Whoever looks and sees that it is one has it so, whatever it says of itself.
    assert (await http.post(f"{here}/posts/{bounce['id']}/capture")).status_code == 200
    assert {lead["display_name"] for lead in await items(http, "/api/v1/leads")} == {"Ann Lee", "Maria Delgado"}


async def test_a_number_that_is_none_waits_to_be_mended(http: httpx.AsyncClient, port: int) -> None:
    source = await made(http)
    await sent(
        port,
        source["mail_address"],
        mail=LEAD.replace("Email: Maria@Example.com\n", "").replace("(512) 555-0142", "12"),
    )
    (entry,) = await log_of(http, source)
    assert (entry["fate"], entry["remarks"][0]["field"]) == ("held", "phone")
    assert (await http.get(f"/api/v1/lead-sources/{source['id']}")).json()["held_posts"] == 1


async def test_nobody_else_s_mail_is_taken(leads: Running, agency_id: UUID, http: httpx.AsyncClient, port: int) -> None:
    source = await made(http)
    vendor = (await http.post("/api/v1/lead-sources", json={"name": "Posts", "kind": "vendor"})).json()
    assert vendor["mail_address"] is None
    for stranger in (
        "somebody@example.com", f"postmaster@{DOMAIN}", f"{Mailbox.new(agency_id)}@{DOMAIN}",
        f"{source['address']}@elsewhere.example", f"{vendor['address']}@{DOMAIN}",
    ):  # fmt: skip
        assert await sent(port, stranger) == {550}, stranger
    # A new address in the place of the first: that one is good no more.
    again = (await http.post(f"/api/v1/lead-sources/{source['id']}/address")).json()
    assert await sent(port, source["mail_address"]) == {550}
    assert await sent(port, again["mail_address"]) == "taken"
    assert await sent(port, again["mail_address"], mail=LEAD + "x" * 60_000) == 552
    # Two of one agency, by one mail.
    other = await made(http, name="Another")
    assert await sent(port, again["mail_address"], other["mail_address"], mail=LEAD.replace("QH-1", "QH-2")) == "taken"
    assert [entry["fate"] for entry in await log_of(http, other)] == ["inquiry"]


async def test_what_cannot_be_recorded_is_not_taken(
    leads: Running, parts: Parts, http: httpx.AsyncClient, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await made(http)
    monkeypatch.setattr(listening, "_RECORD_SECONDS", 1.0)
    holder = await parts.postgres.server.connect("gardenos_leads")
    try:
        async with holder.transaction():
            await holder.execute("lock table lead_posts in access exclusive mode")
            assert await sent(port, source["mail_address"]) == 451
        async with holder.transaction():
            await holder.execute("lock table lead_source_secrets in access exclusive mode")
            assert await sent(port, source["mail_address"]) == {451}
    finally:
        await holder.close()
    assert await items(http, "/api/v1/leads") == []
    assert await sent(port, source["mail_address"]) == "taken"
    assert len(await items(http, "/api/v1/leads")) == 1


async def test_too_much_is_to_be_sent_later(
    http: httpx.AsyncClient, outside: httpx.AsyncClient, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await made(http)
    monkeypatch.setattr(log, "_MOST_NOT_READ", 2)
    nothing = LEAD[: LEAD.index("First name")] + "Hello"
    assert [await sent(port, source["mail_address"], mail=nothing) for _ in range(3)] == ["taken", "taken", 450]
    answer = await outside.post(f"/api/v1/lead-mails/{source['address']}", content=nothing)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3600")
    # Leads are taken all the same.
    assert await sent(port, source["mail_address"]) == "taken"


async def test_who_never_ends_or_is_one_too_many_is_cut_off(
    leads: Running, http: httpx.AsyncClient, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await made(http)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for line in ("EHLO a", "MAIL FROM:<a@b.example>", f"RCPT TO:<{source['mail_address']}>", "DATA"):
        await reader.readline()
        writer.write(f"{line}\r\n".encode())
        await writer.drain()
    with pytest.raises(ConnectionError):
        for _ in range(2_000):
            writer.write(b"x" * 10_000)
            await writer.drain()
    monkeypatch.setattr(listening, "_MOST_CONNECTIONS", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert (await reader.readline()).startswith(b"421")
    assert await reader.read() == b""
    writer.close()
    monkeypatch.undo()
    assert await sent(port, source["mail_address"]) == "taken"


async def test_providers_hand_mail_on_by_http(http: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
    source = await made(http)
    here = f"/api/v1/lead-mails/{source['address']}"
    raw = {"Content-Type": "message/rfc822"}
    ways: list[dict[str, Any]] = [
        {"content": LEAD, "headers": raw}, {"data": {"email": LEAD, "to": "x"}}, {"data": {"a": "b"}, "files": {"body-mime": LEAD.encode()}},
        {"files": {"email": (None, LEAD)}},
    ]  # fmt: skip
    for way in ways:
        answer = await outside.post(here, **way)
        assert answer.status_code == 200, answer.text
        assert answer.json().keys() == {"id"}
    assert len(await items(http, "/api/v1/leads")) == 1
    assert [entry["fate"] for entry in await log_of(http, source)] == [
        "duplicate",
        "duplicate",
        "duplicate",
        "captured",
    ]
    (first, *_) = await log_of(http, source)
    whole = (await http.get(f"/api/v1/lead-sources/{source['id']}/posts/{first['id']}")).json()
    assert (whole["body"], whole["content_type"], whole["user_agent"]) == (LEAD, "message/rfc822", "Parser/1")
    broken = {"content": b"--a\r\nnonsense", "headers": {"Content-Type": "multipart/form-data; boundary=a"}}
    for way, status in (
        (broken, 422),
        ({"content": b""}, 422),
        ({"data": {"a": "b"}}, 422),
        ({"content": b"x" * 300_000}, 413),
    ):
        refused = await outside.post(here, **way)
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    for wrong in ("lead-a", here[-10:], str(Mailbox.new(UUID(int=1)))):
        assert (await outside.post(f"/api/v1/lead-mails/{wrong}", content=LEAD, headers=raw)).status_code == 404


async def test_a_mail_is_tried_before_any_comes(http: httpx.AsyncClient) -> None:
    body = {"kind": "mail", "sample": LEAD, "mapping": {"notes": "mail.subject"}, "senders": ["other.example"]}
    told = (await http.post("/api/v1/lead-sources/preview", json=body)).json()
    assert (told["format"], told["fits"]) == ("mail", False)
    assert "leads@quotehub.example" in told["not_read"]
    found = {field["field"]: (field["path"], field["value"]) for field in told["fields"]}
    assert found["notes"] == ("mail.subject", "A lead for Maria")
    assert found["phone"] == ("Phone", "+15125550142")
    fits = (await http.post("/api/v1/lead-sources/preview", json=body | {"senders": []})).json()
    assert (fits["fits"], fits["not_read"]) == (True, None)
    assert (await http.post("/api/v1/lead-sources/preview", json=body | {"sample": " "})).status_code == 422
    wrong = await http.post("/api/v1/lead-sources", json={"name": "a", "kind": "mail", "senders": ["nonsense"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/senders")


async def test_who_is_forgotten_is_forgotten_here_too_and_tables_are_made_again(
    leads: Running, parts: Parts, agency_id: UUID, http: httpx.AsyncClient, port: int
) -> None:
    source = await made(http, senders=["quotehub.example"])
    await sent(port, source["mail_address"])
    (lead,) = await items(http, "/api/v1/leads")
    assert (await http.post(f"/api/v1/leads/{lead['id']}/forget")).status_code == 200
    (entry,) = await log_of(http, source)
    assert [entry[name] for name in ("sender", "subject", "reference", "fate")] == [None, None, None, "captured"]
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


@pytest.mark.parametrize(
    "wrong", [{"mail_port": 25}, {"mail_domain": "a b"}, {"mail_domain": "a.example", "mail_certificate_file": "c.pem"}]
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="mail_"):
        LeadsSettings(database_url="x", internal_token="x", master_key="A" * 43 + "=", **wrong)
