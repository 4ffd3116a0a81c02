"""Running the platform: all of it on this machine, or one service alone."""

import asyncio
import importlib.util
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from gardenos_chassis.settings import SERVICES

from gardenos_cli.client.api import Refused
from gardenos_cli.up.progress import Progress

ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(SERVICES))]


def up(
    port: Annotated[int, typer.Option(envvar="PORT", min=1, max=65535, help="Where it answers.")] = 8000,
    data: Annotated[
        Path, typer.Option(envvar="DATA", file_okay=False, help="The folder of everything it keeps.")
    ] = Path(".gardenos"),
    host: Annotated[str, typer.Option(envvar="GARDENOS_HOST", help="The address it listens at.")] = "127.0.0.1",
    web: Annotated[Path, typer.Option(envvar="GARDENOS_WEB", help="The built web client.")] = Path("web/dist"),
    seed: Annotated[bool, typer.Option(help="Plant a demo agency in an empty folder.")] = True,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Run everything on this machine: PostgreSQL, Kafka, the six services, the web client."""
    # Late: the client commands need none of the services.
    from gardenos_chassis.local import StartFailed

    from gardenos_cli.seed import SeedFailed
    from gardenos_cli.up.command import PortTaken, Wish
    from gardenos_cli.up.command import up as start
    from gardenos_cli.up.folder import FolderTaken

    wish = Wish(folder=data, host=host, port=port, web=web, seed=seed, with_parent=with_parent)
    try:
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(start(wish, Progress()))
    except (PortTaken, FolderTaken, StartFailed, SeedFailed) as error:
        raise Refused(str(error)) from None


def run(service: ServiceName) -> None:
    """Run one service alone, with settings from the environment (GARDENOS_<SERVICE>_…, GARDENOS_…)."""
    _hand_over(service)


def migrate(service: ServiceName) -> None:
    """Bring one service's database up to date, as its owner (GARDENOS_<SERVICE>_MIGRATION_URL)."""
    _hand_over(service, "migrate")


def _hand_over(service: str, *command: str) -> None:
    """To the service's own program, in place of this one: its signals, its exit status."""
    if service not in SERVICES:
        raise Refused(f"there is no service {service!r}; there are: {', '.join(SERVICES)}")
    package = f"gardenos_{service}"
    if importlib.util.find_spec(package) is None:
        raise Refused(f"{package} is not installed here")
    os.execv(sys.executable, [sys.executable, "-m", package, *command])  # noqa: S606
