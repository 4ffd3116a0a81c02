"""Pairs of leads that may be one person, found after the fact: as leads come in or change, and by a search over all of them.

Nobody is compared with everybody. Candidates share an email address, a telephone number, a birth date, or a ZIP code and the
first letter of a name; the indexes know those by comparison alone, which is what row-level security lets them answer. Of a
value that very many share, a switchboard's number, a few dozen are looked at.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gardenos_chassis.events import Consumer
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts import Event, Received
from gardenos_contracts.leads import (
    LeadCaptured,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    PersonForgotten,
)
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_leads.duplicates.alike import Likeness, Looks, likeness
from gardenos_leads.duplicates.rules import Rules, rules_of
from gardenos_leads.duplicates.tables import duplicate_searches
from gardenos_leads.tables import leads

SEARCH = "leads.search-duplicates"
_BATCH = 500
_SHARE = 50
"""So many of those who share a value are looked at."""

_LIVE = "forgotten_at is null and removed_at is null"
_STREET = "street" if "street" in leads.c else "null::text as street"
_LOOKS = f"id, given_name, sort_name, email, phone, left(postal_code, 5) as zip, {_STREET}, birth_date"
_SHARED = {
    "email": "email = ours.email",
    "phone": "phone = ours.phone",
    "name_and_place": "alike = ours.alike and similarity(sort_name, ours.sort_name) >= $4",
    "birth_date": "birth_date = ours.birth_date and similarity(sort_name, ours.sort_name) >= $4",
}
_OURS = (
    "select id, email, phone, alike, sort_name, birth_date from leads"  # noqa: S608 - constants
    f" where agency_id = $1 and id = any($2::uuid[]) and {_LIVE}"
)


def _sharing(rule: str, shared: str) -> str:
    others = (
        f"select id from leads where agency_id = $1 and {shared} and {_LIVE}"  # noqa: S608 - constants
        f" and id <> ours.id limit {_SHARE}"
    )
    pairs = f"select ours.id as one, o.id as other from ours cross join lateral ({others}) o"  # noqa: S608 - constants
    return f"{pairs} where '{rule}' = any($3::text[])"


_CANDIDATES = f"with ours as ({_OURS}) " + " union ".join(_sharing(*each) for each in _SHARED.items())
_LOOKED_AT = f"select {_LOOKS} from leads where agency_id = $1 and id = any($2::uuid[])"  # noqa: S608 - constants
# Of an agency's searches one after the other: two that find the same pair do not wait for one another.
_ALONE = "select pg_advisory_xact_lock(hashtextextended('duplicates ' || $1, 0))"
_DROP = "delete from duplicate_pairs where agency_id = $1 and (lead_id = any($2::uuid[]) or other_id = any($2::uuid[]))"
_KEEP = """
insert into duplicate_pairs (agency_id, lead_id, other_id, score, reasons, found_at)
select $1, one, other, score, string_to_array(reasons, ' '), $6
from unnest($2::uuid[], $3::uuid[], $4::float8[], $5::text[]) as found (one, other, score, reasons)
where not exists (
    select from told_apart t where t.agency_id = $1 and t.lead_id = found.one and t.other_id = found.other
)
order by one, other
"""
_APART = """
select count(*) from unnest($2::uuid[], $3::uuid[]) as found (one, other)
join told_apart t on t.agency_id = $1 and t.lead_id = found.one and t.other_id = found.other
"""


async def look_again(session: Session, agency_id: UUID, lead_ids: Sequence[UUID]) -> int:
    """Finds the pairs that these leads are in, as they are now, and drops those that they no longer are. Gives how many."""
    driver = driver_of(session)
    await driver.execute(_ALONE, str(agency_id))
    await driver.execute(_DROP, agency_id, list(lead_ids))
    rules, _ = await rules_of(session, agency_id)
    found = await _found(session, agency_id, lead_ids, rules)
    await _keep(session, agency_id, found)
    return len(found)


async def would_be_found(session: Session, agency_id: UUID, rules: Rules) -> tuple[int, int]:
    """How many of the leads that came last are looked at, and how many pairs are among all by these rules. Nothing is kept."""
    last = select(leads.c.id).where(leads.c.agency_id == agency_id, leads.c.removed_at.is_(None))
    last = last.order_by(leads.c.captured_at.desc(), leads.c.id.desc()).limit(_BATCH)
    ids = list((await session.execute(last)).scalars())
    found = await _found(session, agency_id, ids, rules)
    ones, others = [one for one, _, _ in found], [other for _, other, _ in found]
    apart = await driver_of(session).fetchval(_APART, agency_id, ones, others)
    return len(ids), len(found) - int(apart)


async def _found(
    session: Session, agency_id: UUID, lead_ids: Sequence[UUID], rules: Rules
) -> list[tuple[UUID, UUID, Likeness]]:
    driver = driver_of(session)
    on = [rule for rule in _SHARED if getattr(rules, rule)]
    rows = await driver.fetch(_CANDIDATES, agency_id, list(lead_ids), on, rules.alike)
    pairs = sorted({_in_order(UUID(str(row["one"])), UUID(str(row["other"]))) for row in rows})
    them = {id for pair in pairs for id in pair}
    looks = {looks.id: looks for looks in map(_looks, await driver.fetch(_LOOKED_AT, agency_id, sorted(them)))}
    return [
        (one, other, alike) for one, other in pairs if (alike := likeness(looks[one], looks[other], rules)) is not None
    ]


async def _keep(session: Session, agency_id: UUID, found: Sequence[tuple[UUID, UUID, Likeness]]) -> None:
    if found:
        ones, others, alike = zip(*found, strict=True)
        scores, reasons = [each.score for each in alike], [" ".join(each.reasons) for each in alike]
        await driver_of(session).execute(_KEEP, agency_id, ones, others, scores, reasons, datetime.now(UTC))


def _in_order(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    return (one, other) if one < other else (other, one)


def _looks(row: Any) -> Looks:
    return Looks(**{**row, "id": UUID(str(row["id"]))})


finding = Consumer(
    "leads.duplicates", listens_to=[LeadCaptured, LeadDetailsChanged, LeadRemoved, LeadRestored, PersonForgotten]
)


@finding.on_batch
async def changed(events: Sequence[Received[Event]], db: Session) -> None:
    """Whoever came in, or is known otherwise now, is looked at once more, after all that was told at once."""
    ids = list(dict.fromkeys(event.stream_id for event in events))
    for at in range(0, len(ids), _BATCH):
        await look_again(db, events[0].agency_id, ids[at : at + _BATCH])


searching = Jobs(at_once=1)


async def begin_search(session: Session, agency_id: UUID, search_id: UUID, context: Any) -> None:
    """Has all of an agency's leads looked at once more; a search that is under way ends."""
    counted = select(func.count()).where(leads.c.agency_id == agency_id)
    row = {
        "id": search_id, "status": "running", "leads": (await session.execute(counted)).scalar_one(), "leads_done": 0,
        "after": None, "pairs": 0, "started_at": datetime.now(UTC), "finished_at": None,
    }  # fmt: skip
    begun = upsert(duplicate_searches).values(agency_id=agency_id, **row)
    await session.execute(begun.on_conflict_do_update(index_elements=["agency_id"], set_=row))
    await enqueue(session, SEARCH, {"search_id": str(search_id)}, because_of=context, key=str(search_id))


async def _given_up(job: Job, _: Exception) -> None:
    async with job.store.database.transaction(job.agency_id) as session:
        this = (
            duplicate_searches.c.agency_id == job.agency_id,
            duplicate_searches.c.id == UUID(job.arguments["search_id"]),
        )
        await session.execute(
            update(duplicate_searches).where(*this).values(status="failed", finished_at=datetime.now(UTC))
        )


@searching.on(SEARCH, given_up=_given_up)
async def search(job: Job) -> None:
    """Goes over all leads in the order of their ids, from where it was left."""
    this = (
        duplicate_searches.c.agency_id == job.agency_id,
        duplicate_searches.c.id == UUID(job.arguments["search_id"]),
        duplicate_searches.c.status == "running",
    )
    while True:
        async with job.store.database.transaction(job.agency_id) as session:
            so_far = (await session.execute(select(duplicate_searches.c.after).where(*this).with_for_update())).first()
            if so_far is None or not await job.holds(session):
                return
            next_ones = select(leads.c.id).where(leads.c.agency_id == job.agency_id).order_by(leads.c.id).limit(_BATCH)
            if so_far.after is not None:
                next_ones = next_ones.where(leads.c.id > so_far.after)
            ids = list((await session.execute(next_ones)).scalars())
            if ids:
                found = await look_again(session, job.agency_id, ids)
                now: dict[str, Any] = {
                    "after": ids[-1],
                    "leads_done": duplicate_searches.c.leads_done + len(ids),
                    "pairs": duplicate_searches.c.pairs + found,
                }
            else:
                now = {"status": "done", "finished_at": datetime.now(UTC)}
            await session.execute(update(duplicate_searches).where(*this).values(now))
            if not ids:
                await job.finish(session)
                return
