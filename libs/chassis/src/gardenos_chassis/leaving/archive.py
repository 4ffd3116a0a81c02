"""A zip archive that is sent while it is made: no more of it is held than the piece at hand."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import IO, Any

_LEVEL = 3
"""Of compression: JSON Lines get hardly smaller by more, and cost several times as much."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that is in the archive, as its manifest names it."""

    name: str
    rows: int
    bytes: int
    """Unpacked."""
    sha256: str
    """Of what is unpacked, in hexadecimal."""

    def shown(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


class Archive:
    """Files are written into it one after another; `ready` gives what can be sent."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._out = _Unsent()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)

    @contextmanager
    def file(self, name: str) -> Iterator["Writing"]:
        """A file to be written; it is an entry once the context ends."""
        now = datetime.now(UTC)
        info = zipfile.ZipInfo(name, (now.year, now.month, now.day, now.hour, now.minute, now.second))
        info.compress_type = zipfile.ZIP_DEFLATED
        # How large it becomes nobody knows yet.
        with self._zip.open(info, "w", force_zip64=True) as inside:
            writing = Writing(inside)
            yield writing
        self.entries.append(Entry(name, writing.rows, writing.bytes, writing.digest()))

    def close(self) -> None:
        """Writes the directory. What is sent without it is no archive: who receives it sees that it was cut short."""
        self._zip.close()

    def ready(self) -> bytes:
        """What was written since this was last asked for, packed."""
        return self._out.taken()


class Writing:
    """One file of an archive, while it is written."""

    def __init__(self, inside: IO[bytes]) -> None:
        self.rows = 0
        self.bytes = 0
        self._inside = inside
        self._hash = sha256()

    def write(self, piece: bytes, rows: int = 0) -> None:
        """Adds to it; `rows` of what is counted are in the piece."""
        self.rows += rows
        self.bytes += len(piece)
        self._hash.update(piece)
        self._inside.write(piece)

    def digest(self) -> str:
        """The SHA-256 of all that was written, in hexadecimal."""
        return self._hash.hexdigest()


class _Unsent(io.RawIOBase):
    """What was packed and not yet sent. It cannot be sought in, and so sizes follow what they are of."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
