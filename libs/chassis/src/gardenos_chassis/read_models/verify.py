"""Verifying read models: the live tables beside a rebuild from events, at the same moment, row by row."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from gardenos_chassis.read_models.model import ReadModel
from gardenos_chassis.read_models.progress import Say
from gardenos_chassis.read_models.rebuild import Run, SomebodyForgotten, run_of
from gardenos_chassis.read_models.replay import marks_of
from gardenos_chassis.read_models.shadow import verifying
from gardenos_chassis.tenancy import Session, driver_of

if TYPE_CHECKING:
    from gardenos_chassis.service import Service

_ATTEMPTS = 3
_SHOWN = 10
"""Differing rows that are told of, a table."""

Key: TypeAlias = tuple[str, ...]
"""A row's primary key: its ids and numbers, and of anything else a digest, for that may be somebody's address."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not the same on both sides."""

    key: Key
    what: str
    """`missing` from the live tables, `left over` in them, or `different`."""


@dataclass(frozen=True, slots=True)
class Verified:
    """One table, live and rebuilt. `differing` counts rows; the first of them are in `differences`."""

    table: str
    rows: int
    differing: int
    differences: Sequence[Difference]


async def verify(
    service: "Service", model: ReadModel, owner_url: str, say: Say, *, agency_id: UUID | None = None
) -> list[Verified]:
    """Holds each of a model's live tables, whole or one agency's part, against a rebuild of it, which is thrown away.

    Nothing is locked: an agency's live rows are read in one snapshot, and the rebuild goes exactly as far as the marks in
    that snapshot. What differs is looked at again, for a person may be known by an answer before the event arrives.
    Raises Conflict while the model is being rebuilt or verified by somebody else.
    """
    async with run_of(service, model, owner_url, verifying(model.name), say, anew=True) as run:
        try:
            while True:
                await run.fill("taking events")
                run.doing("adding indexes")
                await run.shadow.complete()
                found = await _compared(run, agency_id)
                try:
                    await run.nobody_was_forgotten()
                    return found
                except SomebodyForgotten:
                    await run.prepare(anew=True)
        finally:
            await run.shadow.drop()


async def _compared(run: Run, only: UUID | None) -> list[Verified]:
    keys = await _primary_keys(run)
    rows = dict.fromkeys(run.model.table_names, 0)
    differing: dict[str, list[Difference]] = {name: [] for name in run.model.table_names}
    agencies = [agency_id for agency_id in await run.live_marks() if only in (None, agency_id)]
    for place, agency_id in enumerate(agencies):
        run.compared(place, len(agencies))
        for attempt in range(1, _ATTEMPTS + 1):
            found = {name: each async for name, each in _agency(run, agency_id, keys)}
            if attempt == _ATTEMPTS or not any(each.differing for each in found.values()):
                break
        for name, each in found.items():
            rows[name] += each.rows
            differing[name] += each.differences
    return [
        Verified(name, rows[name], len(differing[name]), differing[name][:_SHOWN]) for name in run.model.table_names
    ]


async def _agency(run: Run, agency_id: UUID, keys: Mapping[str, str]) -> AsyncIterator[tuple[str, Verified]]:
    async with run.service.database.snapshot(agency_id) as live:
        marks = await marks_of(driver_of(live), run.model, "public", agency_id)
        await run.replay.agency_up_to(agency_id, marks.get(agency_id, {}))
        async with run.replay.beside.snapshot(agency_id) as beside:
            for name in run.model.table_names:
                count, same = await _alike(live, beside, name, agency_id)
                found = [] if same else await _differences(live, beside, name, keys[name], agency_id)
                yield name, Verified(name, count, len(found), found)


async def _alike(live: Session, beside: Session, table: str, agency_id: UUID) -> tuple[int, bool]:
    """How many rows are live, and whether both sides have the same ones: by the sum of the hashes of whole rows."""
    # Named, for there are tables that are read across agencies.
    query = f"select count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) from {table} t where agency_id = $1"  # noqa: S608
    here, there = [await driver_of(session).fetchrow(query, agency_id) for session in (live, beside)]
    assert here is not None
    return here["count"], here == there


async def _differences(live: Session, beside: Session, table: str, key: str, agency_id: UUID) -> list[Difference]:
    query = f"select {key} as key, hashtextextended(t::text, 0) as hash from {table} t where agency_id = $1"  # noqa: S608
    here, there = [
        {tuple(row["key"]): row["hash"] for row in await driver_of(session).fetch(query, agency_id)}
        for session in (live, beside)
    ]
    found = [Difference(key, "missing") for key in there.keys() - here.keys()]
    found += [Difference(key, "left over") for key in here.keys() - there.keys()]
    found += [Difference(key, "different") for key in here.keys() & there.keys() if here[key] != there[key]]
    return sorted(found, key=lambda each: each.key)


async def _primary_keys(run: Run) -> dict[str, str]:
    """What gives a row's key, for each table."""
    found = await run.owner.fetch(
        "select relname::text as table, string_agg(format("
        "  case when atttypid in ('uuid'::regtype, 'integer'::regtype, 'bigint'::regtype) then '%I::text'"
        "  else 'left(md5(%I::text), 12)' end, attname), ', ' order by place) as columns"
        " from pg_class t join pg_constraint k on k.conrelid = t.oid and contype = 'p'"
        " cross join lateral unnest(conkey) with ordinality as part (attnum, place)"
        " join pg_attribute a on a.attrelid = t.oid and a.attnum = part.attnum"
        " where relnamespace = 'public'::regnamespace and relname = any($1) group by relname",
        run.model.table_names,
    )
    return {row["table"]: f"array[{row['columns']}]" for row in found}
