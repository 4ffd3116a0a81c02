"""Sources arrive in any order: every order gives the same tables."""

import asyncio
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from agency_story import NOON, Story, as_received, days, hours, minutes
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import Event, Received
from gardenos_contracts.comms import Disposition
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import Direction
from gardenos_reporting.lead import Lead, after
from gardenos_reporting.projections import project
from gardenos_reporting.records import Records
from gardenos_reporting.scope import Scope
from gardenos_reporting.tables import agencies, campaigns, clients, leads, teams, users
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

ANN, BEN, NORTH, SOUTH = (UUID(int=number) for number in range(1, 5))


def a_story() -> Story:
    """Leads that change hands, are called before and after, write, convert, are lost; one whom nobody ever called."""
    story = Story()
    story.agency(UUID(int=9), "America/Chicago")
    story.user("Ann", id=ANN)
    story.user("Ben", id=BEN)
    campaign = story.campaign("Spring")
    maria = story.capture("Maria Delgado", owner_id=ANN, team_id=NORTH, campaign_id=campaign)
    story.message(maria, NOON - hours(3))
    story.call(maria, NOON + minutes(5), disposition=Disposition.BUSY)
    story.call(maria, NOON + hours(2))
    story.insight(maria)
    story.assign(maria, BEN, SOUTH, at=NOON + hours(3))
    story.call(maria, NOON + minutes(30))
    story.rename(maria, "Mary")
    story.move(maria, Stage.QUALIFIED)
    story.move(maria, Stage.QUOTED)
    story.convert(maria, NOON + days(9))
    story.call(maria, NOON + days(20), client_id=maria.client_id)
    story.assign_client(maria, ANN, SOUTH)
    story.assign_client(maria, ANN, NORTH)
    tom = story.capture("Tom Baker", captured_at=NOON + hours(1))
    story.assign(tom, ANN, NORTH, at=NOON + hours(2))
    story.call(tom, NOON + hours(4), direction=Direction.INBOUND)
    story.assign(tom, None, NORTH, at=NOON + hours(5))
    story.call(tom, NOON + hours(6), disposition=Disposition.VOICEMAIL, by=ANN)
    story.move(tom, Stage.LOST)
    story.message(None)
    story.capture("Zoe", owner_id=BEN)
    winback, autumn = story.campaign("Winback"), story.campaign("Autumn")
    story.join(tom, autumn)
    story.join(tom, winback)
    story.join(tom, autumn, undone=True)
    story.join(maria, winback)
    story.rename_campaign(winback, "Win them back")
    story.merge(maria, tom)
    story.merge(maria, tom, undone=True)
    return story


EVENTS = as_received(a_story().told, UUID(int=9))


def interleaved(events: list[Received[Event]], choose: random.Random) -> list[Received[Event]]:
    """The events of each service in their order, the services one with another in any."""
    queues: dict[str, list[Received[Event]]] = {}
    for event in events:
        queues.setdefault(event.data.service, []).append(event)
    names = [event.data.service for event in events]
    choose.shuffle(names)
    return [queues[name].pop(0) for name in names]


def folded(events: list[Received[Event]]) -> tuple[dict[UUID, Lead], dict[UUID, Any]]:
    records = Records()
    for event in events:
        records.take(event)
    return records.leads, records.clients


def test_what_the_story_comes_to() -> None:
    found = {lead.name: lead for lead in folded(EVENTS)[0].values()}
    mary, tom, zoe = found["Mary"], found["Tom Baker"], found["Zoe"]
    assert (mary.first_communication_at, mary.first_outbound_at) == (NOON - hours(3), NOON + minutes(30))
    assert (mary.last_contact_at, mary.converted_at, mary.stage) == (NOON + days(20), NOON + days(9), Stage.WON)
    assert (mary.responded_in, mary.converted_in, mary.scope) == (
        Scope(BEN, NORTH),
        Scope(BEN, SOUTH),
        Scope(BEN, SOUTH),
    )
    assert (tom.first_communication_at, tom.first_outbound_at) == (NOON + hours(4), NOON + hours(6))
    (client,) = folded(EVENTS)[1].values()
    assert client.scope == Scope(ANN, NORTH)
    assert (tom.responded_in, tom.stage) == (Scope(ANN, NORTH), Stage.LOST)
    assert (zoe.first_communication_at, zoe.responded_in, zoe.converted_in) == (None, Scope(BEN, None), None)


@given(st.permutations(range(len(EVENTS))), st.lists(st.integers(0, len(EVENTS) - 1), max_size=10))
@settings(max_examples=300)
def test_any_order_at_all_and_any_repetition_give_the_same_records(order: list[int], again: list[int]) -> None:
    assert folded([EVENTS[place] for place in (*order, *again)]) == folded(EVENTS)


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(1, 3)), min_size=1, max_size=6, unique_by=lambda each: each[0]),
    st.integers(-50, 150),
)
def test_the_team_at_a_moment(assigned: list[tuple[int, int]], called: int) -> None:
    """By the plain reading: whoever had it last at or before the moment, and before all of them the first."""
    story, teams = Story(), sorted(assigned)
    lead = story.capture(team_id=UUID(int=teams[0][1]), recorded_at=NOON + minutes(teams[0][0]))
    for at, team in teams[1:]:
        story.assign(lead, None, UUID(int=team), at=NOON + minutes(at))
    story.call(lead, NOON + minutes(called))
    known = Lead(lead_id=lead.id)
    for event in story.received(new_id()):
        known = after(known, event)
    expected = teams[0][1]
    for at, team in teams:
        if at <= called:
            expected = team
    assert known.responded_in.team_id == UUID(int=expected)


async def rows(reporting: Running, agency_id: UUID) -> dict[str, list[Any]]:
    """Every read table but the log of changes, whose order is that of arrival."""
    found: dict[str, list[Any]] = {}
    async with reporting.service.database.transaction(agency_id) as session:
        for table in (agencies, users, teams, campaigns, leads, clients):
            columns = [column for column in table.c if column.name != "agency_id"]
            statement = select(*columns).order_by(columns[0])
            found[table.name] = [tuple(map(str, row)) for row in await session.execute(statement)]
    return found


async def project_in_batches(
    reporting: Running, agency_id: UUID, events: list[Received[Event]], choose: random.Random
) -> None:
    while events:
        size = choose.randint(1, 7)
        async with reporting.service.database.transaction(agency_id) as session:
            await project(events[:size], session, keep_changes=1000)
        events = events[size:]


async def test_any_interleaving_in_any_batches_gives_the_same_tables(reporting: Running) -> None:
    expected: dict[str, list[Any]] | None = None
    for seed in range(40):
        choose, agency_id = random.Random(seed), new_id()
        events = as_received(TOLD, agency_id)
        arriving = interleaved(events, choose) if seed else events
        # A redelivered tail, as after a crash between effect and offset.
        await project_in_batches(reporting, agency_id, [*arriving, *arriving[-seed % 5 :]], choose)
        found = await rows(reporting, agency_id)
        expected = expected or found
        assert found == expected, f"seed {seed}"
    assert expected is not None
    assert [len(expected[name]) for name in ("agencies", "users", "campaigns", "leads", "clients")] == [1, 2, 3, 3, 1]


TOLD = a_story().told


@pytest.mark.parametrize("first", ["comms", "leads", "clients", "ai", "identity"])
async def test_whichever_service_arrives_first(
    reporting: Running, source: Sources, agency_id: UUID, first: str
) -> None:
    """By Kafka: a call before its lead, a client before their lead, a name before or after what it names."""
    told = sorted(TOLD, key=lambda each: each.source != first)
    for each in told[: sum(each.source == first for each in told)]:
        await source(first).publish(agency_id, each.event, stream_id=each.stream_id, occurred_at=each.at)
    await reporting.wait_until_caught_up()
    for each in told[sum(each.source == first for each in told) :]:
        message = await source(each.source).publish(
            agency_id, each.event, stream_id=each.stream_id, occurred_at=each.at
        )
        await source(each.source).send(message)
    await reporting.wait_until_caught_up()
    other = new_id()
    await project_in_batches(reporting, other, as_received(TOLD, other), random.Random(0))
    assert await rows(reporting, agency_id) == await rows(reporting, other)


async def test_two_sources_at_once_wait_for_one_another(reporting: Running, source: Sources, agency_id: UUID) -> None:
    """Many calls and captures of the same leads at the same time, in opposite orders, from two services."""
    story, calls = Story(), Story()
    made = [story.capture(captured_at=NOON + timedelta(seconds=number)) for number in range(300)]
    for lead in reversed(made):
        calls.call(lead, lead.captured_at + minutes(1))
    await asyncio.gather(story.flood(source, agency_id), calls.flood(source, agency_id))
    await reporting.wait_until_caught_up()
    async with reporting.service.database.transaction(agency_id) as session:
        found = (await session.execute(select(leads.c.response_seconds))).scalars().all()
    assert found == [60.0] * 300
