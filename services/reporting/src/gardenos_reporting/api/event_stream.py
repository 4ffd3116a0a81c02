"""Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from fastapi.responses import StreamingResponse
from gardenos_chassis.http.responses import dumps
from starlette.types import Receive, Scope, Send

HEARTBEAT = b": heartbeat\n\n"

_GRACE_SECONDS = 30.0
_LAST_WORD_SECONDS = 1.0


def frame(data: object, *, id: int, event: str = "") -> bytes:
    """One event; without a name it is a `message`."""
    name = f"event: {event}\n".encode() if event else b""
    return b"%sid: %d\ndata: %s\n\n" % (name, id, dumps(data))


class EventStream(StreamingResponse):
    """Frames as they come, for `seconds` at most. Whoever hangs up ends it at once, and nothing of it is left.

    A reader that is slower than the frames holds them up: no more than one is waiting here.
    """

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncGenerator[bytes], *, seconds: float) -> None:
        # The second is for nginx, which else collects a page of it before it hands anything on.
        super().__init__(frames, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._frames = frames
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        streaming = asyncio.create_task(self._stream(send))
        hung_up = asyncio.create_task(self.listen_for_disconnect(receive))
        server_ends = False
        try:
            # Who does not read hears of no end either, and is cut off.
            limit = self._seconds + _GRACE_SECONDS
            await asyncio.wait({streaming, hung_up}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            server_ends = True
        # Cancelled once and waited for, so that what is half done in the database is given back in order.
        streaming.cancel()
        hung_up.cancel()
        await asyncio.gather(streaming, hung_up, return_exceptions=True)
        if server_ends:
            # A stream that is cut looks like a fault, here and there; one that ends is taken up again elsewhere.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORD_SECONDS):
                    await send({"type": "http.response.body", "body": b""})
        elif not streaming.cancelled() and (fault := streaming.exception()) is not None:
            raise fault

    async def _stream(self, send: Send) -> None:
        async with aclosing(self._frames):
            await self.stream_response(send)
