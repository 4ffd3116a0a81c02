"""Those who operate the platform."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gardenos_cli.commands.working import Data, tell, worked_on

if TYPE_CHECKING:
    from gardenos_chassis.read_models.progress import Say
    from gardenos_chassis.service import Service

app = typer.Typer(
    no_args_is_help=True, help="Those who operate the platform: they see which agencies there are, and suspend them."
)

Email = Annotated[str, typer.Argument(help="Their email address.")]
_DATA = Path(".gardenos")


@app.command("add")
def add(email: Email, data: Data = _DATA) -> None:
    """Make somebody an operator, and show once what they sign in with at /operator."""
    _do(data, "add", email)


@app.command("renew")
def renew(email: Email, data: Data = _DATA) -> None:
    """Give an operator a new password and second factor; their sessions end."""
    _do(data, "renew", email)


@app.command("remove")
def remove(email: Email, data: Data = _DATA) -> None:
    """Make somebody an operator no more; their sessions end."""
    _do(data, "remove", email)


@app.command("list")
def list_operators(data: Data = _DATA) -> None:
    """Who is an operator, and who was."""
    _do(data, "list")


def _do(data: Path, what: str, email: str = "") -> None:
    from gardenos_identity.operators.command import done

    async def work(found: "Service", _: str, say: "Say") -> list[str]:
        return await done(found, what, email)

    tell(worked_on("identity", data, "operator", work, stopped="stopped; nothing was changed", owner=False))
