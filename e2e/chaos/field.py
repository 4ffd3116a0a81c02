"""Where it happens: the parts, the proxies, the processes, and the faults that strike them."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asyncpg
from gardenos_chassis.local import EmbeddedKafka, EmbeddedPostgres, EmbeddedTansu, StartFailed, start_broker
from gardenos_chassis.settings import SERVICES
from gardenos_chassis.testing import eventually
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.sources import Sources
from platform_under_test import Platform, platform
from sqlalchemy import make_url

from chaos import witness
from chaos.disk import full, small
from chaos.proxy import DatabaseProxy, Proxy
from chaos.schedule import Strike

EVERYBODY = (*SERVICES, "witness")
_THROUGH_PROXY = ("delay", "cut", "swallow", "delay broker", "cut broker", "silence broker")
_ON_DISK = ("fill broker's disk", "fill database's disk", "exhaust database's log")
_AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)

Say = Callable[[str], None]


@dataclass
class Field:
    """The platform under faults."""

    platform: Platform
    postgres: EmbeddedPostgres
    broker: EmbeddedKafka | EmbeddedTansu
    disks: dict[str, Path]
    """Of the broker and the database, those that are small ones of their own, which can be full."""
    proxies: dict[str, Proxy]
    """By whom they lead to: the broker, and each service's database."""
    say: Say
    struck: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    left_out: dict[str, str] = field(default_factory=dict)
    """Kinds of faults that cannot be tried here, and why."""
    given_up: int = 0
    """How often the database has ended for want of room, and had to be started again."""
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def strike_all(self, strikes: Iterable[Strike]) -> None:
        """Lets it all happen at its time, and ends when the last is over."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for strike in strikes:
                await asyncio.sleep(max(0, began + strike.at - time.monotonic()))
                tasks.create_task(self._strike(strike))

    async def _strike(self, strike: Strike) -> None:
        if why := self._lacks(strike):
            self.left_out[strike.kind] = why
            return
        async with self._turns[strike.target]:
            self.say(f"  {strike}")
            self.struck[strike.kind] += 1
            proxy = self.proxies.get(strike.target)
            match strike.kind:
                case "kill" | "kill load":
                    await self.platform.kill(strike.target)
                    await asyncio.sleep(strike.seconds)
                    await self.platform.launch(strike.target)
                case "stop":
                    await self._stopped(self.platform.processes[strike.target].pid, strike.seconds)
                case "delay" | "delay broker" if proxy is not None:
                    proxy.delay_seconds = 0.05
                    await asyncio.sleep(strike.seconds)
                    proxy.delay_seconds = 0
                case "cut" | "cut broker" if proxy is not None:
                    proxy.cut()
                case "silence broker" if proxy is not None:
                    with proxy.silent():
                        await asyncio.sleep(strike.seconds)
                case "swallow" if isinstance(proxy, DatabaseProxy):
                    proxy.swallow = round(strike.seconds)
                    await asyncio.sleep(strike.seconds)
                    proxy.swallow = 0
                case "stop broker":
                    await self._stopped(self._broker_pid(), strike.seconds)
                case "restart database":
                    await self._restart_database()
                case "fill broker's disk":
                    async with full(self.disks["broker"]):
                        await asyncio.sleep(strike.seconds)
                    await self.kill_broker()
                    await self.start_broker()
                case "fill database's disk":
                    async with full(self.disks["database"]):
                        await self._refusing()
                        await asyncio.sleep(strike.seconds)
                    await self._revive_database()
                case "exhaust database's log":
                    async with full(self.disks["database"]):
                        await self._exhaust_log()
                        await asyncio.sleep(strike.seconds)
                    await self._revive_database()
                case "kill broker" | "wipe broker":
                    await self.kill_broker()
                    if strike.kind == "wipe broker":
                        shutil.rmtree(self.broker.folder / "data", ignore_errors=True)
                    await asyncio.sleep(strike.seconds)
                    await self.start_broker()

    def _lacks(self, strike: Strike) -> str | None:
        if strike.kind in _ON_DISK and strike.target not in self.disks:
            return "this user cannot mount a small disk here (root can)"
        if strike.kind in _THROUGH_PROXY and strike.target not in self.proxies:
            return "only clients of Kafka can be led through a proxy, and this is Tansu"
        return None

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

    @property
    def refused(self) -> int:
        """How many statements of services the database has refused because its disk was full."""
        return sum(proxy.refused for proxy in self._before_databases())

    @property
    def swallowed(self) -> int:
        """How many answers to COMMIT the proxies have kept to themselves."""
        return sum(proxy.swallowed for proxy in self._before_databases())

    def _before_databases(self) -> Iterator[DatabaseProxy]:
        return (proxy for proxy in self.proxies.values() if isinstance(proxy, DatabaseProxy))

    async def _refusing(self) -> None:
        """Waits until the full disk is felt: there is room left in pages that were begun."""
        before = self.refused

        async def felt() -> bool:
            return self.refused > before or not self.postgres.alive

        await eventually(felt, within=120, what="a statement refused by the full disk")

    async def _exhaust_log(self) -> None:
        """One piece of its write-ahead log after the other is used up, until it cannot go on and panics."""
        with contextlib.suppress(*_AWAY):
            connection = await self.postgres.server.connect()
            while True:
                await connection.execute("select pg_logical_emit_message(false, 'chaos', ''), pg_switch_wal()")

    async def _revive_database(self) -> None:
        """Waits until it answers; started again, as an operator would, where it has given up."""
        while True:
            if not self.postgres.alive:
                self.given_up += 1
                await self.postgres.stop()
                await self.postgres.start()
            try:
                connection = await self.postgres.server.connect()
            except _AWAY:
                await asyncio.sleep(0.1)
            else:
                await connection.close()
                return

    async def heal_services(self) -> None:
        """Every process runs."""
        for service in EVERYBODY:
            if self.platform.processes[service].returncode is not None:
                await self.platform.launch(service)

    async def end(self, name: str) -> None:
        """Asks a process to end in order."""
        process = self.platform.processes[name]
        process.terminate()
        assert await process.wait() in (0, -signal.SIGTERM), self.last_words()

    async def ailing(self) -> list[str]:
        """Which services are not ready, and why."""
        return [f"{service}: {ails}" for service in EVERYBODY if (ails := await self.platform.ails(service))]

    async def mend_witness(self) -> None:
        """Gives it a version that takes what was poison."""
        await self.end("witness")
        self.platform.environment["GARDENOS_WITNESS_TAKES_POISON"] = "true"
        await self.platform.start("witness")

    async def redrive(self) -> int:
        """What who runs the platform does then; how many events were applied."""
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("gardenos"), "dlq", "redrive", "--internal", "--service", "witness", "--all",
            env=self.platform.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        said = (await process.communicate())[0].decode()
        assert process.returncode == 0, said
        return int(said.split()[0])

    @property
    def ledger(self) -> Path:
        """What the load puts down."""
        return self.platform.folder / "ledger"

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
async def field_of(folder: Path, seed: int, say: Say) -> AsyncIterator[Field]:
    """Parts and processes of its own, all in the folder, which is emptied of them at the end."""
    async with AsyncExitStack() as stack:
        disks: dict[str, Path] = {}
        for name in ("broker", "database"):
            (folder / name).mkdir()
            if stack.enter_context(small(folder / name)):
                disks[name] = folder / name
        postgres = EmbeddedPostgres(folder / "database")
        stack.push_async_callback(postgres.stop)
        # Ports that no outgoing connection is given by the system while the broker is away.
        (folder / "broker" / "kafka").mkdir()
        first = random.SystemRandom().randrange(10_000, 16_000) * 2
        (folder / "broker" / "kafka" / "ports").write_text(f"{first} {first + 1}\n")
        socket = Path(postgres.server.host) / ".s.PGSQL.5432"
        proxies: dict[str, Proxy] = {"broker": Proxy(partial(asyncio.open_connection, "127.0.0.1", first), first + 2)}
        for place, service in enumerate(SERVICES):
            proxies[service] = DatabaseProxy(partial(asyncio.open_unix_connection, socket), first + 10 + place)
        for proxy in proxies.values():
            await stack.enter_async_context(proxy.serving())
        _, broker = await asyncio.gather(
            postgres.start(), start_broker(folder / "broker", say, advertised_port=first + 2)
        )
        stack.push_async_callback(broker.stop)
        if isinstance(broker, EmbeddedTansu):
            del proxies["broker"]
        bootstrap = f"127.0.0.1:{proxies['broker'].port}" if "broker" in proxies else broker.bootstrap
        parts = Parts(postgres, bootstrap, broker.idempotence, Sources(bootstrap))

        def reached(service: str, url: str) -> str:
            return (
                make_url(url)
                .set(host="127.0.0.1", port=proxies[service].port, query={"ssl": "disable"})
                .render_as_string(hide_password=False)
            )

        settings = {"PYTHONPATH": str(Path(__file__).parents[1]), "CHAOS_SEED": str(seed)}
        settings["GARDENOS_WITNESS_URL"] = f"http://127.0.0.1:{first + 20}"
        # What an emptied broker does not bring is looked for three times as often, for the run waits for it.
        settings["GARDENOS_RECONCILE_SECONDS"] = "10"
        settings["GARDENOS_WITNESS_DATABASE_URL"] = await _witness_tables(postgres)
        running = await stack.enter_async_context(platform(parts, folder, reached=reached, **settings))
        running.ports["witness"] = first + 20
        await running.start("witness")
        running.ports["load"] = first + 21
        yield Field(running, postgres, broker, disks, proxies, say)


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


def _child_of(guard: int | None) -> int:
    children = Path(f"/proc/{guard}/task/{guard}/children")
    found = children.read_text().split() if children.exists() else []
    if not found:
        raise LookupError("the broker has ended")
    return int(found[0])
