"""A webhook's own events in, its row out. Address and secrets are put into the row by who records the event."""

from collections.abc import Sequence

from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.comms import (
    WebhookChanged,
    WebhookMade,
    WebhookPaused,
    WebhookRemoved,
    WebhookResumed,
    WebhookSecretRotated,
)
from sqlalchemy import delete, func, insert, update

from gardenos_comms.webhooks.tables import webhooks
from gardenos_comms.webhooks.webhook import State

_WELL = {"failures": 0, "failing_since": None, "rest_until": None}


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps the table of webhooks."""
    for fact in facts:
        this = (webhooks.c.agency_id == fact.agency_id, webhooks.c.id == fact.stream_id)
        now = {"version": fact.version, "changed_at": fact.occurred_at}
        match fact.data:
            case WebhookMade() as made:
                row = {**_said(made), **now, "state": State.ACTIVE, "made_at": func.now()}
                await session.execute(insert(webhooks).values(agency_id=fact.agency_id, id=fact.stream_id, **row))
            case WebhookChanged() as changed:
                await session.execute(update(webhooks).where(*this).values(**_said(changed), **now))
            case WebhookSecretRotated():
                await session.execute(update(webhooks).where(*this).values(**now))
            case WebhookPaused() as paused:
                why = {"state": State.PAUSED, "paused_because": paused.because}
                await session.execute(update(webhooks).where(*this).values(**why, **now))
            case WebhookResumed():
                anew = {"state": State.ACTIVE, "paused_because": None, **_WELL}
                await session.execute(update(webhooks).where(*this).values(**anew, **now))
            case WebhookRemoved():
                await session.execute(delete(webhooks).where(*this))


def _said(event: WebhookMade | WebhookChanged) -> dict[str, object]:
    types = None if event.event_types is None else list(event.event_types)
    return {"name": event.name, "host": event.host, "event_types": types, "personal": event.personal}
