"""A load generator: as many requests as a server answers, over connections that stay open."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Sequence
from typing import cast

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class _Connection(asyncio.Protocol):
    """One connection: sends a request, waits for the whole answer, sends the next, until a time by `perf_counter`."""

    def __init__(self, requests: deque[bytes], until: float) -> None:
        self._requests = requests
        self._until = until
        self._received = bytearray()
        self._wanted = 0
        self.took: list[float] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._requests[0])
        self._requests.rotate(-1)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._wanted:
            head = self._received.find(b"\r\n\r\n")
            if head < 0:
                return
            length = _LENGTH.search(self._received, 0, head)
            if not self._received.startswith(b"HTTP/1.1 200") or length is None:
                self._end(AssertionError(f"an answer of another kind: {bytes(self._received[:300])!r}"))
                return
            self._wanted = head + 4 + int(length[1])
        if len(self._received) < self._wanted:
            return
        self._received.clear()
        self._wanted = 0
        self.took.append(time.perf_counter() - self._asked)
        if time.perf_counter() < self._until:
            self._ask()
        else:
            self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError("the server closed the connection"))

    def _end(self, fault: Exception | None) -> None:
        if self.ended.done():
            return
        if fault is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(fault)
        self._transport.close()


def get(path: str, headers: dict[str, str]) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"GET {path} HTTP/1.1", "host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def requests_a_second(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> float:
    """How many of these requests a server answers a second; the connections ask them in turn.

    Raises AssertionError for any answer but 200.
    """
    started = time.perf_counter()
    answered = len(await seconds_of_requests(port, requests, connections=connections, seconds=seconds))
    return answered / (time.perf_counter() - started)


async def seconds_of_requests(
    port: int, requests: Sequence[bytes], *, connections: int, seconds: float
) -> Sequence[float]:
    """How long each request took that a server answered meanwhile. Raises as `requests_a_second` does."""
    loop = asyncio.get_running_loop()
    asked, until = deque(requests), time.perf_counter() + seconds

    def connection() -> _Connection:
        return _Connection(asked, until)

    opened = [(await loop.create_connection(connection, "127.0.0.1", port))[1] for _ in range(connections)]
    await asyncio.gather(*(each.ended for each in opened))
    return [took for each in opened for took in each.took]
