"""The whole platform on this machine, as `make up` starts it: killed while it is being planted, and started again."""

import json
import os
import re
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
import pytest_asyncio
from gardenos_chassis.local import free_port
from gardenos_chassis.settings import SERVICES
from gardenos_chassis.testing import eventually
from gardenos_cli.client.api import Refused
from gardenos_cli.main import commands
from gardenos_cli.seed import story
from gardenos_cli.up.router import OPERATIONS, RESOURCES
from typer.testing import CliRunner
from up_under_test import Up, up

EMAIL = b"""\
From: Zelda Quist <zelda.quist@mail.example>
To: ana@maplegrove.example
Subject: My roof
Message-ID: <zelda-1@mail.example>

Hail damaged our shingles. Our policy with Allstate expires on March 3, 2027. Can you insure the house?
"""

TRANSCRIPT = "Agent: Hello Zelda.\nZelda: I'm with Allstate and I pay $1,480 a year. Please send me a quote."


@pytest.fixture(scope="module")
def folder() -> Any:
    with TemporaryDirectory(prefix="gardenos-up-") as made:
        yield Path(made) / "data"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(folder: Path) -> AsyncIterator[Up]:
    """Planted in two goes: the first start is killed in the middle."""
    port = free_port()
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(up(folder, port))

        async def half_planted() -> bool:
            assert first.process.returncode is None, (await first.process.communicate())[0].decode()
            kept = folder / "seed.json"
            return kept.exists() and int(json.loads(kept.read_text())["done"]) > 100

        await eventually(half_planted, within=180, what="a demo agency half planted")
        await first.end(signal.SIGKILL)
        second = await stack.enter_async_context(up(folder, port))
        await second.ready()
        yield second


@pytest.fixture
def office(running: Up, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`office("leads", "list")`: the command as the owner, who is signed in; what it printed."""
    monkeypatch.setenv("GARDENOS_CONFIG", str(tmp_path))

    def run(*words: str, standard_input: bytes | None = None) -> str:
        result = CliRunner().invoke(commands, list(words), input=standard_input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    email = story.OWNER.email
    monkeypatch.setenv("GARDENOS_PASSWORD", running.logins()[email])
    run("login", "--email", email, "--url", running.address)
    monkeypatch.delenv("GARDENOS_PASSWORD")
    return run


async def test_every_login_it_prints_signs_in(running: Up) -> None:
    logins = running.logins()
    assert len(logins) == 1 + len(story.COLLEAGUES)
    async with httpx.AsyncClient(base_url=running.address) as http:
        for email, password in logins.items():
            answer = await http.post("/api/v1/sessions", json={"email": email, "password": password})
            assert answer.status_code == 201
            assert answer.json()["agency"]["name"] == story.AGENCY


async def test_it_is_ready_in_all_six(running: Up) -> None:
    async with httpx.AsyncClient(base_url=running.address) as http:
        answer = await http.get("/readyz")

        async def ready() -> bool:
            nonlocal answer
            answer = await http.get("/readyz")
            return answer.status_code == 200

        # A broker that is slow for a moment is told of for as long.
        await eventually(ready, within=60, what=f"all six ready after {answer.text}")
    assert {name: each["status"] for name, each in answer.json()["services"].items()} == dict.fromkeys(
        SERVICES, "ready"
    )


async def test_each_service_s_addresses_are_routed_to_it(running: Up) -> None:
    async with httpx.AsyncClient(base_url=running.address) as http:
        for service in SERVICES:
            paths = (await http.get(f"/openapi/{service}.json")).json()["paths"]
            resources = {path.split("/")[3] for path in paths if path.startswith("/api/v1/")}
            assert resources, service
            assert resources <= {*RESOURCES[service], OPERATIONS}


def test_an_interrupted_planting_went_on_and_nothing_is_there_twice(running: Up, office: Callable[..., str]) -> None:
    today = datetime.fromisoformat(json.loads((running.folder / "seed.json").read_text())["today"])
    people = story.cast(today)
    leads = json.loads(office("leads", "list", "--limit", "500", "--json"))
    relatives = story.relatives(people)
    assert sorted(lead["email"] for lead in leads) == sorted(
        [each.email for each in people] + [each.email for each in relatives]
    )
    by_email = {lead["email"]: lead for lead in leads}
    for person in people:
        stage = "new" if person.fate == "pool" else person.fate
        assert by_email[person.email]["stage"] == stage
    households = [lead for lead in leads if lead["household"] is not None]
    assert len(households) == 5, "a couple and a family of three"
    won = [each for each in people if each.fate == "won"]
    assert len(json.loads(office("clients", "list", "--json"))) == len(won)
    assert len(json.loads(office("campaigns", "list", "--json"))) == len(story.CAMPAIGNS)
    lead = by_email[won[0].email]
    calls = [beat for beat in story.beats(won[0], today) if isinstance(beat, story.Call)]
    timeline = json.loads(office("timeline", "--lead", lead["id"], "--json"))
    assert len([entry for entry in timeline if entry["kind"] == "call"]) == len(calls)
    assert json.loads(office("insights", "--lead", lead["id"], "--json"))


async def test_the_day_s_work_by_command(office: Callable[..., str], tmp_path: Path) -> None:
    lead = json.loads(
        office("leads", "add", "--given", "Zelda", "--family", "Quist", "--email", "zelda.quist@mail.example",
               "--phone", "(217) 555-0199", "--line", "home", "--campaign", "Referrals", "--owner", "me", "--json")
    )  # fmt: skip
    assert lead["phone"] == "+12175550199"
    assert "Zelda Quist" in office("leads", "list", "-q", "quist")
    office("leads", "assign", lead["id"], "--to", "ana@maplegrove.example")
    office("leads", "stage", lead["id"], "contacted")

    (tmp_path / "call.txt").write_text(TRANSCRIPT)
    office("calls", "log", "--lead", lead["id"], "--direction", "outbound", "--disposition", "connected",
           "--duration", "300", "--transcript", str(tmp_path / "call.txt"))  # fmt: skip

    async def known() -> bool:
        return "captured" in office("timeline", "--lead", lead["id"])

    await eventually(known, what="the lead on her timeline")
    received = json.loads(office("messages", "receive", "-", "--json", standard_input=EMAIL))
    assert received["lead_id"] == lead["id"]

    async def insights() -> bool:
        found = json.loads(office("insights", "--lead", lead["id"], "--json"))
        return {"current_carrier", "premium", "x_date"} <= {each["kind"] for each in found}

    await eventually(insights, what="what the call and the email say")

    async def found_by_meaning() -> bool:
        found = json.loads(office("search", "storm damage to the roof", "--json"))
        return received["id"] in {each["source_id"] for each in found}

    await eventually(found_by_meaning, what="the email found by meaning")

    async def contacted() -> bool:
        return json.loads(office("leads", "show", lead["id"], "--json"))["last_contacted_at"] is not None

    await eventually(contacted, what="last contact moved")

    assert {each["channel"] for each in json.loads(office("threads", "list", "--lead", lead["id"], "--json"))} == {
        "phone",
        "email",
    }
    assert "Hail damaged our shingles" in office("threads", "show", received["thread_id"])

    client = json.loads(office("leads", "convert", lead["id"], "--json"))["client_id"]

    async def onboarded() -> bool:
        return client in office("clients", "list", "-q", "quist")

    await eventually(onboarded, what="Zelda a client")
    assert "Zelda" in office("clients", "show", client)

    async def reported() -> bool:
        report = json.loads(office("reports", "conversion-times", "--group-by", "campaign", "--json"))
        return any(row["label"] == "Referrals" and row["count"] for row in report["rows"])

    await eventually(reported, what="the report moved")
    assert "median" in office("reports", "response-times")
    assert "median" in office("reports", "conversion-times", "--csv").splitlines()[0]


def test_an_import_by_command_tells_each_row_s_fate(office: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_bytes("Vorname;Last Name;E-Mail;Telefon\nÄnne;Kruse;anne.kruse@mail.example;\n;;;12\n".encode("cp1252"))
    said = office("leads", "import", str(file), "--map", "Vorname=given_name", "--dry-run")
    assert "nothing was written" in said
    said = office("leads", "import", str(file), "--map", "Vorname=given_name")
    assert re.search(r"2 rows: 1 captured, 0 duplicates, 1 rejected", said)
    assert "row 2" in said
    assert "Änne Kruse" in office("leads", "list", "-q", "kruse")


def test_what_is_refused_is_told(office: Callable[..., str]) -> None:
    with pytest.raises(Refused, match="there are: Fall renewal mailer"):
        office("leads", "list", "--campaign", "No such")
    with pytest.raises(Refused, match="telephone"):
        office("leads", "add", "--given", "X", "--phone", "12")
    with pytest.raises(Refused) as unknown:
        office("leads", "show", "01a20d68-0000-7000-8000-000000000000")
    assert unknown.value.status == 404


async def test_a_taken_port_and_a_taken_folder_are_said_at_once(running: Up, tmp_path: Path) -> None:
    async with up(tmp_path / "other", running.port) as second:
        said = (await second.process.communicate())[0].decode()
        assert second.process.returncode == 1
        assert f"port {running.port} of 127.0.0.1 is taken" in said
    async with up(running.folder, free_port()) as third:
        said = (await third.process.communicate())[0].decode()
        assert third.process.returncode == 1
        assert "GardenOS already runs in" in said


async def test_a_part_that_dies_is_started_again(running: Up, office: Callable[..., str]) -> None:
    lead = json.loads(office("leads", "add", "--given", "Before", "--family", "Crash", "--json"))
    postmaster = int((running.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)

    async def served_again() -> bool:
        try:
            return "Before Crash" in office("leads", "show", lead["id"])
        except Refused:
            return False

    await eventually(served_again, within=60, what="leads served by a new PostgreSQL")


async def test_ctrl_c_ends_every_child_and_what_was_written_is_there_again(
    running: Up, office: Callable[..., str]
) -> None:
    lead = json.loads(office("leads", "add", "--given", "Kept", "--family", "Always", "--json"))
    assert await running.end(signal.SIGINT) == 0
    assert not running.children_live()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", running.port)) != 0

    async with up(running.folder, running.port) as again:
        took = await again.ready()
        assert took < 60
        assert again.logins() == running.logins()
        assert not any("three months" in line for line in again.said), "planted once"
        assert "Kept Always" in office("leads", "show", lead["id"])
        await again.end(signal.SIGKILL)

        async def gone() -> bool:
            return not again.children_live()

        await eventually(gone, within=30, what="no child outlives a kill -9")
