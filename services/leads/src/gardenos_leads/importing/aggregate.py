"""An import: a file that is uploaded, planned, looked at, run, and may be taken back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from gardenos_chassis.errors import Conflict
from gardenos_contracts import Event, Fact
from gardenos_contracts.leads import (
    ImportChecked,
    ImportFailed,
    ImportPlanned,
    ImportStarted,
    ImportUndone,
    ImportUndoStarted,
    ImportUploaded,
    LeadsImported,
)


class ImportStatus(StrEnum):
    """How far an import is."""

    UPLOADED = "uploaded"
    PLANNED = "planned"
    CHECKING = "checking"
    """It is being looked at what it would do; of this no event tells."""
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"
    EXPIRED = "expired"
    """It was never run, and its file is gone; nor does an event tell of this."""


_BEFORE = (ImportStatus.UPLOADED, ImportStatus.PLANNED, ImportStatus.CHECKED)


@dataclass(frozen=True, slots=True)
class Import:
    """State is what its events made it."""

    import_id: UUID
    filename: str
    status: ImportStatus
    run_automations: bool = True

    def plan(self, match_by: Iterable[str], duplicates: str, *, run_automations: bool) -> Iterator[Event]:
        """It is said how the file is to be taken in, as often as one likes before it is."""
        self._require(_BEFORE, "planned anew: it has been run")
        yield ImportPlanned(
            import_id=self.import_id,
            match_by=tuple(match_by),
            duplicates=duplicates,
            run_automations=run_automations,
        )

    def check(self) -> None:
        """Raises Conflict where it cannot be looked at what it would do."""
        self._require((ImportStatus.PLANNED, ImportStatus.CHECKED), "checked: " + self._why_not)

    def checked(self, rows: int) -> Iterator[Event]:
        """It was looked at what it would do."""
        self.check()
        yield ImportChecked(import_id=self.import_id, rows=rows)

    def start(self) -> Iterator[Event]:
        """It is run. Nothing happens where it runs already."""
        if self.status is not ImportStatus.RUNNING:
            self._require((ImportStatus.PLANNED, ImportStatus.CHECKED), "run: " + self._why_not)
            yield ImportStarted(import_id=self.import_id, run_automations=self.run_automations)

    def finish(self, counts: Mapping[str, int]) -> Iterator[Event]:
        """Its last row was taken in."""
        self._require((ImportStatus.RUNNING,), "finished: it does not run")
        yield LeadsImported(
            import_id=self.import_id, filename=self.filename, run_automations=self.run_automations, **counts
        )

    def fail(self) -> Iterator[Event]:
        """It ended before its last row."""
        self._require((ImportStatus.RUNNING,), "given up: it does not run")
        yield ImportFailed(import_id=self.import_id)

    def undo(self) -> Iterator[Event]:
        """It is taken back. Nothing happens where that is under way."""
        if self.status is not ImportStatus.UNDOING:
            why = "it was already" if self.status is ImportStatus.UNDONE else "nothing of it is in yet"
            self._require((ImportStatus.DONE, ImportStatus.FAILED), f"undone: {why}")
            yield ImportUndoStarted(import_id=self.import_id)

    def undone(self, outcome: Mapping[str, int]) -> Iterator[Event]:
        """It was taken back."""
        self._require((ImportStatus.UNDOING,), "undone: nobody asked for it")
        yield ImportUndone(import_id=self.import_id, **outcome)

    @property
    def _why_not(self) -> str:
        return (
            "say first how its columns are to be taken" if self.status is ImportStatus.UPLOADED else "it has been run"
        )

    def _require(self, allowed: Iterable[ImportStatus], what: str) -> None:
        if self.status not in allowed:
            raise Conflict(f"this import cannot be {what}")


def evolve(state: Import | None, event: Event) -> Import:
    """The state after one more event. Raises TypeError for an event that is none of an import's."""
    match event:
        case ImportUploaded():
            return Import(event.import_id, event.filename, ImportStatus.UPLOADED)
        case LeadsImported():
            # Of older imports this is all that is told.
            return Import(event.import_id, event.filename, ImportStatus.DONE, event.run_automations)
        case ImportPlanned() if state is not None:
            return replace(state, status=ImportStatus.PLANNED, run_automations=event.run_automations)
        case ImportChecked() if state is not None:
            return replace(state, status=ImportStatus.CHECKED)
        case ImportStarted() if state is not None:
            return replace(state, status=ImportStatus.RUNNING)
        case ImportFailed() if state is not None:
            return replace(state, status=ImportStatus.FAILED)
        case ImportUndoStarted() if state is not None:
            return replace(state, status=ImportStatus.UNDOING)
        case ImportUndone() if state is not None:
            return replace(state, status=ImportStatus.UNDONE)
    raise TypeError(f"{event.event_type} is no event of an import")


def folded(facts: Iterable[Fact[Any]]) -> tuple[Import, int]:
    """An import and its version, of its history."""
    state: Import | None = None
    version = 0
    for fact in facts:
        state, version = evolve(state, fact.data), fact.version
    assert state is not None
    return state, version
