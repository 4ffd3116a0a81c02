"""Snapshots: the folded state of a long stream, so that a command need not fold it from its beginning.

They are a shortcut and no truth: with the table emptied everything is as before. A snapshot is read only by the code that
took it. Whatever may change what a fold gives (the aggregate's module, the shape of its state, the upcasters) makes older
ones as if they were not there, and they are taken anew.
"""

import hashlib
import inspect
import json
import logging
from collections.abc import Callable
from typing import Generic, TypeVar, get_type_hints
from uuid import UUID

from gardenos_contracts import Event
from gardenos_contracts.event import all_upcasters
from pydantic import TypeAdapter
from sqlalchemy import text

from gardenos_chassis.events.store import history
from gardenos_chassis.sealing.forgetting import wait_for_forgetting
from gardenos_chassis.tenancy import Session

log = logging.getLogger(__name__)

A = TypeVar("A")

_LATEST = text("select version, state::text from snapshots where stream_id = :stream_id and made_by = :made_by")
_TAKE = text(
    "insert into snapshots as snapshot (agency_id, stream_id, made_by, version, state)"
    " values (:agency_id, :stream_id, :made_by, :version, cast(:state as jsonb))"
    " on conflict (agency_id, stream_id) do update"
    " set made_by = excluded.made_by, version = excluded.version, state = excluded.state"
)


class Snapshots(Generic[A]):
    """Snapshots of one kind of aggregate, taken by the command that had to fold `every` events or more.

    `evolve` names the state by its annotation, which pydantic must be able to write as JSON and read back.
    """

    def __init__(self, evolve: Callable[[A | None, Event], A], *, every: int) -> None:
        self._evolve = evolve
        self._every = every
        self._state: TypeAdapter[A] = TypeAdapter(get_type_hints(evolve)["return"])
        told = (
            inspect.getsource(inspect.getmodule(evolve) or evolve),
            self._state.json_schema(),
            sorted(all_upcasters()),
        )
        self._made_by = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    async def latest(self, session: Session, stream_id: UUID) -> tuple[A | None, int]:
        """The state at a version; (None, 0) if there is no snapshot by this code."""
        row = (await session.execute(_LATEST, {"stream_id": stream_id, "made_by": self._made_by})).first()
        return (None, 0) if row is None else (self._state.validate_json(row.state), row.version)

    async def take_if_due(self, session: Session, agency_id: UUID, stream_id: UUID, folded: int) -> None:
        """Takes one, in the session's transaction, if so many events were folded to know the state.

        Of what is stored alone, read again behind whoever forgets a person: so no snapshot keeps what they forgot.
        """
        if folded < self._every:
            return
        await wait_for_forgetting(session, agency_id)
        state, version = await self.latest(session, stream_id)
        for event in await history(session, stream_id, after_version=version):
            state, version = self._evolve(state, event.data), event.version
        if state is None:
            return
        kept = self._state.dump_json(state).decode()
        if self._state.validate_json(kept) != state:
            log.error(
                "a state does not come back from JSON as it was: no snapshot", extra={"state": type(state).__name__}
            )
            return
        await session.execute(
            _TAKE,
            {
                "agency_id": agency_id,
                "stream_id": stream_id,
                "made_by": self._made_by,
                "version": version,
                "state": kept,
            },
        )
