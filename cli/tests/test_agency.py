"""`gardenos agency`: what was handed out is what is kept, and what is not whole is told."""

import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from gardenos_chassis.settings import SERVICES
from gardenos_cli.client import session as kept
from gardenos_cli.client.archives import checked
from gardenos_cli.client.session import Session
from gardenos_cli.main import commands
from typer.testing import CliRunner

EVENTS = b'{"type": "x"}\n{"type": "y"}\n'


def archive(*, events: bytes = EVENTS, told: bytes = EVENTS, rows: int = 2, more: str | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("events.jsonl", events)
        entry = {"name": "events.jsonl", "rows": rows, "bytes": len(told), "sha256": sha256(told).hexdigest()}
        if more:
            file.writestr(more, b"")
        file.writestr("manifest.json", json.dumps({"service": "leads", "made_at": "now", "files": [entry]}))
    return out.getvalue()


@pytest.fixture(autouse=True)
def signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDENOS_CONFIG", str(tmp_path / "config"))
    kept.save(Session("http://garden.example", "old", "once", "ann@garden.example", "Garden"))


def exported(monkeypatch: pytest.MonkeyPatch, folder: Path, content: bytes, status: int = 200) -> tuple[int, str]:
    def answer(request: httpx.Request) -> httpx.Response:
        if status != 200:
            return httpx.Response(status, json={"detail": "only an owner of the agency may do this"})
        assert request.url.path.endswith("/agency-export")
        return httpx.Response(200, content=content)

    client = httpx.Client
    monkeypatch.setattr(
        httpx, "Client", lambda **options: client(**{**options, "transport": httpx.MockTransport(answer)})
    )
    done = CliRunner().invoke(commands, ["agency", "export", "--output", str(folder)])
    return done.exit_code, done.output + (str(done.exception) if done.exception else "")


def test_an_archive_of_each_service_is_kept_and_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, said = exported(monkeypatch, tmp_path / "mine", archive())
    assert code == 0, said
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {f"{service}.zip" for service in SERVICES}
    assert said.count("2 events") == len(SERVICES)
    assert CliRunner().invoke(commands, ["agency", "verify", str(tmp_path / "mine")]).exit_code == 0
    (tmp_path / "mine" / "leads.zip").write_bytes(archive()[:-40])
    again = CliRunner().invoke(commands, ["agency", "verify", str(tmp_path / "mine")])
    assert (again.exit_code, "cut short" in again.output) == (1, True)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (archive(events=EVENTS.replace(b"x", b"z")), "is not what was handed out"),
        (archive(rows=3), "has 2 rows"),
        (archive(more="stray.csv"), "not in the manifest"),
        (archive()[:-40], "cut short"),
    ],
    ids=["changed", "fewer", "stray", "cut"],
)
def test_what_is_not_whole_is_told(tmp_path: Path, content: bytes, fault: str) -> None:
    (tmp_path / "leads.zip").write_bytes(content)
    (found,) = checked(tmp_path / "leads.zip").faults
    assert fault in found


def test_who_may_not_is_told_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, said = exported(monkeypatch, tmp_path / "mine", b"", status=403)
    assert (code, "only an owner" in said) == (1, True)
    assert list((tmp_path / "mine").iterdir()) == []
