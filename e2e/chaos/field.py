"""Where it happens: the parts, the proxies, the processes, and the faults that strike them."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from gardenos_chassis.local import EmbeddedKafka, EmbeddedPostgres, EmbeddedTansu, StartFailed, start_broker
from gardenos_chassis.settings import SERVICES
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.sources import Sources
from platform_under_test import Platform, platform
from sqlalchemy import make_url

from chaos import witness
from chaos.proxy import Proxy
from chaos.schedule import Strike

EVERYBODY = (*SERVICES, "witness")
_DISK_MEGABYTES = 512

Say = Callable[[str], None]


@dataclass
class Field:
    """The platform under faults."""

    platform: Platform
    postgres: EmbeddedPostgres
    broker: EmbeddedKafka | EmbeddedTansu
    disk: Path
    """The broker's disk."""
    small: bool
    """Whether that disk is one of its own, which can be full."""
    proxies: dict[str, Proxy]
    say: Say
    struck: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    left_out: set[str] = field(default_factory=set)
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def strike_all(self, strikes: Iterable[Strike]) -> None:
        """Lets it all happen at its time, and ends when the last is over."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for strike in strikes:
                await asyncio.sleep(max(0, began + strike.at - time.monotonic()))
                tasks.create_task(self._strike(strike))

    async def _strike(self, strike: Strike) -> None:
        async with self._turns[strike.target]:
            self.say(f"  {strike}")
            self.struck[strike.kind] += 1
            proxy = self.proxies.get(strike.target)
            match strike.kind:
                case "kill":
                    await self.platform.kill(strike.target)
                    await asyncio.sleep(strike.seconds)
                    await self.platform.launch(strike.target)
                case "stop":
                    await self._stopped(self.platform.processes[strike.target].pid, strike.seconds)
                case "delay" if proxy is not None:
                    proxy.delay_seconds = 0.05
                    await asyncio.sleep(strike.seconds)
                    proxy.delay_seconds = 0
                case "cut" if proxy is not None:
                    proxy.cut()
                case "swallow" if proxy is not None:
                    proxy.swallow = round(strike.seconds)
                    await asyncio.sleep(strike.seconds)
                    proxy.swallow = 0
                case "stop broker":
                    await self._stopped(self._broker_pid(), strike.seconds)
                case "restart database":
                    await self._restart_database()
                case "fill broker's disk" if not self.small:
                    self.struck[strike.kind] -= 1
                    self.left_out.add(strike.kind)
                case "fill broker's disk":
                    filler = self.disk / "filler"
                    await asyncio.to_thread(_fill, filler)
                    await asyncio.sleep(strike.seconds)
                    filler.unlink()
                    await self.kill_broker()
                    await self.start_broker()
                case _:
                    await self.kill_broker()
                    if strike.kind == "wipe broker":
                        shutil.rmtree(self.broker.folder / "data", ignore_errors=True)
                    await asyncio.sleep(strike.seconds)
                    await self.start_broker()

    async def _stopped(self, pid: int, seconds: float) -> None:
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def _broker_pid(self) -> int:
        return _child_of(self.broker.pid)

    async def kill_broker(self) -> None:
        """kill -9, if it has not ended by itself."""
        with contextlib.suppress(ProcessLookupError, LookupError):
            os.kill(self._broker_pid(), signal.SIGKILL)
        await self.broker.stop()

    async def start_broker(self) -> None:
        """Starts it with what is on its disk, until it answers."""
        while True:
            try:
                await self.broker.start()
                return
            except StartFailed as failed:
                self.say(f"  the broker did not start, once more: {str(failed)[:300]}")

    async def _restart_database(self) -> None:
        """Immediate shutdown: what was committed is found again in the log."""
        os.kill(int((self.postgres.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        await self.postgres.stop()
        await self.postgres.start()

    async def heal_services(self) -> None:
        """Every process runs, and nothing is between it and its database."""
        for proxy in self.proxies.values():
            proxy.delay_seconds, proxy.swallow = 0, 0
        for service in EVERYBODY:
            if self.platform.processes[service].returncode is not None:
                await self.platform.launch(service)

    async def truth(self, service: str) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection to a service's database as the superuser, by no proxy."""
        return await self.postgres.server.connect(database_of(service))

    def last_words(self) -> str:
        """The ends of all logs."""
        said = []
        for log in sorted([*self.platform.folder.glob("*.log"), self.broker.folder / "kafka.log"]):
            if log.exists():
                said.append(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")
        return "\n".join(said)


@asynccontextmanager
async def field_of(folder: Path, say: Say) -> AsyncIterator[Field]:
    """Parts and processes of its own, all in the folder, which is emptied of them at the end."""
    async with AsyncExitStack() as stack:
        postgres = EmbeddedPostgres(folder / "postgres")
        stack.push_async_callback(postgres.stop)
        disk = folder / "broker"
        disk.mkdir()
        small = _mount(disk)
        if small:
            stack.callback(_unmount, disk)
        # Ports that no outgoing connection is given by the system while the broker is away.
        (disk / "kafka").mkdir()
        first = random.SystemRandom().randrange(10_000, 16_000) * 2
        (disk / "kafka" / "ports").write_text(f"{first} {first + 1}\n")
        _, broker = await asyncio.gather(postgres.start(), start_broker(disk, say))
        stack.push_async_callback(broker.stop)
        parts = Parts(postgres, broker.bootstrap, broker.idempotence, Sources(broker.bootstrap))
        proxies: dict[str, Proxy] = {}
        for place, service in enumerate(SERVICES):
            proxies[service] = Proxy(Path(postgres.server.host) / ".s.PGSQL.5432", first + 10 + place)
            await stack.enter_async_context(proxies[service].serving())

        def reached(service: str, url: str) -> str:
            return (
                make_url(url)
                .set(host="127.0.0.1", port=proxies[service].port, query={"ssl": "disable"})
                .render_as_string(hide_password=False)
            )

        settings = {"PYTHONPATH": str(Path(__file__).parents[1])}
        settings["GARDENOS_WITNESS_DATABASE_URL"] = await _witness_tables(postgres)
        running = await stack.enter_async_context(platform(parts, folder, reached=reached, **settings))
        running.ports["witness"] = first + 20
        await running.start("witness")
        yield Field(running, postgres, broker, disk, small, proxies, say)


async def _witness_tables(postgres: EmbeddedPostgres) -> str:
    urls = await postgres.ensure_database("witness_e2e")
    owner = await postgres.server.connect(database_of("witness"))
    await owner.execute("set role gardenos_witness_e2e_owner")
    for statement in witness.tables():
        await owner.execute(statement)
    await owner.close()
    return urls.app_url


def database_of(service: str) -> str:
    """The name of a service's database."""
    return f"gardenos_{service}_e2e"


def _mount(disk: Path) -> bool:
    """A small disk of its own, where this user may mount one."""
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        return False
    command = [mount, "-t", "tmpfs", "-o", f"size={_DISK_MEGABYTES}m", "gardenos-chaos", str(disk)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _unmount(disk: Path) -> None:
    subprocess.run(["umount", "--lazy", str(disk)], check=False)


def _fill(filler: Path) -> None:
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1_000_000))


def _child_of(guard: int | None) -> int:
    children = Path(f"/proc/{guard}/task/{guard}/children")
    found = children.read_text().split() if children.exists() else []
    if not found:
        raise LookupError("the broker has ended")
    return int(found[0])
