"""Pairs to look at, merges of a lead, and the last search: read tables in, answers out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from sqlalchemy import Select, and_, func, select

from gardenos_leads.duplicates.tables import duplicate_pairs, duplicate_searches, lead_merges
from gardenos_leads.tables import leads

COUNTED = 100
"""As far as pairs are counted; beyond it there are more."""

_SHOWN = (
    "id", "display_name", "email", "phone", "postal_code", "state", "stage", "source", "owner_id", "team_id", "client_id",
    "captured_at",
)  # fmt: skip
_one, _other = leads.alias("one"), leads.alias("other")


def _pairs(caller: Caller, *columns: Any) -> Select[Any]:
    """Pairs of which the caller sees both."""
    both = duplicate_pairs.join(
        _one, and_(_one.c.agency_id == duplicate_pairs.c.agency_id, _one.c.id == duplicate_pairs.c.lead_id)
    ).join(_other, and_(_other.c.agency_id == duplicate_pairs.c.agency_id, _other.c.id == duplicate_pairs.c.other_id))
    live = [
        each
        for lead in (_one, _other)
        for each in (
            lead.c.removed_at.is_(None),
            lead.c.forgotten_at.is_(None),
            visible_to(caller, lead.c.owner_id, lead.c.team_id, lead.c.person_id),
        )
    ]
    return select(*columns).select_from(both).where(duplicate_pairs.c.agency_id == caller.agency_id, *live)


async def pair_page(
    session: Session, caller: Caller, lead_id: UUID | None, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Pairs that may be one person, the likeliest first; `lead_id`: those that it is in."""
    order = (
        Key(duplicate_pairs.c.score, "score", "desc"),
        Key(duplicate_pairs.c.lead_id, "lead_id", "desc"),
        Key(duplicate_pairs.c.other_id, "other_id", "desc"),
    )
    asked = _pairs(
        caller,
        duplicate_pairs.c.lead_id,
        duplicate_pairs.c.other_id,
        duplicate_pairs.c.score,
        duplicate_pairs.c.reasons,
        duplicate_pairs.c.found_at,
        *(lead.c[name].label(f"{side}_{name}") for side, lead in (("one", _one), ("two", _other)) for name in _SHOWN),
    )
    if lead_id is not None:
        asked = asked.where((duplicate_pairs.c.lead_id == lead_id) | (duplicate_pairs.c.other_id == lead_id))
    page = page_of(await fetch(session, keyset(asked, order, cursor, limit)), order, limit)
    page["items"] = [_pair(row) for row in page["items"]]
    return page


def _pair(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "leads": [{name: row[f"{side}_{name}"] for name in _SHOWN} for side in ("one", "two")],
        **{name: row[name] for name in ("score", "reasons", "found_at")},
    }


async def pair_count(session: Session, caller: Caller) -> int:
    """How many there are, counted as far as `COUNTED`."""
    some = _pairs(caller, duplicate_pairs.c.lead_id).limit(COUNTED).subquery()
    return int((await session.execute(select(func.count()).select_from(some))).scalar_one())


async def merges_of(session: Session, caller: Caller, lead_id: UUID) -> list[dict[str, Any]]:
    """Which leads go on as this one, the last merged first; of a lead that the caller sees. Raises NotFound."""
    seen = visible_to(caller, leads.c.owner_id, leads.c.team_id, leads.c.person_id)
    this = select(leads.c.id).where(leads.c.agency_id == caller.agency_id, leads.c.id == lead_id, seen)
    if (await session.execute(this)).first() is None:
        raise NotFound("there is no such lead")
    merged = and_(leads.c.agency_id == lead_merges.c.agency_id, leads.c.id == lead_merges.c.merged_lead_id)
    names = ("display_name", "email", "phone", "source", "captured_at", "owner_id")
    asked = (
        select(
            lead_merges.c.id,
            lead_merges.c.lead_id,
            lead_merges.c.merged_lead_id,
            lead_merges.c.merged_at,
            lead_merges.c.merged_by,
            *(leads.c[name] for name in names),
        )
        .select_from(lead_merges.join(leads, merged))
        .where(
            lead_merges.c.agency_id == caller.agency_id,
            lead_merges.c.lead_id == lead_id,
            lead_merges.c.unmerged_at.is_(None),
        )
        .order_by(lead_merges.c.merged_at.desc(), lead_merges.c.id)
    )
    return await fetch(session, asked)


async def merge_there(session: Session, caller: Caller, lead_id: UUID, merge_id: UUID) -> UUID:
    """The lead that a merge brought into one that the caller sees, and that is merged still. Raises NotFound."""
    for row in await merges_of(session, caller, lead_id):
        if row["id"] == merge_id:
            found: UUID = row["merged_lead_id"]
            return found
    raise NotFound("this lead knows of no such merge")


async def asked_not_to_call(session: Session, agency_id: UUID, lead_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these leads' people asked not to be called, as whichever lead they were."""
    root = func.coalesce(leads.c.merged_into, leads.c.id)
    theirs = leads.c.id.in_(lead_ids) | leads.c.merged_into.in_(lead_ids)
    asked = select(root).where(leads.c.agency_id == agency_id, theirs, leads.c.do_not_call_at.is_not(None))
    return set((await session.execute(asked)).scalars())


async def last_search(session: Session, agency_id: UUID) -> dict[str, Any] | None:
    """The last search over all leads; None where there was none."""
    names = ("id", "status", "leads", "leads_done", "pairs", "started_at", "finished_at")
    asked = select(*(duplicate_searches.c[name] for name in names)).where(duplicate_searches.c.agency_id == agency_id)
    rows = await fetch(session, asked)
    return rows[0] if rows else None
