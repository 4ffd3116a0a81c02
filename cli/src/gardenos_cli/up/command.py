"""The life of a local platform, from an empty folder to Ctrl-C."""

import asyncio
import contextlib
import logging
import logging.handlers
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from gardenos_chassis.main import collect_seldom
from gardenos_chassis.sealing.keys import new_master_key
from gardenos_chassis.service import Service
from gardenos_chassis.settings import SERVICES
from gardenos_chassis.telemetry import JsonLines

from gardenos_cli.seed import Login, planned, seeded
from gardenos_cli.up.folder import DataFolder, Whereabouts, signing_key
from gardenos_cli.up.parts import Parts, parts
from gardenos_cli.up.progress import Progress
from gardenos_cli.up.router import Platform, address_of
from gardenos_cli.up.services import explicit, make, migrated, recipe
from gardenos_cli.up.webclient import WebClient


class PortTaken(RuntimeError):
    """Somebody listens there already; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for. `web` is the folder of the built client; `with_parent`: end when the parent process does."""

    folder: Path
    host: str
    port: int
    web: Path
    seed: bool
    with_parent: bool

    @property
    def address(self) -> str:
        """Where the platform answers."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{host}:{self.port}"


async def up(wish: Wish, progress: Progress) -> None:
    """Starts everything, says where it is, and stays until told to stop. What was started is ended, whatever happens."""
    folder = DataFolder(wish.folder)
    started = time.monotonic()
    with _listening(wish) as listener, folder.held(wish.address):
        _log_into(folder.path / "gardenos.log")
        if wish.seed:
            planned(folder)
        running = asyncio.create_task(_run(wish, folder, listener, progress, started))
        stopped = asyncio.create_task(_told_to_stop(wish.with_parent))
        done, _ = await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if running not in done:
            progress.say("stopping …")
            # Who is in a hurry says so again; the servers then end by themselves.
            with contextlib.suppress(NotImplementedError):
                for each in (signal.SIGINT, signal.SIGTERM):
                    asyncio.get_running_loop().add_signal_handler(each, os._exit, 130)
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            progress.say("stopped; all that was written is kept")
            return
        stopped.cancel()
        await running


async def _run(wish: Wish, folder: DataFolder, listener: socket.socket, progress: Progress, started: float) -> None:
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(parts(folder, progress))
        services = await _services(wish, folder, found, progress)
        collect_seldom()
        client = WebClient(wish.web)
        if not client.is_built:
            progress.warn("the web client is not built: `make web` builds it; the API is served without")
        with progress.step("six services") as step:
            for service in services:
                await stack.enter_async_context(service.running())
            platform = Platform(services, client, parts=found.words)
            await stack.enter_async_context(_serving(platform, listener))
            await _until_ready(wish.address, step.now)
            step.done("six services, ready")
        token = explicit("leads", "internal_token") or folder.secret("internal_token")
        folder.tell(Whereabouts(wish.address, token, found.bootstrap, found.idempotence))
        logins = await seeded(wish.address, folder, progress) if wish.seed else []
        _welcome(wish, folder, logins, services, progress, time.monotonic() - started)
        await found.kept_alive()


async def _services(wish: Wish, folder: DataFolder, found: Parts, progress: Progress) -> list[Service]:
    recipes = [recipe(name) for name in SERVICES]
    with progress.step("tables") as step:
        for each in recipes:
            if each.name in found.databases:
                step.now(each.name)
                await migrated(each, found.databases[each.name].owner_url)
        step.done("tables, up to date")
    everybody: dict[str, Any] = {
        "kafka_bootstrap": found.bootstrap,
        "kafka_idempotence": found.idempotence,
        "internal_token": folder.secret("internal_token"),
        "master_key": folder.secret("master_key", new_master_key),
        "host": wish.host,
        "port": wish.port,
        "public_url": wish.address,
        **{f"{name}_url": address_of(wish.address, name) for name in SERVICES},
    }
    return [make(each, {**everybody, **_own(each.name, folder, found)}) for each in recipes]


def _own(service: str, folder: DataFolder, found: Parts) -> dict[str, Any]:
    """Settings of one service alone."""
    own: dict[str, Any] = {}
    if service in found.databases:
        own["database_url"] = found.databases[service].app_url
    if service == "identity":
        own["signing_key"] = folder.secret("signing_key", signing_key)
    if service == "ai":
        own["qdrant_path"] = folder.path / "vectors"
    return own


@contextlib.contextmanager
def _listening(wish: Wish) -> Iterator[socket.socket]:
    """The port is taken before anything is started, and a taken one is said at once."""
    # Named as TCP: of any other, asyncio's own loop leaves Nagle's algorithm on, and each answer takes 40 ms more.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((wish.host, wish.port))
    except OSError as error:
        raise PortTaken(
            f"port {wish.port} of {wish.host} is taken ({error.strerror}): stop what listens there, "
            f"or choose another (PORT={wish.port + 1} or --port {wish.port + 1})"
        ) from None
    with listener:
        yield listener


@asynccontextmanager
async def _serving(platform: Platform, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        platform,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # Streams of live changes stay open for as long as somebody looks: they are cut.
        timeout_graceful_shutdown=3,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """Leaves signals to the platform, which has more to end than its server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


async def _until_ready(address: str, now: Any) -> None:
    async with httpx.AsyncClient(base_url=address, trust_env=False) as http:
        until = time.monotonic() + 180
        while True:
            try:
                answer = await http.get("/readyz", timeout=20)
                if answer.status_code == 200:
                    return
                waiting = {name: each["faults"] for name, each in answer.json()["services"].items() if each["faults"]}
            except httpx.TransportError as error:
                waiting = {"server": {type(error).__name__: str(error)}}
            if time.monotonic() > until:
                raise RuntimeError(f"not ready after three minutes: {waiting}")
            now("waiting for " + ", ".join(waiting))
            await asyncio.sleep(0.1)


async def _told_to_stop(with_parent: bool) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(each, told.set)
    parent = os.getppid()
    listens = _listens_to_interrupts(parent)
    while not told.is_set():
        if with_parent and (os.getppid() != parent or _listens_to_interrupts(parent) != listens):
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), 0.5)


def _listens_to_interrupts(pid: int) -> bool:
    """Whether a process has a handler for Ctrl-C (Linux; elsewhere always False).

    `make` that is interrupted alone takes its handler away and waits for its recipe, which it does not tell.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (signal.SIGINT - 1) & 1)


def _log_into(path: Path) -> None:
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=10_000_000, backupCount=3)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=os.environ.get("GARDENOS_LOG_LEVEL", "INFO"), handlers=[handler], force=True)
    # A line for each request of one service to another is too much.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.captureWarnings(True)


def _welcome(
    wish: Wish, folder: DataFolder, logins: list[Login], services: list[Service], progress: Progress, took: float
) -> None:
    progress.say("")
    for login in logins:
        progress.say(f"{login.words}:")
        progress.say(f"email: {login.email}")
        progress.say(f"password: {login.password}")
        progress.say("")
    progress.say(f"GardenOS is ready after {took:.1f} s: {wish.address}")
    if mail := _taken_in(services):
        progress.say(mail)
    progress.say(f"data and logs: {folder.path}   stop: Ctrl-C")


def _taken_in(services: list[Service]) -> str | None:
    """Where a mail with a lead in it is sent, where mail is taken in."""
    settings: Any = next(each.settings for each in services if each.name == "leads")
    if settings.mail_port is None:
        return None
    return (
        f"mail for sources at {settings.mail_domain}: SMTP at {settings.mail_host}:{settings.mail_port}\n"
        f"try one: curl smtp://{settings.mail_host}:{settings.mail_port} --mail-from me@example.com"
        f" --mail-rcpt lead-…@{settings.mail_domain} --upload-file lead.eml"
    )
