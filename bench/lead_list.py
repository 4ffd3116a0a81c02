"""The lead list's requests a second, beside a bare app with the same SQL.

100,000 leads over 20 agencies, pages of 50, one worker each. Ours is the leads service as it is deployed: its own process,
access tokens verified, its relay and consumer at work beside.
"""

import os
import secrets
from collections.abc import Callable
from uuid import UUID

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import free_port
from gardenos_chassis.testing.parts import Parts, real_parts
from gardenos_contracts.values import Role

from bench.load import get, requests_a_second
from bench.measure import Measure, in_turns, say
from bench.processes import serving

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
    last_contacted_at, version, search
)
select
    agency_id, gen_random_uuid(), gen_random_uuid(), 'Maria', 'Delgado ' || number, 'Maria Delgado ' || number,
    'delgado ' || number || ' maria', 'maria' || number || '@example.com', '+1512' || lpad(number::text, 7, '0'), '78701',
    'TX', '1988-02-29', 'auto', 'State Farm', '2027-03-15', (array['new', 'contacted', 'quoted', 'lost'])[number % 4 + 1],
    'web form',
    (select id from campaigns where campaigns.agency_id = agencies.agency_id and name = 'Campaign ' || number % 10 + 1),
    gen_random_uuid(), 'prefers mornings', now() - number * interval '7 minutes',
    case when number % 3 = 0 then now() - number * interval '1 minute' end, 3,
    'maria delgado ' || number || ' maria' || number || '@example.com'
from unnest($1::uuid[]) as agencies (agency_id), generate_series(1, $2::int) as number
"""


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `lead_list`."""
    say(f"lead list: {LEADS:,} leads, {AGENCIES} agencies, {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s")
    async with real_parts() as parts:
        urls = await parts.database("gardenos_leads")
        agencies = [new_id() for _ in range(AGENCIES)]
        await _fill(parts, agencies)
        ours, bare = free_port(), free_port()
        service = {
            "PATH": os.environ["PATH"],
            "GARDENOS_LEADS_DATABASE_URL": urls.app_url,
            "GARDENOS_KAFKA_BOOTSTRAP": parts.bootstrap,
            "GARDENOS_KAFKA_IDEMPOTENCE": str(parts.idempotence),
            "GARDENOS_INTERNAL_TOKEN": secrets.token_hex(16),
            "GARDENOS_MASTER_KEY": parts.master_key,
            "GARDENOS_JWKS_URL": parts.sources.jwks_url,
            "GARDENOS_COMMS_URL": parts.sources.url_of("comms"),
            "GARDENOS_PORT": str(ours),
            "GARDENOS_LOG_LEVEL": "WARNING",
        }
        plain = {"PATH": os.environ["PATH"], "DATABASE_URL": urls.app_url.replace("+asyncpg", "")}
        uvicorn = (
            "-m",
            "uvicorn",
            "bench.bare_list:app",
            "--port",
            str(bare),
            "--no-access-log",
            "--log-level",
            "warning",
        )
        async with (
            serving(
                "-m", "gardenos_leads", environment=service, answers_at=f"http://127.0.0.1:{ours}/readyz?traffic=true"
            ),
            serving(*uvicorn, environment=plain, answers_at=f"http://127.0.0.1:{bare}/leads?agency_id={agencies[0]}"),
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
