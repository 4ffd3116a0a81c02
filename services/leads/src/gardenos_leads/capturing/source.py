"""A source of leads: what may happen to it, as pure functions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from gardenos_chassis.errors import Conflict, FieldError, Invalid
from gardenos_contracts import Event
from gardenos_contracts.lead_sources import (
    Answers,
    Bidding,
    Form,
    LeadSourceChanged,
    LeadSourceKind,
    LeadSourceMade,
    LeadSourceTokenRotated,
)
from gardenos_contracts.values import LineOfBusiness, Money

from gardenos_leads.capturing.mapping import FIELDS

FORM_FIELDS = (
    "name", "email", "phone", "street", "city", "postal_code", "state", "line_of_business", "current_carrier", "notes",
)  # fmt: skip
"""What a form may ask. Birth dates and the like are asked for by somebody who explains why."""

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")
_SENDER = re.compile(r"([^@\s]{1,64}@)?[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that is said of a source by who sets it up."""

    name: str
    kind: LeadSourceKind
    active: bool = True
    campaign_id: UUID | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None
    cost: Money | None = None
    line_of_business: LineOfBusiness | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    bidding: Bidding | None = None
    form: Form | None = None
    senders: tuple[str, ...] = ()
    """Whose mail is read; none: everybody's."""


@dataclass(frozen=True, slots=True)
class LeadSource:
    """A source as its events made it."""

    id: UUID
    wanted: Wanted

    def change(self, wanted: Wanted) -> Iterator[Event]:
        """Set up otherwise. Raises Invalid; a vendor does not become a form."""
        if wanted.kind != self.wanted.kind:
            raise Conflict("a source stays of its kind; make another one")
        refuse_nonsense(wanted)
        if wanted != self.wanted:
            yield LeadSourceChanged(source_id=self.id, **_told(wanted))

    def rotate(self) -> Iterator[Event]:
        """A new address. Of a form the tickets of pages that are open now are good no more."""
        yield LeadSourceTokenRotated(source_id=self.id)


def make(id: UUID, wanted: Wanted) -> Iterator[Event]:
    """A new source. Raises Invalid."""
    refuse_nonsense(wanted)
    yield LeadSourceMade(source_id=id, **_told(wanted))


def evolve(source: LeadSource | None, event: Event) -> LeadSource:
    """The source after an event. Raises TypeError for an event that is none of a source's."""
    match event:
        case LeadSourceMade() | LeadSourceChanged():
            return LeadSource(event.source_id, Wanted(**{name: getattr(event, name) for name in _SAID}))
        case LeadSourceTokenRotated() if source is not None:
            return source
    raise TypeError(f"{event.event_type} is no event of a lead source")


def refuse_nonsense(wanted: Wanted) -> None:
    """Raises Invalid for what cannot work."""
    wrong = list(_wrong(wanted))
    if wrong:
        raise Invalid("; ".join(error.detail for error in wrong), errors=wrong)


def _wrong(wanted: Wanted) -> Iterator[FieldError]:
    for name in wanted.mapping:
        if name not in FIELDS:
            yield FieldError(f"/mapping/{name}", f"“{name}” is no field; take one of {', '.join(FIELDS)}")
    if (wanted.form is not None) != (wanted.kind is LeadSourceKind.FORM):
        yield FieldError("/form", "a source of the kind form has a form, and no other has one")
    if wanted.bidding is not None and wanted.kind is not LeadSourceKind.VENDOR:
        yield FieldError("/bidding", "only vendors ask for bids")
    if wanted.senders and wanted.kind is not LeadSourceKind.MAIL:
        yield FieldError("/senders", "only mail has senders")
    if wrong := [sender for sender in wanted.senders if not _SENDER.fullmatch(sender)]:
        yield FieldError(
            "/senders", f"“{wrong[0]}” is neither a domain nor an address; write example.com or leads@example.com"
        )
    if wanted.form is not None:
        yield from _wrong_of_form(wanted.form)


def _wrong_of_form(form: Form) -> Iterator[FieldError]:
    if unknown := [name for name in (*form.fields, *form.required) if name not in FORM_FIELDS]:
        yield FieldError("/form/fields", f"a form does not ask for {', '.join(unknown)}")
    if not {"email", "phone"} & set(form.fields):
        yield FieldError("/form/fields", "a form asks for an email address or a telephone number")
    if set(form.required) - set(form.fields):
        yield FieldError("/form/required", "what is required must be asked")
    if wrong := [origin for origin in form.origins if not _ORIGIN.fullmatch(origin)]:
        yield FieldError("/form/origins", f"“{wrong[0]}” is no origin; write https://www.example.com")


_SAID = tuple(Wanted.__dataclass_fields__)


def _told(wanted: Wanted) -> "dict[str, object]":
    return {name: getattr(wanted, name) for name in _SAID}
