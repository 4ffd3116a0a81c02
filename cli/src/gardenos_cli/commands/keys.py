"""Keys of people, and the master keys that wrap them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from gardenos_chassis.settings import SERVICES

from gardenos_cli.commands.working import Data, tell, worked_on

if TYPE_CHECKING:
    from gardenos_chassis.read_models.progress import Say
    from gardenos_chassis.sealing.rewrapping import Rewrapped
    from gardenos_chassis.service import Service

app = typer.Typer(no_args_is_help=True, help="Keys of people, by which their personal data is sealed.")


@app.callback()
def _group() -> None:
    """One command today; without this it would not be named."""


@app.command("rewrap")
def rewrap(
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]...", help="By default all that keep something sealed.")
    ] = None,
    data: Data = Path(".gardenos"),
) -> None:
    """Wrap every person's key anew by the newest master key, while the services serve.

    The older master keys can be taken away then. Exit status 1 where keys were wrapped by a master key that is not named,
    2 if it could not be done. What is done is kept, and the same command goes on.
    """
    from gardenos_chassis.sealing.rewrapping import rewrap as rewrapped
    from gardenos_chassis.sealing.rewrapping import wrapped_by

    async def work(found: "Service", _: str, say: "Say") -> "Rewrapped | None":
        return await rewrapped(found, say) if services or wrapped_by(found) else None

    stopped = "stopped; what is wrapped anew is kept, and the same command goes on"
    lost = 0
    for service in services or SERVICES:
        found = worked_on(service, data, service, work, stopped=stopped, owner=False)
        tell(found.in_words() if found else ())
        lost += found.lost if found else 0
    if lost:
        raise typer.Exit(1)
