"""Conversations are kept as long as their agency wants: what goes of them by itself, and what stays with whom it is."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs.queue import jobs
from gardenos_chassis.tenancy import driver_of
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_comms.tables import emails
from gardenos_contracts.comms import ConversationsForgotten
from gardenos_contracts.identity import AgencySettingsChanged, Retention, Weekday
from gardenos_contracts.leads import LeadCaptured
from gardenos_contracts.values import PersonName

NOW = datetime.now(UTC)
KIND = "comms.keep-retention"


def letter(sender: str, word: str, at: datetime) -> bytes:
    head = (
        f"From: {word} <{sender}>\r\nTo: us@example.com\r\nSubject: About {word}\r\nDate: {format_datetime(at)}\r\n\r\n"
    )
    return f"{head}Hello from {word}\r\n".encode()


async def receive(http: httpx.AsyncClient, raw: bytes) -> str:
    kind = {"Content-Type": "message/rfc822"}
    answer = await http.post("/api/v1/messages/inbound-email", content=raw, headers=kind)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def settled(comms: Running, agency_id: UUID, months: int | None) -> None:
    said: dict[str, Any] = {"quiet_hours": None, "display_name": None, "accent": "ocean"}
    settings = AgencySettingsChanged(
        agency_id=agency_id, name="A", time_zone="America/Chicago", currency="USD",
        business_hours=dict.fromkeys(Weekday, ()), retention=Retention(conversations_months=months), **said,
    )  # fmt: skip
    await comms.sources("identity").publish(agency_id, settings, stream_id=agency_id)
    await comms.wait_until_caught_up()


async def night(comms: Running, agency_id: UUID) -> None:
    async with comms.service.database.transaction(agency_id) as session:
        told = "update jobs set due_at = now() where agency_id = $1 and kind = $2 and state = 'queued'"
        await driver_of(session).execute(told, agency_id, KIND)
    await comms.jobs_done()


async def test_what_is_of_nobody_known_goes_and_of_the_others_the_originals(
    comms: Running, parts: Parts, agency_id: UUID
) -> None:
    stranger, young, known = (uuid4().hex for _ in range(3))
    long_ago = NOW - timedelta(days=500)
    lead = LeadCaptured(
        lead_id=new_id(), person_id=new_id(), name=PersonName(given="Maria"), email=f"{known}@example.com",
        source="web", captured_at=long_ago,
    )  # fmt: skip
    await comms.given(agency_id, lead)
    await comms.wait_until_caught_up()
    async with comms.client(agency_id) as http:
        await receive(http, letter(f"{stranger}@example.com", stranger, long_ago))
        await receive(http, letter(f"{young}@example.com", young, NOW - timedelta(days=100)))
        of_known = await receive(http, letter(f"{known}@example.com", known, long_ago))
        await settled(comms, agency_id, 12)
        await night(comms, agency_id)
        assert await places_of(stranger, parts, "gardenos_comms") == [], "no key opens it any more"
        assert "public.emails.raw" in await places_of(young, parts, "gardenos_comms")
        left = await places_of(known, parts, "gardenos_comms")
        assert "public.messages.text" in left
        assert "public.emails.raw" not in left
        assert (await http.get(f"/api/v1/messages/{of_known}")).json()["text"].startswith("Hello")
        assert (await http.get(f"/api/v1/messages/{of_known}/original")).status_code == 404
        # The same mail comes once more, and is not taken in again.
        again = letter(f"{stranger}@example.com", stranger, long_ago)
        kind = {"Content-Type": "message/rfc822"}
        assert (await http.post("/api/v1/messages/inbound-email", content=again, headers=kind)).status_code == 409
    (forgotten,) = [each for each in await comms.events(agency_id) if isinstance(each.data, ConversationsForgotten)]
    assert (str(forgotten.actor), forgotten.rule) == (
        f"automation:{KIND}",
        "agency:keeps conversations for 12 months",
    )
    assert isinstance(forgotten.data, ConversationsForgotten)
    assert forgotten.data.thread_ids == (forgotten.data.person_id,)
    before = len(await comms.events(agency_id))
    await night(comms, agency_id)
    assert len(await comms.events(agency_id)) == before
    await assert_rebuilds(comms.service, (await parts.database("gardenos_comms")).owner_url, agency_id)


async def test_without_a_rule_all_is_kept(comms: Running, agency_id: UUID) -> None:
    async with comms.client(agency_id) as http:
        await receive(http, letter("somebody@example.com", uuid4().hex, NOW - timedelta(days=5000)))
    await settled(comms, agency_id, None)
    assert [row for row in await comms.rows(agency_id, jobs) if row["kind"] == KIND] == []
    (mail,) = await comms.rows(agency_id, emails)
    assert mail["raw"] is not None


async def test_who_became_known_meanwhile_keeps_what_they_wrote(comms: Running, agency_id: UUID) -> None:
    word = uuid4().hex
    async with comms.client(agency_id) as http:
        await receive(http, letter(f"{word}@example.com", word, NOW - timedelta(days=500)))
        await settled(comms, agency_id, 12)
        lead = LeadCaptured(
            lead_id=new_id(), person_id=new_id(), name=PersonName(given="Maria"), email=f"{word}@example.com",
            source="web", captured_at=NOW,
        )  # fmt: skip
        await comms.given(agency_id, lead)
        await comms.wait_until_caught_up()
        await night(comms, agency_id)
        (thread,) = (await http.get(f"/api/v1/threads?person_id={lead.person_id}")).json()["items"]
    assert thread["entries_count"] == 1
