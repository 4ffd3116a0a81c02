"""A search for duplicates grows with the leads, not with their square: candidates are found by index, under row-level security."""

from uuid import UUID

from gardenos_chassis.tenancy import driver_of
from gardenos_chassis.testing import Running
from gardenos_leads.duplicates import finding

LEADS = 5_000
# In one of two hundred ZIP codes each, with one of four hundred family names; of a hundred two have one address.
_MANY = """
insert into leads (agency_id, id, person_id, given_name, family_name, display_name, sort_name, email, phone, postal_code, stage,
    source, shared_with, captured_at, contact_attempts, version)
select $1, gen_random_uuid(), gen_random_uuid(), 'Ann', family, family, family || ' ann',
    'p' || (n - (n % 100 = 0)::int) || '@example.com', '+1512' || (2000000 + n), (78000 + n % 200)::text,
    'new', 'web', '{}', now(), 0, 1
from generate_series(1, $2) n, lateral (select chr(97 + n % 26) || md5((n % 400)::text) as family) as called
"""
_RULES = ["email", "phone", "name_and_place", "birth_date"]


async def test_candidates_are_found_by_index_and_pairs_once(leads: Running, agency_id: UUID) -> None:
    async with leads.service.database.transaction(agency_id) as session:
        await driver_of(session).execute(_MANY, agency_id, LEADS)
    async with leads.service.database.transaction(agency_id) as session:
        driver = driver_of(session)
        await driver.execute("set local enable_seqscan = off")
        found = await driver.fetch("select id from leads where agency_id = $1", agency_id)
        ids = [row["id"] for row in found]
        plan = await driver.fetch("explain " + finding._CANDIDATES, agency_id, ids[:500], _RULES, 0.6)
        told = "\n".join(row[0] for row in plan)
        for index in ("leads_email", "leads_phone", "leads_alike", "leads_born"):
            assert f"Index Scan using {index} on leads" in told, told
        await finding.look_again(session, agency_id, ids)
        kept = await driver.fetch("select reasons from duplicate_pairs where agency_id = $1", agency_id)
        by_email = [row for row in kept if "email" in row["reasons"]]
        assert len(by_email) == LEADS // 100
        await finding.look_again(session, agency_id, ids[: LEADS // 2])
        again = await driver.fetchval("select count(*) from duplicate_pairs where agency_id = $1", agency_id)
        assert again == len(kept)
