"""What was there before a migration is afterwards as events would have it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import alembic.command
import asyncpg
from alembic.config import Config
from gardenos_chassis.ids import new_id
from gardenos_chassis.migrations import migrate, migrations_of
from gardenos_chassis.testing.parts import Parts
from gardenos_contracts.lead_assignment import AssignmentRule, Conditions

CAPTURED = datetime(2026, 9, 1, 12, tzinfo=UTC)
_LEAD = """
insert into leads (agency_id, id, person_id, given_name, family_name, display_name, sort_name, stage, source, captured_at,
    first_contacted_at, last_contacted_at, contact_attempts, first_touched_at, merged_into, version)
values ($1, $2, $2, 'Maria', 'Delgado', 'Maria Delgado', 'delgado maria', $3, 'web', $4, $5, $6, $7, $5, $8, 1)
"""
_RULES = """
insert into assignment_rules (agency_id, draft, active, number, version, changed_at)
values ($1, $2::jsonb, $3::jsonb, 1, 1, now())
"""
_WHAT_IF = """
insert into what_ifs (agency_id, id, asked_by, asked_at, rules, days, minutes, status, leads_done)
values ($1, $1, $1, $3, $2::jsonb, 90, 5, 'done', 0)
"""
_EVENT = """
insert into events (agency_id, sequence, stream_id, version, type, data, metadata, occurred_at)
values ($1, $2::int, $3, $2::int, $4, '{}', '{}', $5)
"""


@asynccontextmanager
async def as_it_was(parts: Parts, revision: str) -> AsyncIterator[tuple[asyncpg.Connection, str]]:
    """A database as a migration left it: the superuser's connection, whom row-level security does not hold, and its owner's URL."""
    urls = await parts.postgres.ensure_database(f"leads_before_{revision}")
    config = Config()
    config.set_main_option("script_location", str(migrations_of("gardenos_leads")))
    config.attributes["url"] = urls.owner_url
    await asyncio.to_thread(alembic.command.upgrade, config, revision)
    admin = await parts.postgres.server.connect(urls.owner_url.rpartition("/")[2].partition("?")[0])
    try:
        yield admin, urls.owner_url
    finally:
        await admin.close()


async def test_leads_have_their_stage_and_their_contacts_from_before(parts: Parts) -> None:
    async with as_it_was(parts, "0020") as (admin, url):
        agencies = [new_id(), new_id()]
        leads = {agency_id: await _leads(admin, agency_id) for agency_id in agencies}
        await migrate("gardenos_leads", url)
        for agency_id in agencies:
            survivor, merged, quiet = leads[agency_id]
            rows = {row["id"]: row for row in await admin.fetch("select * from leads where agency_id = $1", agency_id)}
            staged = {id: (row["stage_key"], row["stage_since"], row["pipeline"]) for id, row in rows.items()}
            assert staged == {
                survivor: ("quoted", CAPTURED + timedelta(days=3), "default"),
                merged: ("new", CAPTURED, "default"),
                quiet: ("new", CAPTURED, "default"),
            }
            contacts = (rows[survivor]["first_contacted_at"], rows[survivor]["last_contacted_at"])
            assert contacts == (CAPTURED + timedelta(hours=1), CAPTURED + timedelta(days=2))
            assert [rows[id]["contact_attempts"] for id in (survivor, merged, quiet)] == [5, 3, 0]
            alone = await admin.fetch(
                "select lead_id, contact_attempts from lead_contacts where agency_id = $1", agency_id
            )
            assert {row["lead_id"]: row["contact_attempts"] for row in alone} == {survivor: 2, merged: 3}


async def test_rules_from_before_are_kept_as_they_are_projected_now(parts: Parts) -> None:
    rules = [
        AssignmentRule(rule_id=new_id(), name="Texas", when=Conditions(states=("TX",)), escalate=True),
        AssignmentRule(rule_id=new_id(), name="Rest"),
    ]
    now = [rule.model_dump(mode="json") for rule in rules]
    then = json.loads(json.dumps(now))
    del then[1]["escalate"]
    for rule in then:
        del rule["when"]["least_score"], rule["when"]["most_score"]
    async with as_it_was(parts, "0034") as (admin, url):
        agencies = [new_id(), new_id()]
        for agency_id in agencies:
            await admin.execute("insert into agency_heads (agency_id, head) values ($1, 0)", agency_id)
            # Switched off: there are none in force.
            await admin.execute(_RULES, agency_id, json.dumps(then), "null")
            await admin.execute(_WHAT_IF, agency_id, json.dumps(then), CAPTURED)
        await migrate("gardenos_leads", url)
        for agency_id in agencies:
            kept = await admin.fetchrow("select draft, active from assignment_rules where agency_id = $1", agency_id)
            assert kept is not None
            assert (json.loads(kept["draft"]), json.loads(kept["active"])) == (now, None)
            tried = await admin.fetchval("select rules from what_ifs where agency_id = $1", agency_id)
            assert json.loads(tried) == now


async def _leads(admin: asyncpg.Connection, agency_id: UUID) -> tuple[UUID, UUID, UUID]:
    """One who was contacted and quoted; one merged into them, who was contacted before and after; one nobody knows."""
    survivor, merged, quiet = new_id(), new_id(), new_id()
    later = CAPTURED + timedelta(hours=2)
    await admin.execute(_LEAD, agency_id, survivor, "quoted", CAPTURED, later, later, 2, None)
    earlier, last = CAPTURED + timedelta(hours=1), CAPTURED + timedelta(days=2)
    await admin.execute(_LEAD, agency_id, merged, "new", CAPTURED, earlier, last, 3, survivor)
    await admin.execute(_LEAD, agency_id, quiet, "new", CAPTURED, None, None, 0, None)
    await admin.execute("insert into agency_heads (agency_id, head) values ($1, 2)", agency_id)
    for number, days in ((1, 1), (2, 3)):
        at = CAPTURED + timedelta(days=days)
        await admin.execute(_EVENT, agency_id, number, survivor, "leads.LeadStageChanged.v1", at)
    return survivor, merged, quiet
