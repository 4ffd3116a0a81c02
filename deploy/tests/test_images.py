"""The images' recipes, and the locks they install."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "leads", "clients", "comms", "ai", "reporting")
DOCKERFILES = [ROOT / "services" / service / "Dockerfile" for service in SERVICES] + [ROOT / "web" / "Dockerfile"]
LOCKS = [ROOT / "services" / service / "requirements.lock" for service in SERVICES] + [
    ROOT / "deploy/images/build.lock"
]
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+?)(?: ;.*)? \\$", re.MULTILINE)


def tool(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def test_hadolint_finds_nothing():
    outcome = subprocess.run([tool("hadolint"), *map(str, DOCKERFILES)], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout


def test_scripts_are_clean():
    scripts = [ROOT / "deploy/helm/check", ROOT / "deploy/lock", ROOT / "deploy/images/run"]
    outcome = subprocess.run([tool("shellcheck"), *map(str, scripts)], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout


def test_services_images_differ_by_name_alone():
    recipes = {
        re.sub(rf"\b(gardenos_)?{service}\b", r"\1SERVICE", (ROOT / "services" / service / "Dockerfile").read_text())
        for service in SERVICES
    }
    assert len(recipes) == 1


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_an_image_runs_one_program_and_not_as_root(path):
    stage = path.read_text().rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", stage, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["(python|nginx)",', stage, re.MULTILINE)
    assert "HEALTHCHECK" in stage
    assert "RUN" not in stage


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.parent.name)
def test_a_lock_names_every_package_by_version_and_hash(path):
    lock = path.read_text()
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert all(re.match(r"^\S+==\S+.*(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+$", entry) for entry in entries)
    assert "gardenos" not in lock
    assert "://" not in lock


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.parent.name)
def test_an_image_gets_the_versions_that_are_tested(path):
    tested = dict(PINNED.findall((ROOT / "requirements.lock").read_text()))
    shipped = dict(PINNED.findall(path.read_text()))
    assert shipped
    assert {name: version for name, version in shipped.items() if tested.get(name) != version} == {}
