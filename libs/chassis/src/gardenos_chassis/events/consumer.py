"""A consumer: what a service does when events arrive, its own or another's."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from gardenos_contracts import Event, Received, event_class, is_newer

from gardenos_chassis.events.store import UnitOfWork
from gardenos_chassis.telemetry import Tellable
from gardenos_chassis.tenancy import Session

E = TypeVar("E", bound=Event)

Effect: TypeAlias = Callable[[Received[E], Session], Awaitable[None]]
Reaction: TypeAlias = Callable[[Received[E], UnitOfWork], Awaitable[None]]
BatchEffect: TypeAlias = Callable[[Sequence[Received[Event]], Session], Awaitable[None]]
_Handler: TypeAlias = Callable[[Received[Any], UnitOfWork], Awaitable[None]]


class NewerVersion(LookupError, Tellable):
    """An event that is listened to came in a version that these contracts cannot read: it is set aside, not passed over."""


class Consumer:
    """Names itself, the events it listens to, and one handler for each, or one for whole batches.

    A handler's effect commits together with the mark "read up to here": each event has its effect once, however
    often it is delivered. The name is what the marks are kept under; a new name reads history from its beginning.

    What is told of people who are forgotten reaches the handlers without what is personal, `event.forgotten`; or not at
    all with `skips_forgotten`: for tables in which nothing of such a person is to stand.
    """

    def __init__(self, name: str, *, listens_to: Sequence[type[Event]], skips_forgotten: bool = False) -> None:
        self.name = name
        self.skips_forgotten = skips_forgotten
        self.listens_to = tuple(listens_to)
        self._heard = frozenset(event.event_type for event in listens_to)
        self._handlers: dict[str, _Handler] = {}
        self.batch_effect: BatchEffect | None = None
        self.reacts = False
        """Whether it may record events, and so do more than change read tables."""

    def on(self, event: type[E]) -> Callable[[Effect[E]], Effect[E]]:
        """The decorated function changes read tables when this event arrives."""

        def register(effect: Effect[E]) -> Effect[E]:
            async def handle(received: Received[E], work: UnitOfWork) -> None:
                await effect(received, work.session)

            self._register(event, handle)
            return effect

        return register

    def reacts_to(self, event: type[E]) -> Callable[[Reaction[E]], Reaction[E]]:
        """The decorated function may record events of its own service when this event arrives."""

        def register(reaction: Reaction[E]) -> Reaction[E]:
            self._register(event, reaction)
            self.reacts = True
            return reaction

        return register

    def on_batch(self, effect: BatchEffect) -> BatchEffect:
        """The decorated function changes read tables for several events at once, of one agency, in their order.

        For views that must keep up with a flood. A batch that cannot be taken is tried event by event, so that only
        the one to blame is set aside: the effect must not depend on how the events were cut into batches.
        """
        if self._handlers or self.batch_effect is not None:
            raise ValueError(f"{self.name} has handlers already")
        self.batch_effect = effect
        return effect

    def _register(self, event: type[Event], handler: _Handler) -> None:
        if event not in self.listens_to:
            raise ValueError(f"{self.name} does not listen to {event.event_type}")
        if event.event_type in self._handlers or self.batch_effect is not None:
            raise ValueError(f"{self.name} has two handlers for {event.event_type}")
        self._handlers[event.event_type] = handler

    @property
    def sources(self) -> tuple[str, ...]:
        """The services whose events it reads."""
        return tuple(sorted({event.service for event in self.listens_to}))

    def handler_of(self, event_type: str) -> _Handler | None:
        """What to do with an event of this type, or None if it is not listened to, or taken in batches.

        Raises NewerVersion.
        """
        known = self.heard_as(event_type)
        return None if known is None else self._handlers.get(known.event_type)

    def heard_as(self, event_type: str) -> type[Event] | None:
        """What an event of this type is listened to as: an older version as the newest; None if it is not.

        Raises NewerVersion.
        """
        known = event_class(event_type)
        if known is not None:
            return known if known.event_type in self._heard else None
        for event in self.listens_to:
            if is_newer(event_type, event):
                raise NewerVersion(
                    f"{event_type} is newer than {event.event_type}; update gardenos-contracts and redrive"
                )
        return None
