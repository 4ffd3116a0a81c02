"""Read tables in, answers out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.auth.fields import withhold
from gardenos_chassis.comparing import one_of
from gardenos_chassis.errors import NotFound
from gardenos_chassis.fetching import fetch
from gardenos_chassis.http.paging import Key, keyset, page_of
from gardenos_chassis.http.search import matching
from gardenos_chassis.tenancy import Session
from gardenos_contracts.values import LineOfBusiness
from sqlalchemy import ColumnElement, select

from gardenos_clients.tables import clients

Sort = Literal["-onboarded_at", "onboarded_at", "name", "-name"]

_ID = Key(clients.c.id, "id")
_ID_DOWN = Key(clients.c.id, "id", "desc")
_ORDERS: Mapping[Sort, tuple[Key, ...]] = {
    "-onboarded_at": (Key(clients.c.onboarded_at, "onboarded_at", "desc"), _ID_DOWN),
    "onboarded_at": (Key(clients.c.onboarded_at, "onboarded_at"), _ID),
    "name": (Key(clients.c.sort_name, "sort_name"), _ID),
    "-name": (Key(clients.c.sort_name, "sort_name", "desc"), _ID_DOWN),
}

_CLIENT = select(*(column for column in clients.c if column.name not in ("agency_id", "search")))


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """What a list of clients is narrowed to; several values of one filter are alternatives."""

    owner_ids: Sequence[UUID] = ()
    in_pool: bool = False
    """Clients without an owner, beside those of `owner_ids`."""
    lines: Sequence[LineOfBusiness] = ()
    ids: Sequence[UUID] = ()
    """These alone: rows for whoever has ids."""
    q: str | None = None
    """Words, parts of words, an email address, or digits of a telephone number in any form."""


def _where(caller: Caller, wanted: ClientFilter) -> list[ColumnElement[bool]]:
    # The agency is named beside the policy, so that the indexes it leads are used for sorting as well.
    found: list[ColumnElement[bool]] = [clients.c.agency_id == caller.agency_id]
    if not caller.agency_wide:
        found.append(visible_to(caller, clients.c.owner_id, clients.c.team_id, clients.c.person_id))
    if wanted.owner_ids or wanted.in_pool:
        found.append(one_of(clients.c.owner_id, wanted.owner_ids, or_null=wanted.in_pool))
    if wanted.ids:
        found.append(one_of(clients.c.id, wanted.ids))
    if wanted.lines:
        found.append(one_of(clients.c.line_of_business, [line.value for line in wanted.lines]))
    if wanted.q:
        found += matching(clients.c.search, wanted.q)
    return found


async def client_page(
    session: Session, caller: Caller, wanted: ClientFilter, sort: Sort, limit: int, cursor: str | None
) -> dict[str, Any]:
    """One page of the clients that the caller may see."""
    order = _ORDERS[sort]
    statement = keyset(_CLIENT.where(*_where(caller, wanted)), order, cursor, limit)
    page = page_of(await fetch(session, statement), order, limit)
    page["items"] = [_shown(row, caller) for row in page["items"]]
    return page


async def client(session: Session, caller: Caller, client_id: UUID) -> dict[str, Any]:
    """One client. Raises NotFound, also for one out of the caller's scope."""
    statement = _CLIENT.where(
        clients.c.agency_id == caller.agency_id,
        clients.c.id == client_id,
        visible_to(caller, clients.c.owner_id, clients.c.team_id, clients.c.person_id),
    )
    row = (await session.execute(statement)).mappings().first()
    if row is None:
        raise NotFound("there is no such client")
    return _shown(dict(row), caller)


async def client_for_its_writer(session: Session, caller: Caller, client_id: UUID) -> dict[str, Any]:
    """A client to whoever just changed it, even if the change took it out of their scope."""
    statement = _CLIENT.where(clients.c.agency_id == caller.agency_id, clients.c.id == client_id)
    return _shown(dict((await session.execute(statement)).mappings().one()), caller)


def _shown(row: dict[str, Any], caller: Caller) -> dict[str, Any]:
    row["name"] = {"given": row.pop("given_name"), "family": row.pop("family_name")}
    del row["sort_name"]
    return withhold(caller, row)
