"""`gardenos leads forget` and `gardenos clients forget`: what is asked of the person at the keyboard, and of the platform."""

from pathlib import Path

import httpx
import pytest
from gardenos_cli.client.api import Api
from gardenos_cli.client.session import Session
from gardenos_cli.main import commands
from typer.testing import CliRunner

MARIA = {"id": "0197", "display_name": "Maria Delgado", "forgotten_at": None}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the platform was asked; it answers as it would."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path.removeprefix('/api/v1')}")
        if request.method == "GET":
            return httpx.Response(200, json=MARIA)
        return httpx.Response(
            200, json=MARIA | {"display_name": "Forgotten person", "forgotten_at": "2026-03-16T15:00:00Z"}
        )

    session = Session("http://garden.example", "token", "once", "ann@garden.example", "Garden")
    monkeypatch.setenv("GARDENOS_CONFIG", str(tmp_path))
    monkeypatch.setattr(Api, "signed_in", lambda: Api(session.address, session, transport=httpx.MockTransport(answer)))
    return asked


@pytest.mark.parametrize("of", ["leads", "clients"])
def test_it_is_asked_first(of: str, asked: list[str]) -> None:
    refused = CliRunner().invoke(commands, [of, "forget", "0197"], input="n\n")
    assert refused.exit_code == 1
    assert "Maria Delgado" in refused.output
    assert "for good" in refused.output
    assert asked == [f"GET /{of}/0197"]
    done = CliRunner().invoke(commands, [of, "forget", "0197"], input="y\n")
    assert done.exit_code == 0, done.output
    assert asked[-1] == f"POST /{of}/0197/forget"


@pytest.mark.parametrize("of", ["leads", "clients"])
def test_a_script_does_not_ask(of: str, asked: list[str]) -> None:
    done = CliRunner().invoke(commands, [of, "forget", "0197", "--yes", "--json"])
    assert done.exit_code == 0, done.output
    assert '"forgotten_at"' in done.output
    assert asked[-1] == f"POST /{of}/0197/forget"
