"""Each list that people keep is answered by an index, for a service that row-level security holds, of 120,000 leads."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from gardenos_chassis.auth import Caller
from gardenos_chassis.fetching import Plan
from gardenos_chassis.ids import new_id
from gardenos_chassis.tenancy import Database, Session, driver_of
from gardenos_chassis.testing.parts import Parts
from gardenos_contracts.lead_lists import FieldKind
from gardenos_contracts.values import Role
from gardenos_leads import queries
from gardenos_leads.filtering.compiling import At, compiled
from gardenos_leads.filtering.grammar import parse
from gardenos_leads.filtering.known import known_fields
from gardenos_leads.lists.fields import Field
from gardenos_leads.lists.queries import planned_anew
from sqlalchemy import BindParameter

LEADS = 120_000

# Hashes, for what depends on one another in the numbers would in no agency.
_FILL = """
insert into leads (
    agency_id, id, person_id, given_name, family_name, display_name, sort_name, email, phone, line_of_business, x_date, stage,
    source, campaign_id, owner_id, team_id, captured_at, last_contacted_at, contact_attempts, next_task_on, open_tasks, state, score,
    version
)
select $1::uuid, gen_random_uuid(), gen_random_uuid(), 'Given' || n % 997, 'Family' || n % 9973, 'Given Family', 'family' || n % 9973,
    'given' || n || '@example.com', '+1512' || lpad(n::text, 7, '0'), (array['auto', 'home', 'life'])[n % 3 + 1],
    date '2026-01-01' + n % 700, (array['new', 'contacted', 'quoted', 'lost', 'qualified', 'won'])[abs(hashint4(n)) % 6 + 1], 'web',
    ($2::uuid[])[abs(hashint4(n + 1000000)) % 50 + 1], ($3::uuid[])[abs(hashint4(n + 2000000)) % 100 + 1], null, now() - n * interval '5 minutes',
    case when n % 3 = 0 then now() - n % 90 * interval '1 day' end, n % 5,
    case when n % 4 = 0 then current_date + (n % 300 - 30) end, case when n % 4 = 0 then 1 else 0 end,
    (array['WI', 'IL', 'TX', 'OH'])[abs(hashint4(n + 3000000)) % 4 + 1], abs(hashint4(n + 4000000)) % 101, 3
from generate_series(1, $4::int) as n
"""
_BESIDE = (
    """
    insert into lead_words (agency_id, word, lead_id)
    select agency_id, word, id from leads, lead_words_of(given_name || ' ' || family_name, email, phone) as word
    where agency_id = $1 order by word
    """,
    "insert into lead_tags (agency_id, tag, lead_id) select agency_id, 'tag' || contact_attempts, id from leads where agency_id = $1",
    "insert into lead_tags (agency_id, tag, lead_id) select agency_id, 'VIP', id from leads where agency_id = $1 and phone like '%000'",
    """
    insert into lead_values (agency_id, lead_id, key, number)
    select agency_id, id, 'roof_age', right(phone, 3)::int from leads where agency_id = $1
    """,
)

OWN = [Field(new_id(), "roof_age", "Age of the roof", FieldKind.NUMBER)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def filled(parts: Parts) -> AsyncIterator[tuple[Database, UUID, list[UUID], list[UUID]]]:
    """An agency with so many leads, and another beside it."""
    urls = await parts.database("gardenos_leads")
    agency_id, campaigns, owners = new_id(), [new_id() for _ in range(50)], [new_id() for _ in range(100)]
    admin = await parts.postgres.server.connect("gardenos_leads")
    database = Database(urls.app_url, pool=2)
    try:
        for agency, count in ((agency_id, LEADS), (new_id(), 2_000)):
            await admin.execute(
                "insert into campaigns (agency_id, id, name, source) select $1, unnest($2::uuid[]), 'Campaign', 'web'"
                " on conflict do nothing",
                agency, campaigns,
            )  # fmt: skip
            await admin.execute(_FILL, agency, campaigns, owners, count, timeout=240)
            for statement in _BESIDE:
                await admin.execute(statement, agency, timeout=240)
        for table in ("leads", "lead_words", "lead_tags", "lead_values"):
            await admin.execute(f"vacuum analyze {table}", timeout=240)
        yield database, agency_id, campaigns, owners
    finally:
        await database.close()
        for table in ("lead_values", "lead_tags", "lead_words", "leads", "campaigns"):
            await admin.execute(f"delete from {table} where agency_id = $1", agency_id)
        await admin.close()


def of(*conditions: tuple[Any, ...]) -> dict[str, Any]:
    return {"all": [dict(zip(("field", "op", "value"), each, strict=False)) for each in conditions]}


def either(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"any": [*parts]}


def lists(campaigns: list[UUID], owners: list[UUID]) -> Mapping[str, tuple[dict[str, Any], str]]:
    """Lists as people name them: what each asks for, and its order."""
    campaign, owner = str(campaigns[7]), str(owners[42])
    return {
        "campaign not contacted in 7 days": (
            {"filter": of(("campaign_id", "is", campaign), ("idle_since", "not_in_last", 7), ("stage", "is_not", ["won", "lost"]))},
            "last_contacted_at",
        ),
        "mine and new": ({"filter": of(("owner_id", "is", owner), ("stage", "is", "new"))}, "-captured_at"),
        "X-date in the next 30 days": ({"filter": of(("x_date", "in_next", 30))}, "x_date"),
        "task overdue": ({"filter": of(("next_task_on", "before", "today"))}, "next_task_on"),
        "no task planned": ({"filter": of(("next_task_on", "is_empty"))}, "-captured_at"),
        "VIPs": ({"filter": of(("tags", "has_any", ["VIP"]))}, "-captured_at"),
        "VIPs called twice": ({"filter": of(("tags", "has_all", ["VIP", "tag2"]))}, "name"),
        "old roofs": ({"filter": of(("fields.roof_age", "at_least", 998))}, "-captured_at"),
        "oldest roof first": ({"filter": of(("fields.roof_age", "above", 900))}, "-fields.roof_age"),
        "captured this month, quoted": (
            {"filter": of(("captured_at", "after", "start_of_month"), ("stage", "is", "quoted"))}, "-captured_at",
        ),
        "in either state, not contacted in 7 days": (
            {"filter": {"all": [either(of(("state", "is", "WI")), of(("state", "is", "IL"))),
                                *of(("idle_since", "not_in_last", 7))["all"]]}}, "last_contacted_at",
        ),
        "a VIP or an old roof": (
            {"filter": either(*of(("tags", "has_any", ["VIP"]), ("fields.roof_age", "at_least", 998))["all"])}, "-captured_at",
        ),
        "a VIP or an old roof, by name": (
            {"filter": {"all": [either(*of(("tags", "has_any", ["VIP"]), ("fields.roof_age", "at_least", 998))["all"]),
                                *of(("stage", "is_not", "won"))["all"]]}}, "name",
        ),
        "the most promising": ({}, "-score"),
        "the least promising, new": ({"filter": of(("stage", "is", "new"))}, "score"),
        "score above 90": ({"filter": of(("score", "above", 90))}, "-captured_at"),
        "the best above 99": ({"filter": of(("score", "above", 99))}, "-captured_at"),
        "mine, the most promising": ({"filter": of(("owner_id", "is", owner), ("score", "at_least", 50))}, "-score"),
        "two letters of a name": ({"q": "fa"}, "-captured_at"),
        "the last digits of a number": ({"q": "9876"}, "-captured_at"),
    }  # fmt: skip


NAMES = [
    "campaign not contacted in 7 days", "task overdue", "no task planned", "mine and new", "X-date in the next 30 days", "VIPs", "VIPs called twice", "old roofs",
    "oldest roof first", "captured this month, quoted", "two letters of a name", "the last digits of a number",
    "in either state, not contacted in 7 days", "a VIP or an old roof", "a VIP or an old roof, by name",
    "the most promising", "the least promising, new", "score above 90", "the best above 99", "mine, the most promising",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
async def test_a_list_is_answered_by_an_index(
    filled: tuple[Database, UUID, list[UUID], list[UUID]], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    database, agency_id, campaigns, owners = filled
    asked, sort = lists(campaigns, owners)[name]
    caller = Caller(agency_id, new_id(), Role.OWNER, frozenset())
    wanted = queries.LeadFilter(q=asked.get("q"))
    if "filter" in asked:
        group = parse(asked["filter"], known_fields(OWN), pointer="query:filter")
        wanted = replace(wanted, where=compiled(group, At(caller, datetime.now(UTC), ZoneInfo("UTC"))))
    plans: list[dict[str, Any]] = []

    async def explained(plan: Plan, session: Session, held: Sequence[BindParameter[Any]]) -> list[dict[str, Any]]:
        values = [held[place].effective_value for place in plan.order]
        told = await driver_of(session).fetchval(f"explain (analyze, format json) {plan.sql}", *values)
        plans.append(told[0]["Plan"])
        return []

    async def own(*_: object) -> Mapping[str, Field]:
        return {field.key: field for field in OWN}

    monkeypatch.setattr(Plan, "fetch", explained)
    monkeypatch.setattr("gardenos_leads.queries.own_fields", own)
    async with database.transaction(agency_id) as session:
        await planned_anew(session)
        await queries.lead_page(session, caller, wanted, sort, 50, None)
    # The first is the list; after it comes what is asked where it was empty, as it seems to be here.
    nodes = list(_nodes(plans[0]))
    scanned = [node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"]
    assert "leads" not in scanned, json.dumps(plans[0], indent=1)
    assert not {"lead_words", "lead_tags", "lead_values"} & set(scanned)
    read = sum(
        node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        for node in nodes
        if "Index" in node["Node Type"] or "Bitmap Heap" in node["Node Type"]
    )
    assert read < LEADS / 4, f"{read} rows were read for a page of 50"


async def test_a_board_is_counted_without_a_look_at_its_leads(
    filled: tuple[Database, UUID, list[UUID], list[UUID]],
) -> None:
    database, agency_id, _, owners = filled
    for role in (Role.OWNER, Role.AGENT):
        caller = Caller(agency_id, owners[3], role, frozenset())
        wanted = queries.LeadFilter(pipeline="default")
        async with database.transaction(agency_id) as session:
            totals = await queries.board_totals(session, caller, wanted)
            counted = queries.board_statement(caller, wanted).compile(
                dialect=session.dialect, compile_kwargs={"render_postcompile": True}
            )
            values = [counted.params[key] for key in counted.positiontup or ()]
            told = await driver_of(session).fetchval(f"explain (format json) {counted}", *values)
        assert sum(total.leads for total in totals) == LEADS if role is Role.OWNER else totals
        of_leads = [node for node in _nodes(told[0]["Plan"]) if node.get("Relation Name") == "leads"]
        if role is Role.OWNER:
            assert [node.get("Index Name") for node in of_leads] == ["leads_board"], json.dumps(told[0], indent=1)
        else:
            # Few are an agent's own: they are looked up.
            assert [node["Node Type"] for node in of_leads if "Seq" in node["Node Type"]] == []


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
