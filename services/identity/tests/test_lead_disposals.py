"""Leads that are to be forgotten: who looks after the agency is told by mail, a week before."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest_asyncio
from accounts import register
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.mail import Mailbox, mailbox, text_of
from gardenos_chassis.testing.plugin import Start
from gardenos_contracts.lead_disposal import LeadDisposalAnnounced
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


def announced(agency_id: UUID, leads: int) -> LeadDisposalAnnounced:
    before = datetime(2024, 11, 30, tzinfo=UTC)
    return LeadDisposalAnnounced(
        agency_id=agency_id, on=date(2026, 12, 7), months=24, closed_before=before, leads=leads
    )


async def test_the_letter_says_how_many_and_when(sending: Running, box: Mailbox) -> None:
    async with sending.anonymous() as http:
        agency = await register(http)
    agency_id, leads = UUID(agency["id"]), sending.sources("leads")
    long_past = datetime.now(UTC) - timedelta(days=8)
    await leads.publish(agency_id, announced(agency_id, 7), stream_id=agency_id, occurred_at=long_past)
    await leads.publish(agency_id, announced(agency_id, 1200), stream_id=agency_id)
    await sending.wait_until_caught_up()
    await sending.jobs_done()
    (letter,) = box.to(agency["email"])
    assert letter["Subject"] == "1,200 leads will be forgotten on 7 December 2026"
    said = text_of(letter)
    assert "keeps leads for 24 months after they were lost or removed" in said
    assert "in the night to 7 December 2026 whoever they are is forgotten, for good" in said
    assert "/settings/agency" in said
