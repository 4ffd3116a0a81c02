"""What a read model is made of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import TableClause

from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.events.store import Projection

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class ReadModel:
    """Read tables that hold nothing but what events made of them, and so can be made again.

    `tables` are all it holds; `project` takes the service's own events, `consumers` those of others. Its handlers write
    no other tables, and give the same however the events of different services come between one another.

    `project_again` takes the service's own events in a rebuild, where `project` leaves something to a job: a rebuild has none.

    `rebuilt_by` are consumers that do less than those of the same name in `consumers`: these tables alone, where in service
    more is told or kept.

    `scratch` are tables that its handlers write besides and that cannot be made again: positions that clients hold,
    work that waits. A rebuild gives its handlers empty ones and throws them away.

    `searched_by` names the indexes by which handlers find rows, other than by primary key. A rebuild makes these before
    the first event, and all the others at once when the last is applied.
    """

    name: str
    tables: Sequence[TableClause]
    project: Projection | None = None
    project_again: Projection | None = None
    consumers: Sequence[Consumer] = ()
    rebuilt_by: Sequence[Consumer] = ()
    scratch: Sequence[TableClause] = ()
    searched_by: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} cannot name a read model: lower case letters, digits and _, up to 41")
        if not self.tables:
            raise ValueError(f"the read model {self.name} has no tables")
        for consumer in self.rebuilt_by:
            if (consumer.name, consumer.listens_to) not in {(each.name, each.listens_to) for each in self.consumers}:
                raise ValueError(f"{consumer.name} rebuilds {self.name} for no consumer that listens to the same")
        for consumer in self.replaying:
            if consumer.reacts:
                raise ValueError(
                    f"{consumer.name} records events, and a rebuild would record them again: "
                    f"it is no part of the read model {self.name}"
                )

    @property
    def table_names(self) -> list[str]:
        """The names of its tables."""
        return [table.name for table in self.tables]

    @property
    def projecting_again(self) -> Projection | None:
        """What takes the service's own events in a rebuild."""
        return self.project_again or self.project

    @property
    def replaying(self) -> list[Consumer]:
        """The consumers that take events in a rebuild."""
        instead = {consumer.name: consumer for consumer in self.rebuilt_by}
        return [instead.get(consumer.name, consumer) for consumer in self.consumers]

    @property
    def consumer_names(self) -> list[str]:
        """The names of its consumers."""
        return [consumer.name for consumer in self.consumers]


def apart(models: Sequence[ReadModel]) -> Sequence[ReadModel]:
    """The models, if none shares its name, a table or a consumer with another. Raises ValueError."""
    seen: dict[str, str] = {}
    for model in models:
        owned = [f"the name {model.name}", *(f"the table {name}" for name in model.table_names)]
        owned += [f"the consumer {name}" for name in model.consumer_names]
        for each in owned:
            if each in seen:
                raise ValueError(f"{each} belongs to the read model {seen[each]}, so not to {model.name}")
            seen[each] = model.name
    return models
