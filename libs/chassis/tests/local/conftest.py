"""A parent that can be killed, and a look at who still holds a folder."""

import fcntl
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import rmtree

import pytest


class Parent:
    """A process of its own that started a part; `said` is where the part is."""

    def __init__(self, process: "subprocess.Popen[str]", said: str) -> None:
        self.process = process
        self.said = said

    def kill(self) -> None:
        """kill -9, and gone."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def folder() -> Iterator[Path]:
    """For one server; its path is short."""
    made = Path(tempfile.mkdtemp(prefix="gardenos-"))
    yield made / "server"
    rmtree(made, ignore_errors=True)


@pytest.fixture
def parent_of() -> Iterator[Callable[[str, Path], Parent]]:
    """`parent_of("kafka", folder)`: a parent with its part started."""
    with ExitStack() as parents:

        def started(part: str, folder: Path) -> Parent:
            return parents.enter_context(_parent(part, folder))

        yield started


@contextmanager
def _parent(part: str, folder: Path) -> Iterator[Parent]:
    program = Path(__file__).with_name("parent.py")
    process = subprocess.Popen([sys.executable, program, part, folder], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline().strip()
        assert said, "the part did not start"
        yield Parent(process, said)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def is_held(folder: Path) -> Callable[[], bool]:
    """Whether a server, or its guard, still lives in the folder."""

    def held() -> bool:
        with (folder / "server.lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    return held
