"""The listener to which mail servers hand leads: SMTP, for the mailboxes of sources and for nobody else.

What it says it took is recorded. Where it cannot say so it says "later" (4xx), and who sent the mail keeps it and comes again;
the same mail twice is one lead. It relays nothing, knows no passwords and judges no sender: a mail server in front may.
"""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from gardenos_chassis.errors import NotFound, TooManyRequests
from gardenos_chassis.ids import new_id
from gardenos_chassis.service import Service
from gardenos_chassis.telemetry import told

from gardenos_leads.capturing.arrived import MESSAGE, RETURN_PATH, Arrived
from gardenos_leads.capturing.delivering import addressed, deliver
from gardenos_leads.capturing.mailbox import Mailbox, no_such_mailbox
from gardenos_leads.capturing.pace import Pace
from gardenos_leads.settings import LeadsSettings

log = logging.getLogger(__name__)

_MOST_CONNECTIONS = 50
_MOST_RECIPIENTS = 10
_IDLE_SECONDS = 60.0
"""In which a command comes, and a whole mail."""
_RECORD_SECONDS = 30.0
_LONGEST_LINE = 100_000
"""Lines have 1,000 octets by the standard; programs that write mail do not know it."""
_RECIPIENTS_A_MINUTE = 600
"""Which one server may name, right or wrong."""

_LATER = "451 4.3.0 this cannot be recorded just now; send it again later"


class Mailroom:
    """What is answered to those who bring mail: aiosmtpd's hooks."""

    def __init__(self, service: Service, settings: LeadsSettings) -> None:
        self._service = service
        self._domain = settings.mail_domain.lower()
        self._pace = Pace(_RECIPIENTS_A_MINUTE, 60)

    async def handle_RCPT(self, _: SMTP, session: Session, envelope: Envelope, address: str, __: Sequence[str]) -> str:
        """A recipient is a source's mailbox, or unknown."""
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 that is too many recipients; send to the others afterwards"
        if not self._pace.allows(_peer(session)):
            return "450 4.7.0 that is too much at once; send it again later"
        try:
            async with asyncio.timeout(_RECORD_SECONDS):
                await addressed(self._service, self._mailbox(address))
        except NotFound:
            return "550 5.1.1 there is no such mailbox"
        except Exception as error:
            return _away(error)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:
        """Taken once each recipient's is recorded. Whoever has it already takes it as one and the same when it comes again."""
        body = envelope.original_content or b""
        headers = {RETURN_PATH: envelope.mail_from or "", "helo": session.host_name or ""}
        arrived = Arrived(body, MESSAGE, headers, _peer(session), "", datetime.now(UTC))
        try:
            async with asyncio.timeout(_RECORD_SECONDS):
                for address in envelope.rcpt_tos:
                    await deliver(self._service, self._mailbox(address), arrived, str(new_id()))
        except NotFound:
            return "550 5.1.1 there is no such mailbox any more"
        except TooManyRequests:
            return "450 4.7.0 that is too much at once; send it again later"
        except Exception as error:
            return _away(error)
        return "250 2.0.0 taken"

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours is nobody's reason to give a mail back."""
        return _away(error)

    def _mailbox(self, address: str) -> Mailbox:
        local, _, domain = address.rpartition("@")
        if domain.lower() != self._domain:
            raise no_such_mailbox()
        return Mailbox.parse(local)


def _away(error: Exception) -> str:
    log.warning("mail is to be sent again", extra={"fault": told(error)})
    return _LATER


def _peer(session: Session) -> str:
    return str(session.peer[0]) if isinstance(session.peer, tuple) else ""


class _Connection(SMTP):
    """One of at most so many, which sends no more than a mail at a time."""

    line_length_limit = _LONGEST_LINE

    def __init__(
        self, mailroom: Mailroom, settings: LeadsSettings, tls: ssl.SSLContext | None, all_of_them: "set[_Connection]"
    ) -> None:
        super().__init__(
            mailroom,
            data_size_limit=settings.mail_max_bytes,
            enable_SMTPUTF8=True,
            hostname=settings.mail_domain,
            ident="GardenOS",
            tls_context=tls,
            timeout=_IDLE_SECONDS,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            loop=asyncio.get_running_loop(),
        )
        self._all = all_of_them
        self._unanswered = 0
        self._most = 2 * settings.mail_max_bytes + _LONGEST_LINE

    def connection_made(self, transport: Any) -> None:
        """Who comes while all are taken comes again."""
        if self not in self._all and len(self._all) >= _MOST_CONNECTIONS:
            transport.write(b"421 4.3.2 too many are here just now; come again later\r\n")
            transport.close()
            return
        self._all.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Somebody else may come."""
        if self in self._all:
            self._all.discard(self)
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """Nothing more comes."""
        return super().eof_received() if self in self._all else False

    def data_received(self, data: bytes) -> None:
        """What has no end is not awaited: a line without one would be kept in memory until it has."""
        self._unanswered += len(data)
        if self not in self._all:
            return
        if self._unanswered > self._most:
            self.hang_up()
            return
        super().data_received(data)

    async def push(self, status: Any) -> None:
        """An answer."""
        self._unanswered = 0
        await super().push(status)

    def hang_up(self) -> None:
        """At once; what was not answered is sent again."""
        transport: Any = self._original_transport or self.transport
        if transport is not None:
            transport.abort()


async def listen(service: Service) -> None:
    """Takes mail in as long as the service runs."""
    settings = service.settings
    assert isinstance(settings, LeadsSettings)
    assert settings.mail_port is not None
    # It logs every line that is said, with whose mailbox it is.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    mailroom, tls = Mailroom(service, settings), _tls(settings)
    connections: set[_Connection] = set()
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(mailroom, settings, tls, connections), settings.mail_host, settings.mail_port
    )
    log.info("mail is taken in", extra={"host": settings.mail_host, "port": settings.mail_port})
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        server.close()
        for connection in list(connections):
            connection.hang_up()


def _tls(settings: LeadsSettings) -> ssl.SSLContext | None:
    if settings.mail_certificate_file is None or settings.mail_key_file is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.mail_certificate_file, settings.mail_key_file)
    return context
