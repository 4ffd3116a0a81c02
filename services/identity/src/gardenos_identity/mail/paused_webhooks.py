"""A webhook that was paused because it failed: its agency's owners and admins, its maker among them, get a letter.

Comms says so by an event. Whoever paused one by hand knows it.
"""

from gardenos_chassis.events import Consumer
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Received
from gardenos_contracts.comms import WebhookPaused

from gardenos_identity.mail.admins import tell_admins
from gardenos_identity.mail.letter import Letter, Link
from gardenos_identity.mail.post import Mail


def paused_webhooks(mail: Mail) -> Consumer:
    """What listens to comms."""
    consumer = Consumer("identity.paused-webhooks", listens_to=[WebhookPaused])

    @consumer.on(WebhookPaused)
    async def tell(event: Received[WebhookPaused], db: Session) -> None:
        """To whoever may make a webhook, and resume it."""
        if event.data.because != "by hand":
            await tell_admins(mail, db, event, lambda to, agency: _letter(mail, event.data, to=to, agency=agency))

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
