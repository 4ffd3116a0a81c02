"""Who is signed in on this machine: kept in the user's configuration folder, read by its owner alone (0600)."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import typer


@dataclass(frozen=True, slots=True)
class Session:
    """A platform's address, and the tokens that a sign-in there gave."""

    address: str
    access_token: str
    refresh_token: str
    email: str
    agency: str


def session_file() -> Path:
    """Where it is kept; `GARDENOS_CONFIG` names another folder."""
    folder = os.environ.get("GARDENOS_CONFIG") or typer.get_app_dir("gardenos")
    return Path(folder) / "session.json"


def load() -> Session | None:
    """Who is signed in, or None."""
    try:
        return Session(**json.loads(session_file().read_text()))
    except (OSError, ValueError, TypeError):
        return None


def save(session: Session) -> None:
    """Keeps it, in place of who was signed in before."""
    path = session_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(session), file)
    fresh.replace(path)


def forget() -> None:
    """Signs out here."""
    session_file().unlink(missing_ok=True)
