"""Read models: made again from events, and held against them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from gardenos_chassis.settings import SERVICES
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from gardenos_cli.client.api import Refused

if TYPE_CHECKING:
    from gardenos_chassis.read_models.progress import Progress, Say
    from gardenos_chassis.service import Service

ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(SERVICES))]
Data = Annotated[Path, typer.Option(envvar="DATA", file_okay=False, help="The folder of the platform that runs here.")]


def rebuild(
    service: ServiceName,
    read_model: Annotated[str, typer.Argument(help="As the README of the service names it.")],
    anew: Annotated[bool, typer.Option("--anew", help="Do not go on with a run that was cut short.")] = False,
    data: Data = Path(".gardenos"),
) -> None:
    """Make a read model's tables again from events while the old ones serve, and exchange them."""
    from gardenos_chassis.errors import Refusal
    from gardenos_chassis.read_models.command import run_rebuild

    found, owner_url = _found(service, data)
    try:
        with _shown() as say:
            said = asyncio.run(run_rebuild(found, read_model, owner_url, say, anew=anew))
    except Refusal as refusal:
        raise Refused(refusal.detail) from None
    Console(highlight=False).print(said, soft_wrap=True, markup=False)


def verify(
    service: ServiceName,
    read_models: Annotated[list[str] | None, typer.Argument(metavar="[READ_MODEL]...", help="By default all.")] = None,
    data: Data = Path(".gardenos"),
) -> None:
    """Hold live read tables against a rebuild from events; exit status 1 where they differ."""
    from gardenos_chassis.errors import Refusal
    from gardenos_chassis.read_models.command import in_words, run_verify

    found, owner_url = _found(service, data)
    try:
        with _shown() as say:
            tables = asyncio.run(run_verify(found, read_models or [], owner_url, say))
    except Refusal as refusal:
        raise Refused(refusal.detail) from None
    for line in in_words(tables):
        Console(highlight=False).print(line, soft_wrap=True, markup=False)
    if any(each.differing for each in tables):
        raise typer.Exit(1)


def _found(service: str, data: Path) -> "tuple[Service, str]":
    from gardenos_cli.up.maintenance import NoOwner, of_service

    if service not in SERVICES:
        raise Refused(f"there is no service {service!r}; there are: {', '.join(SERVICES)}")
    try:
        return asyncio.run(of_service(service, data))
    except NoOwner as error:
        raise Refused(str(error)) from None


@contextmanager
def _shown() -> "Iterator[Say]":
    """A bar for each source in a terminal, lines elsewhere."""
    from gardenos_chassis.read_models.command import Lines

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(""), TimeRemainingColumn())
    with Bars(*columns, console=console) as bars:
        status = bars.add_task("", total=None)
        tasks: dict[str, TaskID] = {}

        def say(progress: "Progress") -> None:
            bars.update(
                status,
                description=progress.doing,
                total=sum(progress.events.values()),
                completed=sum(progress.done.values()),
            )
            for source, events in progress.events.items():
                if source not in tasks:
                    tasks[source] = bars.add_task(f"  {source}", total=events)
                bars.update(tasks[source], total=events, completed=progress.done.get(source, 0))

        yield say


class _Rate(TextColumn):
    """Events a second."""

    def render(self, task: "object") -> "object":  # type: ignore[override]
        from rich.text import Text

        speed = getattr(task, "speed", None)
        return Text(f"{speed:,.0f}/s" if speed else "")
