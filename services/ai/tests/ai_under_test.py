"""What the other services would say, and waiting until it is read."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from gardenos_ai.tables import communications
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts.comms import CallLogged, Disposition, MessageReceived
from gardenos_contracts.leads import LeadCaptured
from gardenos_contracts.values import Direction, PersonName
from sqlalchemy import select

SAID: set[UUID] = set()
"""The ids of the calls and messages of the test at hand. Others' tests leave theirs on the same topics, and they are read too."""
SAID_AT = datetime(2026, 3, 16, 15, tzinfo=UTC)
TRANSCRIPT = (
    "Agent: Good morning, this is Ann from Garden Insurance.\n"
    "Customer: Hi. I'm with State Farm right now and my auto policy renews on March 15, 2027.\n"
    "Customer: I pay about $1,240 a year and that's too expensive.\n"
    "Customer: Could you send me a quote by email on Friday?\n"
)
HAIL = "Hail has damaged our roof last week – can you insure the house as well?"


def lead_captured(**fields: Any) -> LeadCaptured:
    known = {"lead_id": new_id(), "person_id": new_id(), "name": PersonName(given="Maria", family="Delgado"),
             "email": "maria@example.com", "source": "web form", "captured_at": SAID_AT}  # fmt: skip
    return LeadCaptured(**(known | fields))


def call(lead: LeadCaptured, transcript: str | None = TRANSCRIPT, **fields: Any) -> CallLogged:
    known = {
        "call_id": new_id(), "thread_id": new_id(), "person_id": lead.person_id, "lead_id": lead.lead_id, "user_id": new_id(),
        "direction": Direction.OUTBOUND, "started_at": SAID_AT, "duration_seconds": 300, "disposition": Disposition.CONNECTED,
        "transcript": transcript,
    }  # fmt: skip
    said = CallLogged(**(known | fields))
    SAID.add(said.call_id)
    return said


def email(text: str = HAIL, subject: str = "My house", **fields: Any) -> MessageReceived:
    known = {
        "message_id": new_id(), "thread_id": new_id(), "channel": "email", "sender": "maria@example.com",
        "subject": subject, "text": text, "received_at": SAID_AT,
    }  # fmt: skip
    said = MessageReceived(**(known | fields))
    SAID.add(said.message_id)
    return said


async def items(http: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await http.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def read(running: Running, agency_id: UUID, source_id: UUID, *statuses: str, within: float = 60) -> str:
    """Waits until the communication is read; gives its status."""

    async def status() -> str | None:
        async with running.service.database.transaction(agency_id) as session:
            found = select(communications.c.status).where(communications.c.source_id == source_id)
            status: str | None = (await session.execute(found)).scalar_one_or_none()
        return status if status in (statuses or ("read", "partial", "failed")) else None

    found = await eventually(status, within=within, what="the communication is read")
    assert found is not None
    return found
