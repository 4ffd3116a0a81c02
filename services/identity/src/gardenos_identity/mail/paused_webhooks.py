"""A webhook that was paused because it failed: its agency's owners and admins, its maker among them, get a letter.

Comms says so by an event; who is told is identity's to know. Whoever paused one by hand knows it.
"""

from datetime import UTC, datetime

from gardenos_chassis.events import Consumer
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.comms import WebhookPaused
from gardenos_contracts.values import Role

from gardenos_identity import queries
from gardenos_identity.mail.letter import Letter, Link
from gardenos_identity.mail.post import KEPT, Mail

_TOLD = (Role.OWNER, Role.ADMIN)
"""Whoever may make a webhook, and resume it."""


def paused_webhooks(mail: Mail) -> Consumer:
    """What listens to comms. The letters are put down with its mark: each goes once."""
    consumer = Consumer("identity.paused-webhooks", listens_to=[WebhookPaused])

    @consumer.on(WebhookPaused)
    async def tell(event: Received[WebhookPaused], db: Session) -> None:
        """Nobody is told of what is long past: this consumer begins with all that ever was."""
        late = event.occurred_at < datetime.now(UTC) - KEPT
        if event.data.because == "by hand" or late or not mail.is_set:
            return
        agency = (await queries.agency(db))["name"]
        for user in await queries.all_users(db, active=True):
            if user["role"] in _TOLD:
                await mail.post(db, _letter(mail, event.data, to=user["email"], agency=agency), because_of=event)

    return consumer


def _letter(mail: Mail, paused: WebhookPaused, *, to: str, agency: str) -> Letter:
    if paused.because == "its receiver is gone":
        why = "its receiver answered that it is gone for good (410)."
    else:
        since = f" since {paused.failing_since:%d %B %Y}" if paused.failing_since else " for days"
        why = f"nothing that was sent to it{since} has arrived."
    return Letter(
        to=to,
        subject=f"The webhook {paused.name} was paused",
        paragraphs=(
            f"GardenOS sends nothing to the webhook {paused.name} of {agency} any more: {why}",
            "Its log says what was answered. Once its receiver is well, resume it there. What happens meanwhile is held for 30"
            " days, and sent when you press Send again.",
        ),
        link=Link("Look at the webhook", mail.link("/settings/webhooks")),
    )
