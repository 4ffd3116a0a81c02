"""A server run as a child, which never outlives its parent and never shares its folder."""

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gardenos_chassis.local import guard


class StartFailed(RuntimeError):
    """A server did not start; the message says why, with the end of its log."""


@dataclass(frozen=True, slots=True)
class SystemUser:
    """Whom a server runs as, where the parent is root and the server refuses to be."""

    name: str
    uid: int
    gid: int


class FolderLock:
    """One server a folder: held from before its files are looked at, by all its processes, until the last is gone."""

    def __init__(self, file: int) -> None:
        self.file = file

    @classmethod
    @asynccontextmanager
    async def of(cls, folder: Path, seconds: float) -> AsyncIterator["FolderLock"]:
        """Waits for a server of before that still ends there; raises `StartFailed` if it does not in time."""
        file = _open_lock(folder)
        try:
            until = time.monotonic() + seconds
            while not _lock_now(file):
                if time.monotonic() > until:
                    raise StartFailed(f"another server still runs in {folder}: stop it, or use another folder")
                await asyncio.sleep(0.05)
            yield cls(file)
        finally:
            os.close(file)


def _open_lock(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    return os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)


def _lock_now(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Child:
    """One server process in one folder.

    `stop_signals` are tried in order, `grace` seconds apart, and then it is killed. `log` takes what it prints; the log
    of the start before is kept beside it as `<log>.1`.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        log: Path,
        stop_signals: Sequence[signal.Signals],
        grace: float = 10,
        user: SystemUser | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._folder = folder
        self._stop_signals = stop_signals
        self._grace = grace
        self._user = user
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Process id of its guard, whose child it is."""
        return self._process.pid if self._process else None

    def launch(self, lock: "FolderLock") -> None:
        """Starts it; it is not ready yet. The folder's lock goes over to it, until it is gone."""
        if self.log.exists() and self.log.stat().st_size:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        options = ["--lock", str(lock.file), "--grace", str(self._grace)]
        options += ["--signals", ",".join(each.name for each in self._stop_signals)]
        if self._user is not None:
            options += ["--user", str(self._user.uid), "--group", str(self._user.gid)]
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-S", guard.__file__, *options, "--", *self._command],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env={**os.environ, **(self._environment or {})},
                pass_fds=[lock.file],
                start_new_session=True,
            )

    async def until(self, ready: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Waits until it answers; raises `StartFailed` if it ends before, or does not in time."""
        until = time.monotonic() + seconds
        while not await ready():
            if not self.alive:
                raise StartFailed(f"{self.name} did not start:\n{self.last_words()}")
            if time.monotonic() > until:
                raise StartFailed(f"{self.name} did not answer in {seconds:.0f} seconds:\n{self.last_words()}")
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Ends it in order, and waits until it is gone."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        await asyncio.to_thread(self._process.wait)
        self._process = None

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        if not self.log.exists():
            return "(no log)"
        with self.log.open(errors="replace") as log:
            return "".join(deque(log, lines)).strip() or "(it said nothing)"
