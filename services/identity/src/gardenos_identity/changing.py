"""Aggregates of one kind beside those of another, changed in one transaction."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from gardenos_chassis.errors import NotFound, PreconditionFailed
from gardenos_chassis.events import UnitOfWork
from gardenos_contracts import Event

A = TypeVar("A")


async def present(
    work: UnitOfWork, id: UUID, evolve: Callable[[A | None, Event], A | None], noun: str, *, named: bool = True
) -> tuple[A, int]:
    """The state and version of an aggregate; `named` by the request, whose `If-Match` is then about it.

    Raises NotFound, PreconditionFailed.
    """
    state: A | None = None
    version = 0
    for fact in await work.load(id):
        state, version = evolve(state, fact.data), fact.version
    if state is None:
        raise NotFound(f"there is no such {noun} in your agency")
    if named and work.context.if_match not in (None, version):
        raise PreconditionFailed(f"this {noun} was changed meanwhile; read it again and repeat your change")
    return state, version
