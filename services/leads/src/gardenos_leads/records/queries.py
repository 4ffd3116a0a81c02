"""What is written down about a lead, and who is mentioned: read tables in, answers out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.auth.fields import withhold
from gardenos_chassis.comparing import first_known
from gardenos_chassis.fetching import fetch
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from gardenos_contracts.lead_records import RiskKind
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_leads.records.tables import lead_notes, lead_risks, lead_x_dates, note_mentions, seen_notes
from gardenos_leads.tables import leads

_NOTE = tuple(column for column in lead_notes.c if column.name != "agency_id")


def of_lead(agency_id: UUID, lead_id: UUID) -> Select[Any]:
    """The ids of a lead and of those that go on as it."""
    return select(leads.c.id).where(
        leads.c.agency_id == agency_id, or_(leads.c.id == lead_id, leads.c.merged_into == lead_id)
    )


async def note_page(session: Session, caller: Caller, lead_id: UUID, limit: int, cursor: str | None) -> dict[str, Any]:
    """The notes about a lead that the caller sees, and about those merged into it; the latest first."""
    order = (Key(lead_notes.c.written_at, "written_at", "desc"), Key(lead_notes.c.id, "id", "desc"))
    asked = select(*_NOTE).where(
        lead_notes.c.agency_id == caller.agency_id, lead_notes.c.lead_id.in_(of_lead(caller.agency_id, lead_id))
    )
    return page_of(await fetch(session, keyset(asked, order, cursor, limit)), order, limit)


async def note(session: Session, agency_id: UUID, note_id: UUID) -> dict[str, Any] | None:
    """One note as it is now; None where there is none any more."""
    asked = select(*_NOTE).where(lead_notes.c.agency_id == agency_id, lead_notes.c.id == note_id)
    rows = await fetch(session, asked)
    return rows[0] if rows else None


async def risks_of(session: Session, agency_id: UUID, lead_id: UUID) -> list[dict[str, Any]]:
    """What of a lead's is to be insured, and of those merged into it, in the order in which it was added."""
    asked = (
        select(*(column for column in lead_risks.c if column.name not in ("agency_id", "roof_year")))
        .where(lead_risks.c.agency_id == agency_id, lead_risks.c.lead_id.in_(of_lead(agency_id, lead_id)))
        .order_by(lead_risks.c.added_at, lead_risks.c.id)
    )
    found = [dict(row) for row in (await session.execute(asked)).mappings()]
    return [_told(row, row.pop("facts")) for row in found]


def _told(row: dict[str, Any], facts: Any) -> dict[str, Any]:
    return row | {kind.value: facts if row["kind"] == kind else None for kind in RiskKind}


async def x_dates_of(
    session: Session, caller: Caller, several: Sequence[Mapping[str, Any]]
) -> dict[UUID, list[dict[str, Any]]]:
    """Leads' X-dates by line, the soonest first: their own where that is of no known line, and of those merged into them."""
    of = leads.c.agency_id == lead_x_dates.c.agency_id, leads.c.id == lead_x_dates.c.lead_id
    asked = (
        select(_root.label("of"), *(column for column in lead_x_dates.c if column.name != "agency_id"))
        .select_from(lead_x_dates.join(leads, and_(*of)))
        .where(lead_x_dates.c.agency_id == caller.agency_id, _root.in_([lead["id"] for lead in several]))
        .order_by(lead_x_dates.c.x_date, lead_x_dates.c.line_of_business, lead_x_dates.c.lead_id)
    )
    by_lead: dict[UUID, list[dict[str, Any]]] = {lead["id"]: [] for lead in several}
    for row in (await session.execute(asked)).mappings():
        told = dict(row)
        by_lead[told.pop("of")].append(_x_date(told, by_line=True))
    for lead in several:
        found = by_lead[lead["id"]]
        own = (lead["x_date"], lead["current_carrier"])
        if lead["x_date"] is not None and own not in [(each["x_date"], each["carrier"]) for each in found]:
            told = {"line_of_business": lead["line_of_business"], "premium_minor": None, "premium_currency": None}
            its_own = {"lead_id": lead["id"], "x_date": lead["x_date"], "carrier": lead["current_carrier"], **told}
            found.append(_x_date(its_own, by_line=False))
    return {
        id: [withhold(caller, each) for each in sorted(found, key=lambda each: each["x_date"])]
        for id, found in by_lead.items()
    }


def _x_date(row: dict[str, Any], *, by_line: bool) -> dict[str, Any]:
    minor, currency = row.pop("premium_minor"), row.pop("premium_currency")
    premium = None if minor is None else {"minor": minor, "currency": currency}
    return row | {"premium": premium, "by_line": by_line}


_root = first_known(leads.c.merged_into, leads.c.id)
_shown = leads.alias("shown")
_unseen: ColumnElement[bool] = or_(seen_notes.c.seen_at.is_(None), seen_notes.c.seen_at < note_mentions.c.mentioned_at)


async def mention_page(
    session: Session, caller: Caller, unseen: bool, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Notes in which the caller is mentioned, about leads that they see; the latest first. `unseen`: those they have not read."""
    order = (Key(note_mentions.c.mentioned_at, "mentioned_at", "desc"), Key(note_mentions.c.note_id, "note_id", "desc"))
    known = (
        note_mentions.join(
            lead_notes,
            and_(lead_notes.c.agency_id == note_mentions.c.agency_id, lead_notes.c.id == note_mentions.c.note_id),
        )
        .join(leads, and_(leads.c.agency_id == note_mentions.c.agency_id, leads.c.id == note_mentions.c.lead_id))
        # Of a lead that was merged the one that goes on is shown.
        .join(_shown, and_(_shown.c.agency_id == note_mentions.c.agency_id, _shown.c.id == _root))
        .outerjoin(
            seen_notes,
            and_(
                seen_notes.c.agency_id == note_mentions.c.agency_id,
                seen_notes.c.user_id == note_mentions.c.user_id,
                seen_notes.c.lead_id == _shown.c.id,
            ),
        )
    )
    asked = (
        select(
            note_mentions.c.note_id,
            note_mentions.c.mentioned_at,
            lead_notes.c.text,
            lead_notes.c.author_id,
            _shown.c.id.label("lead_id"),
            _shown.c.display_name,
            func.coalesce(_unseen, False).label("unseen"),
        )
        .select_from(known)
        .where(
            note_mentions.c.agency_id == caller.agency_id,
            note_mentions.c.user_id == caller.user_id,
            _shown.c.removed_at.is_(None),
            visible_to(caller, _shown.c.owner_id, _shown.c.team_id, _shown.c.person_id),
        )
    )
    if unseen:
        asked = asked.where(_unseen)
    return page_of(await fetch(session, keyset(asked, order, cursor, limit)), order, limit)


async def see_notes(session: Session, caller: Caller, lead_id: UUID, at: datetime) -> None:
    """The caller has read all that was written about a lead until then."""
    key = {"agency_id": caller.agency_id, "user_id": caller.user_id, "lead_id": lead_id}
    seen = upsert(seen_notes).values(**key, seen_at=at)
    later = func.greatest(seen_notes.c.seen_at, seen.excluded.seen_at)
    await session.execute(seen.on_conflict_do_update(index_elements=list(key), set_={"seen_at": later}))
