"""Long work on a service's tables from outside of it: found, carried out, shown while it lasts."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from gardenos_chassis.settings import SERVICES
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bars

from gardenos_cli.client.api import Refused

if TYPE_CHECKING:
    from gardenos_chassis.read_models.progress import Progress, Say
    from gardenos_chassis.service import Service

ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(SERVICES))]
Data = Annotated[Path, typer.Option(envvar="DATA", file_okay=False, help="The folder of the platform that runs here.")]

T = TypeVar("T")


def known(service: str) -> str:
    """One of the six. Raises Refused."""
    if service not in SERVICES:
        raise Refused(f"there is no service {service!r}; there are: {', '.join(SERVICES)}")
    return service


def worked_on(
    service: str,
    data: Path,
    title: str,
    work: "Callable[[Service, str, Say], Coroutine[Any, Any, T]]",
    *,
    stopped: str,
    owner: bool = True,
) -> T:
    """What came of the work on a service, with its owner's address if that is needed, shown as it goes.

    Ends the command with status 2 where it could not be carried out, 130 where it was told to stop.
    """
    from gardenos_chassis.errors import Refusal
    from gardenos_chassis.maintenance import Failed, Stopped, carried_out

    from gardenos_cli.up.maintenance import NotThere, of_service

    try:
        found, owner_url = asyncio.run(of_service(known(service), data, owner=owner))
        with _shown(title) as say:
            return carried_out(found, work(found, owner_url, say))
    except (NotThere, Refused, Failed) as error:
        why = str(error)
    except Refusal as refusal:
        why = refusal.detail
    except Stopped:
        _complain(stopped)
        raise typer.Exit(130) from None
    _complain(why)
    raise typer.Exit(2)


def tell(lines: Iterable[str]) -> None:
    """Prints what came of the work, as it is."""
    for line in lines:
        Console(highlight=False).print(line, soft_wrap=True, markup=False)


def _complain(why: str) -> None:
    Console(stderr=True, highlight=False).print(why, style="red", markup=False, soft_wrap=True)


@contextmanager
def _shown(title: str) -> "Iterator[Say]":
    """A bar, and one for each source, in a terminal; lines elsewhere. What is warned of stands above it."""
    from gardenos_chassis.maintenance import Lines

    console = Console(stderr=True, highlight=False)
    with _Warnings.on(console):
        if not console.is_terminal:
            yield Lines()
            return
        columns = (
            TextColumn("{task.description}"), BarColumn(bar_width=20), TaskProgressColumn(show_speed=False),
            MofNCompleteColumn(), TextColumn("{task.fields[unit]}"), TextColumn("{task.fields[pace]}"),
        )  # fmt: skip
        with Bars(*columns, console=console) as bars:
            yield _Shown(bars, title)


class _Shown:
    """Bars that follow what is told."""

    def __init__(self, bars: Bars, title: str) -> None:
        from gardenos_chassis.read_models.progress import Pace

        self._bars = bars
        self._title = title
        self._pace = Pace()
        self._whole = bars.add_task(title, total=None, unit="", pace="")
        self._sources: dict[str, TaskID] = {}

    def __call__(self, progress: "Progress") -> None:
        from gardenos_chassis.read_models.progress import duration

        self._pace.begins(progress)
        seconds = self._pace.seconds_left(progress)
        self._bars.update(
            self._whole,
            description=f"{self._title}: {progress.doing}",
            total=progress.whole,
            completed=min(progress.so_far, progress.whole),
            unit=progress.unit,
            pace=f"{duration(seconds)} left" if seconds else "",
        )
        for gone in self._sources.keys() - progress.total.keys():
            self._bars.remove_task(self._sources.pop(gone))
        for source, total in progress.total.items() if len(progress.total) > 1 else ():
            if source not in self._sources:
                self._sources[source] = self._bars.add_task(f"  {source}", total=total, unit="", pace="")
            done = min(progress.done.get(source, 0), total)
            self._bars.update(self._sources[source], total=total, completed=done)


class _Warnings(logging.Handler):
    """What the services' code warns of, as lines of the terminal: each the first time, and at the end how often it came."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self._console = console
        self._times: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Shows it, with what is at fault."""
        fault = getattr(record, "fault", None)
        words = record.getMessage() + (f": {fault}" if fault else "")
        self._times[words] += 1
        if self._times[words] == 1:
            self._show(words)

    @classmethod
    @contextmanager
    def on(cls, console: Console) -> Iterator[None]:
        """For as long as the work lasts."""
        logger, handler = logging.getLogger("gardenos_chassis"), cls(console)
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)
            for words, times in handler._times.items():
                if times > 1:
                    handler._show(f"{times:,} times: {words}")

    def _show(self, words: str) -> None:
        self._console.print(words, style="yellow", markup=False, soft_wrap=True)
