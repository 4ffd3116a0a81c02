"""A lead that converts becomes a client, by the event: once, whatever it lacks, and poison stops nobody else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from gardenos_chassis.ids import derived_id, new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.clients import ClientOnboarded
from gardenos_contracts.leads import LeadConverted
from gardenos_contracts.values import LineOfBusiness, PersonName
from sqlalchemy import text

CONVERTED = datetime.now(UTC) - timedelta(minutes=5)


def lead_converted(**fields: Any) -> LeadConverted:
    lead_id = new_id()
    known = {
        "lead_id": lead_id, "person_id": new_id(), "client_id": derived_id("client of", lead_id),
        "name": PersonName(given="Maria", family="Delgado"), "source": "web form", "captured_at": CONVERTED,
        "converted_at": CONVERTED,
    }  # fmt: skip
    return LeadConverted(**(known | fields))


async def shown(clients: Running, agency_id: UUID, client_id: UUID) -> dict[str, Any]:
    async with clients.client(agency_id) as http:
        answer = await http.get(f"/api/v1/clients/{client_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def test_a_lead_becomes_a_client(clients: Running, source: Sources, agency_id: UUID) -> None:
    lead = lead_converted(
        email="maria@example.com", phone="+15125550142", street="12 Cedar Lane", city="Austin",
        postal_code="78701", state="TX", birth_date=date(1985, 7, 4),
        line_of_business=LineOfBusiness.AUTO, owner_id=new_id(), team_id=new_id(),
    )  # fmt: skip
    message = await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    await clients.wait_until_caught_up()
    client = await shown(clients, agency_id, lead.client_id)
    assert client == {
        "id": str(lead.client_id), "person_id": str(lead.person_id), "lead_id": str(lead.lead_id),
        "name": {"given": "Maria", "family": "Delgado"}, "display_name": "Maria Delgado", "email": "maria@example.com",
        "phone": "+15125550142",
        "street": "12 Cedar Lane", "city": "Austin", "postal_code": "78701", "state": "TX", "birth_date": "1985-07-04",
        "line_of_business": "auto", "owner_id": str(lead.owner_id), "team_id": str(lead.team_id),
        "shared_with": [],
        "onboarded_at": CONVERTED.isoformat().replace("+00:00", "Z"), "forgotten_at": None, "version": 1,
    }  # fmt: skip
    (event,) = await clients.events(agency_id)
    assert isinstance(event.data, ClientOnboarded)
    assert event.stream_id == lead.client_id
    assert event.causation_id == message.id
    assert event.actor == Actor(ActorKind.AUTOMATION, "clients.onboarding")


async def test_told_again_it_is_the_same_client(clients: Running, source: Sources, agency_id: UUID) -> None:
    lead = lead_converted()
    message = await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    await clients.wait_until_caught_up()
    async with clients.client(agency_id) as http:
        await http.patch(f"/api/v1/clients/{lead.client_id}", json={"email": "new@example.com"})
    await source("leads").send(message)
    # As a consumer would hear it that has lost its marks, or reads all history under a new name.
    await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    after = lead_converted()
    await source("leads").publish(agency_id, after, stream_id=after.lead_id)
    await clients.wait_until_caught_up()
    assert (await shown(clients, agency_id, lead.client_id))["email"] == "new@example.com"
    types = [event.type.split(".")[1] for event in await clients.events(agency_id)]
    assert types == ["ClientOnboarded", "ClientDetailsChanged", "ClientOnboarded"]


async def test_odd_data_makes_a_client_all_the_same(clients: Running, source: Sources, agency_id: UUID) -> None:
    odd = [
        lead_converted(name=PersonName()),
        lead_converted(name=PersonName(given="x" * 50_000, family="é" * 50_000), email="y" * 20_000),
        lead_converted(name=PersonName(), phone="call me", postal_code="?", state="Bavaria", birth_date=date(1, 1, 1)),
        lead_converted(converted_at=datetime(1, 1, 1, tzinfo=UTC)),
    ]
    for lead in odd:
        await source("leads").publish(agency_id, lead, stream_id=lead.lead_id)
    await clients.wait_until_caught_up()
    assert await parked(clients, agency_id) == []
    names = [(await shown(clients, agency_id, lead.client_id))["display_name"] for lead in odd]
    assert names[0] == "(no name)"
    assert names[2:] == ["call me", "Maria Delgado"]
    async with clients.client(agency_id) as http:
        for sort in ("name", "-name", "onboarded_at", "-onboarded_at"):
            assert len((await http.get(f"/api/v1/clients?sort={sort}")).json()["items"]) == len(odd)


async def test_a_poisonous_conversion_is_parked_and_the_next_goes_on(
    clients: Running, source: Sources, agency_id: UUID
) -> None:
    # Without a client's id, as no leads service would publish it.
    poison, well = LeadConverted.model_construct(lead_id=new_id()), lead_converted()  # type: ignore[call-arg]
    await source("leads").publish(agency_id, poison, stream_id=poison.lead_id)
    await source("leads").publish(agency_id, well, stream_id=well.lead_id)
    await clients.wait_until_caught_up()
    assert (await shown(clients, agency_id, well.client_id))["lead_id"] == str(well.lead_id)
    ((sequence, error),) = await parked(clients, agency_id)
    assert sequence == 1
    assert "client_id" in error


async def parked(clients: Running, agency_id: UUID) -> list[tuple[int, str]]:
    async with clients.service.database.transaction(agency_id) as session:
        rows = await session.execute(text("select sequence, error from parked_events order by sequence"))
        return [(row.sequence, row.error) for row in rows]
