"""A TCP proxy before PostgreSQL that delays, cuts off, and swallows the answer to a COMMIT."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

_COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""CommandComplete: https://www.postgresql.org/docs/current/protocol-message-formats.html"""


@dataclass
class Proxy:
    """Between one service and the server's Unix socket."""

    socket: Path
    port: int
    delay_seconds: float = 0
    """How long each piece waits, in both directions."""
    swallow: int = 0
    """The answers to so many further commits are swallowed, and their connections cut."""
    swallowed: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Proxy"]:
        """Listens until the context ends."""
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

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await asyncio.open_unix_connection(str(self.socket))
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
        """From the server, message by message: a type and a length that counts itself, then the rest."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readexactly(5)
                message = head + await reader.readexactly(int.from_bytes(head[1:], "big") - 4)
                if self.swallow and message == _COMMITTED:
                    self.swallow -= 1
                    self.swallowed += 1
                    return
                await self._wait()
                writer.write(message)
                if not reader._buffer:  # type: ignore[attr-defined]
                    await writer.drain()

    async def _wait(self) -> None:
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
