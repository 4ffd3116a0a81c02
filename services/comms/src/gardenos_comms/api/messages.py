"""`/api/v1/messages`."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import downloads, opens
from gardenos_chassis.errors import Conflict, Invalid, UnsupportedMediaType
from gardenos_chassis.events import LostRace, UnitOfWork
from gardenos_chassis.http import Reader, Writer, Writing, json_response
from gardenos_chassis.http.csv import attachment
from gardenos_chassis.ids import derived_id
from gardenos_chassis.service import Service
from gardenos_contracts.comms import MessageReceived
from sqlalchemy import insert

from gardenos_comms import queries
from gardenos_comms.api import shapes
from gardenos_comms.mime import Email, read_email
from gardenos_comms.people import Person, people_of_address, person_of
from gardenos_comms.tables import emails
from gardenos_comms.threading import thread_of

router = APIRouter(prefix="/api/v1/messages", tags=["messages"])

_ATTEMPTS = 5
_BODY = {
    "requestBody": {"required": True, "content": {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post(
    "/inbound-email",
    status_code=201,
    openapi_extra=_BODY,
    responses={
        201: {"model": shapes.Message},
        200: {"model": shapes.Message, "description": "Known already"},
    },
)
async def receive_email(request: Request, writing: Writer) -> Response:
    """A message as it arrives. The same message again is answered as the first time."""
    kind = request.headers.get("content-type", "message/rfc822").partition(";")[0].strip().lower()
    if kind not in ("message/rfc822", "text/plain", "application/octet-stream"):
        raise UnsupportedMediaType("send the message as it is, as message/rfc822")
    raw = await request.body()
    if not raw.strip():
        raise Invalid("the message is empty; send it whole, headers and body", pointer="")
    # Decoding megabytes takes its time; others are answered meanwhile.
    found = await asyncio.to_thread(read_email, raw)
    message_id = derived_id("email", writing.caller.agency_id, found.key)
    is_new = await _kept(writing, message_id, found, raw)
    service: Service = request.app.state.service
    async with service.database.transaction(writing.caller.agency_id) as session:
        shown = await queries.message_for_its_bearer(session, writing.caller.agency_id, message_id)
    return json_response(shown, 201 if is_new else 200, location=f"/api/v1/messages/{message_id}", etag=1)


async def _kept(writing: Writing, message_id: UUID, found: Email, raw: bytes) -> bool:
    """True if the message is new here. Two who bring it, or go on with one thread, at the same moment take turns."""
    for attempt in range(_ATTEMPTS):
        try:
            return await _recorded(writing, message_id, found, raw)
        except LostRace:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


async def _recorded(writing: Writing, message_id: UUID, found: Email, raw: bytes) -> bool:
    async with writing.unit_of_work() as work:
        known = await work.load(message_id)
        if any(fact.forgotten for fact in known):
            raise Conflict("who wrote this was forgotten, and this message with them: it is not taken in again")
        if known:
            return False
        work.record(message_id, 0, [await _received(work, message_id, found)])
        await work.session.execute(
            insert(emails).values(
                agency_id=work.context.agency_id,
                message_id=message_id,
                key=found.key,
                header_id=found.header_id,
                truncated=found.truncated,
                raw=raw,
            )
        )
    return True


async def _received(work: UnitOfWork, message_id: UUID, found: Email) -> MessageReceived:
    db, agency_id = work.session, work.context.agency_id
    writers = await people_of_address(db, agency_id, found.sender)
    thread = await thread_of(db, agency_id, found, [writer.person_id for writer in writers])
    person: Person | None = writers[0] if writers else None
    if thread is not None and thread.person_id is not None:
        person = await person_of(db, agency_id, thread.person_id)
    return MessageReceived(
        message_id=message_id,
        thread_id=thread.id if thread else derived_id("thread", message_id),
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


@router.get("/{message_id}", responses={200: {"model": shapes.Message}}, openapi_extra=opens("message", "message_id"))
async def show_message(message_id: UUID, reading: Reader) -> Response:
    """One message."""
    found = await queries.message(reading.session, reading.caller, message_id)
    shows(person_id=found["person_id"])
    return json_response(found, etag=1)


@router.get(
    "/{message_id}/original",
    responses={200: {"description": "The message as it came", "content": {"message/rfc822": {}}}},
    openapi_extra=downloads("message", "message_id"),
)
async def download_message(message_id: UUID, reading: Reader) -> Response:
    """One message as it came, byte by byte: all that was cut from its text, and what is attached to it."""
    found = await queries.message(reading.session, reading.caller, message_id)
    shows(person_id=found["person_id"])
    raw = await queries.original(reading.session, reading.caller.agency_id, message_id)
    return Response(raw, media_type="message/rfc822", headers=attachment(f"message-{message_id}.eml"))
