"""A mail server for tests: it speaks SMTP, keeps what it takes, and refuses what it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """What came, and what is answered to each: the next of `answers`, and then always that it is taken."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: list[str] = []
        self.port = 0

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook."""
        if self.answers and (answer := self.answers.pop(0)):
            return answer
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        """What came for one address, in order."""
        return [message for message in self.messages if message["To"] == address]

    @property
    def settings(self) -> dict[str, Any]:
        """How a service reaches it."""
        return {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "smtp_tls": "none",
            "mail_from": "Garden <g@garden.example>",
        }


def text_of(message: EmailMessage) -> str:
    """What a reader without HTML sees."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    """A server on a free port until the context ends."""
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    async with server:
        box.port = server.sockets[0].getsockname()[1]
        yield box
