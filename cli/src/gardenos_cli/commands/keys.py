"""Keys of people, and the master keys that wrap them."""

from pathlib import Path
from typing import Annotated

import typer
from gardenos_chassis.settings import SERVICES
from rich.console import Console

from gardenos_cli.commands.working import Data, worked_on

app = typer.Typer(no_args_is_help=True, help="Keys of people, by which their personal data is sealed.")


@app.callback()
def _group() -> None:
    """One command today; without this it would not be named."""


@app.command("rewrap")
def rewrap(
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]...", help="By default all that keep personal data.")
    ] = None,
    data: Data = Path(".gardenos"),
) -> None:
    """Wrap every person's key anew by the newest master key, while the services serve.

    The older master keys can be taken away then. Exit status 1 where people's keys were wrapped by a master key that is
    not named, 2 if it could not be done. What is done is kept, and the same command goes on.
    """
    from gardenos_chassis.sealing.fields import are_sealed
    from gardenos_chassis.sealing.rewrapping import rewrap as rewrapped

    lost = 0
    for service in services or [each for each in SERVICES if are_sealed(each)]:
        found = worked_on(
            service, data, service, lambda found, _, say: rewrapped(found, say),
            stopped="stopped; what is wrapped anew is kept, and the same command goes on", owner=False,
        )  # fmt: skip
        lost += found.lost
        for line in found.in_words():
            Console(highlight=False).print(line, soft_wrap=True, markup=False)
    if lost:
        raise typer.Exit(1)
