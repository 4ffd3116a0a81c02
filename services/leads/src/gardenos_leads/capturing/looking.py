"""How something that was posted reads, for whoever sets a source up."""

from collections.abc import Mapping, Sequence
from typing import Any

from gardenos_contracts.lead_sources import LeadSourceKind
from pydantic_core import to_jsonable_python

from gardenos_leads.capturing.arrived import Arrived
from gardenos_leads.capturing.mail import Mail, as_mail, no_lead, read_mail, understand_mail
from gardenos_leads.capturing.mapping import Submission, understand
from gardenos_leads.capturing.payload import Unreadable, read_payload


def looked_at(kind: LeadSourceKind, sample: str, mapping: Mapping[str, str], senders: Sequence[str]) -> dict[str, Any]:
    """A sample as it would be understood. Raises Unreadable."""
    if kind is LeadSourceKind.MAIL:
        if not sample.strip():
            raise Unreadable("there is nothing in it")
        return _of_mail(read_mail(as_mail(sample)), mapping, senders)
    return _of_post(sample.encode(), "", mapping)


def looked_through(kind: str, came: Arrived, mapping: Mapping[str, str]) -> dict[str, Any] | None:
    """What came as it reads now, whoever sent it; None where it does not, and of a form, which is no matter of mapping."""
    if kind == LeadSourceKind.FORM:
        return None
    if kind == LeadSourceKind.MAIL:
        return _of_mail(read_mail(came.body, came.return_path), mapping, ())
    try:
        return _of_post(came.body, came.content_type, mapping)
    except Unreadable:
        return None


def _of_mail(mail: Mail, mapping: Mapping[str, str], senders: Sequence[str]) -> dict[str, Any]:
    said = understand_mail(mail, mapping)
    why = no_lead(mail, said, mapping, senders)
    return _told("mail", mail.leaves, mapping, said) | {"fits": said.fits and why is None, "not_read": why}


def _of_post(body: bytes, content_type: str, mapping: Mapping[str, str]) -> dict[str, Any]:
    payload = read_payload(body, content_type)
    return _told(payload.format, payload.leaves, mapping, understand(payload.leaves, mapping))


def _told(format: str, leaves: Mapping[str, str], mapping: Mapping[str, str], said: Submission) -> dict[str, Any]:
    named = {
        **{name: value for name, value in said.details.items() if name != "name"},
        "name": str(said.details["name"]) or None,
        "given_name": said.details["name"].given or None,
        "family_name": said.details["name"].family or None,
        **{name: getattr(said, name) for name in ("reference", "consent_text", "consented_at", "consent_token")},
        **{name: getattr(said, name) for name in ("source_url", "price", "ping_id", "address", "user_agent")},
        **{f"utm_{word}": value for word, value in said.utm.model_dump().items()},
    }
    return {
        "format": format,
        "leaves": [{"path": path, "value": value} for path, value in leaves.items()],
        "fields": [
            {"field": name, "path": path, "mapped": name in mapping, "value": _text(named.get(name))}
            for name, path in said.paths.items()
        ],
        "remarks": to_jsonable_python(said.remarks),
        "fits": said.fits,
        "not_read": None,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
