"""docker-compose.yml: what it starts, with which settings, and in which order."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "leads", "clients", "comms", "ai", "reporting")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_compose_takes_it(tmp_path):
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    ):
        pytest.skip("docker compose is not installed")
    filled = re.sub(r"^([A-Z_]+)=$", r"\1=x", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    (tmp_path / "env").write_text(filled)
    outcome = subprocess.run(
        ["docker", "compose", "--env-file", tmp_path / "env", "config", "--quiet"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    assert not outcome.stderr


def test_every_secret_must_be_given_and_is_asked_for_in_the_example():
    text = (ROOT / "docker-compose.yml").read_text()
    required = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    used = set(re.findall(r"\$\{([A-Z_]+)[:}]", text))
    asked = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert {name for name, value in asked.items() if not value} == required
    assert {name for name in used if "PASSWORD" in name or "TOKEN" in name or "KEY" in name} == required
    assert asked.keys() <= used


@pytest.mark.parametrize("service", SERVICES)
class TestService:
    def test_serves_when_its_database_is_migrated(self, service):
        needs = COMPOSE[service]["depends_on"]
        assert needs[f"{service}-migrate"] == {"condition": "service_completed_successfully"}
        assert needs["kafka"] == {"condition": "service_healthy"}
        migration = COMPOSE[f"{service}-migrate"]
        assert migration["command"] == ["migrate"]
        assert migration["restart"] == "no"
        assert migration["image"] == COMPOSE[service]["image"]

    def test_only_the_migration_is_the_owner(self, service):
        name = f"GARDENOS_{service.upper()}_MIGRATION_URL"
        assert COMPOSE[f"{service}-migrate"]["environment"].keys() == {name}
        assert f"gardenos_{service}_owner:" in COMPOSE[f"{service}-migrate"]["environment"][name]
        assert "OWNER" not in str(COMPOSE[service])
        assert "_owner" not in str(COMPOSE[service])

    def test_is_locked_down(self, service):
        for container in (COMPOSE[service], COMPOSE[f"{service}-migrate"], COMPOSE["web"]):
            assert container["read_only"] is True
            assert container["cap_drop"] == ["ALL"]
            assert "ports" not in container or container is COMPOSE["web"]


def test_prefixes_go_where_the_charts_send_them():
    """nginx's rules: an exact location, else the first regular expression, else none of ours."""
    conf = (ROOT / "deploy/compose/api.conf").read_text()
    locations = re.findall(r"location (=|~) (\S+) \{\s+set \$service http://(\w+):8000;\s+proxy_pass \$service;", conf)
    assert len(locations) == conf.count("location ")

    def routed(path: str) -> str | None:
        exact = [service for kind, where, service in locations if kind == "=" and where == path]
        matching = [service for kind, where, service in locations if kind == "~" and re.search(where, path)]
        return next(iter(exact + matching), None)

    known = set()
    for service in SERVICES:
        for route in yaml.safe_load((ROOT / "deploy/helm" / service / "values.yaml").read_text())["routes"]:
            known.add(route)
            assert routed(route) == service
            if route.startswith("/api/"):
                assert routed(f"{route}/1/more") == service
                assert routed(f"{route}s") is None
    words = {
        word
        for kind, where, _ in locations
        if kind == "~"
        for word in where[len("^/api/v1/(") :].split(")")[0].split("|")
    }
    assert {f"/api/v1/{word}" for word in words} == {route for route in known if route.startswith("/api/")}


def test_mail_is_taken_in_where_it_is_asked_for():
    overlay = yaml.safe_load((ROOT / "deploy/compose/mail.yml").read_text())["services"]
    assert overlay.keys() == {"leads"}
    settings = overlay["leads"]["environment"]
    (port,) = overlay["leads"]["ports"]
    assert port.rpartition(":")[2] == settings["GARDENOS_LEADS_MAIL_PORT"]
    assert settings["GARDENOS_LEADS_MAIL_DOMAIN"].startswith("${GARDENOS_MAIL_DOMAIN:?")
    asked = (ROOT / ".env.example").read_text()
    assert all(f"# {name}=" in asked for name in ("GARDENOS_MAIL_DOMAIN", "GARDENOS_MAIL_BIND", "GARDENOS_MAIL_PORT"))
