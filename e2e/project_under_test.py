"""Another team's project, outside this repository, and the environment its people would have: ours is shown to it, theirs is new."""

import os
import site
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOUSE = Path(sys.executable).parent
_PROGRAMS = ("gardenos", "pytest", "mypy", "ruff")


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python environment of a project's own, in which what GardenOS needs is there without an index."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Environment":
        """Programs that it starts run by its own interpreter, which finds the packages of ours."""
        venv.create(folder, symlinks=True)
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        lines = [f"import site; site.addsitedir({found!r})\n" for found in site.getsitepackages()]
        (folder / "lib" / version / "site-packages" / "house.pth").write_text("".join(lines))
        for name in _PROGRAMS:
            program = HOUSE / name
            if program.read_bytes()[:2] == b"#!":
                (folder / "bin" / name).write_text(f"#!{folder}/bin/python\n" + program.read_text().partition("\n")[2])
                (folder / "bin" / name).chmod(0o755)
            else:
                (folder / "bin" / name).symlink_to(program)
        return cls(folder)

    @property
    def variables(self) -> dict[str, str]:
        """Of the processes that run in it. `uv run` takes it as it is, and asks nobody for anything."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GARDENOS_", "PYTEST_"))}
        return kept | {
            "PATH": f"{HOUSE}:{kept['PATH']}",
            "VIRTUAL_ENV": str(self.folder),
            "UV_PROJECT_ENVIRONMENT": str(self.folder),
            "UV_NO_SYNC": "1",
            "UV_OFFLINE": "1",
        }

    def install(self, project: Path) -> None:
        """As `uv sync` would, but for the packages that are there."""
        words = [
            "uv",
            "pip",
            "install",
            "--quiet",
            "--offline",
            "--no-deps",
            "--no-build-isolation",
            "-e",
            str(project),
        ]
        self.run(words, project)

    def run(self, words: list[str], project: Path) -> str:
        """What a command printed, which must succeed."""
        done = subprocess.run(
            words,
            cwd=project,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(words)}:\n{done.stdout}"
        return done.stdout
