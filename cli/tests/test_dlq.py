"""`gardenos dlq`: what is asked of the services, and what is shown."""

from pathlib import Path

import httpx
import orjson
import pytest
from gardenos_cli.client.api import Api
from gardenos_cli.client.session import Session
from gardenos_cli.main import commands
from typer.testing import CliRunner, Result

STREAM = "01a20f0a-2e62-7a71-8679-79afa9ea934f"
LETTER = {
    "consumer": "leads.last-contact", "source": "comms", "sequence": 7, "stream_id": STREAM, "type": "comms.CallLogged.v1",
    "error": "ValueError at gardenos_leads/consumers.py:21", "attempts": 3, "parked_at": "2026-03-16T15:00:00Z",
    "tried_at": "2026-03-16T15:00:00Z", "discarded_at": None, "discarded_by": None, "discarded_because": None,
}  # fmt: skip


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the platform was asked. Leads has two parked events of one record; the second of them fails again."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        asked.append(f"{request.method} {request.url.raw_path.decode()} {request.content.decode()}".strip())
        if path.endswith("/redrive"):
            return httpx.Response(200, json={"applied": 1, "left": 1, "error": LETTER["error"]})
        if path.endswith("/discard"):
            return httpx.Response(204)
        if path.endswith("/comms/7"):
            return httpx.Response(200, json={**LETTER, "message": {"data": {"lead_id": "0198"}}})
        letters = [LETTER, {**LETTER, "sequence": 9}] if "leads" in request.url.host + path else []
        if "internal" not in path:
            return httpx.Response(200, json={"items": letters, "next_cursor": None})
        place = 1 if "cursor" in request.url.params else 0
        page = [{"agency_id": STREAM, **letter} for letter in letters[place : place + 1]]
        return httpx.Response(200, json={"items": page, "next_cursor": None if place else "further"})

    transport = httpx.MockTransport(answer)
    session = Session("http://garden.example", "token", "once", "ann@garden.example", "Garden")
    monkeypatch.setenv("GARDENOS_CONFIG", str(tmp_path))
    monkeypatch.setattr(Api, "signed_in", lambda: Api(session.address, session, transport=transport))
    monkeypatch.setattr(httpx, "request", httpx.Client(transport=transport).request)
    return asked


def told(*words: str) -> Result:
    return CliRunner().invoke(commands, ["dlq", *words])


def test_all_services_are_listed_or_one(asked: list[str]) -> None:
    listed = told("list", "--consumer", "leads.last-contact")
    assert listed.exit_code == 0, listed.output
    assert listed.output.count("ValueError at gardenos_leads") == 2
    assert len(asked) == 6
    asked.clear()
    told("list", "--service", "leads", "--stream", STREAM, "--discarded")
    assert asked == [f"GET /api/v1/operations/leads/dead-letters?stream_id={STREAM}&discarded=True&limit=200"]
    assert "there is no service pets" in told("list", "--service", "pets").output


def test_one_is_shown_with_its_message(asked: list[str]) -> None:
    assert '"lead_id":"0198"' in told("show", "leads", "leads.last-contact", "comms", "7").output
    assert asked == ["GET /api/v1/operations/leads/dead-letters/leads.last-contact/comms/7"]


def test_each_record_is_redriven_once_until_one_fails_again(asked: list[str]) -> None:
    redriven = told("redrive", "--service", "leads", "--all")
    assert redriven.exit_code == 1
    assert "1 left: ValueError" in redriven.output
    assert "1 applied; 1 records wait still" in redriven.output
    (request,) = [each for each in asked if each.startswith("POST")]
    assert orjson.loads(request.split(" ", 2)[2]) == {
        "consumer": "leads.last-contact", "source": "comms", "stream_id": STREAM,
    }  # fmt: skip
    assert told("redrive").exit_code == 2, "everything only where it is said"


def test_one_is_discarded_with_a_reason(asked: list[str]) -> None:
    assert told("discard", "leads", "leads.last-contact", "comms", "7", "--because", "typed twice").exit_code == 0
    assert '"because":"typed twice"' in asked[-1]


def test_of_all_agencies_with_the_internal_token(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDENOS_LEADS_URL", "http://leads.example/")
    monkeypatch.delenv("GARDENOS_INTERNAL_TOKEN", raising=False)
    assert "set GARDENOS_INTERNAL_TOKEN" in str(told("list", "--internal").exception)
    monkeypatch.setenv("GARDENOS_INTERNAL_TOKEN", "internal")
    listed = told("list", "--internal", "--service", "leads").output
    assert listed.count("ValueError at gardenos_leads") == 2, "page by page, to the last"
    assert asked == [
        "GET /internal/v1/dead-letters?limit=200", "GET /internal/v1/dead-letters?limit=200&cursor=further",
    ]  # fmt: skip
    told("redrive", "--internal", "--service", "leads", "--all")
    assert "agency_id" in asked[-1]
