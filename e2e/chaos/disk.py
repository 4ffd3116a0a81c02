"""Small disks of memory, which can be full."""

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

_MEGABYTES = 512


@contextmanager
def small(folder: Path) -> Iterator[bool]:
    """Makes a folder a small disk of its own while it lasts; False where this user may not."""
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        yield False
        return
    command = [mount, "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "gardenos-chaos", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


@asynccontextmanager
async def full(disk: Path) -> AsyncIterator[None]:
    """While it lasts nothing more goes onto the disk."""
    filler = disk / "filler"
    try:
        await asyncio.to_thread(_fill, filler)
        yield
    finally:
        filler.unlink(missing_ok=True)


def _fill(filler: Path) -> None:
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1_000_000))
