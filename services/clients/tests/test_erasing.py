"""An agency that was closed and erased: who is let in, what is left, and what a rebuild makes of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from gardenos_chassis.ids import new_id
from gardenos_chassis.leaving.erasing import STAYS
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.leftovers import places_of, rows_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.identity import AgencyClosed, AgencyErased, AgencyReopened
from gardenos_contracts.values import Role

CLIENTS = "/api/v1/clients"


async def onboarded(clients: Running, agency_id: UUID, marker: str) -> None:
    async with clients.client(agency_id) as http:
        made = await http.post(CLIENTS, json={"name": {"given": "Maria", "family": marker}})
        assert made.status_code == 201, made.text


async def status(clients: Running, agency_id: UUID, role: Role) -> int:
    async with clients.client(agency_id, role=role) as http:
        return (await http.get(CLIENTS)).status_code


async def test_a_closed_agency_lets_its_owners_in_alone_until_it_is_reopened(clients: Running, agency_id: UUID) -> None:
    async def refused() -> bool:
        return await status(clients, agency_id, Role.ADMIN) == 403

    async def let_in() -> bool:
        return await status(clients, agency_id, Role.ADMIN) == 200

    assert await let_in()
    until = datetime.now(UTC) + timedelta(days=30)
    await clients.given(agency_id, AgencyClosed(agency_id=agency_id, erase_at=until, reason=None))
    await eventually(refused, within=2, what="refused")
    async with clients.client(agency_id, role=Role.ADMIN) as http:
        assert (await http.get(CLIENTS)).json()["type"] == "urn:gardenos:agency-closed"
    assert await status(clients, agency_id, Role.OWNER) == 200
    await clients.given(agency_id, AgencyReopened(agency_id=agency_id))
    await eventually(let_in, within=2, what="let in")


async def test_erased_it_leaves_nothing_also_when_tables_are_rebuilt(
    clients: Running, parts: Parts, agency_id: UUID
) -> None:
    marker, other = new_id().hex, new_id()
    await onboarded(clients, agency_id, marker)
    await onboarded(clients, other, "kept")
    await clients.given(agency_id, AgencyErased(agency_id=agency_id))
    await clients.wait_until_caught_up()
    assert (await rows_of(agency_id, parts, "gardenos_clients")).keys() <= STAYS
    assert await places_of(marker, parts, "gardenos_clients") == []
    assert await status(clients, agency_id, Role.OWNER) == 403
    await assert_rebuilds(clients.service, (await parts.database("gardenos_clients")).owner_url, agency_id)
    assert (await rows_of(agency_id, parts, "gardenos_clients")).keys() <= STAYS
    assert (await rows_of(other, parts, "gardenos_clients"))["clients"] == 1
