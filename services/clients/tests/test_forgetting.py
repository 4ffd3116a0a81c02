"""A person is forgotten: nothing that told of them is left, and the history is whole."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from gardenos_chassis.ids import derived_id, new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.clients import ClientOnboarded, PersonForgotten
from gardenos_contracts.leads import LeadConverted
from gardenos_contracts.leads import PersonForgotten as LeadForgotten
from gardenos_contracts.values import LineOfBusiness, PersonName, Role


def body(marker: str) -> dict[str, Any]:
    return {
        "name": {"given": f"Maria {marker}", "family": f"Delgado {marker}"}, "email": f"{marker}@example.com",
        "phone": "(512) 555-0142", "birth_date": "1980-05-06",
        "street": "12 Cedar Lane", "city": "Austin", "postal_code": "78701", "state": "TX",
        "line_of_business": "auto",
    }  # fmt: skip


def conversion(marker: str, **fields: Any) -> LeadConverted:
    lead_id = new_id()
    known: dict[str, Any] = {
        "lead_id": lead_id, "person_id": new_id(), "client_id": derived_id("client of", lead_id),
        "name": PersonName(given=f"Maria {marker}", family=marker), "email": f"{marker}@example.com", "phone": "+15125550142",
        "birth_date": date(1980, 5, 6), "street": "12 Cedar Lane", "city": "Austin", "postal_code": "78701", "state": "TX",
        "line_of_business": LineOfBusiness.AUTO,
        "source": "web form", "captured_at": datetime.now(UTC), "converted_at": datetime.now(UTC),
    }  # fmt: skip
    return LeadConverted(**(known | fields))


def forgotten(lead: LeadConverted) -> LeadForgotten:
    return LeadForgotten(lead_id=lead.lead_id, person_id=lead.person_id, client_id=lead.client_id)


async def test_nothing_is_left_of_a_client_but_what_is_counted(clients: Running, parts: Parts, agency_id: UUID) -> None:
    marker = uuid4().hex
    async with clients.client(agency_id) as http:
        client = (await http.post("/api/v1/clients", json=body(marker))).json()
        path = f"/api/v1/clients/{client['id']}"
        assert (await http.patch(path, json={"email": f"other-{marker}@example.com"})).status_code == 200
        assert "public.clients.email" in await places_of(marker, parts, "gardenos_clients")
        assert "public.events.data" not in await places_of(marker, parts, "gardenos_clients")
        told = await http.post(f"{path}/forget")
        assert told.status_code == 200, told.text
        assert await places_of(marker, parts, "gardenos_clients") == []
        now = told.json()
        assert (now["display_name"], now["name"]) == ("Forgotten person", {"given": "", "family": ""})
        assert {now[name] for name in ("email", "phone", "birth_date", "street", "city", "postal_code", "state")} == {
            None
        }
        counted = ("line_of_business", "onboarded_at", "person_id", "owner_id")
        assert {name: now[name] for name in counted} == {name: client[name] for name in counted}
        assert (await http.post(f"{path}/forget")).json() == now, "the same again changes nothing"
        refused = await http.patch(path, json=body(marker))
        assert refused.status_code == 409
        assert (await http.put(f"{path}/owner", json={"owner_id": None})).status_code == 409
    async with clients.client(agency_id, role=Role.MANAGER) as http:
        assert (await http.post(f"{path}/forget")).status_code == 403
    events = await clients.events(agency_id)
    assert [event.sequence for event in events] == [1, 2, 3]
    assert [event.forgotten for event in events] == [True, True, False]
    assert isinstance(events[-1].data, PersonForgotten)
    await clients.wait_until_caught_up()
    await assert_rebuilds(clients.service, (await parts.database("gardenos_clients")).owner_url, agency_id)


async def test_who_is_forgotten_as_a_lead_is_forgotten_as_a_client(
    clients: Running, parts: Parts, agency_id: UUID
) -> None:
    marker = uuid4().hex
    lead = conversion(marker)
    await clients.given(agency_id, lead, forgotten(lead), forgotten(lead))
    await clients.wait_until_caught_up()
    assert await places_of(marker, parts, "gardenos_clients") == []
    onboarded, told = await clients.events(agency_id)
    assert onboarded.forgotten
    assert isinstance(told.data, PersonForgotten)
    async with clients.client(agency_id) as http:
        shown = (await http.get(f"/api/v1/clients/{lead.client_id}")).json()
        assert (shown["display_name"], shown["line_of_business"]) == ("Forgotten person", "auto")


async def test_a_conversion_that_is_told_again_afterwards_brings_nobody_back(
    clients: Running, parts: Parts, agency_id: UUID
) -> None:
    """A topic keeps what was sent for days: it comes again to a consumer that begins anew."""
    marker = uuid4().hex
    lead = conversion(marker)
    other = conversion(marker, person_id=lead.person_id)
    await clients.given(agency_id, lead, forgotten(lead), other)
    await clients.wait_until_caught_up()
    assert await places_of(marker, parts, "gardenos_clients") == []
    events = await clients.events(agency_id)
    late = [event for event in events if event.stream_id == other.client_id]
    assert [type(event.data) for event in late] == [ClientOnboarded, PersonForgotten], "the sale is counted"
    assert late[0].forgotten
    assert isinstance(late[0].data, ClientOnboarded)
    assert (late[0].data.name, late[0].data.line_of_business) == (PersonName(), LineOfBusiness.AUTO)
    await assert_rebuilds(clients.service, (await parts.database("gardenos_clients")).owner_url, agency_id)
