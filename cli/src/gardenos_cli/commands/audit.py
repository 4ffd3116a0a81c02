"""Whether what was recorded is as it was."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from gardenos_chassis.settings import SERVICES

from gardenos_cli.commands.working import Data, tell, worked_on

if TYPE_CHECKING:
    from gardenos_chassis.audit.verification import Anchor, Verified
    from gardenos_chassis.read_models.progress import Say
    from gardenos_chassis.service import Service

app = typer.Typer(no_args_is_help=True, help="Whether what was recorded is as it was: each agency's chain of hashes.")

Services = Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...", help="By default all.")]


@app.command("verify")
def verify(
    services: Services = None,
    kept: Annotated[
        Path | None,
        typer.Option(
            "--anchors", exists=True, dir_okay=False, help="Lines that `gardenos audit anchors` gave earlier."
        ),
    ] = None,
    data: Data = Path(".gardenos"),
) -> None:
    """Compute every link of every agency's chain again, while the services serve, and tell the first that is broken.

    With anchors that were kept elsewhere, a chain that was made anew as a whole is found too. Exit status 1 where something
    was changed, 2 if it could not be looked at.
    """
    from gardenos_chassis.audit.verification import parsed
    from gardenos_chassis.audit.verification import verify as verified

    async def work(found: "Service", _: str, say: "Say") -> "Verified":
        return await verified(found, say, parsed(kept.read_text()) if kept else ())

    broken = 0
    for service in services or SERVICES:
        found = worked_on(service, data, service, work, stopped="stopped; nothing was changed", owner=False)
        tell(found.in_words())
        broken += len(found.breaks)
    if broken:
        raise typer.Exit(1)


@app.command("anchors")
def anchors(services: Services = None, data: Data = Path(".gardenos")) -> None:
    """Print the last link of every agency's chain, a line of JSON each.

    Keep them where who keeps the databases cannot write: they prove later that all that came before is as it was.
    """
    from gardenos_chassis.audit.verification import anchors as found_in

    async def work(found: "Service", _: str, say: "Say") -> "list[Anchor]":
        return await found_in(found)

    for service in services or SERVICES:
        for anchor in worked_on(service, data, service, work, stopped="stopped", owner=False):
            print(anchor.line())
