"""docs/extending.md, as it is written: its files, its commands, in their order, and what it says comes of them."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from gardenos_chassis.local import EmbeddedPostgres, free_port
from gardenos_chassis.testing import eventually
from project_under_test import ROOT, Environment
from up_under_test import up

SOURCES = ("ai", "comms", "identity", "leads")
DOCUMENT = ROOT / "docs" / "extending.md"
_BLOCK = re.compile(
    r"(?:^`(?P<path>[^`\n]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Block:
    """Code in the document: a file, if the line before it names one; else, in `sh`, commands."""

    language: str
    text: str
    path: str | None


def blocks() -> list[Block]:
    found = _BLOCK.finditer(DOCUMENT.read_text())
    return [Block(block["language"], block["text"], block["path"]) for block in found]


@dataclass
class Terminal:
    """Where the reader types: a folder, and the environment of the project."""

    folder: Path
    variables: dict[str, str]

    async def run(self, commands: str) -> str:
        """Runs them to their end, each of which must succeed; goes where they go. What they printed."""
        shell = await self._start(commands + '\npwd >"$PLACE"', PLACE=str(self.folder.parent / "place"))
        said = (await shell.communicate())[0].decode()
        assert shell.returncode == 0, f"{commands}\n{said}"
        self.folder = Path((self.folder.parent / "place").read_text().strip())
        return said

    @asynccontextmanager
    async def kept(self, commands: str) -> AsyncIterator["Kept"]:
        """Runs what does not end by itself, until the context does; then by Ctrl-C."""
        kept = Kept(await self._start(f"exec env {commands}"))
        reading = asyncio.create_task(kept.read())
        try:
            yield kept
        finally:
            await kept.end()
            await reading

    async def _start(self, commands: str, **more: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            "bash", "-euo", "pipefail", "-c", commands,
            cwd=self.folder, env=self.variables | more, start_new_session=True,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip


@dataclass
class Kept:
    """A program at work, and the lines it printed."""

    process: asyncio.subprocess.Process
    said: list[str] = field(default_factory=list)

    async def read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.said.append(line.decode().rstrip())

    async def end(self) -> int:
        """Ends it by Ctrl-C; its exit status. A service may take its time for what is under way, and then stops its parts."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGINT)
        try:
            async with asyncio.timeout(90):
                return await self.process.wait()
        except TimeoutError as late:
            late.add_note("it does not end; it said:\n" + "\n".join(self.said[-40:]))
            raise

    async def says(self, words: str, *, within: float = 60) -> None:
        async def said() -> bool:
            assert self.process.returncode is None or any(words in line for line in self.said), self.said
            return any(words in line for line in self.said)

        await eventually(said, within=within, what=f"{words!r} among {self.said}")


def a_checkout(folder: Path) -> Path:
    """This repository by another way, so that what lies beside it is the test's own."""
    folder.mkdir()
    for entry in ROOT.iterdir():
        (folder / entry.name).symlink_to(entry)
    return folder


async def rows_in(data: Path, service: str, query: str) -> set[tuple[object, ...]]:
    """What a query finds in the database of a service, of all agencies."""
    connection = await EmbeddedPostgres(data / "postgres").server.connect(f"gardenos_{service}")
    try:
        return {tuple(row) for row in await connection.fetch(query)}
    finally:
        await connection.close()


async def leads_in(data: Path, service: str, column: str) -> set[str]:
    """The leads of all agencies that a service keeps in its table of them."""
    return {str(lead) for (lead,) in await rows_in(data, service, f"select {column} from leads")}


async def ai_is_read(data: Path) -> bool:
    """Whether ai has nothing to do now, and the consumer has all it recorded: what is left are jobs of another day."""
    if await rows_in(data, "ai", "select id from jobs where due_at < now() + interval '10 minutes'"):
        return False
    recorded = await rows_in(data, "ai", "select agency_id, head from agency_heads")
    read = await rows_in(data, "hot_leads", "select agency_id, sequence from consumer_marks where source = 'ai'")
    return recorded <= read


@pytest.fixture(autouse=True)
def ctrl_c_is_heard() -> None:
    """A shell has what it runs in the background ignore Ctrl-C, and so would all that is started from here."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.timeout(900)
async def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    environment = Environment.make(tmp_path / "environment")
    checkout = a_checkout(tmp_path / "gardenos")
    project = tmp_path / "hot-leads"
    attach = ""
    terminal = Terminal(checkout, environment.variables | {"DATA": str(tmp_path / "data")})
    written: list[str] = []
    kept: dict[str, Kept] = {}
    async with AsyncExitStack() as stack:
        for block in blocks():
            if block.path is not None:
                path = project / block.path
                assert path.resolve().is_relative_to(project.resolve())
                path.write_text(block.text)
                written.append(block.path)
            elif block.language == "text":
                (promised,) = block.text.splitlines()
                await kept["chat"].says(re.split(r"\d\d:\d\d", promised)[0])
            elif block.text == "make up\n":
                platform = await stack.enter_async_context(up(tmp_path / "data", free_port()))
                await platform.ready()
                password = platform.logins()["ana@maplegrove.example"]
                terminal.variables |= {"GARDENOS_URL": platform.address, "GARDENOS_PASSWORD": password}
                terminal.variables |= {"GARDENOS_CONFIG": str(tmp_path)}
            elif "tests/chat.py" in block.text:
                kept["chat"] = await stack.enter_async_context(terminal.kept(block.text))
                await kept["chat"].says("a chat at")
            elif "gardenos attach" in block.text:
                attach = block.text
                kept["consumer"] = await stack.enter_async_context(terminal.kept(attach))
                for source in SOURCES:
                    await kept["consumer"].says(f"caught up with {source}")
                assert any("of leads that were recorded before this start" in line for line in kept["consumer"].said)
            elif "uv run pytest" in block.text and not project.exists():
                # What `uv run` would install first is put there in between.
                create, test = block.text.split("uv run pytest")
                await terminal.run(create)
                assert terminal.folder == project
                environment.install(project)
                await terminal.run("uv run pytest" + test)
            else:
                assert block.language == "sh", block
                await terminal.run(block.text)
        assert len(written) == len(set(written)) == 9
        assert await leads_in(tmp_path / "data", "hot_leads", "lead_id") == await leads_in(
            tmp_path / "data", "leads", "id"
        )

        # "Stop the consumer with Ctrl-C, …, start it again: it goes on where it was." What ai scores meanwhile it would read then.
        await eventually(lambda: ai_is_read(tmp_path / "data"), within=120, what="ai at rest, and read")
        await kept["consumer"].end()
        assert "Application shutdown complete" in "\n".join(kept["consumer"].said)
        told = list(kept["chat"].said)
        again = await stack.enter_async_context(terminal.kept(attach))
        for source in SOURCES:
            await again.says(f"caught up with {source}")
        assert [line for line in again.said if "were recorded before this start" in line] == []
        assert kept["chat"].said == told
        await again.end()
        await a_new_project_is_at_work_at_once(terminal, environment, tmp_path)


async def a_new_project_is_at_work_at_once(terminal: Terminal, environment: Environment, folder: Path) -> None:
    """As it is written, on the platform that runs: it reads history, and its table is what a rebuild makes of that."""
    terminal.folder = folder / "gardenos"
    await terminal.run(".venv/bin/gardenos new consumer late-calls --into ../late-calls")
    terminal.folder = folder / "late-calls"
    environment.install(terminal.folder)
    async with terminal.kept("uv run gardenos attach") as attached:
        await attached.says("caught up with leads")
    assert await leads_in(folder / "data", "late_calls", "lead_id") == await leads_in(folder / "data", "leads", "id")
    await terminal.run("uv run gardenos attach verify")
    await terminal.run("uv run gardenos attach rebuild leads")
