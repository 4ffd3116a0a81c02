"""`/api/v1/lead-mails/{mailbox}`: where providers that take mail in hand it on. Who knows the address may."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from gardenos_chassis.errors import Invalid
from gardenos_chassis.http import json_response
from gardenos_chassis.ids import new_id
from gardenos_chassis.origins import Proxies
from gardenos_chassis.service import Service
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from gardenos_leads.api import lead_source_shapes as shapes
from gardenos_leads.capturing.arrived import MESSAGE, Arrived
from gardenos_leads.capturing.delivering import deliver
from gardenos_leads.capturing.mailbox import Mailbox
from gardenos_leads.settings import LeadsSettings

router = APIRouter(prefix="/api/v1/lead-mails", tags=["lead mails"])

FIELDS = ("email", "body-mime", "message", "mime", "raw")
"""In which of a form's fields providers put a mail as it came."""
_MOST_FIELDS = 100

_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_FORM: dict[str, Any] = {"schema": {"type": "object", "properties": {name: {"type": "string"} for name in FIELDS}}}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "message/rfc822": _TEXT,
            "multipart/form-data": _FORM,
            "application/x-www-form-urlencoded": _FORM,
        },
    }
}


@router.post("/{mailbox}", responses={200: {"model": shapes.MailKept}}, openapi_extra=_BODY)
async def post_lead_mail(mailbox: str, request: Request) -> Response:
    """A mail, whole as it came with its headers: as the body, or in a form's field `email`, `body-mime`, `message`, `mime` …

    `mailbox` is what stands before the `@` of the source's address. It is kept, whatever it is; where there is a lead in it, that
    is captured. The same mail once more changes nothing.
    """
    service: Service = request.app.state.service
    settings = service.settings
    assert isinstance(settings, LeadsSettings)
    address = Mailbox.parse(mailbox)
    body = await _mail_in(request, settings.mail_max_bytes)
    if not body.strip():
        raise Invalid(
            f"there is no mail in it; send it as the body, or in one of the fields {', '.join(FIELDS)}", pointer=""
        )
    arrived = await Arrived.by(request, Proxies(settings.trusted_proxies), body=body, content_type=MESSAGE)
    correlation_id = request.scope.get("state", {}).get("request_id") or str(new_id())
    taken = await deliver(service, address, arrived, correlation_id)
    return json_response({"id": taken.id})


async def _mail_in(request: Request, most: int) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return await request.body()
    try:
        async with request.form(max_files=_MOST_FIELDS, max_fields=_MOST_FIELDS, max_part_size=most) as form:
            for name in FIELDS:
                match form.get(name):
                    case UploadFile() as file:
                        return await file.read()
                    case str() as text:
                        return text.encode("utf-8", "replace")
    except HTTPException as error:
        raise Invalid(f"the form cannot be read: {error.detail}", pointer="") from error
    return b""
