"""Where a request comes from, and from which device."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection

NOWHERE = "unknown"

_LONGEST_AGENT = 400

_COMMAND = "gardenos-cli"
_BROWSERS = (
    # In this order: each names those after it too, to be let in where they are.
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """The address a request came from, as text, and what its sender says that it is."""

    address: str = NOWHERE
    user_agent: str = ""

    @property
    def neighbourhood(self) -> str:
        """The address as limits count it: of IPv6 the /64, for one machine has as many addresses in it as it likes."""
        found = _parsed(self.address)
        if isinstance(found, IPv6Address):
            return str(IPv6Network((found, 64), strict=False))
        return self.address

    @property
    def network(self) -> str:
        """The address as it is recorded for good: of IPv4 the /24, of IPv6 the /48. It says where, and not whose line."""
        found = _parsed(self.address)
        if found is None:
            return NOWHERE
        return str(ip_network((found, 48 if isinstance(found, IPv6Address) else 24), strict=False))

    @property
    def device(self) -> str:
        """In a few words: `Firefox on Windows`."""
        if self.user_agent.startswith(_COMMAND):
            return "The gardenos command"
        browser = next((name for mark, name in _BROWSERS if mark in self.user_agent), "")
        system = next((name for mark, name in _SYSTEMS if mark in self.user_agent), "")
        if browser and system:
            return f"{browser} on {system}"
        return browser or system or "Another program"


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks whose word on where a request came from is taken, as `10.0.0.0/8, fd00::/8`."""

    networks: str = ""

    def __post_init__(self) -> None:
        _networks(self.networks)

    def origin_of(self, request: HTTPConnection) -> Origin:
        """Each trusted proxy appends who asked it: read from the end, the first that is none of them is who asks."""
        trusted = _networks(self.networks)

        def is_proxy(address: IPv4Address | IPv6Address) -> bool:
            return any(address in network for network in trusted)

        told = _split(",".join(request.headers.getlist("x-forwarded-for")))
        path: Sequence[str] = [*told, request.client.host if request.client else ""]
        address = NOWHERE
        for step in reversed(path):
            found = _parsed(step)
            if found is None:
                break
            address = str(found)
            if not is_proxy(found):
                break
        return Origin(address, request.headers.get("user-agent", "")[:_LONGEST_AGENT])


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


@lru_cache(maxsize=64)
def _networks(text: str) -> Sequence[IPv4Network | IPv6Network]:
    return [ip_network(each) for each in _split(text)]


def _split(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
