"""Leads are kept as long as their agency wants: what is past it is announced, and a week later forgotten, once."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs.queue import jobs
from gardenos_chassis.retention import Rule, months_before
from gardenos_chassis.tenancy import driver_of
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Event, Received
from gardenos_contracts.comms import CallLogged, Disposition
from gardenos_contracts.identity import AgencyResumed, AgencySettingsChanged, AgencySuspended, Retention, Weekday
from gardenos_contracts.lead_disposal import LeadDisposalAnnounced, LeadDisposalEnded
from gardenos_contracts.leads import (
    LeadCaptured,
    LeadConverted,
    LeadRemoved,
    LeadStageChanged,
    PersonForgotten,
    Stage,
)
from gardenos_contracts.tasks import TaskKind, TaskPlanned
from gardenos_contracts.values import Direction, LineOfBusiness, PersonName, Role
from gardenos_leads.capturing.tables import lead_posts
from gardenos_leads.duplicates.commands import record_forgetting
from gardenos_leads.retention import disposal, nights
from rules_in_force import TEST

NOW = datetime.now(UTC)
THREE_YEARS_AGO = NOW - timedelta(days=3 * 366)
HERE = "/api/v1/leads/retention"
KIND = "leads.keep-retention"


@pytest.mark.parametrize(
    ("now", "months", "expected"),
    [
        (datetime(2026, 11, 30, 8, tzinfo=UTC), 24, datetime(2024, 11, 30, 8, tzinfo=UTC)),
        (datetime(2026, 3, 31, tzinfo=UTC), 1, datetime(2026, 2, 28, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 12, datetime(2023, 2, 28, tzinfo=UTC)),
        (datetime(2026, 1, 15, tzinfo=UTC), 1, datetime(2025, 12, 15, tzinfo=UTC)),
        (datetime(2026, 1, 15, tzinfo=UTC), 240, datetime(2006, 1, 15, tzinfo=UTC)),
    ],
)
def test_months_are_counted_by_the_calendar(now: datetime, months: int, expected: datetime) -> None:
    assert months_before(now, months) == expected


def test_a_night_begins_at_two_by_the_agency_s_clock() -> None:
    chicago = Rule("America/Chicago", 24)
    assert chicago.next_night(datetime(2026, 11, 30, 7, 59, tzinfo=UTC)) == datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert chicago.next_night(datetime(2026, 11, 30, 8, 0, tzinfo=UTC)) == datetime(2026, 12, 1, 8, tzinfo=UTC)
    # On this day there is no two o'clock.
    assert chicago.next_night(datetime(2027, 3, 14, 0, 0, tzinfo=UTC)) > datetime(2027, 3, 14, 0, 0, tzinfo=UTC)
    assert chicago.today(datetime(2026, 11, 30, 3, tzinfo=UTC)) == date(2026, 11, 29)


def test_whom_another_rule_keeps_by_then_stays() -> None:
    said = disposal.Announced(on=date(2026, 12, 7), closed_before=datetime(2024, 11, 30, tzinfo=UTC))
    then = datetime(2026, 12, 7, 8, tzinfo=UTC)
    assert disposal.forgotten_before(said, Rule("UTC", 24), then) == said.closed_before, "nobody who was not announced"
    assert disposal.forgotten_before(said, Rule("UTC", 6), then) == said.closed_before
    assert disposal.forgotten_before(said, Rule("UTC", 36), then) == datetime(2023, 12, 7, 8, tzinfo=UTC)
    assert disposal.forgotten_before(said, Rule("UTC", None), then) is None


async def settled(leads: Running, agency_id: UUID, **months: int | None) -> None:
    """The agency keeps things for so long from now on, and this service has heard."""
    said: dict[str, Any] = {"quiet_hours": None, "display_name": None, "accent": "ocean"}
    settings = AgencySettingsChanged(
        agency_id=agency_id, name="A", time_zone="America/Chicago", currency="USD",
        business_hours=dict.fromkeys(Weekday, ()), retention=Retention(**months), **said,
    )  # fmt: skip
    await leads.sources("identity").publish(agency_id, settings, stream_id=agency_id)
    await leads.wait_until_caught_up()


async def recorded(leads: Running, agency_id: UUID, at: datetime, *events: Event) -> UUID:
    """A lead with these events, which happened at a moment."""
    lead_id = events[0].model_dump()["lead_id"]
    async with leads.service.store.unit_of_work(Context(agency_id, TEST, "long ago")) as work:
        work.record(lead_id, len(await work.load(lead_id)), events, occurred_at=at)
    return UUID(str(lead_id))


def captured(name: str = "Maria", at: datetime = THREE_YEARS_AGO) -> LeadCaptured:
    return LeadCaptured(
        lead_id=new_id(), person_id=new_id(), name=PersonName(given=name), source="web", email=f"{name}@example.com",
        line_of_business=LineOfBusiness.AUTO, captured_at=at,
    )  # fmt: skip


def lost(lead: LeadCaptured) -> LeadStageChanged:
    return LeadStageChanged(
        lead_id=lead.lead_id, person_id=lead.person_id, stage=Stage.LOST, previous_stage=Stage.NEW, reason="price"
    )


async def long_lost(leads: Running, agency_id: UUID, name: str = "Maria") -> LeadCaptured:
    lead = captured(name)
    await recorded(leads, agency_id, THREE_YEARS_AGO, lead, lost(lead))
    return lead


async def night(leads: Running, agency_id: UUID) -> None:
    """The next night comes."""
    async with leads.service.database.transaction(agency_id) as session:
        told = "update jobs set due_at = now() where agency_id = $1 and kind = $2 and state = 'queued'"
        await driver_of(session).execute(told, agency_id, KIND)
    await leads.jobs_done()


async def nights_put_down(leads: Running, agency_id: UUID) -> list[str]:
    return [row["key"] for row in await leads.rows(agency_id, jobs) if row["kind"] == KIND]


async def told(leads: Running, agency_id: UUID, kind: type[Event]) -> list[Received[Event]]:
    return [each for each in await leads.events(agency_id) if isinstance(each.data, kind)]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is announced is done in the night after."""
    monkeypatch.setattr(disposal, "NOTICE", timedelta(0))


async def test_what_is_announced_is_forgotten_when_its_night_comes(
    leads: Running, parts: Parts, agency_id: UUID, at_once: None
) -> None:
    marker, kept = uuid4().hex, uuid4().hex
    old = await long_lost(leads, agency_id, marker)
    removed = captured(marker)
    await recorded(leads, agency_id, THREE_YEARS_AGO, removed)
    gone = LeadRemoved(lead_id=removed.lead_id, person_id=removed.person_id)
    await recorded(leads, agency_id, THREE_YEARS_AGO, gone)
    recent, still_open = captured(kept), captured(kept)
    await recorded(leads, agency_id, NOW - timedelta(days=400), recent, lost(recent))
    await recorded(leads, agency_id, THREE_YEARS_AGO, still_open)
    await settled(leads, agency_id, closed_leads_months=24)
    await night(leads, agency_id)
    (announcement,) = await told(leads, agency_id, LeadDisposalAnnounced)
    assert isinstance(announcement.data, LeadDisposalAnnounced)
    assert (announcement.data.leads, announcement.data.months) == (2, 24)
    assert await told(leads, agency_id, PersonForgotten) == [], "first it is announced"
    await night(leads, agency_id)
    forgotten = await told(leads, agency_id, PersonForgotten)
    assert {each.stream_id for each in forgotten} == {old.lead_id, removed.lead_id}
    for each in forgotten:
        assert (str(each.actor), each.causation_id) == (f"automation:{KIND}", announcement.id)
        assert each.rule == "agency:keeps closed leads for 24 months"
    (ended,) = await told(leads, agency_id, LeadDisposalEnded)
    assert ended.data == LeadDisposalEnded(agency_id=agency_id, withdrawn=False)
    assert await places_of(marker, parts, "gardenos_leads") == []
    assert "public.leads.email" in await places_of(kept, parts, "gardenos_leads")
    before = len(await leads.events(agency_id))
    await night(leads, agency_id)
    assert len(await leads.events(agency_id)) == before, "nobody is forgotten twice, and nobody announced anew"
    assert len(await nights_put_down(leads, agency_id)) == 1
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_before_its_night_nobody_is_forgotten(leads: Running, agency_id: UUID) -> None:
    await long_lost(leads, agency_id)
    await settled(leads, agency_id, closed_leads_months=24)
    for _ in range(3):
        await night(leads, agency_id)
    (announcement,) = await told(leads, agency_id, LeadDisposalAnnounced)
    assert isinstance(announcement.data, LeadDisposalAnnounced)
    today = datetime.now(UTC).date()
    assert timedelta(days=6) <= announcement.data.on - today <= timedelta(days=8)
    assert await told(leads, agency_id, PersonForgotten) == []
    async with leads.client(agency_id) as http:
        shown = (await http.get(HERE)).json()
    assert (shown["months"], shown["leads"], shown["notice_days"]) == (24, 1, 7)
    assert (shown["announced"]["leads"], shown["announced"]["forget_on"]) == (1, str(announcement.data.on))


async def spoken_with_and_planned_for(
    leads: Running, agency_id: UUID, agent: UUID, called: LeadCaptured, planned: LeadCaptured
) -> None:
    """Comms has told that one of them called, and that something is to be done about the other."""
    call = CallLogged(
        call_id=new_id(), thread_id=new_id(), person_id=called.person_id, lead_id=called.lead_id, user_id=agent,
        direction=Direction.INBOUND, started_at=NOW, duration_seconds=60, disposition=Disposition.CONNECTED,
    )  # fmt: skip
    task = TaskPlanned(
        task_id=new_id(), person_id=planned.person_id, lead_id=planned.lead_id, kind=TaskKind.CALL, title="Ask again",
        due_on=NOW.date() + timedelta(days=30), owner_id=agent,
    )  # fmt: skip
    await leads.given(agency_id, call, task)
    await leads.wait_until_caught_up()


async def test_who_is_worked_spoken_with_or_planned_for_stays(leads: Running, agency_id: UUID, at_once: None) -> None:
    reopened, called, planned, recycled, won, merged = [await long_lost(leads, agency_id) for _ in range(6)]
    into = await long_lost(leads, agency_id)
    agent = new_id()
    await leads.colleagues(agency_id, agent)
    await settled(leads, agency_id, closed_leads_months=24)
    async with leads.client(agency_id) as http:
        assert (await http.get(HERE)).json()["leads"] == 7
        await night(leads, agency_id)
        (announcement,) = await told(leads, agency_id, LeadDisposalAnnounced)
        assert isinstance(announcement.data, LeadDisposalAnnounced)
        assert announcement.data.leads == 7
        moved = await http.put(f"/api/v1/leads/{reopened.lead_id}/stage", json={"stage": "contacted"})
        assert moved.status_code == 200, moved.text
        day = str(datetime.now(UTC).date() + timedelta(days=300))
        waits = await http.put(f"/api/v1/leads/{recycled.lead_id}/recycling", json={"on": day})
        assert waits.status_code == 200, waits.text
        became = await http.post(f"/api/v1/leads/{won.lead_id}/conversion", json={})
        assert became.is_success, became.text
        one = await http.post(f"/api/v1/leads/{into.lead_id}/merge", json={"other_id": str(merged.lead_id)})
        assert one.is_success, one.text
        back = await http.put(f"/api/v1/leads/{into.lead_id}/stage", json={"stage": "contacted"})
        assert back.status_code == 200, back.text
    await spoken_with_and_planned_for(leads, agency_id, agent, called, planned)
    await night(leads, agency_id)
    assert await told(leads, agency_id, PersonForgotten) == []
    assert await told(leads, agency_id, LeadConverted) != []
    (ended,) = await told(leads, agency_id, LeadDisposalEnded)
    assert ended.data == LeadDisposalEnded(agency_id=agency_id, withdrawn=False)


async def listed(http: httpx.AsyncClient, since: str, **query: Any) -> set[str]:
    """The ids of the leads that a list of those holds that are closed since before a day."""
    asked = {"all": [{"field": "closed_since", "op": "before", "value": since}]}
    answer = await http.get("/api/v1/leads", params={"filter": json.dumps(asked), **query})
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.json()["items"]}


async def test_a_list_holds_whom_the_rule_concerns_and_nobody_else(leads: Running, agency_id: UUID) -> None:
    """Lost ones and removed ones; none that is worked, spoken with, planned for, another's, a client or forgotten."""
    old, called, planned, recycled, won, merged, into, forgotten = [
        await long_lost(leads, agency_id, uuid4().hex) for _ in range(8)
    ]
    removed, still_open, recent = (captured(uuid4().hex) for _ in range(3))
    gone = LeadRemoved(lead_id=removed.lead_id, person_id=removed.person_id)
    await recorded(leads, agency_id, THREE_YEARS_AGO, removed, gone)
    await recorded(leads, agency_id, THREE_YEARS_AGO, still_open)
    await recorded(leads, agency_id, NOW - timedelta(days=400), recent, lost(recent))
    agent = new_id()
    await leads.colleagues(agency_id, agent)
    await spoken_with_and_planned_for(leads, agency_id, agent, called, planned)
    async with leads.client(agency_id) as http:
        day = str(NOW.date() + timedelta(days=300))
        for method, path, body in (
            ("PUT", f"{recycled.lead_id}/recycling", {"on": day}),
            ("POST", f"{won.lead_id}/conversion", {}),
            ("POST", f"{into.lead_id}/merge", {"other_id": str(merged.lead_id)}),
            ("POST", f"{forgotten.lead_id}/forget", None),
        ):
            answer = await http.request(method, f"/api/v1/leads/{path}", json=body)
            assert answer.is_success, answer.text
        concerned = {str(each.lead_id) for each in (old, removed, into)}
        preview = (await http.get(HERE, params={"months": 24})).json()
        assert preview["leads"] == len(concerned)
        assert await listed(http, preview["closed_before"][:10]) == concerned
        assert await listed(http, preview["closed_before"][:10], removed="true") == {str(removed.lead_id)}
        everybody = {each["id"] for each in (await http.get("/api/v1/leads")).json()["items"]}
        assert str(removed.lead_id) not in everybody, "whoever asks for something else is not shown what was removed"


async def test_who_gives_the_rule_up_has_nobody_forgotten_and_no_more_nights(
    leads: Running, agency_id: UUID, at_once: None
) -> None:
    await long_lost(leads, agency_id)
    assert await nights_put_down(leads, agency_id) == [], "off, as long as nobody says otherwise"
    await settled(leads, agency_id, closed_leads_months=24)
    await night(leads, agency_id)
    await settled(leads, agency_id, closed_leads_months=None)
    await night(leads, agency_id)
    assert await told(leads, agency_id, PersonForgotten) == []
    (ended,) = await told(leads, agency_id, LeadDisposalEnded)
    assert ended.data == LeadDisposalEnded(agency_id=agency_id, withdrawn=True)
    assert await nights_put_down(leads, agency_id) == []
    async with leads.client(agency_id) as http:
        shown = (await http.get(HERE)).json()
        assert (shown["months"], shown["leads"], shown["announced"]) == (None, 0, None)
        assert (await http.get(HERE, params={"months": 24})).json()["leads"] == 1, "what another rule would do"
        assert (await http.get(HERE, params={"months": 48})).json()["leads"] == 0


async def test_a_night_that_ended_half_way_is_gone_on_with(
    leads: Running, agency_id: UUID, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await long_lost(leads, agency_id)
    await settled(leads, agency_id, closed_leads_months=24)
    await night(leads, agency_id)
    done = 0

    async def dies_at_the_second(*said: Any) -> int:
        nonlocal done
        done += 1
        if done == 2:
            raise ConnectionError("the process is gone")
        return await record_forgetting(*said)

    monkeypatch.setattr(nights, "record_forgetting", dies_at_the_second)
    await night(leads, agency_id)
    assert done == 4, "the first, the one at which it died, and the two that were left"
    assert len(await told(leads, agency_id, PersonForgotten)) == 3
    assert len(await told(leads, agency_id, LeadDisposalEnded)) == 1


async def test_nobody_of_a_suspended_agency_is_forgotten(leads: Running, agency_id: UUID, at_once: None) -> None:
    await long_lost(leads, agency_id)
    await settled(leads, agency_id, closed_leads_months=24)
    await night(leads, agency_id)
    suspended = AgencySuspended(agency_id=agency_id, reason="an invoice is open", turn_to=None)
    await leads.sources("identity").publish(agency_id, suspended, stream_id=agency_id)
    await leads.wait_until_caught_up()
    async with leads.service.database.transaction(agency_id) as session:
        await driver_of(session).execute("update jobs set due_at = now() where kind = $1", KIND)
    other = new_id()
    await long_lost(leads, other)
    await settled(leads, other, closed_leads_months=24)
    async with leads.service.database.transaction(other) as session:
        await driver_of(session).execute("update jobs set due_at = now() where kind = $1", KIND)

    async def other_was_announced() -> bool:
        return len(await told(leads, other, LeadDisposalAnnounced)) == 1

    await eventually(other_was_announced, what="the night of another agency")
    assert await told(leads, agency_id, PersonForgotten) == []
    resumed = AgencyResumed(agency_id=agency_id)
    await leads.sources("identity").publish(agency_id, resumed, stream_id=agency_id)
    await leads.wait_until_caught_up()
    await leads.jobs_done()
    assert len(await told(leads, agency_id, PersonForgotten)) == 1, "what waited is done"


async def test_what_was_posted_is_emptied_when_it_is_old(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http, leads.anonymous() as outside:
        made = await http.post("/api/v1/lead-sources", json={"name": "Vendor", "kind": "vendor"})
        assert made.status_code == 201, made.text
        for number in (1, 2):
            post = {"first_name": f"Maria {number}", "email": f"maria{number}@example.com"}
            posted = await outside.post(f"/api/v1/lead-posts/{made.json()['address']}", json=post)
            assert posted.is_success, posted.text
    async with leads.service.database.transaction(agency_id) as session:
        aged = (
            "update lead_posts set received_at = received_at - interval '2 years', reference = $2, remarks = '[1]'"
            " where agency_id = $1 and id = (select id from lead_posts where agency_id = $1 order by id limit 1)"
        )
        await driver_of(session).execute(aged, agency_id, "QH-1")
    await settled(leads, agency_id, conversations_months=12)
    await night(leads, agency_id)
    old, young = await leads.rows(agency_id, lead_posts)
    assert (old["sealed"], old["reference"], old["remarks"]) == (None, None, [])
    assert young["sealed"] is not None
    assert await told(leads, agency_id, LeadDisposalAnnounced) == []


async def test_owners_and_admins_may_ask(leads: Running, agency_id: UUID) -> None:
    for role in (Role.MANAGER, Role.AGENT, Role.VIEWER, Role.AUDITOR):
        async with leads.client(agency_id, role=role) as http:
            assert (await http.get(HERE)).status_code == 403
    async with leads.client(agency_id, role=Role.ADMIN) as http:
        assert (await http.get(HERE)).status_code == 200
        for wrong in ("0", "241", "x"):
            assert (await http.get(HERE, params={"months": wrong})).status_code == 422
