"""Who a lead or client is, also one made a moment ago whose event has not come yet."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.errors import NotFound, Unavailable
from gardenos_chassis.service import Service
from gardenos_chassis.tenancy import Session
from sqlalchemy import select

from gardenos_comms.consumers import learn
from gardenos_comms.tables import people


@dataclass(frozen=True, slots=True)
class Person:
    """A person by the ids under which the agency knows them."""

    person_id: UUID
    lead_id: UUID | None
    client_id: UUID | None


async def find_person(
    service: Service, caller: Caller, token: str, *, lead_id: UUID | None, client_id: UUID | None
) -> Person:
    """The person behind a lead or client in the caller's scope. Raises NotFound, or Unavailable if nobody can tell."""
    async with service.database.transaction(caller.agency_id) as session:
        known = await _known(session, caller, lead_id, client_id)
    if known is not None:
        return known
    kind, id = ("leads", lead_id) if lead_id is not None else ("clients", client_id)
    told = await _ask(service, kind, id, token)
    async with service.database.transaction(caller.agency_id) as session:
        ids = {name: UUID(told[name]) for name in ("owner_id", "team_id", "client_id") if told.get(name)}
        ids["lead_id" if kind == "leads" else "client_id"] = UUID(told["id"])
        details = {"name": told["display_name"], "email": told["email"], "phone": told["phone"]}
        await learn(session, caller.agency_id, UUID(told["person_id"]), **ids, **details)
    return Person(UUID(told["person_id"]), ids.get("lead_id"), ids.get("client_id"))


async def _known(session: Session, caller: Caller, lead_id: UUID | None, client_id: UUID | None) -> Person | None:
    wanted = people.c.lead_id == lead_id if lead_id is not None else people.c.client_id == client_id
    statement = select(people.c.person_id, people.c.lead_id, people.c.client_id).where(
        wanted, visible_to(caller, people.c.owner_id, people.c.team_id)
    )
    row = (await session.execute(statement)).first()
    return Person(*row) if row else None


async def _ask(service: Service, kind: str, id: UUID | None, token: str) -> dict[str, Any]:
    """The owning service's answer, to the caller's own token: who may not see a record there, finds none here."""
    url = f"{service.settings.url_of(kind)}/api/v1/{kind}/{id}"
    try:
        answer = await service.http.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)
    except httpx.HTTPError as away:
        raise Unavailable(f"whether this is one of your {kind} cannot be asked just now; try again") from away
    if answer.status_code == 404:
        raise NotFound(f"there is no such {kind.removesuffix('s')}")
    if answer.status_code != 200:
        raise Unavailable(f"whether this is one of your {kind} cannot be asked just now; try again")
    found: dict[str, Any] = answer.json()
    return found


async def person_by_address(session: Session, email: str | None) -> Person | None:
    """Whose address this is; of several people who share it the one known last."""
    if email is None:
        return None
    statement = select(people.c.person_id, people.c.lead_id, people.c.client_id).where(people.c.email == email)
    row = (await session.execute(statement.order_by(people.c.person_id.desc()).limit(1))).first()
    return Person(*row) if row else None
