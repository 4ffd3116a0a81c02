"""Email as it arrives: something readable comes out, whatever the bytes are."""

import time
from datetime import UTC, datetime

import pytest
from gardenos_chassis.mail.html_text import text_of_html
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
    assert found.header_id is None
    assert read_email(b"just some words", datetime.now(UTC)).key == found.key
    assert read_email(b"just other words", NOW).key != found.key


def test_absurd_dates_are_now() -> None:
    for date in (
        b"Mon, 16 Mar 2099 10:00:00 +0000",
        b"yesterday",
        b"Mon, 99 Foo 20 10:00:00",
        b"Thu, 1 Jan 1970 00:00:00 +0000",
    ):
        assert read_email(b"Date: " + date + b"\r\n\r\nx", NOW).received_at == NOW


def message(*headers: str, body: str = "x") -> bytes:
    return ("\r\n".join(headers) + "\r\n\r\n" + body).encode()


def test_the_same_message_by_another_way_has_the_same_key() -> None:
    headers = ["From: a@b.example", "Subject: Quote", "Message-ID: <1@x>", "Date: Mon, 16 Mar 2026 10:00:00 -0500"]
    first = read_email(message(*headers), NOW)
    again = read_email(message("Received: from mx2.example", "Delivered-To: office@garden.example", *headers), NOW)
    assert first.header_id == again.header_id == "<1@x>"
    assert first.key == again.key
    for other in (
        message(*headers, body="y"),
        message("From: e@b.example", *headers[1:]),
        message(*headers[:3], "Date: Mon, 16 Mar 2026 10:00:01 -0500"),
    ):
        assert read_email(other, NOW).key != first.key


def test_attachments_are_told_apart_by_their_bytes() -> None:
    def with_file(content: str) -> bytes:
        part = f"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n{content}\r\n--b--\r\n"
        return message("Message-ID: <1@x>", "Content-Type: multipart/mixed; boundary=b", body=part)

    assert read_email(with_file("one"), NOW).key != read_email(with_file("two"), NOW).key


@pytest.mark.parametrize(
    ("written", "sender", "name"),
    [
        ("Maria Delgado <Maria@Example.com>", "maria@example.com", "Maria Delgado"),
        ('"Delgado, Maria" <maria@example.com>', "maria@example.com", "Delgado, Maria"),
        ("maria@example.com (Maria)", "maria@example.com", "Maria"),
        ("a@b.example, c@d.example", "a@b.example", None),
        # A name that looks like somebody else's address is a name.
        ("=?utf-8?q?boss=40garden.example=2C?= <eve@evil.example>", "eve@evil.example", "boss@garden.example,"),
        (
            "=?utf-8?q?x=3E=0D=0ABcc=3A_all=40garden.example?= <eve@evil.example>",
            "eve@evil.example",
            "x> Bcc: all@garden.example",
        ),
        ('"boss@garden.example" <eve@evil.example>', "eve@evil.example", "boss@garden.example"),
        ("undisclosed-recipients:;", None, None),
        ("Maria", None, None),
        ("<>", None, None),
        ("", None, None),
        ("(" * 5000, None, None),
        ("=?utf-8?b?a?= <a@b.example>", "a@b.example", "=?utf-8?b?a?="),
        ("Señor <a@b.example>", "a@b.example", "Señor"),
    ],
)
def test_senders(written: str, sender: str | None, name: str | None) -> None:
    found = read_email(message(f"From: {written}"), NOW)
    assert (found.sender, found.sender_name) == (sender, name)


def test_headers_carry_no_line_ends_out() -> None:
    found = read_email(
        message(
            "From: a@b.example",
            "Subject: =?utf-8?q?Hi=0D=0ABcc=3A_x=40y.example=00?=",
            "To: =?utf-8?q?a=0A?= <a@b.example>",
        ),
        NOW,
    )
    assert found.subject == "Hi Bcc: x@y.example"
    assert found.recipients == ("a@b.example",)


def test_headers_in_bytes_beyond_ascii() -> None:
    assert read_email("Subject: Señal 日本\r\n\r\nx".encode(), NOW).subject == "Señal 日本"
    assert read_email("Subject: Señal\r\n\r\nx".encode("latin-1"), NOW).subject == "Señal"


def test_a_message_within_a_message_and_parts_within_parts() -> None:
    raw = message(
        "From: a@b.example", "Content-Type: multipart/mixed; boundary=o",
        body="--o\r\nContent-Type: multipart/related; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n"
        "--i\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n--i\r\nContent-Type: text/html\r\n\r\n<b>no</b>\r\n--i--\r\n"
        "--m\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\n\r\nPNG\r\n--m--\r\n"
        "--o\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n"
        "--o\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@d.example\r\nSubject: Inner\r\n\r\nForwarded words.\r\n--o--\r\n",
    )  # fmt: skip
    found = read_email(raw, NOW)
    assert (found.sender, found.text) == ("a@b.example", "See below.\n\nForwarded words.")
    assert [file.media_type for file in found.attachments] == ["image/png", "text/calendar"]
    assert found.attachments[0].filename == "unnamed"


def test_a_multipart_that_never_ends() -> None:
    raw = message(
        "Content-Type: multipart/mixed; boundary=b", body="--b\r\nContent-Type: text/plain\r\n\r\nhalf a part"
    )
    assert read_email(raw, NOW).text == "half a part"


def test_file_names_in_other_alphabets_and_with_paths() -> None:
    part = (
        "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''p%C3%B3liza.pdf\r\n\r\nx\r\n"
        '--b\r\nContent-Type: application/pdf; name="=?utf-8?b?cMOzbGl6YS5wZGY=?="\r\n\r\nx\r\n--b--\r\n'
    )
    found = read_email(message("Content-Type: multipart/mixed; boundary=b", body=part), NOW)
    assert [file.filename for file in found.attachments] == ["póliza.pdf", "póliza.pdf"]


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "rot13", "zlib", "utf-16"])
def test_no_name_of_a_codec_is_dangerous(charset: str) -> None:
    raw = message(f"Content-Type: text/plain; charset={charset}", body="caf\\u00e9 " + "a" * 100_000 + "-b")
    assert len(read_email(raw, NOW).text) > 1000


def test_windows_quotes_under_the_name_of_latin() -> None:
    raw = b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\x93roof\x94"
    assert read_email(raw, NOW).text == "“roof”"


def test_what_is_beyond_reason_is_read_by_its_headers() -> None:
    nested = "".join(f"Content-Type: multipart/mixed; boundary={n}\r\n\r\n--{n}\r\n" for n in range(300))
    for body in (nested + "\r\n" * 200_000, "\n" * 3_000_000, "a:\r\n" * 2_000_000):
        found = read_email(message("From: Eve <eve@evil.example>", "Subject: Hi", body=body), NOW)
        assert (found.sender, found.sender_name, found.subject) == ("eve@evil.example", "Eve", "Hi")


@pytest.mark.parametrize(
    "mark", ["<", "<!--", "</", "<a ", "<![CDATA[", "&#", "<a b='", "<script>", "<style", "<p>x", "<!", "<?"]
)
def test_html_made_to_hurt_takes_no_time(mark: str) -> None:
    began = time.process_time()
    read_email(message("Content-Type: text/html", body=mark * (1_000_000 // len(mark))), NOW)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<html><head><meta charset=x><title>T</title><body><p>Never closed", "Never closed"),
        (
            "<table><tr><td>Premium</td><td>$1,240</td></tr><tr><td>Term</td><td>6 months</td></tr></table>",
            "Premium $1,240\nTerm 6 months",
        ),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("a &lt;b&gt; &amp; &#8364; &#x20AC; &#99999999999999; &nope;", "a <b> & € € \ufffd &nope;"),
        ("1 < 2 and 3 > 2<!-- not seen --> yes<!DOCTYPE x>", "1 < 2 and 3 > 2 yes"),
        ("<SCRIPT>if (a < b) { }</SCRIPT >seen<style>p { }</style>", "seen"),
        ("<p>one\ntwo</p>\n\n<p>three</p>", "one two\nthree"),
        ("&#" + "9" * 5000 + ";x", "\ufffdx"),
    ],
)
def test_what_a_reader_of_html_sees(html: str, text: str) -> None:
    assert text_of_html(html) == text


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


@given(st.text(alphabet="<>/!-&;#pbrdiv \n\"'xé", max_size=300))
def test_no_html_raises(html: str) -> None:
    text_of_html(html)


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
