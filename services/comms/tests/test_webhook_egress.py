"""Addresses that customers choose: the public internet is reached, whatever they write; nothing else is."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from gardenos_comms.webhooks.egress import Egress, NoAnswer, Policy, Refused

PUBLIC = "93.184.215.14"
LOCAL = Policy(plain=True, private=(ipaddress.ip_network("127.0.0.0/8"),))


@dataclass
class Receiver:
    """A server of one's own, and what it was sent."""

    answer: bytes = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
    port: int = 0
    heard: list[bytes] = field(default_factory=list)
    asked_for: list[str | None] = field(default_factory=list)
    """The names that TLS was spoken for."""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        self.heard.append(head + await reader.readexactly(length))
        writer.write(self.answer)
        await writer.drain()
        # Until the other side hangs up: it does not wait for more than the status.
        await reader.read()
        writer.close()


@asynccontextmanager
async def receiving(receiver: Receiver, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()


class Redirecting(httpcore.AnyIOBackend):
    """Notes what is connected to, and connects to a server of one's own instead."""

    def __init__(self, port: int) -> None:
        self.connected: list[str] = []
        self._port = port

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connected.append(host)
        return await super().connect_tcp("127.0.0.1", self._port, timeout, local_address, socket_options)


class Resolver:
    """Answers one thing after the other."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
        "224.0.0.1", "239.1.1.1", "240.0.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "192.88.99.1",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:8.8.8.8]", "[::ffff:0:127.0.0.1]", "[::127.0.0.1]",
        "[64:ff9b::7f00:1]", "[64:ff9b::808:808]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:808:808::]", "[2001::1]",
        "[2001:db8::1]", "[fe80::1]", "[fe80::1%25eth0]", "[fec0::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[100::1]",
        "[3fff::1]", "[5f00::1]", "[0:0:0:0:0:0:0:1]",
        "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "127.1", "127.0.1", "0x7f.0.0.0x1", "127.0.0.1.",
        "1.2.3.04", "0", "0x", "134744072", "8.8.2056", "example.0x7f", "example.1",
        "localhost", "metadata", "-example.com", "ex..com", "", ".", "a" * 64 + ".com", "%31%32%37.0.0.1", "example.com%00.net",
    ],
)  # fmt: skip
def test_no_notation_of_an_address_leads_inside(host: str) -> None:
    with pytest.raises(Refused):
        Policy().target(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "example.com",
        "https:/example.com/", "https:///path", "https://", "",
        "https://user@example.com/", "https://user:password@example.com/", "https://@example.com/", "https://example.com@10.0.0.1/",
        "https://example.com:22/", "https://example.com:80/", "https://example.com:8080/", "https://example.com:99999/",
        "https://example.com:0/", "https://example.com:-1/", "https://example.com:x/",
        "https://example.com/#part", "https://example.com#@10.0.0.1/", "https://example.com/#",
        "https://example.com\\@10.0.0.1/", "https://example.com/a b", "https://example.com/\r\nHost: inside", "https://exam\tple.com/",
        " https://example.com/", "https://１２７.0.0.1/", "https://ⓔxample.com/", "https://exämple.com/", "https://127。0。0。1/",
        "https://[::1/", "https://example.com/" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        Policy().target(url)


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("10.0.0.1", "not on the public internet"), ("[::1]", "not on the public internet"),
        ("[0:0:0:0:0:0:0:1]", "in its usual form"), ("10.1", "four decimal numbers"), ("intranet", "not one of the public internet"),
        ("-a.example.com", "no name of a host"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_why(host: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        Policy().target(f"https://{host}/")


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://hooks.example.com/in?token=1&x=%20", "hooks.example.com", "/in?token=1&x=%20"),
        ("https://HOOKS.Example.com", "hooks.example.com", "/"),
        ("https://xn--exmple-cua.com:8443/", "xn--exmple-cua.com:8443", "/"),
        ("https://my_hooks.example.com:443/?a", "my_hooks.example.com", "/?a"),
        ("https://93.184.215.14/", "93.184.215.14", "/"),
        ("https://[2606:4700:4700::1111]:8443/", "[2606:4700:4700::1111]:8443", "/"),
    ],
)
def test_what_leads_to_the_public_internet_is_taken_as_it_is(url: str, authority: str, path: str) -> None:
    target = Policy().target(url)
    assert (target.authority, target.path) == (authority, path)


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["127.0.0.1"], ["::1"], ["::ffff:10.0.0.1"], ["64:ff9b::a00:1"], ["fe80::1%eth0"], [PUBLIC, "169.254.169.254"]],
)  # fmt: skip
async def test_a_name_that_leads_inside_is_not_connected_to(addresses: list[str]) -> None:
    async with receiving(Receiver()) as receiver:
        inner = Redirecting(receiver.port)
        egress = Egress(Policy(), resolve=Resolver(addresses), inner=inner)
        with pytest.raises(Refused):
            await egress.post("https://inside.example.com/", [], b"{}")
        assert not inner.connected
        assert not receiver.heard


async def test_a_name_is_asked_for_once_and_what_it_says_the_second_time_changes_nothing() -> None:
    async with receiving(Receiver()) as receiver:
        resolver, inner = Resolver([PUBLIC], ["127.0.0.1"]), Redirecting(receiver.port)
        egress = Egress(Policy(plain=True), resolve=resolver, inner=inner)
        assert (await egress.post("http://rebinding.example.com/", [], b"{}")).status == 204
        assert resolver.asked == ["rebinding.example.com"]
        assert inner.connected == [PUBLIC], "what was looked at is what was connected to"
        with pytest.raises(Refused):
            await egress.post("http://rebinding.example.com/", [], b"{}")
        assert inner.connected == [PUBLIC], "each request looks anew, and keeps no connection"


async def test_the_name_is_spoken_to_at_the_address_that_was_looked_at(tmp_path: Path) -> None:
    server, trust = certified("hooks.example.com", tmp_path)
    receiver = Receiver()
    server.sni_callback = lambda _socket, name, _context: receiver.asked_for.append(name)
    async with receiving(receiver, server):
        resolver = Resolver(["127.0.0.1"])
        egress = Egress(LOCAL, resolve=resolver, trust=trust)
        url = f"https://hooks.example.com:{receiver.port}/in?token=1"
        assert (await egress.post(url, [("webhook-id", "1")], b'{"a":1}')).status == 204
        assert receiver.asked_for == ["hooks.example.com"]
        head, _, body = receiver.heard[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /in?token=1 HTTP/1.1\r\n")
        assert f"Host: hooks.example.com:{receiver.port}".encode() in head
        assert b"webhook-id: 1" in head
        assert body == b'{"a":1}'
        with pytest.raises(NoAnswer, match="certificate"):
            await egress.post(f"https://other.example.com:{receiver.port}/", [], b"{}")
        with pytest.raises(NoAnswer, match="certificate"):
            await Egress(LOCAL, resolve=resolver).post(url, [], b"{}")


async def test_a_redirect_is_an_answer_and_not_followed() -> None:
    async with receiving(Receiver()) as inside:
        location = f"http://127.0.0.1:{inside.port}/"
        moved = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
        async with receiving(Receiver(moved)) as receiver:
            answer = await Egress(LOCAL).post(f"http://127.0.0.1:{receiver.port}/", [], b"{}")
            assert answer.status == 307
            assert not inside.heard


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(Receiver()) as proxy, receiving(Receiver()) as receiver:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        await Egress(LOCAL).post(f"http://127.0.0.1:{receiver.port}/", [], b"{}")
        assert len(receiver.heard) == 1
        assert not proxy.heard


async def test_what_an_answer_says_is_not_waited_for() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nand so"
    async with receiving(Receiver(endless)) as receiver:
        answer = await Egress(LOCAL, seconds=10).post(f"http://127.0.0.1:{receiver.port}/", [], b"{}")
        assert answer.status == 200


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2"])
async def test_who_says_nothing_is_not_waited_for(answer: bytes) -> None:
    async with receiving(Receiver(answer)) as receiver:
        with pytest.raises(NoAnswer, match="no answer within"):
            await Egress(LOCAL, seconds=0.2).post(f"http://127.0.0.1:{receiver.port}/", [], b"{}")


async def test_who_does_not_speak_http_gives_no_answer() -> None:
    async with receiving(Receiver(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")) as receiver:
        with pytest.raises(NoAnswer, match="broke"):
            await Egress(LOCAL).post(f"http://127.0.0.1:{receiver.port}/", [], b"{}")


async def test_who_is_not_there_takes_no_connection() -> None:
    async with receiving(Receiver()) as receiver:
        pass
    with pytest.raises(NoAnswer, match="takes no connection"):
        await Egress(LOCAL).post(f"http://127.0.0.1:{receiver.port}/", [], b"{}")

    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("nobody knows")

    with pytest.raises(NoAnswer, match="name could not be resolved"):
        await Egress(LOCAL, resolve=unknown).post("http://nobody.example.com/", [], b"{}")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120.0), ("0", 0.0), ("soon", None), ("-5", None), ("", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)
async def test_when_it_is_to_be_tried_again_is_read(said: str, seconds: float | None) -> None:
    busy = f"HTTP/1.1 429 Too Many Requests\r\nRetry-After: {said}\r\nContent-Length: 0\r\n\r\n".encode()
    async with receiving(Receiver(busy)) as receiver:
        answer = await Egress(LOCAL).post(f"http://127.0.0.1:{receiver.port}/", [], b"{}")
        assert (answer.status, answer.retry_after) == (429, seconds)


def certified(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for the name, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    now, subject = datetime.now(UTC), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cadata=certificate.public_bytes(Encoding.PEM).decode())
