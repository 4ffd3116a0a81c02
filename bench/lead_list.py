"""The lead list's requests a second: beside a bare app with the same SQL, and beside itself without the permission check.

100,000 leads over 20 agencies, pages of 50, one worker each. Ours is the leads service as it is deployed: its own process,
access tokens verified, its relay and consumer at work beside. For the check a manager asks, who sees by their team what
an owner sees by their role; the same service without it (`bench.unchecked_leads`) asks nobody's standing and shows all.
"""

from collections.abc import Callable
from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import free_port
from gardenos_chassis.testing.parts import Parts, real_parts
from gardenos_contracts.values import Role

from bench.load import get, requests_a_second
from bench.measure import Measure, in_turns, say
from bench.processes import serving_bare, serving_leads
from bench.settings import settings_of

LEADS = 100_000
AGENCIES = 20
PAGE = 50
CONNECTIONS = 16
SECONDS = 1.0
ROUNDS = 15

_CAMPAIGNS = """
insert into campaigns (agency_id, id, name, source)
select agency_id, gen_random_uuid(), 'Campaign ' || number, 'web form'
from unnest($1::uuid[]) as agencies (agency_id), generate_series(1, 10) as number
"""

_LEADS = """
insert into leads (
    agency_id, id, person_id, given_name, family_name, display_name, sort_name, email, phone, postal_code, state,
    birth_date, line_of_business, current_carrier, x_date, stage, source, campaign_id, owner_id, notes, captured_at,
    last_contacted_at, version
)
select
    agency_id, gen_random_uuid(), gen_random_uuid(), 'Maria', 'Delgado ' || number, 'Maria Delgado ' || number,
    'delgado ' || number || ' maria', 'maria' || number || '@example.com', '+1512' || lpad(number::text, 7, '0'), '78701',
    'TX', '1988-02-29', 'auto', 'State Farm', '2027-03-15', (array['new', 'contacted', 'quoted', 'lost'])[number % 4 + 1],
    'web form',
    (select id from campaigns where campaigns.agency_id = agencies.agency_id and name = 'Campaign ' || number % 10 + 1),
    gen_random_uuid(), 'prefers mornings', now() - number * interval '7 minutes',
    case when number % 3 = 0 then now() - number * interval '1 minute' end, 3
from unnest($1::uuid[]) as agencies (agency_id), generate_series(1, $2::int) as number
"""


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `lead_list`."""
    say(f"lead list: {LEADS:,} leads, {AGENCIES} agencies, {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s")
    async with real_parts() as parts:
        urls = await parts.database("gardenos_leads")
        agencies = [new_id() for _ in range(AGENCIES)]
        await _fill(parts, agencies)
        ours, bare, unchecked = free_port(), free_port(), free_port()
        service = await settings_of(parts, "leads", ours) | {"GARDENOS_COMMS_URL": parts.sources.url_of("comms")}
        async with (
            serving_leads(service, ours),
            serving_bare("bench.bare_list:app", urls.app_url, bare, f"/leads?agency_id={agencies[0]}"),
        ):
            tokens = {agency: parts.sources.signer.token(agency, new_id(), Role.OWNER) for agency in agencies}
            authorized = {agency: {"authorization": f"Bearer {token}"} for agency, token in tokens.items()}
            await _compare(ours, bare, agencies[0], authorized[agencies[0]])
            to_us = [get(f"/api/v1/leads?limit={PAGE}", authorized[agency]) for agency in agencies]
            to_bare = [get(f"/leads?agency_id={agency}&limit={PAGE}", {}) for agency in agencies]
            value, baseline = await in_turns(
                lambda: requests_a_second(ours, to_us, connections=CONNECTIONS, seconds=SECONDS),
                lambda: requests_a_second(bare, to_bare, connections=CONNECTIONS, seconds=SECONDS),
                rounds=ROUNDS,
                unit="requests/s",
            )
            report(Measure("lead_list", value, "requests/s", baseline, "bare FastAPI, asyncpg, orjson"))
            managers = {agency: await _manager(parts, agency) for agency in agencies}
            to_see = [get(f"/api/v1/leads?limit={PAGE}", managers[agency]) for agency in agencies]
            async with serving_leads(service, unchecked, "bench.unchecked_leads"):
                await _see_alike(ours, unchecked, managers[agencies[0]])
                value, baseline = await in_turns(
                    lambda: requests_a_second(ours, to_see, connections=CONNECTIONS, seconds=SECONDS),
                    lambda: requests_a_second(unchecked, to_see, connections=CONNECTIONS, seconds=SECONDS),
                    rounds=ROUNDS,
                    unit="requests/s",
                )
            report(Measure("lead_list_checked", value, "requests/s", baseline, "the same without the permission check"))


async def _manager(parts: Parts, agency_id: UUID) -> dict[str, str]:
    """Somebody who sees every lead of the agency by their team, of whom identity told since they signed in."""
    user_id, team_id = new_id(), new_id()
    admin = await parts.postgres.server.connect("gardenos_leads")
    try:
        await admin.execute("update leads set team_id = $2 where agency_id = $1", agency_id, team_id)
        await admin.execute(
            "insert into standings (agency_id, user_id, role, team_ids, active, version, sequence)"
            " values ($1, $2, 'manager', array[$3::uuid], true, 2, 1)",
            agency_id, user_id, team_id,
        )  # fmt: skip
        await admin.execute("vacuum analyze leads")
    finally:
        await admin.close()
    token = parts.sources.signer.token(agency_id, user_id, Role.MANAGER, [team_id], version=1)
    return {"authorization": f"Bearer {token}"}


async def _see_alike(checked: int, unchecked: int, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient(headers=headers) as http:
        pages = [
            (await http.get(f"http://127.0.0.1:{port}/api/v1/leads?limit={PAGE}")).json()
            for port in (checked, unchecked)
        ]
    assert pages[0] == pages[1]
    assert len(pages[0]["items"]) == PAGE


async def _fill(parts: Parts, agencies: list[UUID]) -> None:
    # As the superuser, whom row-level security does not hold.
    admin = await parts.postgres.server.connect("gardenos_leads")
    try:
        await admin.execute(_CAMPAIGNS, agencies)
        await admin.execute(_LEADS, agencies, LEADS // AGENCIES, timeout=300)
        await admin.execute("vacuum analyze leads")
        assert await admin.fetchval("select count(*) from leads") == LEADS
    finally:
        await admin.close()


async def _compare(ours: int, bare: int, agency: UUID, headers: dict[str, str]) -> None:
    """Both answer with the same leads in the same order, or the measurement would compare two things."""
    async with httpx.AsyncClient() as http:
        first = (await http.get(f"http://127.0.0.1:{ours}/api/v1/leads?limit={PAGE}", headers=headers)).json()["items"]
        second = (await http.get(f"http://127.0.0.1:{bare}/leads?agency_id={agency}&limit={PAGE + 1}")).json()["items"]
    assert [lead["id"] for lead in first] == [lead["id"] for lead in second[:PAGE]]
    assert len(first) == PAGE
