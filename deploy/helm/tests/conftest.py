"""Charts as Helm renders them."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parents[1]
SERVICES = ("identity", "leads", "clients", "comms", "ai", "reporting")
CHARTS = (*SERVICES, "consumer", "web", "gardenos")
NEED_VALUES = ("consumer",)
"""Charts that are nobody's without a values file."""

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one chart with one values file becomes."""

    chart: str
    values: Path | None
    objects: tuple[Object, ...] = field(repr=False)

    def of(self, kind: str) -> list[Object]:
        """All objects of a kind."""
        return [found for found in self.objects if found["kind"] == kind]

    def one(self, kind: str) -> Object:
        """The only object of a kind."""
        (found,) = self.of(kind)
        return found

    def pods(self) -> Iterator[tuple[Object, Object]]:
        """Every object that makes a pod, with the pod's metadata and spec."""
        for found in self.objects:
            if found["kind"] == "Pod":
                yield found, found
            elif found["kind"] in ("Deployment", "Job"):
                yield found, found["spec"]["template"]


@dataclass(frozen=True, slots=True)
class Helm:
    """The command, from `.tools` or the path."""

    binary: str

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs it in the charts' folder."""
        return subprocess.run([self.binary, *words], cwd=HERE, capture_output=True, text=True, check=False)

    def template(self, chart: str, *words: str) -> subprocess.CompletedProcess[str]:
        """`helm template` as release `garden`; the outcome may be a refusal."""
        return self.run("template", "garden", chart, "--namespace", "gardens", "--kube-version", "1.34", *words)

    def render(self, chart: str, *words: str) -> Rendered:
        """`helm template`, which must succeed."""
        outcome = self.template(chart, *words)
        assert outcome.returncode == 0, outcome.stderr
        return Rendered(chart, None, tuple(filter(None, yaml.safe_load_all(outcome.stdout))))


@cache
def _helm() -> Helm | None:
    tool = HERE.parents[1] / ".tools" / "bin" / "helm"
    binary = str(tool) if tool.exists() else shutil.which("helm")
    if binary is None or not (HERE / "gardenos" / "charts").is_dir():
        return None
    return Helm(binary)


@pytest.fixture(scope="session")
def helm() -> Helm:
    """Helm, with the charts' dependencies in place; `make charts` sees to both."""
    found = _helm()
    if found is None:
        pytest.skip("helm or the charts' dependencies are missing: run `make charts`")
    return found


CASES = [(chart, None) for chart in CHARTS if chart not in NEED_VALUES] + [
    (chart, values) for chart in CHARTS for values in sorted((HERE / chart / "ci").glob("*-values.yaml"))
]


@pytest.fixture(scope="session", params=CASES, ids=lambda case: f"{case[0]}-{case[1].stem if case[1] else 'default'}")
def rendered(request: pytest.FixtureRequest, helm: Helm) -> Rendered:
    """Every chart with its default values and with each of its `ci/*-values.yaml`."""
    chart, values = request.param
    words = ["--values", str(values)] if values else []
    return Rendered(chart, values, helm.render(chart, *words).objects)
