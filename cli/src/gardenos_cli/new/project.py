"""A consumer's project, from the one in `template/`: the same files by another name."""

import os
import re
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from gardenos_chassis.settings import SERVICES

_TEMPLATE = Path(__file__).with_name("template")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 30
"""Letters: a database's roles, a chart's objects and lines of code are made of it."""
_LEFT = shutil.ignore_patterns("__pycache__", ".*_cache")


class BadName(ValueError):
    """No consumer can be called so; the message says why."""


class FolderTaken(RuntimeError):
    """There is something in the folder, or it is no place for another team's project."""


def checkout() -> Path | None:
    """The GardenOS checkout that this command was installed from, or is run in; None without one."""
    for start in (Path(__file__), Path.cwd() / "_"):
        for folder in start.resolve().parents:
            if (folder / "libs" / "chassis" / "pyproject.toml").is_file():
                return folder
    return None


def write_consumer(name: str, into: Path, gardenos: Path) -> Path:
    """Writes the project `name` into a new folder, with `gardenos` as its checkout; gives the folder.

    It is there whole or not at all, and nothing is overwritten. Raises BadName, FolderTaken.
    """
    _check(name)
    into, gardenos = into.resolve(), gardenos.resolve()
    if into.is_relative_to(gardenos):
        raise FolderTaken(
            f"{into} is inside the GardenOS checkout; a consumer is a project of its own: --into ../{name}"
        )
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise FolderTaken(f"{into} is there already, and not empty: choose another folder (--into …)")
    words = _words(name, os.path.relpath(gardenos, into))
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=into.parent) as scratch:
        fresh = Path(scratch) / name
        shutil.copytree(_TEMPLATE, fresh, ignore=_LEFT)
        for path in sorted(fresh.rglob("*"), reverse=True):
            if path.is_file():
                path.write_text(_replaced(path.read_text(encoding="utf-8"), words), encoding="utf-8")
            # Deepest first: what is inside has its name before the folder around it.
            path.rename(path.with_name(_replaced(path.name, words)))
        fresh.rename(into)
    return into


def _check(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise BadName(
            f"{name!r} is no name for a consumer: lower-case words of letters and digits, with dashes between, "
            f"up to {_LONGEST} letters, as in hot-leads"
        )
    if name in SERVICES:
        raise BadName(f"{name} is one of GardenOS's own services; call yours by what it does, as in hot-{name}")
    package = name.replace("-", "_")
    if package in sys.stdlib_module_names or find_spec(package) is not None or package.startswith("gardenos"):
        raise BadName(f"Python knows a package {package} already; choose another name")


def _words(name: str, gardenos: str) -> dict[str, str]:
    """How the template says the name, and the way to GardenOS; and what to say instead."""
    package = name.replace("-", "_")
    return {
        "your-consumer": name,
        "your_consumer": package,
        "YOUR_CONSUMER": package.upper(),
        "YourConsumer": "".join(word.capitalize() for word in name.split("-")),
        "../gardenos": gardenos,
    }


def _replaced(text: str, words: dict[str, str]) -> str:
    return re.sub("|".join(map(re.escape, words)), lambda found: words[found[0]], text)
