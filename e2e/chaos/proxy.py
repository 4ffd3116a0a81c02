"""TCP proxies that delay, cut off and let nothing through; and before PostgreSQL swallow the answer to a COMMIT."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Dial = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

# https://www.postgresql.org/docs/current/protocol-message-formats.html: CommandComplete, and of an ErrorResponse its type
# and the field that names disk_full.
_COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
_ERROR = b"E"
_DISK_FULL = b"\x00C53100\x00"


@dataclass
class Proxy:
    """Between those who connect to a port and the server that `dial` reaches."""

    dial: Dial
    port: int
    delay_seconds: float = 0
    """How long each piece waits, in both directions."""
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _through: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Proxy"]:
        """Listens until the context ends."""
        self._through.set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """Drops every connection, whatever it is at."""
        for writer in list(self._open):
            writer.transport.abort()

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """While it lasts whoever connects is heard out, and nothing arrives; what was said arrives afterwards."""
        self._through.clear()
        try:
            yield
        finally:
            self._through.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await self.dial()
        except OSError:
            writer.transport.abort()
            return
        both = {writer, to_server}
        self._open |= both
        pipes = {
            asyncio.create_task(self._forward(reader, to_server)),
            asyncio.create_task(self._answer(from_server, writer)),
        }
        try:
            await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pipe in pipes:
                pipe.cancel()
            for each in both:
                each.transport.abort()
            self._open -= both
            await asyncio.gather(*pipes, return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(65536):
                await self._wait()
                writer.write(piece)
                await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._forward(reader, writer)

    async def _wait(self) -> None:
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        await self._through.wait()


@dataclass
class DatabaseProxy(Proxy):
    """Before PostgreSQL, whose answers it understands."""

    swallow: int = 0
    """The answers to so many further commits are swallowed, and their connections cut."""
    swallowed: int = 0
    refused: int = 0
    """How often the server said that its disk is full."""

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """From the server, message by message: a type and a length that counts itself, then the rest."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readexactly(5)
                message = head + await reader.readexactly(int.from_bytes(head[1:], "big") - 4)
                if self.swallow and message == _COMMITTED:
                    self.swallow -= 1
                    self.swallowed += 1
                    return
                self.refused += message.startswith(_ERROR) and _DISK_FULL in message
                await self._wait()
                writer.write(message)
                if not reader._buffer:  # type: ignore[attr-defined]
                    await writer.drain()
