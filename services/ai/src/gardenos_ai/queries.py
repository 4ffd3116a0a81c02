"""Read tables in, answers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.auth.fields import withhold
from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.tenancy import Session
from gardenos_contracts.ai import InsightKind
from sqlalchemy import ColumnElement, Select, Uuid, and_, func, literal, or_, select, true, union

from gardenos_ai.insight import LABELS, display
from gardenos_ai.same_people import is_same, one_with, shown_as
from gardenos_ai.tables import communications, insights, people, same_people

_ORDER = (Key(insights.c.said_at, "said_at", "desc"), Key(insights.c.id, "id", "desc"))

_INSIGHT = (
    select(
        insights.c.id,
        insights.c.kind,
        insights.c.value,
        insights.c.quote,
        insights.c.source_kind,
        insights.c.source_id,
        insights.c.source_field,
        insights.c.start,
        insights.c.end,
        insights.c.confidence,
        insights.c.engine,
        insights.c.engine_version,
        insights.c.said_at,
        shown_as(insights.c.person_id).label("person_id"),
        # A lead that became a client since is a client now, and what was said before is said of them.
        func.coalesce(people.c.lead_id, insights.c.lead_id).label("lead_id"),
        func.coalesce(people.c.client_id, insights.c.client_id).label("client_id"),
    )
    .select_from(insights)
    .outerjoin(same_people, is_same(insights.c.agency_id, insights.c.person_id))
    .outerjoin(
        people,
        and_(people.c.agency_id == insights.c.agency_id, people.c.person_id == shown_as(insights.c.person_id)),
    )
)


@dataclass(frozen=True, slots=True)
class InsightFilter:
    """What a list of insights is narrowed to."""

    lead_id: UUID | None = None
    client_id: UUID | None = None
    person_id: UUID | None = None
    kinds: Sequence[InsightKind] = ()
    source_id: UUID | None = None


def in_scope(caller: Caller, person: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the caller sees what was said by this person; `people` must be joined.

    What nobody known said is in the agency's pool. A person of whom nothing is known yet, for the news of them is still on
    its way, is seen by those alone who see everything.
    """
    if caller.agency_wide:
        return true()
    theirs = and_(
        people.c.person_id.is_not(None), visible_to(caller, people.c.owner_id, people.c.team_id, people.c.person_id)
    )
    return or_(person.is_(None), theirs)


async def insight_page(
    session: Session, caller: Caller, wanted: InsightFilter, limit: int, cursor: str | None
) -> dict[str, Any]:
    """One page of the insights that the caller may see, what was said last first."""
    statement = keyset(_INSIGHT.where(*_where(caller, wanted)), _ORDER, cursor, limit)
    page = page_of(await fetch(session, statement), _ORDER, limit)
    page["items"] = [_shown(row, caller) for row in page["items"]]
    return page


async def insight(session: Session, caller: Caller, insight_id: UUID) -> dict[str, Any]:
    """One insight. Raises NotFound, also for one out of the caller's scope."""
    this = (insights.c.agency_id == caller.agency_id, insights.c.id == insight_id)
    statement = _INSIGHT.where(*this, in_scope(caller, insights.c.person_id))
    row = (await session.execute(statement)).mappings().first()
    if row is None:
        raise NotFound("there is no such insight")
    return _shown(dict(row), caller)


def _where(caller: Caller, wanted: InsightFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        insights.c.agency_id == caller.agency_id,
        in_scope(caller, insights.c.person_id),
    ]
    if wanted.person_id is not None:
        this = select(literal(wanted.person_id, Uuid))
        found.append(insights.c.person_id.in_(one_with(caller.agency_id, this)))
    for name in ("lead_id", "client_id"):
        id = getattr(wanted, name)
        if id is not None:
            found.append(insights.c.person_id.in_(one_with(caller.agency_id, _people_of(caller.agency_id, name, id))))
    if not (wanted.person_id or wanted.lead_id or wanted.client_id or wanted.source_id):
        # Of a removed lead whoever asks for it is told, and nobody else.
        found.append(people.c.removed_at.is_(None))
    if wanted.kinds:
        found.append(insights.c.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.source_id is not None:
        found.append(insights.c.source_id == wanted.source_id)
    return found


def _people_of(agency_id: UUID, column: str, id: UUID) -> Select[Any]:
    """Who that lead or client is: by leads' and clients' news, or, before they have come, by comms'."""
    known = select(people.c.person_id).where(people.c.agency_id == agency_id, people.c[column] == id)
    told = select(communications.c.person_id).where(
        communications.c.agency_id == agency_id, communications.c[column] == id
    )
    return select(union(known, told).subquery().c[0])


def _shown(row: dict[str, Any], caller: Caller) -> dict[str, Any]:
    kind = InsightKind(row["kind"])
    told = {
        "id": row.pop("id"),
        "kind": row.pop("kind"),
        "label": LABELS[kind],
        "value": row["value"],
        "display": display(kind, row.pop("value"), row["quote"]),
        **row,
    }
    return withhold(caller, told)
