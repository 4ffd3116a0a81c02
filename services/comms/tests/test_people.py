"""Leads and clients tell of the same person, neither in step with the other: every order ends in the same row."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from gardenos_chassis.events import Context
from gardenos_chassis.ids import derived_id, new_id
from gardenos_chassis.testing import Running
from gardenos_comms.consumers import directory
from gardenos_comms.people import Person, Telling, learn
from gardenos_comms.tables import people, timeline
from gardenos_contracts import Actor, ActorKind, Event, Received
from gardenos_contracts.clients import ClientAssigned, ClientDetailsChanged, ClientOnboarded
from gardenos_contracts.leads import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadStageChanged,
    Stage,
)
from gardenos_contracts.values import PersonName
from sqlalchemy import select

NOW = datetime.now(UTC)
LEAD, CLIENT, PERSON, ANN, BOB, CAT = (new_id() for _ in range(6))
MARIA = PersonName(given="Maria", family="Delgado")
OF_LEAD: dict[str, Any] = {"lead_id": LEAD, "person_id": PERSON}
OF_CLIENT: dict[str, Any] = {"client_id": CLIENT, "person_id": PERSON}

LEAD_S_LIFE: Sequence[Event] = (
    LeadCaptured(**OF_LEAD, name=MARIA, email="old@example.com", source="web", owner_id=ANN, captured_at=NOW),
    LeadDetailsChanged(**OF_LEAD, name=MARIA, email="maria@example.com", phone="+15125550142"),
    LeadAssigned(**OF_LEAD, owner_id=BOB, team_id=None, previous_owner_id=ANN),
    LeadStageChanged(**OF_LEAD, stage=Stage.QUOTED, previous_stage=Stage.NEW),
    LeadConverted(
        **OF_LEAD, client_id=CLIENT, name=MARIA, email="maria@example.com", source="web", owner_id=BOB,
        captured_at=NOW, converted_at=NOW,
    ),
)  # fmt: skip
CLIENT_S_LIFE: Sequence[Event] = (
    ClientOnboarded(
        **OF_CLIENT, lead_id=LEAD, name=MARIA, email="maria@example.com", owner_id=BOB, onboarded_at=NOW
    ),
    ClientDetailsChanged(**OF_CLIENT, name=PersonName(), email="reyes@example.com"),
    ClientAssigned(**OF_CLIENT, owner_id=CAT, team_id=None, previous_owner_id=BOB),
)  # fmt: skip


def numbered(events: Sequence[Event], agency_id: UUID, stream_id: UUID) -> list[Received[Event]]:
    return [
        Received(
            agency_id=agency_id, stream_id=stream_id, version=version, type=event.event_type, data=event,
            actor=Actor(ActorKind.SYSTEM, "test"), correlation_id="c", causation_id=None, traceparent=None,
            occurred_at=NOW + timedelta(seconds=version), sequence=version, recorded_at=NOW,
        )
        for version, event in enumerate(events, 1)
    ]  # fmt: skip


async def hear(comms: Running, event: Received[Event]) -> None:
    handler = directory.handler_of(event.type)
    assert handler is not None
    context = Context(event.agency_id, Actor(ActorKind.SYSTEM, "test"), "c")
    async with comms.service.store.unit_of_work(context) as work:
        await handler(event, work)


async def row(comms: Running, agency_id: UUID) -> dict[str, Any]:
    async with comms.service.database.transaction(agency_id) as session:
        (found,) = (await session.execute(select(people))).mappings()
        return {name: value for name, value in found.items() if name != "agency_id"}


async def titles(comms: Running, agency_id: UUID) -> set[tuple[str, str]]:
    async with comms.service.database.transaction(agency_id) as session:
        return {(entry.kind, entry.title) for entry in await session.execute(select(timeline.c.kind, timeline.c.title))}


async def test_every_order_of_two_services_ends_alike(comms: Running) -> None:
    count = len(LEAD_S_LIFE) + len(CLIENT_S_LIFE)
    for places in combinations(range(count), len(CLIENT_S_LIFE)):
        agency_id = new_id()
        of_lead = iter(numbered(LEAD_S_LIFE, agency_id, LEAD))
        of_client = iter(numbered(CLIENT_S_LIFE, agency_id, CLIENT))
        for place in range(count):
            await hear(comms, next(of_client if place in places else of_lead))
            assert (await row(comms, agency_id))["name"], places
        found = await row(comms, agency_id)
        assert (found["person_id"], found["lead_id"], found["client_id"]) == (PERSON, LEAD, CLIENT), places
        assert (found["name"], found["email"], found["phone"]) == ("reyes@example.com", "reyes@example.com", None)
        assert (found["owner_id"], found["team_id"]) == (CAT, None), places
        assert await titles(comms, agency_id) == {
            ("captured", "Captured from web"),
            ("details_changed", "Email: old@example.com → maria@example.com; Phone: none → +15125550142"),
            ("assigned", ""),
            ("stage_changed", "Stage: new → quoted"),
            ("converted", "Converted to a client"),
            ("onboarded", "Onboarded as a client"),
            ("details_changed", "Name: Maria Delgado → none; Email: maria@example.com → reyes@example.com"),
        }, places


@pytest.mark.parametrize("version", range(1, len(LEAD_S_LIFE) + 1))
async def test_an_answer_of_the_leads_service_neither_rolls_back_nor_is_rolled_back(
    comms: Running, version: int
) -> None:
    """A lead asked for by HTTP, as it was at some version, between any two of its events."""
    states: list[dict[str, Any]] = [
        {"name": "Maria Delgado", "email": "old@example.com", "phone": None, "owner_id": ANN},
        {"name": "Maria Delgado", "email": "maria@example.com", "phone": "+15125550142", "owner_id": ANN},
        *[{"name": "Maria Delgado", "email": "maria@example.com", "phone": "+15125550142", "owner_id": BOB}] * 3,
    ]
    for place in range(len(LEAD_S_LIFE) + 1):
        agency_id = new_id()
        events = numbered(LEAD_S_LIFE, agency_id, LEAD)
        for number, event in enumerate(events):
            if number == place:
                await answered(comms, agency_id, version, states[version - 1])
            await hear(comms, event)
            found = await row(comms, agency_id)
            latest = max(number + 1, version if number >= place else 0)
            assert {name: found[name] for name in states[0]} == states[latest - 1], (place, number)
        if place == len(events):
            await answered(comms, agency_id, version, states[version - 1])
        found = await row(comms, agency_id)
        assert {name: found[name] for name in states[0]} == states[-1], place
        assert ("details_changed", "Email: old@example.com → maria@example.com; Phone: none → +15125550142") in (
            await titles(comms, agency_id)
        )


async def answered(comms: Running, agency_id: UUID, version: int, state: dict[str, Any]) -> None:
    async with comms.service.database.transaction(agency_id) as session:
        await learn(session, Telling(agency_id, Person(PERSON, LEAD, None), "lead", version), **state)


async def test_an_event_that_comes_again_is_told_once(comms: Running, agency_id: UUID) -> None:
    (event, *_) = numbered(LEAD_S_LIFE, agency_id, LEAD)
    for _ in range(2):
        await hear(comms, event)
    async with comms.service.database.transaction(agency_id) as session:
        (entry,) = await session.execute(select(timeline.c.id))
    assert entry.id == derived_id("leads", event.id)
