"""Where a request comes from: only who is trusted is believed."""

import pytest
from fastapi import Request
from gardenos_chassis.origins import NOWHERE, Origin, Proxies
from gardenos_notes.app import NotesSettings
from pydantic import ValidationError


def request(client: str | None, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    headers += [(b"host", b"evil.example"), (b"x-real-ip", b"192.0.2.66"), (b"forwarded", b"for=192.0.2.66")]
    return Request({"type": "http", "client": (client, 1) if client else None, "headers": headers})


@pytest.mark.parametrize(
    ("trusted", "client", "forwarded", "address"),
    [
        ("", "198.51.100.1", (), "198.51.100.1"),
        # Without trust anybody could name themselves as they like.
        ("", "198.51.100.1", ("192.0.2.1",), "198.51.100.1"),
        ("10.0.0.0/8", "198.51.100.1", ("192.0.2.1",), "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.7", ("192.0.2.1",), "192.0.2.1"),
        # What stands before the last that is trusted was written by who asks.
        ("10.0.0.0/8", "10.0.0.7", ("1.1.1.1, 192.0.2.1",), "192.0.2.1"),
        ("10.0.0.0/8", "10.0.0.7", ("1.1.1.1", "192.0.2.1, 10.1.1.1"), "192.0.2.1"),
        ("10.0.0.0/8", "10.0.0.7", ("nonsense",), "10.0.0.7"),
        ("10.0.0.0/8", "10.0.0.7", (), "10.0.0.7"),
        ("10.0.0.0/8, fd00::/8", "fd00::1", ("2001:db8::7",), "2001:db8::7"),
        ("10.0.0.0/8", "::ffff:10.0.0.7", ("192.0.2.1",), "192.0.2.1"),
        ("", None, (), NOWHERE),
        ("", "testclient", (), NOWHERE),
    ],
)
def test_the_address_is_what_trusted_proxies_say(
    trusted: str, client: str | None, forwarded: tuple[str, ...], address: str
) -> None:
    assert Proxies(trusted).origin_of(request(client, *forwarded)).address == address


def test_of_ipv6_a_whole_network_is_one_place() -> None:
    assert Origin("2001:db8:1:2:aaaa::1").neighbourhood == Origin("2001:db8:1:2:bbbb::9").neighbourhood
    assert Origin("2001:db8:1:3::1").neighbourhood != Origin("2001:db8:1:2::1").neighbourhood
    assert Origin("192.0.2.1").neighbourhood == "192.0.2.1"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
         "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
         "Safari on Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile Safari/604.1",
         "Chrome on iPhone"),
        ("Mozilla/5.0 (Linux; Android 16; SM-S931B) AppleWebKit/537.36 SamsungBrowser/29.0 Chrome/130.0 Mobile Safari/537.36",
         "Samsung Internet on Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        ("gardenos-cli", "The gardenos command"),
        ("curl/8.5", "Another program"),
        ("", "Another program"),
    ],
)  # fmt: skip
def test_a_device_is_told_in_a_few_words(agent: str, device: str) -> None:
    assert Origin(user_agent=agent).device == device


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::7", "2001:db8:1::/48"), (NOWHERE, NOWHERE)],
)
def test_what_is_kept_for_good_is_the_network_alone(address: str, network: str) -> None:
    assert Origin(address).network == network


def test_a_setting_that_is_no_network_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        NotesSettings.model_validate({"trusted_proxies": "10.0.0.0/8, everyone"})
