"""A consumer's own process beside the platform of this machine: its database made, its settings found, its program run."""

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gardenos_chassis.local import EmbeddedPostgres
from gardenos_chassis.settings import SERVICES, variable

from gardenos_cli.up.folder import DataFolder, Whereabouts
from gardenos_cli.up.router import address_of
from gardenos_cli.up.services import explicit


class CannotAttach(RuntimeError):
    """Something is missing; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Project:
    """A consumer's project, as its pyproject.toml tells. `data`: the platform's folder, if it names one."""

    name: str
    data: Path | None

    @classmethod
    def read(cls, folder: Path) -> "Project":
        """Raises CannotAttach."""
        try:
            said = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
            data = said.get("tool", {}).get("gardenos", {}).get("data")
            return cls(said["project"]["name"], folder / data if data else None)
        except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
            raise CannotAttach(f"{folder} is no project ({error}): run this where its pyproject.toml is") from None

    @property
    def module(self) -> str:
        """What `python -m` runs."""
        return self.name.replace("-", "_")


async def prepared(project: Project, data: Path, port: int, *, as_owner: bool = False) -> dict[str, str]:
    """The environment in which the project's program runs: its database is made and up to date.

    What the environment says already stays as it is. `as_owner`: it also says who owns the tables, which a program that
    serves must not know. Raises CannotAttach.
    """
    if find_spec(project.module) is None:
        raise CannotAttach(f"{project.module} is not installed here: uv run gardenos attach")
    platform = DataFolder(data).whereabouts()
    if platform is None:
        raise CannotAttach(f"no platform is ready in {data}: start it (make up), or say where it is (--data)")
    environment = {**_settings(project, platform, port), **os.environ}
    serves, migrates = (variable(project.name, name) for name in ("database_url", "migration_url"))
    if explicit(project.name, "database_url") is None:
        made = await EmbeddedPostgres(data / "postgres").ensure_database(project.module)
        environment |= {serves: made.app_url, migrates: made.owner_url}
    if migrates in environment:
        migrated = subprocess.run([sys.executable, "-m", project.module, "migrate"], env=environment, check=False)  # noqa: ASYNC221, S603
        if migrated.returncode:
            raise CannotAttach(f"the database of {project.name} could not be brought up to date")
    if not as_owner:
        environment.pop(migrates, None)
    return environment


def _settings(project: Project, platform: Whereabouts, port: int) -> dict[str, str]:
    return {
        variable(project.name, "port"): str(port),
        "GARDENOS_KAFKA_BOOTSTRAP": platform.kafka_bootstrap,
        "GARDENOS_KAFKA_IDEMPOTENCE": str(platform.kafka_idempotence).lower(),
        "GARDENOS_INTERNAL_TOKEN": platform.internal_token,
        **{variable(name, "url"): address_of(platform.address, name) for name in SERVICES},
    }
