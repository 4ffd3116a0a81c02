"""What vendors post, read without a database: payloads, mappings, prices, paces, tickets."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from gardenos_chassis.errors import Conflict, Invalid, NotFound, TooManyRequests
from gardenos_chassis.ids import new_id
from gardenos_contracts.lead_sources import Answers, Bidding, Form, LeadSourceKind
from gardenos_contracts.values import LineOfBusiness, Money
from gardenos_leads.capturing import source
from gardenos_leads.capturing.address import FORMS, POSTS, Address
from gardenos_leads.capturing.answers import answered
from gardenos_leads.capturing.forms import Ticket, refuse_mistakes, said_in
from gardenos_leads.capturing.mapping import FIELDS, money, understand, usual
from gardenos_leads.capturing.pace import Pace
from gardenos_leads.capturing.payload import Unreadable, read_payload

ADF = b"""<?xml version="1.0"?>
<adf><prospect><customer><contact>
  <name part="first">Maria</name><name part="last">Delgado</name>
  <email>Maria@Example.com</email><phone type="voice">(512) 555-0142</phone>
  <address><regioncode>TX</regioncode><postalcode>78701</postalcode></address>
</contact></customer></prospect></adf>"""


@pytest.mark.parametrize(
    ("body", "format", "leaves"),
    [
        (b'{"a": {"b": [1, {"c": true}]}, "d": null}', "json", {"a.b.0": "1", "a.b.1.c": "true"}),
        (b'\xef\xbb\xbf [{"a": "x"}]', "json", {"a": "x"}),
        (b"first=Ann&last=O%27Hara&x=", "form", {"first": "Ann", "last": "O'Hara", "x": ""}),
        (
            b"<l:lead id='7'><a>1</a><a>2</a><b part='p'> t </b></l:lead>",
            "xml",
            {"@id": "7", "a": "1", "a.1": "2", "b[p]": " t "},
        ),
    ],
    ids=["json", "a list of one", "form", "xml"],
)
def test_posts_are_read_into_leaves(body: bytes, format: str, leaves: dict[str, str]) -> None:
    found = read_payload(body, "text/plain")
    expected = {name.lstrip("@") if name == "@id" else name: value for name, value in leaves.items()}
    assert (found.format, {name.lstrip("@"): value for name, value in found.leaves.items()}) == (format, expected)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b'{"a": ',
        b"{}",
        b"<a><b></a>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<?xml version="1.0" encoding="nonsense"?><a>1</a>',
        b"<a>" * 40 + b"1" + b"</a>" * 40,
        b"&".join(b"a%d=1" % number for number in range(3000)),
    ],
    ids=["empty", "words", "half", "nothing", "crossed", "entities", "encoding", "deep", "many"],
)
def test_what_cannot_be_read_is_told_in_words(body: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\w+ \w+"):
        read_payload(body)


def test_a_post_is_understood_by_usual_names() -> None:
    said = understand(read_payload(ADF).leaves, {})
    assert said.fits
    assert str(said.details["name"]) == "Maria Delgado"
    assert (said.details["email"], said.details["phone"]) == ("maria@example.com", "+15125550142")
    assert said.details["postal_code"] == "78701"


def test_a_mapping_goes_before_names_and_may_leave_out() -> None:
    leaves = {
        "name": "QuoteHub",
        "lead.who": "Ann Lee",
        "email": "sales@quotehub.example",
        "lead.mail": "ann@example.com",
    }
    said = understand(leaves, {"name": "lead.who", "email": "lead.mail"})
    assert (str(said.details["name"]), said.details["email"]) == ("Ann Lee", "ann@example.com")
    assert "email" not in understand(leaves, {"email": ""}).details


def test_consent_is_kept_letter_for_letter() -> None:
    words = "  By clicking “Get\nquotes”  I agree …\t"
    leaves = {"phone": "5125550142", "tcpa_text": words, "xxTrustedFormCertUrl": "https://cert.trustedform.com/0f3e", "ip": "203.0.113.7"}  # fmt: skip
    said = understand(leaves | {"tcpa_timestamp": "2026-11-20T15:04:05-06:00"}, {})
    assert said.consent_text == words
    assert said.consent_token == "https://cert.trustedform.com/0f3e"
    assert said.address == "203.0.113.7"
    assert said.consented_at is not None
    assert said.consented_at.isoformat() == "2026-11-20T21:04:05+00:00"


@pytest.mark.parametrize(
    ("leaves", "fits", "remarked"),
    [
        ({"name": "Ann Lee"}, True, {None}),
        ({"phone": "512 555 0142"}, True, {"name"}),
        ({"name": "Ann Lee", "phone": "12"}, False, {"phone"}),
        ({"name": "Ann Lee", "phone": "12", "email": "ann@example.com"}, True, {"phone"}),
        ({"state": "TX"}, False, {"name", None}),
        ({"email": "ann@example.com", "dob": "1e999999"}, True, {"name", "birth_date"}),
    ],
    ids=["a name", "a number", "a bad number", "a bad number and an address", "nobody", "a date of nonsense"],
)
def test_what_does_not_fit_says_why(leaves: dict[str, str], fits: bool, remarked: set[str | None]) -> None:
    said = understand(leaves, {})
    assert said.fits is fits
    assert {remark.field for remark in said.remarks} == remarked


def test_every_field_can_be_mapped_and_names_are_known() -> None:
    assert {"reference", "consent_token", "ping_id", "given_name", "x_date"} <= set(FIELDS)
    known = {"lead_id": "reference", "contact.first_name": "given_name", "tcpa.consent_text": "consent_text", "Lead.LandingPageURL": "source_url"}  # fmt: skip
    assert {path: usual(path) for path in known} == known
    assert usual("drivers.0.vehicles") is None


def test_a_street_is_told_from_other_addresses() -> None:
    known = {
        "address": "street", "Street_Address": "street", "home.address1": "street", "contact.city": "city",
        "email_address": "email", "ip_address": "address", "Mailing Address": "street",
    }  # fmt: skip
    assert {path: usual(path) for path in known} == known
    said = understand({"name": "Ann Lee", "phone": "512-555-0142", "address": " 12  Cedar Lane", "city": "Austin"}, {})
    assert (said.details["street"], said.details["city"]) == ("12 Cedar Lane", "Austin")


def test_prices_are_read_and_answered_exactly() -> None:
    said = understand({"phone": "5125550142", "price": "$1,012.505"}, {})
    assert said.price is not None
    assert money(said.price, "USD") == Money(minor=101250, currency="USD")
    assert understand({"phone": "5125550142", "price": "NaN"}, {}).price is None
    id = new_id()
    words = Answers(format="xml", root="1 r<", accepted="SOLD & DONE")
    body = bytes(answered(words, accepted=True, id=id, price=Money(minor=1205)).body).decode()
    assert body.endswith(f"<_1_r_><status>SOLD &amp; DONE</status><id>{id}</id><price>12.05</price></_1_r_>")


def test_a_sender_that_is_too_quick_waits() -> None:
    now = 0.0
    pace = Pace(3, 30, clock=lambda: now)
    for _ in range(3):
        pace.count("a")
    with pytest.raises(TooManyRequests) as refused:
        pace.count("a")
    assert refused.value.retry_after == 11
    pace.count("b")
    now = 10.0
    pace.count("a")
    assert not pace.allows("a")


def test_addresses_are_whole_or_none() -> None:
    made = Address.new(new_id(), new_id())
    assert Address.parse(str(made), POSTS) == made
    form = Address(made.agency_id, made.source_id)
    assert Address.parse(str(form), FORMS) == form
    for text in (str(made)[:-1], str(made) + "A", str(form), "gls_", "gls_é", str(made).replace("gls_", "glf_")):
        with pytest.raises(NotFound):
            Address.parse(text, POSTS)


FORM = Form(
    fields=("name", "phone"), required=("name",), consent_text="You may call me.", origins=("https://a.example",)
)


def test_a_ticket_is_the_form_s_own_and_of_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = Ticket.new(FORM)
    text = ticket.signed("secret")
    found = Ticket.parse(text, "secret")
    assert found is not None
    assert found.number == ticket.number
    assert found.too_soon()
    found.refuse_old(FORM)
    assert Ticket.parse(text, "another") is None
    assert Ticket.parse(text[:-1] + "0", "secret") in (None, found)
    assert [Ticket.parse(nonsense, "secret") for nonsense in ("", ".", "é.é", "aa.bb")] == [None] * 4
    with pytest.raises(Conflict):
        found.refuse_old(FORM.model_copy(update={"consent_text": "You may write to me."}))
    later = time.time() + 90_000
    monkeypatch.setattr(time, "time", lambda: later)
    assert not found.too_soon()
    with pytest.raises(Conflict):
        found.refuse_old(FORM)


def test_a_form_says_what_was_shown_and_ticked() -> None:
    at = datetime(2026, 11, 29, tzinfo=UTC)
    sent = {
        "ticket": Ticket.new(FORM).signed("s"),
        "values.name": "Ann Lee",
        "values.phone": "5125550142",
        "consent": "true",
    }
    said = said_in(FORM, sent, at)
    assert (said.consent_text, said.consented_at) == ("You may call me.", at)
    assert said_in(FORM, sent | {"consent": "false"}, at).consent_text is None
    other = Ticket.new(FORM.model_copy(update={"consent_text": "Other words."})).signed("s")
    assert said_in(FORM, sent | {"ticket": other}, at).consent_text is None
    with pytest.raises(Invalid) as refused:
        refuse_mistakes(FORM, said_in(FORM, {"values.phone": "12"}, at), {"name": "", "phone": "12"}, agreed=False)
    assert [error.pointer for error in refused.value.errors] == ["/values/phone", "/values/name", "/consent"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"mapping": {"shoe_size": "x"}}, "/mapping/shoe_size"),
        ({"form": FORM}, "/form"),
        ({"kind": LeadSourceKind.FORM}, "/form"),
        ({"kind": LeadSourceKind.API, "bidding": Bidding(price=Money(minor=1))}, "/bidding"),
        ({"kind": LeadSourceKind.FORM, "form": Form(fields=("name",))}, "/form/fields"),
        ({"kind": LeadSourceKind.FORM, "form": Form(fields=("phone", "birth_date"))}, "/form/fields"),
        ({"kind": LeadSourceKind.FORM, "form": Form(fields=("phone",), required=("email",))}, "/form/required"),
        ({"kind": LeadSourceKind.FORM, "form": Form(fields=("phone",), origins=("a.example/",))}, "/form/origins"),
    ],
    ids=["field", "form of a vendor", "no form", "bids of an api", "nobody", "birth date", "not asked", "origin"],
)
def test_nonsense_is_refused_where_it_stands(change: dict[str, Any], pointer: str) -> None:
    said: dict[str, Any] = {"name": "A", "kind": LeadSourceKind.VENDOR, "line_of_business": LineOfBusiness.AUTO}
    with pytest.raises(Invalid) as refused:
        list(source.make(new_id(), source.Wanted(**said | change)))
    assert pointer in [error.pointer for error in refused.value.errors]
