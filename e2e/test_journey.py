"""One lead's life through all six services, each a process; the ai service dies in the middle and comes back."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest_asyncio
from gardenos_chassis.testing import eventually
from gardenos_chassis.testing.parts import real_parts
from platform_under_test import Platform, platform

CSV = (
    "\ufeffFirst Name;Last Name;E-Mail Address;Cell Phone;Lead Date;Notes\r\n"
    'Maria;Delgado;maria.delgado@example.com;(512) 555-0142;03/14/2026;"Called about her car,\r\nhas two kids"\r\n'
    "Tom;Baker;TOM@EXAMPLE.COM;512.555.0177;2026-03-15;\r\n"
    "Maria;Delgado;maria.delgado@example.com;5125550142;03/14/2026;again\r\n"
    ";;;;;\r\n"
    "Nobody;;not-an-address;123;;broken\r\n"
).encode()

TRANSCRIPT = (
    "Agent: Good morning, this is Ann from Garden Insurance.\n"
    "Customer: Hi. I'm with State Farm right now and my auto policy renews on March 15, 2027.\n"
    "Customer: I pay about $1,240 a year and that's too expensive.\n"
    "Customer: Could you send me a quote by email on Friday?\n"
)

EMAIL = (
    b"From: =?utf-8?q?Mar=C3=ADa_Delgado?= <Maria.Delgado@example.com>\r\n"
    b"To: office@garden.example\r\nSubject: =?utf-8?b?UXVvdGUgZm9yIG15IGhvdXNl?=\r\n"
    b"Message-ID: <first@example.com>\r\nDate: Mon, 16 Mar 2026 10:00:00 -0500\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Hail has damaged our roof last week =E2=80=93 can you insure the house=\r\n as well?\r\n--b--\r\n"
)


class Office:
    """What a person at the agency's desk can do: the public HTTP API, by a token."""

    def __init__(self, platform: Platform, http: httpx.AsyncClient) -> None:
        self._platform = platform
        self._http = http
        self.token = ""

    async def __call__(self, method: str, path: str, *, expect: int = 200, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= request.pop("headers", {})
        answer = await self._http.request(method, self._platform.route(path), headers=headers, **request)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    async def items(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self("GET", path)).json()["items"]
        return found

    async def sign_in(self, email: str, password: str) -> dict[str, Any]:
        session: dict[str, Any] = (
            await self("POST", "/api/v1/sessions", expect=201, json={"email": email, "password": password})
        ).json()
        self.token = session["access_token"]
        return session


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(tmp_path_factory: Any) -> AsyncIterator[Platform]:
    # Parts of its own: the topics of the other tests' broker hold events of agencies that no feed here knows.
    async with real_parts() as parts, platform(parts, tmp_path_factory.mktemp("platform")) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def office(running: Platform) -> AsyncIterator[Office]:
    async with httpx.AsyncClient(timeout=30) as http:
        yield Office(running, http)


async def test_a_lead_s_life(running: Platform, office: Office) -> None:
    owner = {"name": "Olga Owner", "email": "olga@garden.example", "password": "correct horse battery"}
    await office(
        "POST",
        "/api/v1/agencies",
        expect=201,
        json={"name": "Garden Insurance", "time_zone": "America/Chicago", "owner": owner},
    )
    wrong = {"email": owner["email"], "password": "wrong"}
    unknown = {"email": "nobody@garden.example", "password": "wrong"}
    refusals = [(await office("POST", "/api/v1/sessions", expect=401, json=body)).json() for body in (wrong, unknown)]
    assert refusals[0] == refusals[1]
    session = await office.sign_in(owner["email"], owner["password"])
    me = session["user"]["id"]

    campaign = (
        await office("POST", "/api/v1/campaigns", expect=201, json={"name": "Spring auto", "source": "web form"})
    ).json()
    imported = (
        await office(
            "POST", "/api/v1/imports", expect=201, files={"file": ("leads.csv", CSV, "text/csv")},
            data={
                "plan": json.dumps({"campaign_id": campaign["id"], "owner_id": me, "run_automations": False}),
                "go_on": "run",
            },
        )
    ).json()  # fmt: skip

    async def taken_in() -> dict[str, int]:
        found = (await office("GET", f"/api/v1/imports/{imported['id']}")).json()
        return {name: count for name, count in found["counts"].items() if count} if found["status"] == "done" else {}

    counts = await eventually(taken_in, within=60, what="the file is in")
    assert counts == {"rows": 5, "captured": 2, "duplicates": 1, "rejected": 1, "empty": 1}
    fates = await office.items(f"/api/v1/imports/{imported['id']}/rows")
    assert [row["fate"] for row in fates] == ["captured", "captured", "duplicate", "empty", "rejected"]

    (maria,) = await office.items(f"/api/v1/leads?campaign_id={campaign['id']}&q=delgado")
    assert (maria["phone"], maria["email"]) == ("+15125550142", "maria.delgado@example.com")
    idle = await office.items("/api/v1/leads?not_contacted_for_days=7")
    assert maria["id"] in {lead["id"] for lead in idle}

    started_at = datetime.now(UTC) - timedelta(minutes=10)
    call = {
        "lead_id": maria["id"], "direction": "outbound", "started_at": started_at.isoformat(),
        "duration_seconds": 300, "disposition": "connected", "transcript": TRANSCRIPT,
    }  # fmt: skip
    logged = (await office("POST", "/api/v1/calls", expect=201, json=call)).json()

    async def insights() -> list[dict[str, Any]]:
        return await office.items(f"/api/v1/insights?lead_id={maria['id']}")

    found = await eventually(insights, within=90, what="insights of the call")
    by_kind = {insight["kind"]: insight for insight in found}
    assert by_kind["x_date"]["value"] == "2027-03-15"
    assert by_kind["current_carrier"]["value"] == "State Farm"
    for insight in found:
        assert TRANSCRIPT[insight["start"] : insight["end"]] == insight["quote"]

    async def contacted() -> bool:
        lead = (await office("GET", f"/api/v1/leads/{maria['id']}")).json()
        return lead["last_contacted_at"] is not None

    await eventually(contacted, what="last contact moved")
    assert maria["id"] not in {lead["id"] for lead in await office.items("/api/v1/leads?not_contacted_for_days=7")}

    # The ai service dies; the email that comes meanwhile is read when it is back, and nothing is read twice.
    await running.kill("ai")
    received = (
        await office(
            "POST",
            "/api/v1/messages/inbound-email",
            expect=201,
            content=EMAIL,
            headers={"Content-Type": "message/rfc822"},
        )
    ).json()
    assert received["lead_id"] == maria["id"]
    assert received["sender_name"] == "María Delgado"
    assert "can you insure the house as well?" in received["text"]
    await running.start("ai")

    async def hail() -> list[dict[str, Any]]:
        hits = await office.items("/api/v1/search?q=storm+damage+to+the+house")
        return [hit for hit in hits if hit["source_id"] == received["id"]]

    await eventually(hail, within=60, what="the email found by meaning")
    of_the_call = [insight for insight in await insights() if insight["source_id"] == logged["id"]]
    assert len(of_the_call) == len(found)

    threads = await office.items(f"/api/v1/threads?lead_id={maria['id']}")
    assert {thread["channel"] for thread in threads} == {"phone", "email"}
    thread = (await office("GET", f"/api/v1/threads/{received['thread_id']}")).json()
    assert [entry["id"] for entry in thread["entries"]] == [received["id"]]

    converted = (await office("POST", f"/api/v1/leads/{maria['id']}/conversion", expect=201, json={})).json()
    assert converted["stage"] == "won"

    async def client() -> list[dict[str, Any]]:
        return await office.items("/api/v1/clients?q=delgado")

    (onboarded,) = await eventually(client, what="the client onboarded")
    assert onboarded["id"] == converted["client_id"]
    assert onboarded["person_id"] == maria["person_id"]

    async def whole_timeline() -> bool:
        kinds = {entry["kind"] for entry in await office.items(f"/api/v1/timeline?client_id={onboarded['id']}")}
        return kinds >= {"captured", "call", "message", "converted", "onboarded"}

    await eventually(whole_timeline, what="one timeline from first touch to client")

    today = datetime.now(UTC).date()
    period = f"from={today - timedelta(days=400)}&to={today + timedelta(days=1)}"

    async def report() -> bool:
        found = (await office("GET", f"/api/v1/reports/conversion-times?{period}&group_by=campaign")).json()
        return bool(found["total"]["count"] == 1 and found["rows"][0]["label"] == "Spring auto")

    await eventually(report, what="the report moved")
    as_csv = await office("GET", f"/api/v1/reports/response-times?{period}&group_by=agent&format=csv")
    assert as_csv.headers["content-type"].startswith("text/csv")
    assert "Olga Owner" in as_csv.text

    other = {"name": "Eve", "email": "eve@other.example", "password": "another long password"}
    office.token = ""
    await office("POST", "/api/v1/agencies", expect=201, json={"name": "Other", "owner": other})
    await office.sign_in(other["email"], other["password"])
    for path in (
        f"leads/{maria['id']}",
        f"clients/{onboarded['id']}",
        f"threads/{received['thread_id']}",
        f"calls/{logged['id']}",
    ):
        await office("GET", f"/api/v1/{path}", expect=404)
    for path in (
        "leads",
        "clients",
        "threads",
        f"insights?lead_id={maria['id']}",
        "search?q=storm+damage+to+the+house",
    ):
        assert await office.items(f"/api/v1/{path}") == []
