"""What may happen to a client, without a database."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import reduce
from typing import Any

import pytest
from gardenos_chassis.errors import Invalid
from gardenos_chassis.ids import new_id
from gardenos_clients.client import Client, evolve, onboard, onboard_from
from gardenos_contracts import Event
from gardenos_contracts.clients import ClientAssigned, ClientDetailsChanged, ClientOnboarded
from gardenos_contracts.identity import TeamFormed
from gardenos_contracts.leads import LeadConverted
from gardenos_contracts.values import LineOfBusiness, PersonName

NOW = datetime.now(UTC)
MARIA = PersonName(given="Maria", family="Delgado")


def onboarded(**fields: Any) -> ClientOnboarded:
    return ClientOnboarded(
        **({"client_id": new_id(), "person_id": new_id(), "name": MARIA, "onboarded_at": NOW} | fields)
    )


def after(events: Iterable[Event], client: Client | None = None) -> Client:
    found = reduce(evolve, events, client)
    assert found is not None
    return found


def test_a_client_is_known_by_something() -> None:
    for known in ({"email": "a@b.example"}, {"phone": "+15125550142"}, {"name": PersonName(family="D")}):
        assert list(onboard(onboarded(**({"name": PersonName()} | known))))
    with pytest.raises(Invalid) as refused:
        list(onboard(onboarded(name=PersonName(), state="TX")))
    assert refused.value.errors[0].pointer == "/name"


def test_details_change_and_the_event_carries_them_whole() -> None:
    client = after([onboarded(email="a@b.example", phone="+15125550142")])
    (changed,) = client.change_details(phone=None, line_of_business=LineOfBusiness.HOME)
    assert isinstance(changed, ClientDetailsChanged)
    assert (changed.name, changed.email, changed.phone) == (MARIA, "a@b.example", None)
    now = after([changed], client)
    assert now.details["line_of_business"] == LineOfBusiness.HOME
    assert list(now.change_details(phone=None, name=MARIA)) == []
    with pytest.raises(Invalid):
        list(now.change_details(name=PersonName(), email=None))


def test_an_owner_follows_an_owner() -> None:
    ann, bob, team = new_id(), new_id(), new_id()
    client = after([onboarded(owner_id=ann)])
    assert list(client.assign(ann, None)) == []
    (given,) = client.assign(bob, team)
    assert isinstance(given, ClientAssigned)
    assert (given.owner_id, given.team_id, given.previous_owner_id) == (bob, team, ann)
    assert after([given], client).owner_id == bob


def test_a_conversion_yields_a_client_whatever_it_lacks() -> None:
    lead = LeadConverted(
        lead_id=new_id(), person_id=new_id(), client_id=new_id(), name=PersonName(), source="", owner_id=new_id(),
        captured_at=NOW, converted_at=NOW,
    )  # fmt: skip
    (event,) = onboard_from(lead)
    assert isinstance(event, ClientOnboarded)
    assert (event.client_id, event.person_id, event.lead_id, event.owner_id) == (
        lead.client_id,
        lead.person_id,
        lead.lead_id,
        lead.owner_id,
    )
    assert event.onboarded_at == NOW


def test_events_of_others_are_none_of_a_client_s() -> None:
    with pytest.raises(TypeError):
        evolve(None, TeamFormed(team_id=new_id(), name="x"))
    with pytest.raises(TypeError):
        evolve(None, ClientAssigned(client_id=new_id(), person_id=new_id(), owner_id=None, team_id=None))
