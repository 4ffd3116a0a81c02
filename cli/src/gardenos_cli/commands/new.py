"""Projects of other teams: written, and run on the platform of this machine."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gardenos_cli.client.api import Refused

new = typer.Typer(no_args_is_help=True, help="Begin a project that stands on GardenOS.")


@new.callback()
def begin() -> None:
    """Begin a project that stands on GardenOS."""


@new.command()
def consumer(
    name: Annotated[str, typer.Argument(help="What it does, as in hot-leads.")],
    into: Annotated[
        Path | None, typer.Option(file_okay=False, help="Its folder, outside this repository; by default ./NAME.")
    ] = None,
) -> None:
    """Write a consumer's project: handler, database, migration, tests, image, chart values."""
    from gardenos_cli.new.project import BadName, FolderTaken, checkout, write_consumer

    gardenos = checkout()
    if gardenos is None:
        raise Refused("there is no GardenOS checkout here: clone it, and run this in it")
    try:
        folder = write_consumer(name, into or Path(name), gardenos)
    except (BadName, FolderTaken) as error:
        raise Refused(str(error)) from None
    Console(stderr=True, highlight=False).print(
        f"{folder} is written. Next:\n  cd {folder}\n  uv run pytest\n  uv run gardenos attach",
        markup=False,
        soft_wrap=True,
    )


def attach(
    command: Annotated[
        list[str] | None, typer.Argument(help="Instead of serving: `verify`, or `rebuild` and a read model.")
    ] = None,
    project: Annotated[Path, typer.Option(file_okay=False, help="Where the consumer's pyproject.toml is.")] = Path(),
    data: Annotated[
        Path | None,
        typer.Option(
            envvar="DATA", file_okay=False, help="The platform's folder; by default the one the project names."
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it answers /readyz and /metrics.")] = 8100,
) -> None:
    """Run a consumer's project on the platform that `make up` runs on this machine."""
    from gardenos_cli.up.attached import CannotAttach, Project, prepared

    try:
        found = Project.read(project)
        platform = data or found.data or Path(".gardenos")
        environment = asyncio.run(prepared(found, platform, port, as_owner=bool(command)))
    except CannotAttach as error:
        raise Refused(str(error)) from None
    if not command:
        Console(stderr=True, highlight=False).print(
            f"{found.name} listens; how it is: http://127.0.0.1:{port}/readyz   stop: Ctrl-C", soft_wrap=True
        )
    os.execve(sys.executable, [sys.executable, "-m", found.module, *(command or ["serve"])], environment)  # noqa: S606
