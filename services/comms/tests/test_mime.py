"""Email as it arrives: something readable comes out, whatever the bytes are."""

from datetime import UTC, datetime

import pytest
from gardenos_comms.mime import TEXT_LIMIT, read_email, subject_key
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 20, tzinfo=UTC)

MULTIPART = (
    b"From: =?utf-8?q?Mar=C3=ADa_Delgado?= <Maria@Example.com>\r\nTo: Office <office@garden.example>, b@c.example\r\n"
    b"Subject: =?utf-8?b?UXVvdGUgZm9yIG15IGhvdXNl?=\r\nMessage-ID: <1@example.com>\r\nIn-Reply-To: <0@garden.example>\r\n"
    b"References: <z@garden.example> <0@garden.example>\r\nDate: Mon, 16 Mar 2026 10:00:00 -0500\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="o"\r\n\r\n--o\r\nContent-Type: multipart/alternative; boundary="i"\r\n\r\n'
    b"--i\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"The roof =E9 hail=\r\n ed on.\r\n--i\r\nContent-Type: text/html\r\n\r\n<p>other</p>\r\n--i--\r\n"
    b'--o\r\nContent-Type: application/pdf; name="dec.pdf"\r\nContent-Disposition: attachment; filename="dec page.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--o--\r\n"
)


def test_multipart_quoted_printable_and_encoded_words() -> None:
    found = read_email(MULTIPART, NOW)
    assert (found.sender, found.sender_name, found.subject) == (
        "maria@example.com",
        "María Delgado",
        "Quote for my house",
    )
    assert found.text == "The roof é hail ed on."
    assert found.recipients == ("office@garden.example", "b@c.example")
    assert found.references == ("<0@garden.example>", "<z@garden.example>")
    assert found.received_at == datetime(2026, 3, 16, 15, tzinfo=UTC)
    (attachment,) = found.attachments
    assert (attachment.filename, attachment.media_type, attachment.size) == ("dec page.pdf", "application/pdf", 5)


def test_html_alone_becomes_text() -> None:
    raw = b"From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<style>x{}</style><h1>Hello</h1><p>Two<br>lines &amp; more</p><script>x</script>"
    assert read_email(raw, NOW).text.split("\n") == ["Hello", "Two", "lines & more"]


@pytest.mark.parametrize("charset", ["no-such-charset", "utf-8", "us-ascii", "", "\x00"])
def test_a_broken_charset_is_read_all_the_same(charset: str) -> None:
    raw = b"From: a@b.example\r\nContent-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\nna\xefve \x00text"
    assert "na" in read_email(raw, NOW).text
    assert "\0" not in read_email(raw, NOW).text


def test_nothing_is_required() -> None:
    found = read_email(b"just some words", NOW)
    assert (found.sender, found.subject, found.received_at) == (None, "", NOW)
    assert found.key.startswith("sha256:")
    assert read_email(b"just some words", NOW).key == found.key


def test_absurd_dates_are_now() -> None:
    for date in (
        b"Mon, 16 Mar 2099 10:00:00 +0000",
        b"yesterday",
        b"Mon, 99 Foo 20 10:00:00",
        b"Thu, 1 Jan 1970 00:00:00 +0000",
    ):
        assert read_email(b"Date: " + date + b"\r\n\r\nx", NOW).received_at == NOW


def test_ten_megabytes_are_cut_and_say_so() -> None:
    found = read_email(b"From: a@b.example\r\n\r\n" + b"word " * 2_000_000, NOW)
    assert (len(found.text), found.truncated) == (TEXT_LIMIT, True)


def test_nesting_without_end_raises_nothing() -> None:
    raw = (
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000))
        + b"deep"
    )
    assert read_email(raw, NOW).key


@pytest.mark.parametrize(
    "subject", ["Re: Quote", "RE: re: Fwd: Quote", "AW: Quote", "[External] Re[2]: Quote", "quote"]
)
def test_answers_share_a_subject(subject: str) -> None:
    assert subject_key(subject) == "quote"


@given(st.binary(max_size=2000))
def test_no_bytes_raise(raw: bytes) -> None:
    found = read_email(raw, NOW)
    found.text.encode()
    assert "\0" not in found.text + found.subject


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"From", b"Subject", b"Date", b"Content-Type", b"Message-ID", b"To"]),
            st.binary(max_size=80),
        ),
        max_size=8,
    )
)
def test_no_headers_raise(headers: list[tuple[bytes, bytes]]) -> None:
    read_email(b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\nbody", NOW)
