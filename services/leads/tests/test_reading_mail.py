"""Leads as mails, read without a database: lines, tables, ADF, JSON, and whatever else comes."""

import time
from base64 import b64encode
from email.message import EmailMessage
from typing import Any

import pytest
from gardenos_chassis.errors import Invalid, NotFound
from gardenos_chassis.ids import new_id
from gardenos_contracts.lead_sources import LeadSourceKind
from gardenos_leads.capturing import source
from gardenos_leads.capturing.mail import ABOUT, as_mail, no_lead, read_mail, understand_mail
from gardenos_leads.capturing.mailbox import Mailbox
from gardenos_leads.capturing.mapping import Submission, usual
from gardenos_leads.capturing.pairs import pairs_of_lines, pairs_of_tables
from hypothesis import given
from hypothesis import strategies as st

LINES = """You have a new lead!

*First Name:* Maria
> Last Name: Delgado
E-mail: Maria@Example.com<mailto:Maria@Example.com>
Phone No.: (512) 555-0142
Zip = 78701
Current carrier:
State Farm
Comments:
A roof of 2019.
Two dogs.

ID: 7
See https://quotes.example.com
"""
TABLE = """<html><style>td{color:red}</style><table><tr><td>
<table><tr><th>Name</th><td>Maria Delgado</td></tr><tr><td>Email:</td><td><a href="x">maria@example.com</a></td></tr>
<tr bgcolor="#EAF2FA"><td colspan="2"><b>Phone</b></td></tr><tr><td width="20">&nbsp;</td><td>(512)&nbsp;555-0142</td></tr>
<tr><td>Zip:</td><td>78701</td><td>State:</td><td>TX</td></tr></table></td></tr></table>"""
ADF = """<?ADF VERSION="1.0"?>
<?xml version="1.0" encoding="utf-16"?>
<adf><prospect><id source="QuoteHub">QH-7</id><customer><contact>
<name part="first">Maria</name><name part="last">Delgado & Sons&nbsp;</name><phone type="voice">(512) 555-0142</phone>
<address><postalcode>78701</postalcode></address></contact></customer>
<vendor><vendorname>Maple</vendorname><contact><name part="full">Sales</name><email>sales@maple.example</email></contact></vendor>
</prospect></adf>"""


def mail(text: str = "", *, subtype: str = "plain", attached: tuple[bytes, str] | None = None, **headers: str) -> bytes:
    message = EmailMessage()
    for name, value in (
        {"From": "QuoteHub <leads@quotehub.example>", "Message_ID": "<1@quotehub.example>"} | headers
    ).items():
        message[name.replace("_", "-")] = value
    message.set_content(text, subtype=subtype)
    if attached is not None:
        main, _, sub = attached[1].partition("/")
        message.add_attachment(
            attached[0], maintype=main, subtype=sub.partition(";")[0], filename=attached[1].partition(";")[2]
        )
    return message.as_bytes()


def read(
    raw: bytes, mapping: dict[str, str] | None = None, senders: tuple[str, ...] = ()
) -> tuple[Submission, str | None]:
    found = read_mail(raw)
    said = understand_mail(found, mapping or {})
    return said, no_lead(found, said, mapping or {}, senders)


def who(said: Submission) -> tuple[Any, ...]:
    return (
        str(said.details["name"]),
        said.details.get("email"),
        said.details.get("phone"),
        said.details.get("postal_code"),
    )


MARIA = ("Maria Delgado", "maria@example.com", "+15125550142", "78701")


def test_lines_of_a_mail_are_its_fields() -> None:
    said, why = read(mail(LINES))
    assert why is None
    assert who(said) == MARIA
    assert said.details["current_carrier"] == "State Farm"
    assert said.details["notes"] == "A roof of 2019.\nTwo dogs."
    # A form that writes `ID` means itself as often as the lead.
    assert said.reference is None
    assert read(mail("Lead ID: QH-7\nName: Ann Lee\nEmail: a@b.example"))[0].reference == "QH-7"
    assert read(mail("ID: 7\nName: Ann\nEmail: a@b.example"), {"reference": "ID"})[0].reference == "7"


def test_tables_of_two_columns_are_fields_however_they_are_laid_out() -> None:
    said, why = read(mail(TABLE, subtype="html"))
    assert (who(said), why) == (MARIA, None)
    assert said.details["state"] == "TX"
    # What is told in plain text and in HTML is told once.
    both = EmailMessage()
    both["From"] = "a@b.example"
    both.set_content("Name: Maria Delgado\nEmail: maria@example.com")
    both.add_alternative("<table><tr><td>Name</td><td>Maria  Delgado</td></tr></table>", subtype="html")
    leaves = read_mail(both.as_bytes()).leaves
    assert {path: value for path, value in leaves.items() if path not in ABOUT} == {
        "Name": "Maria Delgado", "Email": "maria@example.com",
    }  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        mail(f"Here is your lead.\n\n{ADF}\n-- \nQuoteHub"),
        mail("See attached.", attached=(ADF.encode(), "application/xml;lead.xml")),
        mail("See attached.", attached=(ADF.encode(), "application/octet-stream;LEAD.ADF")),
        mail(f"<html><body>{ADF}</body></html>", subtype="html"),
        mail(f"<pre>{ADF.replace('<', '&lt;')}</pre>", subtype="html"),
    ],
    ids=["in the text", "attached", "attached as anything", "as HTML", "shown by HTML"],
)
def test_an_adf_is_read_as_it_is_written(raw: bytes) -> None:
    said, why = read(raw)
    assert why is None
    # Who brings it is nobody's email address.
    assert who(said) == ("Maria Delgado & Sons", None, "+15125550142", "78701")
    assert said.reference == "QH-7"


def test_an_adf_that_breaks_off_is_read_to_there() -> None:
    broken = ADF[: ADF.index("</address>")]
    found = read_mail(mail(broken))
    said = understand_mail(found, {})
    assert who(said)[2] == "+15125550142"
    assert found.fault is not None
    declared = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + ADF[ADF.index("<adf") :]
    assert read(mail(declared))[1] is not None


def test_json_is_read_in_the_text_and_attached() -> None:
    told = b'{"lead": {"full_name": "Maria Delgado", "email": "maria@example.com", "phone": "512.555.0142", "zip": "78701"}}'
    for raw in (mail(told.decode()), mail("Phone: 800 555 0199", attached=(told, "application/json;lead.json"))):
        said, why = read(raw)
        assert (who(said), why) == (MARIA, None)


def test_who_sent_it_is_the_lead_s_only_if_the_mapping_says_so() -> None:
    raw = mail("Please call me about my house.", Reply_To="Maria Delgado <maria@example.com>", Subject="Quote")
    said, why = read(raw)
    assert why is not None
    assert said.paths == {}
    mapping = {"name": "mail.reply_to_name", "email": "mail.reply_to", "notes": "mail.text"}
    said, why = read(raw, mapping)
    assert why is None
    assert (str(said.details["name"]), said.details["email"]) == ("Maria Delgado", "maria@example.com")
    assert said.details["notes"] == "Please call me about my house."
    assert [usual(path) for path in ABOUT] == [None] * len(ABOUT)


@pytest.mark.parametrize(
    "raw",
    [
        mail(LINES, Auto_Submitted="auto-replied"),
        mail(LINES, Precedence="auto_reply"),
        mail(LINES, X_Autoreply="yes"),
        mail(LINES, Return_Path="<>"),
        b'Content-Type: multipart/report; boundary="x"\r\n\r\n--x\r\n\r\nName: Maria\r\n--x--\r\n',
        mail("Monthly news.\n\nPhone: (800) 555-0199\nEmail: news@quotehub.example"),
        mail("Hello"),
        b"",
    ],
    ids=["auto-submitted", "precedence", "autoreply", "no return path", "report", "signature", "words", "nothing"],
)
def test_what_is_no_lead_is_said_why(raw: bytes) -> None:
    assert read(raw)[1]


def test_a_program_that_sends_leads_may_say_that_it_is_one() -> None:
    assert read(mail(LINES, Auto_Submitted="auto-generated"))[1] is None
    found = read_mail(mail(LINES), "")
    assert no_lead(found, understand_mail(found, {}), {}, ()) is not None


def test_a_number_that_is_none_is_told_and_the_lead_waits() -> None:
    said, why = read(mail("Name: Maria\nPhone: 12"))
    assert (why, said.fits) == (None, False)
    assert [remark.field for remark in said.remarks] == ["phone"]


@pytest.mark.parametrize(
    ("senders", "read_here"),
    [
        ((), True), (("quotehub.example",), True), (("leads@quotehub.example",), True), (("example",), True),
        (("hub.example",), False), (("sales@quotehub.example",), False), (("other.example", "quotehub.example"), True),
    ],
)  # fmt: skip
def test_senders_may_be_named(senders: tuple[str, ...], read_here: bool) -> None:
    assert (read(mail(LINES), senders=senders)[1] is None) is read_here


def test_the_same_mail_is_known_again_and_another_with_its_id_is_not() -> None:
    first, by_another_way = mail(LINES), b"Received: from a by b\r\n" + mail(LINES)
    assert read_mail(first).delivery == read_mail(by_another_way).delivery is not None
    assert read_mail(mail(LINES.replace("Maria", "Marta"))).delivery != read_mail(first).delivery
    assert read_mail(mail(LINES, Message_ID="<2@quotehub.example>")).delivery != read_mail(first).delivery
    assert read_mail(b"From: a@b.example\n\nName: Ann").delivery is None


@pytest.mark.parametrize("charset", ["no-such-charset", "us-ascii", "utf-7", "", "\0", "iso-8859-1", "utf-16"])
def test_a_broken_charset_does_not_lose_the_lead(charset: str) -> None:
    head = b"From: a@b.example\r\nContent-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n"
    said, _ = read(head + "Name: José Lee\r\nEmail: jose@example.com\r\n".encode("windows-1252"))
    if charset != "utf-16":
        assert (str(said.details["name"]), said.details["email"]) == ("José Lee", "jose@example.com")


def test_encodings_of_mail_are_undone() -> None:
    raw = (
        b"From: =?utf-8?q?Quote=C3=A9?= <a@b.example>\r\nSubject: =?utf-8?b?"
        + b64encode("Neuer Läd".encode())
        + b"?=\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"Name: Jos=C3=A9 L=\r\nee\r\nEmail: jose@example.com\r\n"
    )
    found = read_mail(raw)
    assert (found.subject, found.leaves["mail.from_name"], found.leaves["Name"]) == ("Neuer Läd", "Quoteé", "José Lee")


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\r\n\r\n" + b"Name: Ann\r\n" * 500_000,
        b"From: a@b.example\r\n\r\n" + b"a" * 8_000_000,
        b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + b"<table><tr><td>" * 200_000,
        b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + b"<tr></table><td>" * 200_000,
        b"From: a@b.example\r\n\r\n<adf>" + b"<a>" * 60_000,
        b"From: a@b.example\r\n\r\n" + b"&amp" * 60_000 + b"<adf>" + b"&a" * 60_000,
        b"From: a@b.example\r\n\r\n" + b"[" * 200_000,
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3_000)),
        mail("x", attached=(b"<a>" * 1_000_000, "application/xml;a.xml")),
    ],
    ids=["lines", "one line", "tables", "ends", "deep", "references", "brackets", "nested", "large"],
)  # fmt: skip
def test_what_is_made_to_hurt_takes_no_time(raw: bytes) -> None:
    began = time.perf_counter()
    read(raw)
    assert time.perf_counter() - began < 15


@given(st.binary(max_size=2_000))
def test_no_bytes_raise(raw: bytes) -> None:
    read(raw)
    read(b"Content-Type: text/html\r\n\r\n" + raw)
    read(b"Content-Type: application/xml\r\n\r\n<adf>" + raw)


_WORDS = st.text(max_size=60) | st.sampled_from(
    ["Name", "Email", "Phone:", "a@b.example", "512 555 0142", "\ud800", "\0"]
)


@given(st.lists(st.tuples(_WORDS, _WORDS), max_size=12), st.sampled_from([": ", "=", "\t", ":\n", "</td><td>"]))
def test_no_pairs_raise(pairs: list[tuple[str, str]], mark: str) -> None:
    text = "\n".join(f"<tr><td>{key}{mark}{value}</td></tr>" for key, value in pairs)
    assert all(key and "." not in key for key, _ in [*pairs_of_lines(text), *pairs_of_tables(f"<table>{text}</table>")])
    for kind in (b"text/plain", b"text/html"):
        read(b"Content-Type: " + kind + b"; charset=utf-8\r\n\r\n" + text.encode("utf-8", "replace"))


def test_what_is_pasted_is_a_mail_with_its_headers_or_without() -> None:
    for sample in (LINES, TABLE, mail(LINES).decode(), "\n" + mail(TABLE, subtype="html").decode(), ADF):
        said, why = read(as_mail(sample))
        assert why is None
        assert who(said)[2] == "+15125550142"


def test_a_mailbox_is_known_in_whatever_case_and_by_nothing_else() -> None:
    box = Mailbox.new(new_id())
    assert len(str(box)) <= 64
    assert Mailbox.parse(str(box).upper()) == box
    assert box.at("in.example") == f"{box}@in.example"
    assert box.at("") is None
    for wrong in (
        "",
        "lead-",
        str(box)[:-1],
        str(box) + "a",
        "x" + str(box),
        str(box).replace("lead-", ""),
        "lead-é",
        "postmaster",
    ):
        with pytest.raises(NotFound):
            Mailbox.parse(wrong)


@pytest.mark.parametrize("senders", [("*",), ("quotehub",), ("a@b@c.example",), ("quote hub.example",)])
def test_senders_are_domains_or_addresses(senders: tuple[str, ...]) -> None:
    with pytest.raises(Invalid, match="neither a domain nor an address"):
        list(source.make(new_id(), source.Wanted("Mail", LeadSourceKind.MAIL, senders=senders)))


def test_only_mail_has_senders() -> None:
    with pytest.raises(Invalid, match="only mail"):
        list(source.make(new_id(), source.Wanted("Post", LeadSourceKind.VENDOR, senders=("quotehub.example",))))
