"""`gardenos jobs`: what is asked of the platform, and what is shown."""

from pathlib import Path

import httpx
import pytest
from gardenos_cli.client.api import Api
from gardenos_cli.client.session import Session
from gardenos_cli.main import commands
from typer.testing import CliRunner

JOB = {
    "id": "0197", "kind": "ai.read-communication", "state": "failed", "created_at": "2026-03-16T15:00:00Z", "tries": 4,
    "delays": 0, "error": "ValueError at gardenos_ai/engines/model.py:7", "person_id": None,
}  # fmt: skip


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the platform was asked; it answers as it would."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(
            f"{request.method} {request.url.raw_path.decode().removeprefix('/api/v1')} {request.content.decode()}".strip()
        )
        if request.url.path.endswith("/jobs"):
            return httpx.Response(200, json={"items": [JOB], "next_cursor": None})
        if request.url.path.endswith("/readings"):
            return httpx.Response(202, json={"readings": 3})
        return httpx.Response(200, json=JOB) if request.method == "GET" else httpx.Response(204)

    session = Session("http://garden.example", "token", "once", "ann@garden.example", "Garden")
    monkeypatch.setenv("GARDENOS_CONFIG", str(tmp_path))
    monkeypatch.setattr(Api, "signed_in", lambda: Api(session.address, session, transport=httpx.MockTransport(answer)))
    return asked


def test_jobs_by_the_command(asked: list[str]) -> None:
    def told(*words: str) -> str:
        result = CliRunner().invoke(commands, ["jobs", *words])
        assert result.exit_code == 0, result.output
        return result.output

    assert "ValueError at gardenos_ai" in told(
        "list", "ai", "--state", "failed", "--state", "running", "--kind", "ai.read-communication"
    )
    assert "ai.read-communication" in told("show", "ai", "0197")
    told("cancel", "ai", "0197")
    told("retry", "ai", "0197")
    assert "3 to be read again" in told("read-again", "--status", "partial")
    assert asked == [
        "GET /operations/ai/jobs?state=failed&state=running&kind=ai.read-communication&limit=50",
        "GET /operations/ai/jobs/0197",
        "POST /operations/ai/jobs/0197/cancel",
        "POST /operations/ai/jobs/0197/retry",
        'POST /operations/ai/readings {"statuses":["partial"]}',
    ]
