"""The post: letters wait sealed in the database, and go by SMTP.

What waits may hold a link that lets its bearer in, so it is sealed under the master key, and deleted once it is sent.
SMTP promises no more than "at least once": a process that ends between the server's word and the deletion sends again,
with the same Message-ID.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiosmtplib
from gardenos_chassis.errors import Unavailable
from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.sealing.keys import BadMasterKey
from gardenos_chassis.sealing.secrets import seal, unseal
from gardenos_chassis.telemetry import Tellable
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Received
from sqlalchemy import delete, insert, select

from gardenos_identity.mail.brand import Brand, brand_of
from gardenos_identity.mail.letter import Letter
from gardenos_identity.mail.tables import letters
from gardenos_identity.settings import IdentitySettings

SEND = "identity.send-mail"
"""The kind of job."""

_TIMEOUT_SECONDS = 20
KEPT = timedelta(days=7)
"""A letter that could not be sent by then says nothing any more."""


class Undeliverable(Tellable):
    """The mail server refuses this letter, or us, and will again."""


class ServerAway(Tellable, ConnectionError):
    """The mail server does not answer, or asks us to wait."""


class Mail:
    """Puts letters down, and sends them by the server that the settings name. Without one, `is_set` is False."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._settings = settings
        self._keys = settings.master_keys
        if self.is_set and self._keys is None:
            raise ValueError("letters wait sealed: a mail server needs a master key beside it (GARDENOS_MASTER_KEY)")

    @property
    def is_set(self) -> bool:
        """Whether letters can be sent at all."""
        return self._settings.smtp_host is not None

    def link(self, path: str) -> str:
        """The address of a page of the web client; `path` begins with a slash."""
        return self._settings.public_url.rstrip("/") + path

    async def post(self, session: Session, letter: Letter, *, because_of: Context | Received[Event]) -> UUID:
        """Has the letter sent once this transaction has committed; gives the job's id.

        Raises Unavailable where mail is not set: ask `is_set` first.
        """
        if not self.is_set or self._keys is None:
            raise Unavailable("no mail server is set; ask whoever operates GardenOS")
        id = new_id()
        agency_id = because_of.agency_id
        sealed = seal(self._keys, agency_id, id, letter.to_json())
        await session.execute(
            insert(letters).values(agency_id=agency_id, id=id, sealed=sealed, posted_at=datetime.now(UTC))
        )
        return await enqueue(session, SEND, {"letter_id": id}, because_of=because_of)

    def jobs(self) -> Jobs:
        """What sends them."""
        jobs = Jobs(at_once=4)
        # Tried again after a refusal too: a wrong password of ours is put right while the letter waits.
        jobs.on(SEND, tries=3)(self.send)
        return jobs

    async def send(self, job: Job) -> None:
        """Sends one letter. Raises ServerAway, Undeliverable."""
        id = UUID(job.arguments["letter_id"])
        async with job.store.database.transaction(job.agency_id) as session:
            sealed = (await session.execute(select(letters.c.sealed).where(letters.c.id == id))).scalar_one_or_none()
            brand = await brand_of(session)
        if sealed is None:
            # Sent before by a process that did not come to say so, or too old.
            return
        letter = self._opened(job.agency_id, id, sealed)
        await self._deliver(letter, job.idempotency_key, brand)
        async with job.store.database.transaction(job.agency_id) as session:
            stale = letters.c.posted_at < datetime.now(UTC) - KEPT
            await session.execute(delete(letters).where((letters.c.id == id) | stale))
            await job.finish(session)

    async def _deliver(self, letter: Letter, id: str, brand: Brand | None) -> None:
        settings = self._settings
        message = letter.message(sender=settings.mail_from, id=id, brand=brand)
        options: dict[str, Any] = {
            "hostname": settings.smtp_host,
            "port": settings.smtp_port,
            "use_tls": settings.smtp_tls == "tls",
            "start_tls": settings.smtp_tls == "starttls",
            "username": settings.smtp_user,
            "password": settings.smtp_password.get_secret_value() if settings.smtp_password else None,
            "timeout": _TIMEOUT_SECONDS,
        }
        try:
            await aiosmtplib.send(message, **options)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise _refusal(refused.recipients[0].code) from refused
        except aiosmtplib.SMTPResponseException as refused:
            raise _refusal(refused.code) from refused
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError) as away:
            raise ServerAway(f"the mail server does not answer: {type(away).__name__}") from away
        except aiosmtplib.SMTPException as broken:
            raise Undeliverable(f"the letter cannot be sent: {type(broken).__name__}") from broken

    def _opened(self, agency_id: UUID, id: UUID, sealed: bytes) -> Letter:
        if self._keys is None:
            raise BadMasterKey("a letter waits that was sealed under a master key; set it again")
        return Letter.of_json(unseal(self._keys, agency_id, id, sealed))


def _refusal(code: int) -> Exception:
    """RFC 5321: 4yz passes by itself, 5yz does not. The server's own words may name people, and are not repeated."""
    if 400 <= code < 500:
        return ServerAway(f"the mail server asks to be tried later ({code})")
    return Undeliverable(f"the mail server refuses the letter ({code})")
