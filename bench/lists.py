"""The ten lists that people keep, at 100,000 and at a million leads, beside a bare app with the same SQL; and the one search box.

Twenty agencies, one of which holds a third of all leads, each with campaigns, owners, tags, a field of its own and the words
by which people are found. Ours is the leads service as it is deployed; the bare app gets each list's statement and values as
the service sends them, planned for their values as ours are, and does nothing else. How long a list takes is told at four
connections; how many a second at sixteen.
"""

import os
import pickle
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from unittest import mock
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import orjson
from gardenos_chassis.auth import Caller
from gardenos_chassis.fetching import Plan
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import free_port
from gardenos_chassis.tenancy import Database, Session
from gardenos_chassis.testing.parts import Parts, real_parts
from gardenos_contracts.lead_lists import FieldKind
from gardenos_contracts.values import Role
from gardenos_leads import queries
from gardenos_leads.filtering.compiling import At, compiled
from gardenos_leads.filtering.grammar import parse
from gardenos_leads.filtering.known import known_fields
from gardenos_leads.lists.fields import Field
from sqlalchemy import BindParameter

from bench.load import get, requests_a_second, seconds_of_requests
from bench.measure import Measure, in_turns, percentile, say
from bench.processes import serving_bare, serving_leads
from bench.settings import settings_of

SIZES = [int(size) for size in os.environ.get("GARDENOS_BENCH_LIST_LEADS", "100000,1000000").split(",")]
AGENCIES = 20
PAGE = 50
CONNECTIONS = 16
SECONDS = 1.0
ROUNDS = 5
TIMED_CONNECTIONS = 4
TIMED_SECONDS = 4.0

_CAMPAIGNS = """
insert into campaigns (agency_id, id, name, source)
select $1, id, 'Campaign ' || number, 'web form' from unnest($2::uuid[]) with ordinality as given (id, number)
on conflict do nothing
"""
# Hashes, for what depends on one another in the numbers would in no agency.
_LEADS = """
insert into leads (
    agency_id, id, person_id, given_name, family_name, display_name, sort_name, email, phone, line_of_business, x_date, stage,
    source, campaign_id, owner_id, captured_at, last_contacted_at, contact_attempts, version
)
select $1::uuid, gen_random_uuid(), gen_random_uuid(),
    'Given' || n % 997, 'Family' || n % 9973, 'Given Family', 'family' || n % 9973,
    'given' || n || '@example.com', '+1512' || lpad(n::text, 7, '0'),
    (array['auto', 'home', 'life'])[n % 3 + 1], current_date - 100 + n % 700,
    (array['new', 'contacted', 'quoted', 'lost', 'qualified', 'won'])[abs(hashint4(n)) % 6 + 1], 'web',
    ($2::uuid[])[abs(hashint4(n + 1000000)) % cardinality($2) + 1],
    ($3::uuid[])[abs(hashint4(n + 2000000)) % cardinality($3) + 1],
    now() - n * interval '5 minutes', case when n % 3 = 0 then now() - n % 90 * interval '1 day' end, n % 5, 3
from generate_series($4::int, $5::int) as n
"""
_BESIDE = (
    """
    insert into lead_words (agency_id, word, lead_id)
    select agency_id, word, id from leads, lead_words_of(given_name || ' ' || family_name, email, phone) as word order by 1, 2
    """,
    "insert into lead_tags (agency_id, tag, lead_id) select agency_id, 'tag' || contact_attempts, id from leads order by 1, 2",
    "insert into lead_tags (agency_id, tag, lead_id) select agency_id, 'VIP', id from leads where phone like '%000'",
    """
    insert into lead_values (agency_id, lead_id, key, number)
    select agency_id, id, 'roof_age', right(phone, 3)::int from leads order by 1, 2
    """,
    """
    insert into lead_fields (agency_id, id, key, label, kind, options, retired, version)
    select agency_id, gen_random_uuid(), 'roof_age', 'Age of the roof', 'number', '{}', false, 1 from leads group by agency_id
    """,
)
_TABLES = ("leads", "lead_words", "lead_tags", "lead_values", "lead_fields")
_ROOF_AGE = Field(new_id(), "roof_age", "Age of the roof", FieldKind.NUMBER)


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency, and of what its lists are told."""

    id: UUID
    campaigns: Sequence[UUID]
    owners: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as it is asked for."""

    filter: Mapping[str, Any] | None = None
    sort: str = "-captured_at"
    q: str | None = None

    @property
    def path(self) -> str:
        """With its query."""
        asked = {"sort": self.sort, "limit": str(PAGE)}
        if self.filter is not None:
            asked["filter"] = orjson.dumps(self.filter).decode()
        if self.q is not None:
            asked["q"] = self.q
        return f"/api/v1/leads?{urlencode(asked)}"


def commonest(agency: Agency) -> Mapping[str, Asked]:
    """The ten lists, by name."""
    campaign, owner = str(agency.campaigns[7]), str(agency.owners[2])
    return {
        "newest": Asked(),
        "mine": Asked(_all(("owner_id", "is", owner))),
        "mine_and_new": Asked(_all(("owner_id", "is", owner), ("stage", "is", "new"))),
        "campaign_not_contacted_in_7_days": Asked(
            _all(
                ("campaign_id", "is", campaign), ("idle_since", "not_in_last", 7), ("stage", "is_not", ["won", "lost"])
            ),
            "last_contacted_at",
        ),
        "x_date_in_30_days": Asked(_all(("x_date", "in_next", 30)), "x_date"),
        "vips": Asked(_all(("tags", "has_any", ["VIP"]))),
        "old_roofs": Asked(_all(("fields.roof_age", "at_least", 998))),
        "oldest_roof_first": Asked(_all(("fields.roof_age", "above", 900)), "-fields.roof_age"),
        "quoted_this_month": Asked(_all(("captured_at", "after", "start_of_month"), ("stage", "is", "quoted"))),
        "by_name": Asked(None, "name"),
    }


SEARCHES = {
    "two_letters": "fa",
    "a_name": "family4711",
    "last_digits": "4711",
    "part_of_an_email": "given4711@",
    "a_slip": "famly",
}


def _all(*conditions: tuple[Any, ...]) -> dict[str, Any]:
    return {"all": [dict(zip(("field", "op", "value"), each, strict=True)) for each in conditions]}


async def measure(report: Callable[[Measure], None]) -> None:
    """Reports `list_<name>` and `list_<name>_p95` of each list at each size, and `search_<kind>_p95` at the largest."""
    agencies = [Agency(new_id(), [new_id() for _ in range(20)], [new_id() for _ in range(10)]) for _ in range(AGENCIES)]
    async with real_parts() as parts:
        urls = await parts.database("gardenos_leads")
        before: dict[str, float] = {}
        there = 0
        for size in SIZES:
            await _fill(parts, agencies, there, size)
            there = size
            say(f"lists: {size:,} leads, {AGENCIES} agencies")
            before = await _measured(parts, urls.app_url, agencies, size, before, report)


async def _measured(
    parts: Parts,
    url: str,
    agencies: Sequence[Agency],
    size: int,
    before: Mapping[str, float],
    report: Callable[[Measure], None],
) -> dict[str, float]:
    ours, bare = free_port(), free_port()
    # The agency with a third of all is asked as often.
    asking = [agencies[0], *agencies[1:3]]
    names = list(commonest(agencies[0]))
    statements = {
        (number, agency.id): await _statement(url, agency, commonest(agency)[name])
        for number, name in enumerate(names)
        for agency in asking
    }
    p95: dict[str, float] = {}
    with tempfile.NamedTemporaryFile() as kept:
        kept.write(pickle.dumps(statements))
        kept.flush()
        service = await settings_of(parts, "leads", ours) | {"GARDENOS_COMMS_URL": parts.sources.url_of("comms")}
        first = f"/lists/0?agency_id={agencies[0].id}"
        async with (
            serving_leads(service, ours),
            serving_bare("bench.bare_list:app", url, bare, first, STATEMENTS=kept.name),
        ):
            authorized = {
                agency.id: {"authorization": f"Bearer {parts.sources.signer.token(agency.id, new_id(), Role.OWNER)}"}
                for agency in asking
            }
            for number, name in enumerate(names):
                lists = {agency.id: commonest(agency)[name].path for agency in asking}
                await _compare(ours, bare, number, agencies[0].id, lists[agencies[0].id], authorized[agencies[0].id])
                to_us = [get(path, authorized[agency_id]) for agency_id, path in lists.items()]
                to_bare = [get(f"/lists/{number}?agency_id={agency_id}", {}) for agency_id in lists]
                value, baseline = await in_turns(
                    lambda to_us=to_us: requests_a_second(ours, to_us, connections=CONNECTIONS, seconds=SECONDS),  # type: ignore[misc]
                    lambda to_bare=to_bare: requests_a_second(bare, to_bare, connections=CONNECTIONS, seconds=SECONDS),  # type: ignore[misc]
                    rounds=ROUNDS,
                    unit="requests/s",
                )
                report(Measure(f"list_{name}_{size}", value, "requests/s", baseline, "bare FastAPI, asyncpg, orjson"))
                p95[name] = await _p95(ours, to_us)
                if name in before:
                    of = f"the same at {SIZES[SIZES.index(size) - 1]:,}"
                    report(Measure(f"list_{name}_{size}_p95", p95[name], "ms", before[name], of))
            await _search(ours, agencies[0], authorized[agencies[0].id], size, report)
    return p95


async def _search(
    port: int, agency: Agency, headers: dict[str, str], size: int, report: Callable[[Measure], None]
) -> None:
    """How long the one search box takes, beside a look-up of one lead by its whole email address."""
    exact = [get(Asked(_all(("email", "is", "given4711@example.com"))).path, headers)]
    look_up = statistics.median([await _p95(port, exact) for _ in range(3)])
    for kind, q in SEARCHES.items():
        took = statistics.median([await _p95(port, [get(Asked(q=q).path, headers)]) for _ in range(3)])
        report(Measure(f"search_{kind}_{size}_p95", took, "ms", look_up, "an exact look-up by email"))


async def _p95(port: int, requests: Sequence[bytes]) -> float:
    took = await seconds_of_requests(port, requests, connections=TIMED_CONNECTIONS, seconds=TIMED_SECONDS / 4)
    return percentile(took, 95)


async def _statement(url: str, agency: Agency, asked: Asked) -> tuple[str, list[Any]]:
    """What the service asks its database for the first page of a list."""
    database = Database(url, pool=1)
    found: list[tuple[str, list[Any]]] = []

    async def told(plan: Plan, _: Session, held: Sequence[BindParameter[Any]]) -> list[dict[str, Any]]:
        found.append((plan.sql, [held[place].effective_value for place in plan.order]))
        return []

    async def own(*_: object) -> Mapping[str, Field]:
        return {_ROOF_AGE.key: _ROOF_AGE}

    caller = Caller(agency.id, new_id(), Role.OWNER, frozenset())
    wanted = queries.LeadFilter(q=asked.q)
    if asked.filter is not None:
        group = parse(asked.filter, known_fields([_ROOF_AGE]), pointer="query:filter")
        wanted = replace(wanted, where=compiled(group, At(caller, datetime.now(UTC), ZoneInfo("UTC"))))
    try:
        with (
            mock.patch.object(Plan, "fetch", told),
            mock.patch("gardenos_leads.queries.own_fields", own),
        ):
            async with database.transaction(agency.id) as session:
                await queries.lead_page(session, caller, wanted, asked.sort, PAGE, None)
    finally:
        await database.close()
    return found[0]


async def _fill(parts: Parts, agencies: Sequence[Agency], there: int, size: int) -> None:
    # As the superuser, whom row-level security does not hold.
    admin = await parts.postgres.server.connect("gardenos_leads")
    try:
        # What goes along is put in once, in order, and not row by row.
        await admin.execute(f"truncate {', '.join(table for table in _TABLES if table != 'leads')}")
        for number, agency in enumerate(agencies):
            await admin.execute(_CAMPAIGNS, agency.id, agency.campaigns)
            begin, end = (_share(number, leads) for leads in (there, size))
            await admin.execute(_LEADS, agency.id, agency.campaigns, agency.owners, begin + 1, end, timeout=1200)
        for statement in _BESIDE:
            await admin.execute(statement, timeout=1200)
        for table in _TABLES:
            await admin.execute(f"vacuum analyze {table}", timeout=1200)
        await admin.execute("checkpoint")
    finally:
        await admin.close()


def _share(number: int, leads: int) -> int:
    """How many of so many leads an agency has: the first a third, the others the rest alike."""
    return leads // 3 if number == 0 else (leads - leads // 3) // (AGENCIES - 1)


async def _compare(ours: int, bare: int, number: int, agency_id: UUID, path: str, headers: dict[str, str]) -> None:
    """Both answer with the same leads in the same order, or the measurement would compare two things."""
    async with httpx.AsyncClient() as http:
        first = (await http.get(f"http://127.0.0.1:{ours}{path}", headers=headers)).json()["items"]
        second = (await http.get(f"http://127.0.0.1:{bare}/lists/{number}?agency_id={agency_id}")).json()["items"]
    assert [lead["id"] for lead in first] == [lead["id"] for lead in second[:PAGE]], path
    assert first, path
