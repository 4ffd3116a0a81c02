"""`/api/v1/webhooks`, for owners and admins."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.permissions import KEEP_WEBHOOKS
from gardenos_chassis.errors import Invalid, NotFound, PreconditionFailed
from gardenos_chassis.events import Changed, UnitOfWork
from gardenos_chassis.http import Reader, Writer, json_response
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Session
from gardenos_contracts import personal_fields
from gardenos_contracts.values import Moment
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Row, select, update

from gardenos_comms.webhooks import log, shapes
from gardenos_comms.webhooks.delivering import Sender
from gardenos_comms.webhooks.egress import Refused
from gardenos_comms.webhooks.secrets import Endpoint, new_secret, seal, unseal
from gardenos_comms.webhooks.tables import webhooks
from gardenos_comms.webhooks.webhook import OFFERED, Wanted, Webhook, chosen, evolve, make, refuse_paused

_ONE: Any = {200: {"model": shapes.Webhook}}
_WITH_SECRET: Any = {200: {"model": shapes.WebhookWithSecret}}
_MOST = 50
"""Webhooks of an agency."""


def _of_one_line(text: str) -> str:
    if any(not character.isprintable() for character in text):
        raise ValueError("a name is one line of text")
    return text


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_of_one_line)
]
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
EventTypes = Annotated[list[str], Field(max_length=200)]


class MakeWebhook(BaseModel):
    """A new webhook."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    name: Name
    url: Url
    """Begins with https://, names a host of the public internet, and the port 443 or 8443."""
    event_types: EventTypes | None = None
    """Null: all, also those that come to be."""
    personal: bool = False
    """Whether what is told of people goes along; else the event comes with ids, as of somebody forgotten."""


class ChangeWebhook(BaseModel):
    """What becomes of a webhook; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    url: Url | None = None
    event_types: EventTypes | None = None
    personal: bool | None = None


class RedeliverSince(BaseModel):
    """From when on what failed is sent once more."""

    model_config = ConfigDict(extra="forbid")

    since: Moment


def router(sender: Sender) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])

    def shown(row: Row[Any]) -> tuple[dict[str, Any], Endpoint]:
        endpoint = unseal(sender.keys, row.agency_id, row.id, row.sealed)
        names = [name for name in shapes.Webhook.model_fields if name not in ("url", "old_secret_until")]
        old = [secret.until for secret in endpoint.secrets if secret.until and secret.until > datetime.now(UTC)]
        told = {name: getattr(row, name) for name in names}
        return {**told, "url": endpoint.url, "old_secret_until": max(old, default=None)}, endpoint

    def host_of(url: str) -> str:
        try:
            return sender.egress.policy.target(url).authority
        except Refused as refused:
            raise Invalid(str(refused), pointer="/url") from refused

    async def keep(work: UnitOfWork, id: UUID, endpoint: Endpoint) -> None:
        # The row is there once what was recorded is projected.
        await work.flush()
        sealed = seal(sender.keys, work.context.agency_id, id, endpoint)
        await work.session.execute(update(webhooks).where(webhooks.c.id == id).values(sealed=sealed))

    @routes.get("", responses={200: {"model": Page[shapes.Webhook]}})
    async def list_webhooks(reading: Reader) -> Response:
        """The agency's webhooks, by name."""
        reading.caller.require(KEEP_WEBHOOKS)
        found = await reading.session.execute(select(webhooks).order_by(webhooks.c.name, webhooks.c.id))
        return json_response({"items": [shown(row)[0] for row in found], "next_cursor": None})

    @routes.post("", status_code=201, responses={201: {"model": shapes.WebhookWithSecret}})
    async def make_webhook(body: MakeWebhook, writing: Writer) -> Response:
        """A new webhook. The answer holds its secret, which is shown this once."""
        _require(writing.caller)
        wanted = Wanted(body.name, host_of(body.url), chosen(body.event_types), body.personal)
        async with writing.unit_of_work() as work:
            made = await work.earlier_outcome()
            if made is None:
                await _refuse_too_many(work.session)
                id = new_id()
                made = Changed(id, work.record(id, 0, make(id, wanted)))
                await keep(work, id, Endpoint(body.url, (new_secret(),)))
                await work.settle(made)
            told, endpoint = shown(await _row(work.session, made.id))
        body_ = {**told, "secret": endpoint.secrets[0].text}
        return json_response(body_, 201, etag=made.version, location=f"/api/v1/webhooks/{made.id}")

    @routes.get("/event-types", responses={200: {"model": Page[shapes.EventType]}})
    async def list_event_types(reading: Reader) -> Response:
        """Every event that can be chosen."""
        reading.caller.require(KEEP_WEBHOOKS)
        return json_response({"items": _EVENT_TYPES, "next_cursor": None})

    @routes.get("/{webhook_id}", responses=_ONE)
    async def show_webhook(webhook_id: UUID, reading: Reader) -> Response:
        """One webhook."""
        reading.caller.require(KEEP_WEBHOOKS)
        told, _ = shown(await _row(reading.session, webhook_id))
        return json_response(told, etag=told["version"])

    @routes.patch("/{webhook_id}", responses=_ONE)
    async def change_webhook(webhook_id: UUID, body: ChangeWebhook, writing: Writer) -> Response:
        """Another name, address, or choice of events."""
        _require(writing.caller)
        given = body.model_fields_set
        async with writing.unit_of_work() as work:
            webhook, version = await _present(work, webhook_id)
            row = await _row(work.session, webhook_id)
            _, endpoint = shown(row)
            url = body.url or endpoint.url
            was = webhook.wanted
            wanted = Wanted(
                name=body.name or was.name,
                host=host_of(url),
                event_types=chosen(body.event_types) if "event_types" in given else was.event_types,
                personal=was.personal if body.personal is None else body.personal,
            )
            work.record(webhook_id, version, webhook.change(wanted))
            if url != endpoint.url:
                await keep(work, webhook_id, Endpoint(url, endpoint.secrets))
            await work.flush()
            told, _ = shown(await _row(work.session, webhook_id))
        return json_response(told, etag=told["version"])

    @routes.delete("/{webhook_id}", status_code=204)
    async def remove_webhook(webhook_id: UUID, writing: Writer) -> Response:
        """It is gone, with its secrets and its log; what waited is not sent."""
        _require(writing.caller)
        async with writing.unit_of_work() as work:
            webhook, version = await _present(work, webhook_id)
            work.record(webhook_id, version, webhook.remove())
        return Response(status_code=204)

    @routes.post("/{webhook_id}/pause", responses=_ONE)
    async def pause_webhook(webhook_id: UUID, writing: Writer) -> Response:
        """Nothing is sent until it is resumed; what happens meanwhile is held in the log."""
        _require(writing.caller)
        async with writing.unit_of_work() as work:
            webhook, version = await _present(work, webhook_id)
            work.record(webhook_id, version, webhook.pause("by hand"))
            await work.flush()
            told, _ = shown(await _row(work.session, webhook_id))
        return json_response(told, etag=told["version"])

    @routes.post("/{webhook_id}/resume", responses=_ONE)
    async def resume_webhook(webhook_id: UUID, writing: Writer) -> Response:
        """What happens from here on is sent again. What was held stays in the log until it is sent once more."""
        _require(writing.caller)
        async with writing.unit_of_work() as work:
            webhook, version = await _present(work, webhook_id)
            work.record(webhook_id, version, webhook.resume())
            await work.flush()
            told, _ = shown(await _row(work.session, webhook_id))
        return json_response(told, etag=told["version"])

    @routes.post("/{webhook_id}/rotate-secret", responses=_WITH_SECRET)
    async def rotate_webhook_secret(webhook_id: UUID, writing: Writer) -> Response:
        """A new secret, shown this once. For a day deliveries are signed by the one before as well."""
        _require(writing.caller)
        async with writing.unit_of_work() as work:
            earlier = await work.earlier_outcome()
            if earlier is None:
                webhook, version = await _present(work, webhook_id)
                _, endpoint = shown(await _row(work.session, webhook_id))
                earlier = Changed(webhook_id, work.record(webhook_id, version, webhook.rotate()))
                await keep(work, webhook_id, endpoint.rotated(datetime.now(UTC)))
                await work.settle(earlier)
            told, endpoint = shown(await _row(work.session, webhook_id))
        return json_response({**told, "secret": endpoint.secrets[0].text}, etag=told["version"])

    @routes.post("/{webhook_id}/test", status_code=202, responses={202: {"model": shapes.Delivery}})
    async def test_webhook(webhook_id: UUID, writing: Writer) -> Response:
        """Sends an event of the type `webhook.test`, once, also while it is paused; look at the delivery for how it went."""
        _require(writing.caller)
        async with writing.unit_of_work() as work:
            await _row(work.session, webhook_id)
            id = await log.send_test(work.session, webhook_id, because_of=writing.context)
            told = await log.delivery(work.session, webhook_id, id)
        return json_response(told, 202, location=f"/api/v1/webhooks/{webhook_id}/deliveries/{id}")

    @routes.get("/{webhook_id}/deliveries", responses={200: {"model": Page[shapes.Delivery]}})
    async def list_webhook_deliveries(
        webhook_id: UUID,
        reading: Reader,
        state: Annotated[list[shapes.DeliveryState], Query(description="Any of these")] = [],  # noqa: B006
        event_type: Annotated[str | None, Query(description="As `leads.LeadCaptured.v1`")] = None,
        limit: Limit = 50,
        cursor: CursorParam = None,
    ) -> Response:
        """What was sent in the last 30 days, the latest first."""
        reading.caller.require(KEEP_WEBHOOKS)
        await _row(reading.session, webhook_id)
        page = await log.page(
            reading.session, webhook_id, states=state, event_type=event_type, limit=limit, cursor=cursor
        )
        return json_response(page)

    @routes.get("/{webhook_id}/deliveries/{delivery_id}", responses={200: {"model": shapes.Delivery}})
    async def show_webhook_delivery(webhook_id: UUID, delivery_id: UUID, reading: Reader) -> Response:
        """One delivery."""
        reading.caller.require(KEEP_WEBHOOKS)
        return json_response(await log.delivery(reading.session, webhook_id, delivery_id))

    @routes.post("/{webhook_id}/deliveries/redeliver", status_code=202, responses={202: {"model": shapes.Redelivering}})
    async def redeliver_failed(webhook_id: UUID, body: RedeliverSince, writing: Writer) -> Response:
        """Sends all that failed or was held since a moment once more, the oldest first, some hundreds at a time."""
        _require(writing.caller)
        async with writing.unit_of_work() as work:
            refuse_paused((await _row(work.session, webhook_id)).state)
            count, more = await log.redeliver_since(work.session, webhook_id, body.since, because_of=writing.context)
        return json_response({"deliveries": count, "more": more}, 202)

    @routes.post(
        "/{webhook_id}/deliveries/{delivery_id}/redeliver", status_code=202, responses={202: {"model": shapes.Delivery}}
    )
    async def redeliver_webhook_delivery(webhook_id: UUID, delivery_id: UUID, writing: Writer) -> Response:
        """Sends one once more, under the same `webhook-id`, with all its tries."""
        _require(writing.caller)
        async with writing.unit_of_work() as work:
            refuse_paused((await _row(work.session, webhook_id)).state)
            await log.redeliver(work.session, webhook_id, delivery_id, because_of=writing.context)
            told = await log.delivery(work.session, webhook_id, delivery_id)
        return json_response(told, 202)

    return routes


_EVENT_TYPES = [
    {
        "type": event_type,
        "service": event.service,
        "words": (event.__doc__ or event.__name__).strip().partition("\n")[0],
        "personal": bool(personal_fields(event)),
    }
    for event_type, event in OFFERED.items()
]


def _require(caller: Caller) -> None:
    caller.require(KEEP_WEBHOOKS)


async def _row(session: Session, id: UUID) -> Row[Any]:
    found = (await session.execute(select(webhooks).where(webhooks.c.id == id))).one_or_none()
    if found is None:
        raise NotFound("there is no such webhook")
    return found


async def _refuse_too_many(session: Session) -> None:
    there = (await session.execute(select(webhooks.c.id).limit(_MOST))).all()
    if len(there) >= _MOST:
        raise Invalid(f"an agency has at most {_MOST} webhooks; remove one first")


async def _present(work: UnitOfWork, id: UUID) -> tuple[Webhook, int]:
    webhook, version = None, 0
    for fact in await work.load(id):
        webhook, version = evolve(webhook, fact.data), fact.version
    if webhook is None:
        raise NotFound("there is no such webhook")
    if work.context.if_match not in (None, version):
        raise PreconditionFailed("this webhook was changed meanwhile; read it again and repeat your change")
    return webhook, version
