"""`/api/v1/messages`."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.errors import Invalid, UnsupportedMediaType
from gardenos_chassis.events import LostRace, UnitOfWork
from gardenos_chassis.http import Reader, Writer, Writing, json_response
from gardenos_chassis.ids import derived_id
from gardenos_chassis.service import Service
from gardenos_contracts.comms import MessageReceived
from sqlalchemy import insert

from gardenos_comms import queries
from gardenos_comms.directory import person_by_address
from gardenos_comms.mime import Email, read_email
from gardenos_comms.tables import emails
from gardenos_comms.threading import thread_of

router = APIRouter(prefix="/api/v1/messages", tags=["messages"])

_BODY = {
    "requestBody": {"required": True, "content": {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post("/inbound-email", status_code=201, openapi_extra=_BODY, responses={200: {"description": "Known already"}})
async def receive_email(request: Request, writing: Writer) -> Response:
    """A message as it arrives. The same message again, by its Message-ID, is answered as the first time."""
    kind = request.headers.get("content-type", "message/rfc822").partition(";")[0].strip().lower()
    if kind not in ("message/rfc822", "text/plain", "application/octet-stream"):
        raise UnsupportedMediaType("send the message as it is, as message/rfc822")
    raw = await request.body()
    if not raw.strip():
        raise Invalid("the message is empty; send it whole, headers and body", pointer="")
    # Decoding megabytes takes its time; others are answered meanwhile.
    found = await asyncio.to_thread(read_email, raw)
    message_id = derived_id("email", writing.caller.agency_id, found.key)
    try:
        status = await _record(writing, message_id, found, raw)
    except LostRace:
        # The same message came twice at the same moment.
        status = 200
    service: Service = request.app.state.service
    async with service.database.transaction(writing.caller.agency_id) as session:
        shown = await queries.message_for_its_receiver(session, writing.caller, message_id)
    return json_response(shown, status, location=f"/api/v1/messages/{message_id}", etag=1)


async def _record(writing: Writing, message_id: UUID, found: Email, raw: bytes) -> int:
    async with writing.unit_of_work() as work:
        if await work.load(message_id):
            return 200
        work.record(message_id, 0, [await _received(work, message_id, found)])
        await work.session.execute(
            insert(emails).values(
                agency_id=work.context.agency_id,
                message_id=message_id,
                key=found.key,
                truncated=found.truncated,
                raw=raw,
            )
        )
    return 201


async def _received(work: UnitOfWork, message_id: UUID, found: Email) -> MessageReceived:
    person = await person_by_address(work.session, found.sender)
    return MessageReceived(
        message_id=message_id,
        thread_id=await thread_of(work.session, found, person.person_id if person else None, message_id),
        person_id=person.person_id if person else None,
        lead_id=person.lead_id if person else None,
        client_id=person.client_id if person else None,
        channel="email",
        sender=found.sender,
        sender_name=found.sender_name,
        recipients=found.recipients,
        subject=found.subject,
        text=found.text,
        attachments=found.attachments,
        received_at=found.received_at,
    )


@router.get("/{message_id}")
async def show_message(message_id: UUID, reading: Reader) -> Response:
    """One message."""
    return json_response(await queries.message(reading.session, reading.caller, message_id), etag=1)
