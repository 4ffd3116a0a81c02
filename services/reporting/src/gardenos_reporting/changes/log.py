"""An agency's log of changes: positions 1, 2, 3 … without a gap, the oldest dropped as new ones come."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gardenos_chassis.tenancy import Session, driver_of
from sqlalchemy import Table, delete, select

from gardenos_reporting.changes.change import Change, Resource
from gardenos_reporting.scope import POOL, Scope
from gardenos_reporting.tables import change_heads, changes

# On the driver, for they are in the way of every event.
_LOCK = """
insert into change_heads as heads (agency_id, head, floor, withheld) values ($1, 0, 0, false)
on conflict (agency_id) do update set head = heads.head returning head, floor, withheld
"""
_RELEASE = """
update changes set withheld = false, owner_id = met.owner_id, team_id = met.team_id
from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as met (person_id, owner_id, team_id)
where changes.agency_id = $1 and changes.withheld and changes.person_id = met.person_id
returning changes.*
"""

_STILL_WITHHELD = "select exists (select from changes where agency_id = $1 and withheld)"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What of an agency's log is there: the positions after `floor`, up to `head`."""

    head: int = 0
    floor: int = 0
    withheld: bool = False
    """Whether something may be withheld."""

    def resumes_after(self, position: int) -> bool:
        """Whether everything after a position can still be told."""
        return self.floor <= position <= self.head


@dataclass(frozen=True, slots=True)
class Placed:
    """A change at its place in the log."""

    position: int
    change: Change


async def lock(db: Session, agency_id: UUID) -> Bounds:
    """Lets no other transaction write of this agency until this one ends.

    Taken first, it makes all that write of one agency wait in line: they cannot lock one another's rows crosswise, what
    they have read stays as it is until they write, and the order of commits is the order of positions.
    """
    row = await driver_of(db).fetchrow(_LOCK, agency_id)
    assert row is not None
    return Bounds(row["head"], row["floor"], row["withheld"])


async def added(
    db: Session, agency_id: UUID, bounds: Bounds, new: Sequence[Change], *, keep: int
) -> dict[Table, list[dict[str, Any]]]:
    """The rows by which changes are added to a log that `lock` has locked. Of all of them at least the last `keep` stay."""
    if not new:
        return {}
    head, floor = bounds.head + len(new), bounds.floor
    # Many at once: to drop one for each that comes would double the work.
    if head - floor > keep + keep // 4:
        floor = head - keep
        await db.execute(delete(changes).where(changes.c.agency_id == agency_id, changes.c.position <= floor))
    withheld = any(change.scope is None for change in new)
    if bounds.withheld and not withheld:
        withheld = await driver_of(db).fetchval(_STILL_WITHHELD, agency_id)
    return {
        changes: [_row(agency_id, position, change) for position, change in enumerate(new, bounds.head + 1)],
        change_heads: [{"agency_id": agency_id, "head": head, "floor": floor, "withheld": withheld}],
    }


async def release(db: Session, agency_id: UUID, bounds: Bounds, met: Mapping[UUID, Scope]) -> list[Change]:
    """What was withheld while nobody knew whose these persons are; to be told again to those whose they are."""
    if not (met and bounds.withheld):
        return []
    owners, teams = ([getattr(scope, name) for scope in met.values()] for name in ("owner_id", "team_id"))
    found = await driver_of(db).fetch(_RELEASE, agency_id, list(met), owners, teams)
    return [placed.change for placed in sorted(map(_placed, found), key=_position)]


async def read_after(db: Session, agency_id: UUID, position: int, limit: int) -> list[Placed]:
    """The changes after a position, in order; none where that position is not there any more."""
    wanted = select(changes).where(changes.c.agency_id == agency_id, changes.c.position > position)
    rows = (await db.execute(wanted.order_by(changes.c.position).limit(limit))).mappings()
    found = [_placed(row) for row in rows]
    return found if not found or found[0].position == position + 1 else []


async def bounds_of(db: Session, agency_ids: Collection[UUID]) -> dict[UUID, Bounds]:
    """What is there now, of those agencies of which anything ever was."""
    rows = await db.execute(select(change_heads).where(change_heads.c.agency_id.in_(agency_ids)))
    return {row.agency_id: Bounds(row.head, row.floor, row.withheld) for row in rows}


def _position(placed: Placed) -> int:
    return placed.position


_PLAIN = ("id", "version", "person_id", "lead_id", "client_id", "type", "actor", "sequence")


def _row(agency_id: UUID, position: int, change: Change) -> dict[str, Any]:
    scope, left = change.scope or POOL, change.left or POOL
    return {
        "agency_id": agency_id,
        "position": position,
        "resource": change.resource.value,
        **{name: getattr(change, name) for name in _PLAIN},
        "withheld": change.scope is None,
        "owner_id": scope.owner_id,
        "team_id": scope.team_id,
        "moved": change.left is not None,
        "left_owner_id": left.owner_id,
        "left_team_id": left.team_id,
    }


def _placed(row: Mapping[Any, Any]) -> Placed:
    change = Change(
        resource=Resource(row["resource"]),
        **{name: row[name] for name in _PLAIN},
        scope=None if row["withheld"] else Scope(row["owner_id"], row["team_id"]),
        left=Scope(row["left_owner_id"], row["left_team_id"]) if row["moved"] else None,
    )
    return Placed(row["position"], change)
