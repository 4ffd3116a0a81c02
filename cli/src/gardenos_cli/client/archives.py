"""What a service hands out of an agency, held against its manifest."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

_MANIFEST = "manifest.json"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Checked:
    """An archive that was looked through."""

    path: Path
    service: str
    made_at: str
    files: int
    events: int
    rows: int
    """Of read tables."""
    faults: tuple[str, ...]
    """In words; none if all is as its manifest says."""


def checked(path: Path) -> Checked:
    """Reads an archive whole, and compares each file with the manifest: its rows, bytes and SHA-256."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
            faults = tuple(_faults(archive, manifest))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as broken:
        return Checked(path, path.stem, "", 0, 0, 0, (f"it is no whole archive, as if it was cut short: {broken}",))
    rows = {each["name"]: each["rows"] for each in manifest["files"]}
    tables = sum(count for name, count in rows.items() if name.startswith("tables/") and name.endswith(".jsonl"))
    return Checked(
        path, manifest["service"], manifest["made_at"], len(rows), rows.get("events.jsonl", 0), tables, faults
    )  # fmt: skip


def _faults(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> Iterator[str]:
    told = {each["name"]: each for each in manifest["files"]}
    there = set(archive.namelist()) - {_MANIFEST}
    for name in sorted(told.keys() - there):
        yield f"{name} is in the manifest, and not in the archive"
    for name in sorted(there - told.keys()):
        yield f"{name} is in the archive, and not in the manifest"
    for name in sorted(there & told.keys()):
        with archive.open(name) as file:
            size, lines, digest = _read(file)
        if (size, digest) != (told[name]["bytes"], told[name]["sha256"]):
            yield f"{name} is not what was handed out"
        elif name.endswith(".jsonl") and lines != told[name]["rows"]:
            yield f"{name} has {lines} rows, and the manifest {told[name]['rows']}"


def _read(file: IO[bytes]) -> tuple[int, int, str]:
    size, lines, digest = 0, 0, sha256()
    while piece := file.read(_PIECE):
        size += len(piece)
        lines += piece.count(b"\n")
        digest.update(piece)
    return size, lines, digest.hexdigest()
