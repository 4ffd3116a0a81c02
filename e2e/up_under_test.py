"""GardenOS as `make up` runs it: one process with everything it starts, on a port and in a folder of its own."""

import asyncio
import fcntl
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Up:
    """`gardenos up` at work; `said` is all it printed so far."""

    process: asyncio.subprocess.Process
    port: int
    folder: Path
    said: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def ready(self) -> float:
        """Reads on until it says that it is ready; seconds that took."""
        started = time.monotonic()
        assert self.process.stdout is not None
        async with asyncio.timeout(240):
            async for line in self.process.stdout:
                self.said.append(line.decode().rstrip())
                if "GardenOS is ready" in self.said[-1]:
                    return time.monotonic() - started
        raise AssertionError("it ended:\n" + "\n".join(self.said))

    async def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        rest, _ = await asyncio.wait_for(self.process.communicate(), 60)
        self.said += rest.decode().splitlines()
        assert self.process.returncode is not None
        return self.process.returncode

    def logins(self) -> dict[str, str]:
        emails = [line.removeprefix("email: ") for line in self.said if line.startswith("email: ")]
        passwords = [line.removeprefix("password: ") for line in self.said if line.startswith("password: ")]
        return dict(zip(emails, passwords, strict=True))

    def children_live(self) -> bool:
        """Whether a server, or its guard, still holds a folder."""
        for lock in self.folder.rglob("server.lock"):
            with lock.open() as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return True
        return False


@asynccontextmanager
async def up(folder: Path, port: int, *options: str, **settings: str) -> AsyncIterator[Up]:
    """GardenOS, until the context ends; settings are environment variables."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GARDENOS_")} | settings
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from gardenos_cli.main import app; app()",
        "up", "--port", str(port), "--data", str(folder), *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=environment,
    )  # fmt: skip
    try:
        yield Up(process, port, folder)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
