"""Who a lead or client is, also one made a moment ago whose event has not come yet."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.errors import Conflict, NotFound, Unavailable
from gardenos_chassis.sealing.forgetting import forgotten_among
from gardenos_chassis.service import Service
from gardenos_chassis.tenancy import Session
from gardenos_contracts.values import PersonName
from sqlalchemy import select

from gardenos_comms.people import Kind, Person, Telling, called, learn
from gardenos_comms.tables import people


@dataclass(frozen=True, slots=True)
class _Known:
    """A person, with whose the record is by which they are known."""

    person: Person
    owner_id: UUID | None
    team_id: UUID | None


async def find_person(
    service: Service, caller: Caller, token: str, *, lead_id: UUID | None, client_id: UUID | None,
    to_do: str = "log calls with",
) -> Person:  # fmt: skip
    """The person behind a lead or client in the caller's scope, which is theirs to change, `to_do` something with them.

    Raises NotFound, Conflict of somebody forgotten and of what the caller must claim first, or Unavailable if nobody can tell.
    """
    async with service.database.transaction(caller.agency_id) as session:
        known = await _known(session, caller, lead_id, client_id)
    if known is not None:
        if caller.writes(known.owner_id, known.team_id, known.person.person_id):
            return known.person
        # Perhaps it was claimed, or shared, a moment ago. Who is a client by now is asked for as one.
        client_id = known.person.client_id or client_id
    kind: Kind = "client" if client_id is not None else "lead"
    found = await _ask(service, kind, client_id or lead_id, token)
    ids = {"lead_id": found.get("lead_id"), "client_id": found.get("client_id"), f"{kind}_id": found["id"]}
    person = Person(UUID(found["person_id"]), _id(ids["lead_id"]), _id(ids["client_id"]))
    owner_id, team_id = _id(found["owner_id"]), _id(found["team_id"])
    async with service.database.transaction(caller.agency_id) as session:
        if found.get("forgotten_at") or await forgotten_among(session, caller.agency_id, [person.person_id]):
            raise Conflict("this person was forgotten: nothing more is kept of them")
        # Events that are older than this answer come after it, and leave what it says.
        await learn(
            session,
            Telling(caller.agency_id, person, kind, found["version"]),
            name=called(PersonName.model_validate(found["name"]), found["email"], found["phone"]),
            email=found["email"],
            phone=found["phone"],
            owner_id=owner_id,
            team_id=team_id,
        )
    shared = str(caller.user_id) in found.get("shared_with", ())
    if not (shared or caller.writes(owner_id, team_id, person.person_id)):
        raise Conflict(f"nobody has this {kind} yet: claim it, then it is yours to {to_do}")
    return person


async def _known(session: Session, caller: Caller, lead_id: UUID | None, client_id: UUID | None) -> _Known | None:
    wanted = people.c.lead_id == lead_id if lead_id is not None else people.c.client_id == client_id
    columns = (people.c.person_id, people.c.lead_id, people.c.client_id, people.c.owner_id, people.c.team_id)
    statement = select(*columns).where(
        people.c.agency_id == caller.agency_id,
        wanted,
        visible_to(caller, people.c.owner_id, people.c.team_id, people.c.person_id),
    )
    row = (await session.execute(statement)).first()
    return _Known(Person(*row[:3]), row.owner_id, row.team_id) if row else None


async def _ask(service: Service, kind: Kind, id: UUID | None, token: str) -> dict[str, Any]:
    """The owning service's answer, to the caller's own token: who may not see a record there, finds none here."""
    url = f"{service.settings.url_of(f'{kind}s')}/api/v1/{kind}s/{id}"
    try:
        answer = await service.http.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)
    except httpx.HTTPError as away:
        raise Unavailable(f"whether this is one of your {kind}s cannot be asked just now; try again") from away
    if answer.status_code == 404:
        raise NotFound(f"there is no such {kind}")
    if answer.status_code != 200:
        raise Unavailable(f"whether this is one of your {kind}s cannot be asked just now; try again")
    found: dict[str, Any] = answer.json()
    return found


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
