"""Another team's project, as `gardenos new consumer` writes it."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from gardenos_chassis.local import free_port
from gardenos_chassis.settings import SERVICES, variable
from gardenos_cli.client.api import Refused
from gardenos_cli.main import commands
from gardenos_cli.up.attached import CannotAttach, Project, prepared
from gardenos_cli.up.folder import DataFolder, Whereabouts
from project_under_test import HOUSE, ROOT, Environment
from typer.testing import CliRunner


def new_consumer(name: str, into: Path) -> Path:
    result = CliRunner().invoke(commands, ["new", "consumer", name, "--into", str(into)])
    if result.exception is not None:
        raise result.exception
    return into


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment.make(tmp_path / "environment")


def test_a_new_project_is_clean_and_its_tests_pass_outside_this_repository(
    tmp_path: Path, environment: Environment
) -> None:
    project = new_consumer("late-calls", tmp_path / "teams" / "late-calls")
    environment.install(project)
    environment.run(["uv", "run", "ruff", "check", "."], project)
    environment.run(["uv", "run", "ruff", "format", "--check", "."], project)
    environment.run(["uv", "run", "mypy", "src", "tests"], project)
    said = environment.run(["uv", "run", "pytest", "-q"], project)
    assert re.search(r"^6 passed", said, re.MULTILINE), said


@pytest.mark.parametrize("name", ["a", "abcdefghij-klmnopqrst-uvwxyz12", "x9-y"])
def test_every_name_gives_clean_code_and_no_word_of_the_template(tmp_path: Path, name: str) -> None:
    project = new_consumer(name, tmp_path / name)
    for path in project.rglob("*"):
        assert not re.search("your.?consumer", str(path), re.I)
        assert path.is_dir() or not re.search("your.?consumer", path.read_text(), re.I), path
    for words in (["check", "."], ["format", "--check", "."]):
        done = subprocess.run([HOUSE / "ruff", *words], cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_it_finds_gardenos_beside_it_and_names_no_place_of_this_machine(tmp_path: Path) -> None:
    project = new_consumer("late-calls", tmp_path / "late-calls")
    said = tomllib.loads((project / "pyproject.toml").read_text())
    sources = said["tool"]["uv"]["sources"]
    assert {name: (project / source["path"]).resolve() for name, source in sources.items()} == {
        "gardenos-chassis": ROOT / "libs" / "chassis",
        "gardenos-cli": ROOT / "cli",
        "gardenos-contracts": ROOT / "libs" / "contracts",
    }
    assert said["project"]["dependencies"] == ["gardenos-chassis", "gardenos-contracts"], "an index may have them too"
    for path in project.rglob("*"):
        assert path.is_dir() or not re.search(rf"(?<![\w.]){re.escape(str(ROOT))}", path.read_text()), path


def test_hadolint_finds_nothing(tmp_path: Path) -> None:
    project = new_consumer("late-calls", tmp_path / "late-calls")
    hadolint = HOUSE / "hadolint"
    found = str(hadolint) if hadolint.exists() else shutil.which("hadolint")
    if found is None:
        pytest.skip("hadolint is not installed")
    outcome = subprocess.run([found, project / "Dockerfile"], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout


def test_its_values_are_what_the_chart_takes(tmp_path: Path) -> None:
    helm = ROOT / ".tools" / "bin" / "helm"
    chart = ROOT / "deploy" / "helm" / "consumer"
    found = str(helm) if helm.exists() else shutil.which("helm")
    if found is None or not (chart / "charts").is_dir():
        pytest.skip("helm or the charts' dependencies are missing: run `make charts`")
    project = new_consumer("late-calls", tmp_path / "late-calls")
    words = [found, "template", "late", str(chart), "--values", str(project / "deploy" / "values.yaml")]
    outcome = subprocess.run([*words, "--kube-version", "1.34"], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    objects = [found for found in yaml.safe_load_all(outcome.stdout) if found]
    (job,) = (found for found in objects if found["kind"] == "Job")
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["python", "-m", "late_calls", "migrate"]
    assert container["image"] == "late-calls:0.1.0"


@pytest.mark.parametrize(
    "name", ["Hot Leads!", "hot_leads", "x-", "x--y", "9lives", "", "a" * 31, "../x", "leads", "json", "pytest"]
)
def test_a_bad_name_is_refused_and_writes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match=r"name|own services"):
        new_consumer(name, tmp_path / "project")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(Refused, match="there already, and not empty"):
        new_consumer("late-calls", tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    assert (new_consumer("late-calls", tmp_path / "empty") / "README.md").exists()


def test_it_stays_out_of_this_repository() -> None:
    with pytest.raises(Refused, match=r"--into \.\./late-calls"):
        new_consumer("late-calls", ROOT / "late-calls")
    assert not (ROOT / "late-calls").exists()


class TestAttach:
    """What is missing is said; what the environment says stays."""

    def test_reads_what_the_project_says(self, tmp_path: Path) -> None:
        project = new_consumer("late-calls", tmp_path / "late-calls")
        read = Project.read(project)
        assert (read.name, read.module) == ("late-calls", "late_calls")
        assert read.data is not None
        assert read.data.resolve() == ROOT / ".gardenos"
        with pytest.raises(CannotAttach, match=r"pyproject\.toml"):
            Project.read(tmp_path)

    async def test_a_project_that_is_not_installed(self, tmp_path: Path) -> None:
        with pytest.raises(CannotAttach, match="uv run gardenos attach"):
            await prepared(Project("late-calls", None), tmp_path, 8100)

    async def test_a_platform_that_does_not_run_or_is_not_ready(self, tmp_path: Path) -> None:
        # An installed module of any kind stands for the project's.
        project = Project("json", None)
        with pytest.raises(CannotAttach, match="make up"):
            await prepared(project, tmp_path, 8100)
        here = Whereabouts("http://127.0.0.1:1", "token", "127.0.0.1:2", kafka_idempotence=True)
        DataFolder(tmp_path).tell(here)
        with DataFolder(tmp_path).held("x"), pytest.raises(CannotAttach, match="make up"):
            await prepared(project, tmp_path, 8100)

    async def test_settings_are_the_platform_s_unless_the_environment_says_otherwise(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project = Project("json", None)
        monkeypatch.setenv("GARDENOS_JSON_DATABASE_URL", "postgresql+asyncpg://elsewhere/json")
        monkeypatch.setenv("GARDENOS_LEADS_URL", "http://leads.example")
        here = Whereabouts("http://127.0.0.1:1", "token", "127.0.0.1:2", kafka_idempotence=False)
        with DataFolder(tmp_path).held("x"):
            DataFolder(tmp_path).tell(here)
            found = await prepared(project, tmp_path, 8123)
        assert found["GARDENOS_JSON_DATABASE_URL"] == "postgresql+asyncpg://elsewhere/json"
        assert found["GARDENOS_LEADS_URL"] == "http://leads.example"
        assert found["GARDENOS_AI_URL"] == "http://127.0.0.1:1/_services/ai"
        assert found["GARDENOS_KAFKA_BOOTSTRAP"] == "127.0.0.1:2"
        assert found["GARDENOS_KAFKA_IDEMPOTENCE"] == "false"
        assert found["GARDENOS_JSON_PORT"] == "8123"
        assert {variable(name, "url") for name in SERVICES} <= found.keys()
        assert "GARDENOS_JSON_MIGRATION_URL" not in found


def test_its_dead_letters_are_asked_for_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["dlq", "list", "--service", "late-calls", "--internal"]
    monkeypatch.setenv("GARDENOS_INTERNAL_TOKEN", "token")
    unknown = CliRunner().invoke(commands, words)
    assert unknown.exit_code == 2
    assert "GARDENOS_LATE_CALLS_URL" in unknown.output
    address = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("GARDENOS_LATE_CALLS_URL", address)
    asked = CliRunner().invoke(commands, words)
    assert isinstance(asked.exception, Refused)
    assert f"cannot reach late-calls at {address}" in str(asked.exception)
