"""pgqueuer's manager, on our table: it asks for jobs, starts each as a task, beats the heart of what runs, and waits at the end.

Of its port a worker asks little, and only that is answered here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast
from uuid import UUID

from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain import models as pgqueuer
from pgqueuer.domain.types import Channel, HealthCheckId, JobId, QueueEntrypoint
from pgqueuer.ports import RepositoryPort
from pgqueuer.ports.driver import NotifyCallback

from gardenos_chassis.jobs.kinds import Job
from gardenos_chassis.jobs.queue import HINT


class Does(Protocol):
    """What the manager's questions come down to; a job that is held is known by its lease."""

    async def claim(self) -> Sequence[Job]:
        """As many as may be begun now."""

    async def keep(self, leases: Iterable[UUID]) -> None:
        """Renews these leases."""

    async def attend(self, lease: UUID) -> None:
        """Has a claimed job done."""


def manager_of(worker: Does, kinds: Iterable[str], hints: "Hints") -> QueueManager:
    """A manager that has this worker do jobs of these kinds."""
    manager = _Manager(cast("RepositoryPort", _Queue(worker, hints)), Channel(HINT))
    for kind in kinds:
        parameters = EntrypointExecutorParameters(concurrency_limit=0, func=_by_executor)
        manager.register_executor(kind, _Executor(parameters, worker))
    return manager


class _Manager(QueueManager):
    """pgqueuer's, without a look at tables that are not there."""

    async def verify_structure(self) -> None:
        """The migrations made ours."""


class Hints:
    """As much of a driver as pgqueuer's manager asks for: what wakes it up comes from this process, not by NOTIFY."""

    _CHANGED = pgqueuer.TableChangedEvent(
        channel=Channel(HINT), sent_at=pgqueuer.utc_now(), type="table_changed_event", operation="insert", table="jobs"
    ).model_dump_json()

    def __init__(self) -> None:
        self._callback: NotifyCallback | None = None
        self._given = False

    def give(self) -> None:
        """Wakes it up, once until it has looked."""
        if self._callback is not None and not self._given:
            self._given = True
            self._callback(self._CHANGED)

    def taken(self) -> None:
        """It looks now: what comes from here on is another hint."""
        self._given = False

    def answer(self, id: HealthCheckId) -> None:
        """The manager asks itself whether it hears."""
        if self._callback is not None:
            heard = pgqueuer.HealthCheckEvent(
                channel=Channel(HINT), sent_at=pgqueuer.utc_now(), type="health_check_event", id=id
            )
            self._callback(heard.model_dump_json())

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """The manager listens from now on."""
        self._callback = callback
        self._given = False

    async def __aenter__(self) -> "Hints":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._callback = None


class _Queue:
    """As much of a repository as pgqueuer's manager asks for."""

    def __init__(self, worker: Does, driver: Hints) -> None:
        self._worker = worker
        self.driver = driver

    async def dequeue(self, *_: object, **__: object) -> list[pgqueuer.Job]:
        self.driver.taken()
        return [_told(job) for job in await self._worker.claim()]

    async def update_heartbeat(self, job_ids: list[JobId]) -> None:
        await self._worker.keep(UUID(int=id) for id in job_ids)

    async def log_jobs(self, job_status: object) -> None:
        """How a job ended is said by who attended it, while its heart still beats."""

    async def notify_health_check(self, health_check_event_id: HealthCheckId) -> None:
        self.driver.answer(health_check_event_id)

    async def eligible_queued_work(self, entrypoints: object) -> int:
        """It has just been looked; the next look is in a moment, or by a hint."""
        return 0

    async def queued_work(self, entrypoints: object) -> int:
        return 0

    async def next_deferred_eta(self, entrypoints: object) -> None:
        return None


@dataclass
class _Executor(AbstractEntrypointExecutor):
    worker: Does

    async def execute(self, job: pgqueuer.Job, context: pgqueuer.Context) -> None:
        await self.worker.attend(UUID(int=job.id))


async def _by_executor(_: pgqueuer.Job) -> None:
    """pgqueuer wants a function for each kind; the executor has it."""


def _told(job: Job) -> pgqueuer.Job:
    """The job in pgqueuer's words, which knows it by its lease."""
    return pgqueuer.Job(
        id=JobId(job.lease.int), priority=0, created=job.created_at, updated=job.created_at, heartbeat=job.created_at,
        execute_after=job.due_at, status="picked", entrypoint=QueueEntrypoint(job.kind), payload=None,
        attempts=job.tries, queue_manager_id=None, headers=None,
    )  # fmt: skip
