"""`gardenos rebuild`, `verify`, `keys rewrap` and `audit` as processes, on a real leads database: killed, told to stop, seen."""

import asyncio
import os
import pty
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest_asyncio
from gardenos_chassis.audit.chain import Chain
from gardenos_chassis.events import Context, EventStore
from gardenos_chassis.ids import new_id
from gardenos_chassis.local import free_port
from gardenos_chassis.migrations import migrate
from gardenos_chassis.read_models.shadow import is_held, owner_of, rebuilding
from gardenos_chassis.sealing.keys import new_master_key
from gardenos_chassis.tenancy import Database
from gardenos_chassis.testing import eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.leads import LeadAssigned, LeadCaptured
from gardenos_contracts.values import PersonName
from gardenos_leads.projections import project
from gardenos_leads.settings import LeadsSettings

LEADS = 200
"""Of each of three agencies; two events each."""
EVENTS = 3 * LEADS * 2
TABLES = {
    "campaigns": 0, "campaign_costs": 0, "campaign_members": 0, "lead_milestones": 0, "pipelines": 3,
    "leads": 3 * LEADS, "lead_contacts": 0, "lead_tasks": 0, "lead_merges": 0, "lead_fields": 0, "lead_values": 0, "lead_tags": 0,
    "lead_words": 9 * LEADS, "lead_views": 0, "quiet_imports": 0, "lead_backlog": 0, "lead_answers": 3 * LEADS,
    "leads_given": 0, "leads_unanswered": 0, "lead_holdings": 3 * LEADS, "lead_scores": 0, "lead_notes": 0, "note_mentions": 0, "lead_risks": 0, "lead_x_dates": 0,
}  # fmt: skip
"""Of the leads' read model, with their rows."""


@dataclass(frozen=True)
class Leads:
    """A leads service's database with some history, and the environment that names it."""

    agencies: list[UUID]
    owner_url: str
    environment: dict[str, str]

    @asynccontextmanager
    async def told_to(self, *words: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from gardenos_cli.main import app; app()", *words,
            env=self.environment | environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def ran(self, *words: str, **environment: str) -> tuple[int | None, str, str]:
        """Exit status, standard output and error, which never is a traceback."""
        async with self.told_to(*words, **environment) as process:
            out, err = await process.communicate()
        assert b"Traceback" not in err, err.decode()
        return process.returncode, out.decode(), err.decode()

    async def taken(self) -> int:
        """Events in the tables beside; 0 where there are none."""
        async with owner_of(self.owner_url) as owner:
            if not await owner.fetchval("select to_regnamespace('rebuild_leads') is not null"):
                return 0
            return int(await owner.fetchval("select coalesce(sum(head), 0) from rebuild_leads.agency_heads"))

    async def schemas(self) -> set[str]:
        async with owner_of(self.owner_url) as owner:
            found = await owner.fetch("select nspname from pg_namespace where nspname ~ '^(rebuild|verify)_'")
        return {row["nspname"] for row in found}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def leads(parts: Parts) -> Leads:
    # A database of its own: the other tests' is full of theirs, and theirs would not open what is wrapped anew here.
    urls = await parts.postgres.ensure_database("working")
    await migrate("gardenos_leads", urls.owner_url)
    settings = await parts.settings(LeadsSettings, "gardenos_leads", database_url=urls.app_url)
    database = Database.of(settings)
    agencies = [new_id() for _ in range(3)]
    store = EventStore(database, [project])
    for agency_id in agencies:
        async with store.unit_of_work(Context(agency_id, Actor(ActorKind.SYSTEM, "test"), "test")) as work:
            for number in range(LEADS):
                lead_id, person_id = new_id(), new_id()
                captured = LeadCaptured(
                    lead_id=lead_id, person_id=person_id, name=PersonName(given="Maria", family=f"Delgado {number}"),
                    source="web form", captured_at="2026-03-02T12:00:00Z",
                )  # fmt: skip
                owner = new_id()
                assigned = LeadAssigned(
                    lead_id=lead_id, person_id=person_id, owner_id=owner, team_id=None, previous_owner_id=None
                )
                work.record(lead_id, 0, [captured, assigned])
    await database.close()
    owner_url = urls.owner_url
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GARDENOS_", "DATA"))}
    environment = kept | {
        "GARDENOS_LEADS_DATABASE_URL": settings.database_url,
        "GARDENOS_LEADS_MIGRATION_URL": owner_url,
        "GARDENOS_COMMS_URL": settings.comms_url,
        "GARDENOS_AI_URL": settings.ai_url,
        "GARDENOS_CLIENTS_URL": settings.clients_url,
        "GARDENOS_INTERNAL_TOKEN": settings.internal_token.get_secret_value(),
        "GARDENOS_MASTER_KEY": parts.master_key,
    }
    return Leads(agencies, owner_url, environment)


async def test_a_rebuild_says_how_far_it_is_and_verify_that_all_is_well(leads: Leads) -> None:
    status, out, err = await leads.ran("rebuild", "leads", "leads")
    assert (status, out) == (0, f"leads leads: {', '.join(TABLES)} are rebuilt from {EVENTS:,} events\n")
    assert f"taking events: 0 of {EVENTS:,} events (0%)" in err
    assert re.search(rf"changing places: {EVENTS:,} of {EVENTS:,} events \(100%\)", err)
    status, out, err = await leads.ran("verify", "leads")
    told = [line for line in out.splitlines() if line.partition(":")[0] in TABLES]
    assert (status, told) == (0, [f"{table}: {rows:,} rows, equal to a rebuild" for table, rows in TABLES.items()])
    assert "comparing: 0 of 3 agencies (0%)" in err


async def test_a_rebuild_that_is_killed_or_told_to_stop_is_gone_on_with(leads: Leads) -> None:
    async with owner_of(leads.owner_url) as reader, reader.transaction():
        # Whoever reads keeps the tables from changing places: no run gets to its end.
        await reader.execute("lock table leads in access share mode")

        async def some_taken() -> bool:
            return await leads.taken() > 0

        async with leads.told_to("rebuild", "leads", "leads") as process:
            await eventually(some_taken, what="some events taken", within=60)
            process.send_signal(signal.SIGKILL)
            await process.wait()
        kept = await leads.taken()
        assert kept > 0

        async def nobody_at_it() -> bool:
            return not await is_held(reader, rebuilding("leads"))

        await eventually(nobody_at_it, what="the killed one's connection gone", within=60)
        async with leads.told_to("rebuild", "leads", "leads") as process:

            async def all_taken() -> bool:
                # The one before may have taken all of them.
                return await is_held(reader, rebuilding("leads")) and await leads.taken() == EVENTS

            await eventually(all_taken, what="all events taken", within=60)
            status, _, refused = await leads.ran("verify", "leads")
            assert (status, refused.splitlines()[-1]) == (
                2,
                "the read model leads is being rebuilt already; wait for it to end",
            )
            process.send_signal(signal.SIGINT)
            nothing, complaints = await process.communicate()
        assert (process.returncode, nothing) == (130, b"")
        said = complaints.decode()
        assert said.splitlines()[-1] == "stopped; what was taken is kept, and the same command goes on with it"
        first = re.search(r"taking events: ([\d,]+) of", said)
        assert first is not None
        assert int(first[1].replace(",", "")) >= kept, "what was taken is not taken again"
    status, out, err = await leads.ran("rebuild", "leads", "leads")
    assert (status, "rebuilt from" in out) == (0, True), err
    assert f"taking events: {EVENTS:,} of {EVENTS:,} events (100%)" in err
    assert await leads.schemas() == set()


async def test_what_differs_is_told_by_its_key_and_the_exit_status(leads: Leads) -> None:
    async with owner_of(leads.owner_url) as owner, owner.transaction():
        await owner.execute("select set_config('app.agency_id', $1, true)", str(leads.agencies[0]))
        changed = await owner.fetchval(
            "update leads set version = version + 1 where id = (select min(id::text)::uuid from leads) returning id"
        )
    status, out, _ = await leads.ran("verify", "leads", "leads")
    differs = [f"leads: {3 * LEADS} rows, 1 DIFFER from a rebuild", f"  different: {leads.agencies[0]} {changed}"]
    assert (status, [line for line in out.splitlines() if "equal" not in line]) == (1, differs)
    assert (await leads.ran("rebuild", "leads", "leads"))[0] == 0
    assert (await leads.ran("verify", "leads"))[0] == 0


async def test_in_a_terminal_there_is_a_bar(leads: Leads) -> None:
    terminal, its_end = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from gardenos_cli.main import app; app()", "rebuild", "leads", "leads",
        env=leads.environment | {"COLUMNS": "100", "TERM": "xterm-256color"}, stdout=its_end, stderr=its_end,
    )  # fmt: skip
    os.close(its_end)

    def read() -> bytes:
        seen = b""
        try:
            while more := os.read(terminal, 65_536):
                seen += more
        except OSError:
            # The process has closed its end.
            pass
        return seen

    seen = (await asyncio.to_thread(read)).decode()
    os.close(terminal)
    assert await process.wait() == 0, seen
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen)
    assert re.search(rf"leads leads: done +━+ +100% +{EVENTS}/{EVENTS} +events", plain), plain[-2000:]


async def test_what_cannot_be_done_is_told_in_a_line(leads: Leads) -> None:
    away = f"postgresql+asyncpg://nobody:x@127.0.0.1:{free_port()}/nothing"
    for words, environment, told in (
        (("rebuild", "pets", "leads"), {}, "there is no service 'pets'"),
        (("rebuild", "leads", "pets"), {}, "leads has no read model pets; there are: leads"),
        (("rebuild", "leads", "leads"), {"GARDENOS_LEADS_MIGRATION_URL": away}, "(ConnectionRefusedError)"),
        (("rebuild", "leads", "leads"), {"GARDENOS_MASTER_KEY": "short"}, "a master key is 32 random bytes in base64"),
        (("verify", "clients"), {"DATA": "/nowhere"}, "no platform is ready in /nowhere"),
        (("keys", "rewrap", "pets"), {}, "there is no service 'pets'"),
    ):
        status, out, err = await leads.ran(*words, **environment)
        assert (status, out) == (2, ""), err
        assert told in err.splitlines()[-1], err


async def test_people_s_keys_are_wrapped_anew_and_the_old_master_key_can_go(leads: Leads, parts: Parts) -> None:
    old, new = parts.master_key, new_master_key()
    status, out, err = await leads.ran("keys", "rewrap", "leads", GARDENOS_MASTER_KEY=f"{new},{old}")
    assert status == 0, err
    people = 3 * LEADS
    assert re.fullmatch(
        rf"leads: {people} keys are wrapped anew; {people} are wrapped by the master key [0-9a-f]{{8}}, the newest\n",
        out,
    )
    assert f"wrapping anew: 0 of {people} keys (0%)" in err
    status, out, _ = await leads.ran("verify", "leads", GARDENOS_MASTER_KEY=new)
    assert (status, "DIFFER" in out) == (0, False)
    status, out, _ = await leads.ran("keys", "rewrap", "leads", GARDENOS_MASTER_KEY=old)
    assert (status, "which is not among those set" in out) == (1, True)
    assert (await leads.ran("keys", "rewrap", "leads", GARDENOS_MASTER_KEY=f"{old},{new}"))[0] == 0


async def test_the_history_is_audited_and_held_against_anchors(leads: Leads, parts: Parts, tmp_path: Path) -> None:
    agency_id = leads.agencies[0]
    database = Database(leads.environment["GARDENOS_LEADS_DATABASE_URL"])
    await Chain(database).extend()
    await database.close()
    status, printed, said = await leads.ran("audit", "anchors", "leads")
    assert (status, len(printed.splitlines()) >= 3) == (0, True), said
    kept = tmp_path / "anchors.jsonl"
    kept.write_text(printed)
    status, printed, said = await leads.ran("audit", "verify", "leads", "--anchors", str(kept))
    assert (status, "as they were recorded" in printed) == (0, True), said

    server = await parts.postgres.server.connect("gardenos_working")
    try:
        change = (
            "update events set occurred_at = occurred_at {} interval '1 hour' where agency_id = $1 and sequence = 3"
        )
        await server.execute(change.format("+"), agency_id)
        status, printed, _ = await leads.ran("audit", "verify", "leads")
        assert (status, f"agency {agency_id}, event 3: it is not as it was recorded" in printed) == (1, True), printed
        await server.execute(change.format("-"), agency_id)
    finally:
        await server.close()
    assert (await leads.ran("audit", "verify", "leads"))[0] == 0

    kept.write_text("no anchor\n")
    status, _, said = await leads.ran("audit", "verify", "leads", "--anchors", str(kept))
    assert (status, "an anchor is a line of JSON" in said) == (2, True)
