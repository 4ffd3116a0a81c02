"""Tells what is going on: a spinner in a terminal, a line a step elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Progress:
    """Steps, one after the other, each with how long it took."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    def say(self, words: str) -> None:
        """A line of its own."""
        self.console.print(escape(words), soft_wrap=True)

    def warn(self, words: str) -> None:
        """A line that should be read."""
        self.console.print(f"[bold yellow]! {escape(words)}[/]", soft_wrap=True)

    @contextmanager
    def step(self, what: str) -> Iterator["Step"]:
        """One step; the time it took is told when it ends well."""
        started = time.monotonic()
        step = Step(self.console, what)
        if self.console.is_terminal:
            with self.console.status(escape(what)) as step.status:
                yield step
        else:
            self.console.print(f"… {escape(what)}", soft_wrap=True)
            yield step
        took = time.monotonic() - started
        self.console.print(f"[green]✓[/] {escape(step.what)} [dim]({took:.1f} s)[/]", soft_wrap=True)


class Step:
    """A step under way; `done` names what it came to."""

    def __init__(self, console: Console, what: str) -> None:
        self._console = console
        self.what = what
        self.status: object = None

    def now(self, doing: str) -> None:
        """Shows how far it is, in a terminal."""
        if self._console.is_terminal:
            self.status.update(escape(f"{self.what}: {doing}"))  # type: ignore[attr-defined]

    def done(self, what: str) -> None:
        """What it came to, told in place of what it was."""
        self.what = what
