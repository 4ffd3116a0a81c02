"""The data folder: one platform at a time in it, and the secrets it was given at its first start."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


class FolderTaken(RuntimeError):
    """Another platform runs in the folder; the message says which."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """How a consumer beside a local platform reaches it: feeds below `address`, by the token; and the broker."""

    address: str
    internal_token: str
    kafka_bootstrap: str
    kafka_idempotence: bool


class DataFolder:
    """Where everything of a local platform is: databases, messages, vectors, files, secrets, logs."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._secrets = self.path / "secrets.json"
        self._whereabouts = self.path / "platform.json"

    @contextmanager
    def held(self, address: str) -> Iterator[None]:
        """Keeps others out until the context, or the process, ends; raises `FolderTaken`."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise FolderTaken(
                    f"GardenOS already runs in {self.path} ({lock.read().strip()}): stop it first, or choose another "
                    "folder (DATA=… or --data …)"
                ) from None
            lock.truncate(0)
            lock.write(f"{address}, process {os.getpid()}\n")
            lock.flush()
            # Of a platform before this one.
            self._whereabouts.unlink(missing_ok=True)
            yield

    def tell(self, whereabouts: Whereabouts) -> None:
        """Says where the platform is that holds this folder."""
        write_private(self._whereabouts, json.dumps(asdict(whereabouts), indent=1))

    def whereabouts(self) -> Whereabouts | None:
        """Where the platform is that holds this folder now; None if there is none, or it is not ready yet."""
        try:
            with (self.path / "lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None
        except BlockingIOError:
            pass
        except FileNotFoundError:
            return None
        try:
            return Whereabouts(**json.loads(self._whereabouts.read_text()))
        except FileNotFoundError:
            return None

    def secret(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> str:
        """A secret of this folder, made when it is first asked for."""
        known: dict[str, str] = json.loads(self._secrets.read_text()) if self._secrets.exists() else {}
        if name not in known:
            known[name] = make()
            write_private(self._secrets, json.dumps(known, indent=1))
        return known[name]


def signing_key() -> str:
    """A new Ed25519 private key: base64 of its PKCS 8 PEM."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(pem).decode()


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner reads (0600); whole or not at all, whatever happens meanwhile."""
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
