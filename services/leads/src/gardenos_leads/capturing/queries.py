"""Sources, what was posted to them, and inquiries: read tables in, answers out."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import NotFound
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from sqlalchemy import Select, and_, func, select

from gardenos_leads.capturing.address import Address
from gardenos_leads.capturing.tables import inquiries, lead_posts, lead_sources
from gardenos_leads.tables import campaigns, leads

_POSTS = (
    "id", "received_at", "what", "fate", "format", "bytes", "lead_id", "ping_id", "reference", "sender", "subject", "price_minor",
    "price_currency", "remarks",
)  # fmt: skip


LATELY_DAYS = 7
"""For how long it is counted that mail was not read: most of it is nobody's loss."""


def _source() -> Select[Any]:
    of_it = and_(lead_posts.c.agency_id == lead_sources.c.agency_id, lead_posts.c.source_id == lead_sources.c.id)
    held = select(func.count()).where(of_it, lead_posts.c.fate == "held").scalar_subquery()
    lately = lead_posts.c.received_at > func.now() - timedelta(days=LATELY_DAYS)
    not_read = select(func.count()).where(of_it, lead_posts.c.fate == "not_read", lately).scalar_subquery()
    last = select(lead_posts.c.received_at).where(of_it).order_by(lead_posts.c.id.desc()).limit(1).scalar_subquery()
    campaign = and_(campaigns.c.agency_id == lead_sources.c.agency_id, campaigns.c.id == lead_sources.c.campaign_id)
    return select(
        *lead_sources.c,
        campaigns.c.name.label("campaign_name"),
        held.label("held_posts"),
        not_read.label("not_read_posts"),
        last.label("last_posted_at"),
    ).select_from(lead_sources.outerjoin(campaigns, campaign))


async def source_list(session: Session, agency_id: UUID) -> list[dict[str, Any]]:
    """The agency's sources, by name."""
    asked = _source().where(lead_sources.c.agency_id == agency_id).order_by(lead_sources.c.name, lead_sources.c.id)
    return [_shown(dict(row)) for row in (await session.execute(asked)).mappings()]


async def source(session: Session, agency_id: UUID, source_id: UUID) -> dict[str, Any]:
    """One source. Raises NotFound."""
    asked = _source().where(lead_sources.c.agency_id == agency_id, lead_sources.c.id == source_id)
    row = (await session.execute(asked)).mappings().first()
    if row is None:
        raise NotFound("there is no such lead source")
    return _shown(dict(row))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    agency_id = row.pop("agency_id")
    row["cost"] = _money(row, "cost")
    # A form's address stands in a public page, and is no secret.
    row["form_address"] = str(Address(agency_id, row["id"])) if row["form"] is not None else None
    return row


def _money(row: dict[str, Any], name: str) -> dict[str, Any] | None:
    minor, currency = row.pop(f"{name}_minor"), row.pop(f"{name}_currency")
    return None if minor is None else {"minor": minor, "currency": currency}


async def post_page(
    session: Session, caller: Caller, source_id: UUID, fates: Sequence[str], limit: int, cursor: str | None
) -> dict[str, Any]:
    """What was posted to a source, the latest first."""
    order = (Key(lead_posts.c.id, "id", "desc"),)
    asked = _post(caller, source_id)
    if fates:
        asked = asked.where(lead_posts.c.fate.in_(fates))
    rows = [dict(row) for row in (await session.execute(keyset(asked, order, cursor, limit))).mappings()]
    page = page_of(rows, order, limit)
    page["items"] = [_post_shown(caller, row) for row in page["items"]]
    return page


async def post(session: Session, caller: Caller, source_id: UUID, post_id: UUID) -> dict[str, Any]:
    """One of them, with `sealed`. Raises NotFound, also where the lead it became is out of the caller's scope."""
    asked = _post(caller, source_id).add_columns(lead_posts.c.sealed).where(lead_posts.c.id == post_id)
    row = (await session.execute(asked)).mappings().first()
    if row is None:
        raise NotFound("there is no such post")
    shown = _post_shown(caller, dict(row))
    if not shown["in_scope"]:
        raise NotFound("this post became a lead of others, who alone see what was said")
    return shown


def _post(caller: Caller, source_id: UUID) -> Select[Any]:
    lead = and_(leads.c.agency_id == lead_posts.c.agency_id, leads.c.id == lead_posts.c.lead_id)
    return (
        select(
            *(lead_posts.c[name] for name in _POSTS),
            leads.c.owner_id,
            leads.c.team_id,
            leads.c.person_id,
            leads.c.id.label("known_lead"),
        )
        .select_from(lead_posts.outerjoin(leads, lead))
        .where(lead_posts.c.agency_id == caller.agency_id, lead_posts.c.source_id == source_id)
    )


def _post_shown(caller: Caller, row: dict[str, Any]) -> dict[str, Any]:
    whose = (row.pop("owner_id"), row.pop("team_id"), row.pop("person_id"))
    row["in_scope"] = row.pop("known_lead") is None or caller.sees(*whose)
    row["price"] = _money(row, "price")
    if not row["in_scope"]:
        # What could not be read is quoted in the remarks.
        row |= {"lead_id": None, "reference": None, "sender": None, "subject": None, "remarks": []}
    return row


async def inquiries_of(session: Session, agency_id: UUID, lead_id: UUID) -> list[dict[str, Any]]:
    """How often, by what and with which consent somebody inquired, as this lead or one merged into it; the latest first."""
    merged = select(leads.c.id).where(leads.c.agency_id == agency_id, leads.c.merged_into == lead_id)
    theirs = (inquiries.c.lead_id == lead_id) | inquiries.c.lead_id.in_(merged)
    names = [column for column in inquiries.c if column.name not in ("agency_id", "person_id")]
    campaign = and_(campaigns.c.agency_id == inquiries.c.agency_id, campaigns.c.id == inquiries.c.campaign_id)
    asked = (
        select(*names, campaigns.c.name.label("campaign_name"))
        .select_from(inquiries.outerjoin(campaigns, campaign))
        .where(inquiries.c.agency_id == agency_id, theirs)
        .order_by(inquiries.c.inquired_at.desc(), inquiries.c.id)
        .limit(100)
    )
    rows = [dict(row) for row in (await session.execute(asked)).mappings()]
    return [row | {"cost": _money(row, "cost")} for row in rows]
