"""A form on a page of the agency's: what it shows, what it sends, and how a person is told from a program.

A page asks for the form and gets a ticket with it, signed by the source's own secret: when it was opened, a number used once,
and which words of consent were shown. What comes back with it too soon, or with the field filled in that nobody sees, was sent
by no person. The number makes a form that is sent twice the same one.
"""

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gardenos_chassis.errors import Conflict, FieldError, Invalid
from gardenos_contracts.lead_sources import Form
from gardenos_contracts.values import LineOfBusiness

from gardenos_leads.campaigns.utm import utm_of
from gardenos_leads.capturing.mapping import Submission, understand

QUICKEST = 2.0
"""Seconds in which nobody has filled in a form."""
_GOOD_FOR = 86_400.0
HONEYPOT = "website"

_LABELS: Mapping[str, tuple[str, str, str]] = {
    "name": ("Name", "text", "name"),
    "email": ("Email", "email", "email"),
    "phone": ("Telephone", "tel", "tel"),
    "street": ("Street and number", "text", "address-line1"),
    "city": ("City", "text", "address-level2"),
    "postal_code": ("ZIP code", "text", "postal-code"),
    "state": ("State", "text", "address-level1"),
    "line_of_business": ("What would you like to insure?", "select", "off"),
    "current_carrier": ("Who insures you now?", "text", "off"),
    "notes": ("Anything else we should know?", "textarea", "off"),
}
_LINES = {
    LineOfBusiness.AUTO: "Car",
    LineOfBusiness.HOME: "Home",
    LineOfBusiness.RENTERS: "Rented home",
    LineOfBusiness.UMBRELLA: "Umbrella",
    LineOfBusiness.LIFE: "Life",
    LineOfBusiness.HEALTH: "Health",
    LineOfBusiness.MEDICARE: "Medicare",
    LineOfBusiness.COMMERCIAL: "Business",
    LineOfBusiness.OTHER: "Something else",
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a page was given with the form."""

    opened_at: float
    """Seconds since the epoch."""
    number: str
    words: str
    """A digest of the consent that was shown."""

    @classmethod
    def new(cls, form: Form) -> "Ticket":
        """For a form that is opened now."""
        return cls(time.time(), secrets.token_hex(12), words_of(form))

    def signed(self, secret: str) -> str:
        """As the page keeps it."""
        told = f"{self.opened_at:.3f}:{self.number}:{self.words}".encode()
        return f"{urlsafe_b64encode(told).decode().rstrip('=')}.{_signature(told, secret)}"

    @classmethod
    def parse(cls, text: str, secret: str) -> "Ticket | None":
        """None for what was not signed here."""
        signed = _signature(_told_in(text), secret)
        signature = text.rpartition(".")[2].encode(errors="replace")
        return cls.read(text) if hmac.compare_digest(signed.encode(), signature) else None

    @classmethod
    def read(cls, text: str) -> "Ticket | None":
        """What stands in a ticket, whoever signed it."""
        try:
            opened_at, number, words = _told_in(text).decode().split(":")
            return cls(float(opened_at), number, words)
        except ValueError:
            return None

    def too_soon(self) -> bool:
        """Whether it comes back faster than anybody types."""
        return time.time() - self.opened_at < QUICKEST

    def refuse_old(self, form: Form) -> None:
        """Raises Conflict where the page is to show the form anew: it stood open too long, or the consent reads otherwise now."""
        if time.time() - self.opened_at > _GOOD_FOR or self.words != words_of(form):
            raise Conflict("this form has changed, or stood open for long: look at it again, and send it once more")


def words_of(form: Form) -> str:
    """A digest of the words of consent."""
    return hashlib.sha256(form.consent_text.encode()).hexdigest()[:16]


def _told_in(text: str) -> bytes:
    told = text.partition(".")[0].encode(errors="replace")
    try:
        return urlsafe_b64decode(told + b"=" * (-len(told) % 4))
    except (NoBase64, ValueError):
        return b""


def _signature(told: bytes, secret: str) -> str:
    return hmac.digest(secret.encode(), told, "sha256").hex()


def shown(form: Form, ticket: str) -> dict[str, Any]:
    """What the script on the page makes the form of."""
    return {
        "heading": form.heading,
        "button": form.button,
        "thanks": form.thanks,
        "consent_text": form.consent_text,
        "consent_required": form.consent_required,
        "fields": [
            {
                "name": name,
                "label": _LABELS[name][0],
                "type": _LABELS[name][1],
                "autocomplete": _LABELS[name][2],
                "required": name in form.required,
                "options": [{"value": line.value, "label": label} for line, label in _LINES.items()]
                if name == "line_of_business"
                else [],
            }
            for name in form.fields
        ],
        "ticket": ticket,
        "wait_seconds": QUICKEST,
    }


def said_in(form: Form, leaves: Mapping[str, str], at: datetime) -> Submission:
    """What a person sent by a form at a moment: `{"ticket": …, "values": {…}, "consent": true, "page": "https://…"}`."""
    values = values_in(form, leaves)
    said = understand({name: value for name, value in values.items() if value.strip()}, {name: name for name in values})
    ticket = Ticket.read(leaves.get("ticket", ""))
    # The words they agreed to are those that they were shown, and no others.
    page = leaves.get("page", "")[:2000].replace("\0", "") or None
    agreed = agrees(leaves) and form.consent_text and ticket is not None and ticket.words == words_of(form)
    return replace(
        said,
        consent_text=form.consent_text if agreed else None,
        consented_at=at if agreed else None,
        source_url=page,
        utm=utm_of({}, page),
        delivery=ticket.number if ticket is not None else None,
    )


def values_in(form: Form, leaves: Mapping[str, str]) -> dict[str, str]:
    """What stands in the form's fields."""
    return {name: leaves.get(f"values.{name}", "") for name in form.fields}


def agrees(leaves: Mapping[str, str]) -> bool:
    """Whether the box is ticked."""
    return leaves.get("consent") == "true"


def refuse_mistakes(form: Form, said: Submission, values: Mapping[str, str], *, agreed: bool) -> None:
    """Whoever fills it in is there, and can mend it. Raises Invalid, by the fields' names."""
    wrong = list(_mistakes(form, said, values, agreed=agreed))
    if wrong:
        raise Invalid("; ".join(error.detail for error in wrong), errors=wrong)


def _mistakes(form: Form, said: Submission, values: Mapping[str, str], *, agreed: bool) -> Iterator[FieldError]:
    for remark in said.remarks:
        if remark.field is not None and values.get(remark.field, "").strip():
            yield FieldError(f"/values/{remark.field}", remark.detail)
    for name in form.required:
        if not values.get(name, "").strip():
            yield FieldError(f"/values/{name}", f"{_LABELS[name][0]}: please fill this in")
    if not any(values.get(way, "").strip() for way in ("email", "phone")):
        way = "email" if "email" in form.fields else "phone"
        yield FieldError(f"/values/{way}", "how can we reach you?")
    if form.consent_text and form.consent_required and not agreed:
        yield FieldError("/consent", "please agree first")
