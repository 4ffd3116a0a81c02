"""A lead is left alone until a day, mostly before its X-date; comes back by a job, once; or not, where that was given up."""

import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from gardenos_chassis.errors import Conflict, Invalid
from gardenos_chassis.events import Context
from gardenos_chassis.ids import new_id
from gardenos_chassis.jobs import enqueue
from gardenos_chassis.tenancy import driver_of
from gardenos_chassis.testing import Running, eventually
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts import Event
from gardenos_contracts.identity import (
    AgencyRegistered,
    AgencySettingsChanged,
    OpenHours,
    Retention,
    UserDeactivated,
    Weekday,
)
from gardenos_contracts.lead_records import XDateSet
from gardenos_contracts.lead_recycling import LeadCameBack, LeadRecycled
from gardenos_contracts.lead_sources import LeadInquired
from gardenos_contracts.leads import LeadAssigned, LeadCaptured, LeadDetailsChanged, LeadStageChanged, Stage
from gardenos_contracts.values import LineOfBusiness, PersonName, Role
from gardenos_contracts.work import AbsencePlanned
from gardenos_leads.assigning.tables import lead_backlog
from gardenos_leads.duplicates.merging import merge
from gardenos_leads.lead import Lead, evolve
from gardenos_leads.pipelines.pipeline import STANDARD
from gardenos_leads.records.domain import XDate
from gardenos_leads.records.x_dates import clear_x_date, set_x_date
from gardenos_leads.recycling import returning
from gardenos_leads.recycling.domain import BeforeXDate, day_before
from gardenos_leads.recycling.recycle import Until, bring_back, cancel, recycle
from rules_in_force import TEST, in_force, rule, seats, waits

TODAY = date(2026, 11, 29)
MARCH = date(2027, 3, 1)
AUTO, HOME = LineOfBusiness.AUTO, LineOfBusiness.HOME


def captured(**said: Any) -> Lead:
    event = LeadCaptured(
        lead_id=new_id(), person_id=new_id(), name=PersonName(given="Maria"), source="web", **said,
        captured_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    return evolve(None, event)


def after(lead: Lead, events: Iterable[Event]) -> Lead:
    for event in events:
        lead = evolve(lead, event)
    return lead


def lost(**said: Any) -> Lead:
    lead = captured(**said)
    return after(lead, lead.move_in(STANDARD, "lost", reason="renewed with her carrier"))


def kinds(events: Iterable[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def until(lead: Lead, when: Until, **said: Any) -> Lead:
    return after(lead, recycle(lead, when, STANDARD, today=TODAY, **said))


def day_of(lead: Lead) -> date | None:
    return None if lead.recycled is None else lead.recycled.comes_back_on


def back(lead: Lead, *, keeps: bool = True) -> list[Event]:
    return list(bring_back(lead, STANDARD, keeps_owner=lambda _: keeps))


@pytest.mark.parametrize(
    ("x_date", "days", "term", "expected"),
    [
        (date(2027, 6, 1), 45, 12, date(2027, 4, 17)),
        (date(2026, 6, 1), 45, 12, date(2027, 4, 17)),
        (date(2026, 6, 1), 45, 6, date(2027, 4, 17)),
        (date(2026, 8, 31), 0, 6, date(2027, 2, 28)),
        # It expires soon, and the day to begin is past: the next renewal.
        (date(2026, 12, 20), 45, 12, date(2027, 11, 5)),
        (date(2026, 12, 20), 45, 6, date(2027, 5, 6)),
        (date(2024, 2, 29), 0, 12, date(2027, 2, 28)),
        (date(2026, 11, 30), 0, 12, date(2026, 11, 30)),
        (date(2026, 11, 29), 0, 12, date(2027, 11, 29)),
    ],
)
def test_the_day_is_before_the_next_renewal(x_date: date, days: int, term: int, expected: date) -> None:
    assert day_before(x_date, BeforeXDate(AUTO, days, term), after=TODAY) == expected


def test_who_was_lost_comes_back_at_the_beginning_and_who_was_not_where_they_are() -> None:
    lead = until(lost(), Until(MARCH), reason=" next year ")
    assert (day_of(lead), lead.stage, lead.recycled and lead.recycled.reason) == (MARCH, Stage.LOST, "next year")
    assert kinds(back(lead)) == [LeadCameBack, LeadStageChanged]
    lead = after(lead, back(lead))
    assert (lead.stage, lead.stage_key, lead.recycled) == (Stage.NEW, "new", None)
    quoted = captured()
    quoted = until(after(quoted, quoted.move_in(STANDARD, "quoted")), Until(MARCH))
    assert kinds(back(quoted)) == [LeadCameBack]
    chosen = until(lost(), Until(MARCH), stage="contacted")
    assert after(chosen, back(chosen)).stage is Stage.CONTACTED


def test_it_comes_back_to_its_owner_who_is_there_else_into_the_pool() -> None:
    owner, team = new_id(), new_id()
    lead = until(lost(owner_id=owner, team_id=team), Until(MARCH))
    assert after(lead, back(lead)).owner_id == owner
    gone = back(lead, keeps=False)
    assert kinds(gone) == [LeadCameBack, LeadStageChanged, LeadAssigned]
    assert (after(lead, gone).owner_id, after(lead, gone).team_id) == (None, team)
    assert kinds(back(until(lost(), Until(MARCH)), keeps=False)) == [LeadCameBack, LeadStageChanged], (
        "it is in it already"
    )


def test_it_hangs_on_the_x_date_of_its_line() -> None:
    lead = captured(x_date=date(2027, 6, 1), line_of_business=AUTO)
    lead = after(lead, set_x_date(lead, HOME, XDate(date(2027, 3, 15)), today=TODAY))
    assert day_of(until(lead, Until())) == date(2027, 1, 29), "the line that is due first"
    assert day_of(until(lead, Until(line=AUTO, days_before=30))) == date(2027, 5, 2)
    lead = until(lead, Until(line=HOME))
    moved = list(set_x_date(lead, HOME, XDate(date(2027, 4, 15)), today=TODAY))
    assert kinds(moved) == [XDateSet, LeadDetailsChanged, LeadRecycled]
    assert day_of(after(lead, moved)) == date(2027, 3, 1)
    assert kinds(set_x_date(lead, AUTO, XDate(date(2027, 7, 1)), today=TODAY)) == [XDateSet], "of another line"
    assert day_of(after(lead, clear_x_date(lead, HOME, today=TODAY))) == date(2027, 1, 29), "it stays as it is"
    by_hand = list(lead.change_details(x_date=date(2027, 5, 15)))
    assert kinds(by_hand) == [XDateSet, LeadDetailsChanged, LeadRecycled]
    assert day_of(after(lead, by_hand)) == date(2027, 3, 31)
    plain = until(lead, Until(MARCH))
    assert kinds(set_x_date(plain, HOME, XDate(date(2027, 4, 15)), today=TODAY)) == [XDateSet, LeadDetailsChanged]


def test_of_its_own_x_date_alone_it_hangs_on_that() -> None:
    lead = until(captured(x_date=date(2027, 6, 1)), Until())
    assert day_of(lead) == date(2027, 4, 17)
    assert day_of(after(lead, lead.change_details(x_date=date(2027, 7, 1)))) == date(2027, 5, 17)
    # Counted from the day on which it was recycled: what should have come back already is late, not a year early.
    assert day_of(after(lead, lead.change_details(x_date=date(2027, 1, 14)))) == date(2026, 11, 30)


def test_what_has_it_worked_on_ends_it() -> None:
    lead = until(captured(), Until(MARCH))
    inquired = LeadInquired(
        inquiry_id=new_id(), lead_id=lead.lead_id, person_id=lead.person_id, source_id=new_id(), source="web",
        first=False, inquired_at=datetime(2026, 12, 1, tzinfo=UTC),
    )  # fmt: skip
    ends: list[Iterable[Event]] = [
        lead.move(Stage.CONTACTED), lead.remove(), lead.forget(), lead.convert(datetime.now(UTC)), cancel(lead), [inquired],
    ]  # fmt: skip
    assert [day_of(after(lead, events)) for events in ends] == [None] * len(ends)
    assert day_of(after(lead, lead.tag(["VIP"], []))) == MARCH, "but not what is merely written down"
    assert day_of(after(lead, lead.assign(new_id(), None))) == MARCH
    removed = after(lead, lead.remove())
    assert day_of(after(removed, removed.restore())) is None
    assert kinds(cancel(captured())) == []


def test_of_two_that_are_one_it_waits_for_whom_nobody_works_on() -> None:
    waiting, sooner = until(lost(), Until(MARCH)), until(lost(), Until(date(2027, 2, 1)))
    for lead, other, expected in (
        (waiting, lost(), MARCH),
        (lost(), waiting, MARCH),
        (waiting, sooner, date(2027, 2, 1)),
        (waiting, captured(), None),
        (until(captured(), Until(MARCH)), captured(), None),
        (captured(), until(captured(), Until(MARCH)), None),
    ):
        decided = merge(lead, other, {}, merge_id=new_id())
        assert decided.of_lead[0].followed_by == len(decided.of_lead) - 1  # type: ignore[attr-defined]
        assert day_of(after(lead, decided.of_lead)) == expected
        assert day_of(after(other, decided.of_other)) is None


def test_what_cannot_be_says_what_to_do() -> None:
    for lead, when, said, word in (
        (captured(), Until(TODAY), {}, "not ahead"),
        (captured(), Until(date(2099, 1, 1)), {}, "ten years"),
        (captured(), Until(), {}, "no X-date: record it, or name a day"),
        (captured(x_date=MARCH, line_of_business=AUTO), Until(line=HOME), {}, "no X-date of home"),
        (captured(), Until(MARCH), {"stage": "lost"}, "a stage on the way"),
        (captured(), Until(MARCH), {"stage": "nowhere"}, "no such stage"),
    ):
        with pytest.raises(Invalid, match=word):
            until(lead, when, **said)
    won = captured()
    won = after(won, won.convert(datetime.now(UTC)))
    with pytest.raises(Conflict, match="was won"):
        until(won, Until(MARCH))
    with pytest.raises(Conflict, match="not recycled"):
        back(captured())
    lead = until(captured(), Until(MARCH))
    assert list(recycle(lead, Until(MARCH), STANDARD, today=TODAY + timedelta(days=1))) == [], "it is so already"


# Over HTTP, on PostgreSQL, with its job.


async def made(http: httpx.AsyncClient, **said: Any) -> str:
    answer = await http.post("/api/v1/leads", json={"name": {"given": "Maria"}, "if_known": "anyway"} | said)
    assert answer.status_code == 201, answer.text
    return f"/api/v1/leads/{answer.json()['id']}"


async def recycled(http: httpx.AsyncClient, lead: str, **said: Any) -> dict[str, Any]:
    answer = await http.put(f"{lead}/recycling", json=said)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def listed(http: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await http.get("/api/v1/leads", params=asked)
    assert answer.status_code == 200, answer.text
    return [f"/api/v1/leads/{each['id']}" for each in answer.json()["items"]]


async def jobs_of(running: Running, agency_id: UUID) -> list[Any]:
    asked = "select key, due_at, state from jobs where agency_id = $1 and kind = $2 order by due_at"
    async with running.service.database.transaction(agency_id) as session:
        return list(await driver_of(session).fetch(asked, agency_id, returning.BRING_BACK))


async def due(running: Running, agency_id: UUID) -> None:
    """All that is to come back does, if it is time, or does not."""
    async with running.service.database.transaction(agency_id) as session:
        told = "update jobs set due_at = now() where agency_id = $1 and kind = $2 and state = 'queued'"
        await driver_of(session).execute(told, agency_id, returning.BRING_BACK)
    await running.jobs_done()


@pytest.fixture
def the_day(leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Awaitable[None]]:
    """The morning of whatever is waited for."""

    async def past(*_: Any) -> datetime:
        return datetime.now(UTC) - timedelta(seconds=1)

    async def comes() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(returning, "opening", past)
            await due(leads, agency_id)

    return comes


def days(count: int) -> str:
    return str(datetime.now(UTC).date() + timedelta(days=count))


async def test_a_lost_lead_leaves_the_lists_and_is_back_on_its_morning(
    leads: Running, parts: Parts, agency_id: UUID, the_day: Callable[[], Awaitable[None]]
) -> None:
    owner = new_id()
    await leads.colleagues(agency_id, owner)
    registered = AgencyRegistered(agency_id=agency_id, name="A", time_zone="America/Chicago", currency="USD")
    await leads.sources("identity").publish(agency_id, registered, stream_id=agency_id)
    await leads.wait_until_caught_up()
    async with leads.client(agency_id) as http:
        lead = await made(http, owner_id=str(owner), x_date=days(100), line_of_business="auto", current_carrier="Geico")
        other = await made(http)
        lose = {"stage": "lost", "reason": "renewed with her carrier", "recycle": {"before_x_date": {"days": 30}}}
        answer = await http.put(f"{lead}/stage", json=lose)
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        assert (shown["stage"], shown["comes_back_on"]) == ("lost", days(70))
        assert shown["recycled"] == {
            "recycled_on": str(datetime.now(ZoneInfo("America/Chicago")).date()), "line_of_business": "auto",
            "days_before": 30, "term_months": 12, "stage": None, "stage_key": None, "reason": "renewed with her carrier",
        }  # fmt: skip
        assert await listed(http) == [other]
        assert await listed(http, recycled=True) == [lead]
        assert set(await listed(http, q="Maria")) == {lead, other}, "who is searched for is found"
        assert await listed(http, q="Maria", recycled=True) == [lead]
        assert await listed(http, stage="lost") == []
        in_time = {"all": [{"field": "comes_back_on", "op": "before", "value": "today+11w"}]}
        assert await listed(http, filter=json.dumps(in_time)) == [lead]
        later = {"all": [{"field": "comes_back_on", "op": "is_empty"}]}
        assert await listed(http, filter=json.dumps(later)) == [other]
        (job,) = await jobs_of(leads, agency_id)
        morning = datetime.combine(date.fromisoformat(days(70)), time(8), ZoneInfo("America/Chicago"))
        assert job["due_at"] == morning
        await due(leads, agency_id)
        (job,) = await jobs_of(leads, agency_id)
        assert job["due_at"] == morning, "it was not time"
        assert (await http.get(lead)).json()["stage"] == "lost"

        # The X-date is another: the return moves with it, and the job of before does nothing.
        assert (await http.patch(lead, json={"x_date": days(120)})).status_code == 200
        assert (await http.get(lead)).json()["comes_back_on"] == days(90)
        assert [each["due_at"].date() for each in await jobs_of(leads, agency_id)] == [
            date.fromisoformat(days(70)), date.fromisoformat(days(90)),
        ]  # fmt: skip

        await the_day()
        assert await jobs_of(leads, agency_id) == []
        shown = (await http.get(lead)).json()
        assert (shown["stage"], shown["comes_back_on"], shown["recycled"], shown["owner_id"]) == (
            "new", None, None, str(owner),
        )  # fmt: skip
        assert shown["came_back_at"] == shown["stage_since"]
        assert set(await listed(http)) == {lead, other}
        lately = {"all": [{"field": "came_back_at", "op": "in_last", "value": 7}]}
        assert await listed(http, filter=json.dumps(lately)) == [lead]
        titles = [each["title"] for each in (await http.get(f"{lead}/history")).json()["items"]]
        assert titles[:2] == ["Moved from Lost to New", "Came back"]
        assert "Left alone until it is time, 30 days before its X-date of auto" in titles
    told = [each for each in await leads.events(agency_id) if isinstance(each.data, LeadCameBack)]
    assert [str(each.actor) for each in told] == ["automation:leads.bring-back"]
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_an_open_lead_is_not_now(leads: Running, agency_id: UUID, the_day: Callable[[], Awaitable[None]]) -> None:
    async with leads.client(agency_id) as http:
        lead = await made(http)
        assert (await http.put(f"{lead}/stage", json={"stage": "quoted"})).status_code == 200
        since = (await http.get(lead)).json()["stage_since"]
        shown = await recycled(http, lead, on=days(30), reason="on holiday")
        assert (shown["stage"], shown["comes_back_on"]) == ("quoted", days(30))
        assert await listed(http, stage="quoted") == []
        answer = await http.post(f"{lead}/recycling/return")
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        assert (shown["stage"], shown["comes_back_on"]) == ("quoted", None)
        assert shown["stage_since"] == shown["came_back_at"] > since, "what it waited for is not held against it"
        assert (await http.post(f"{lead}/recycling/return")).status_code == 409
        await the_day()
        titles = [each["title"] for each in (await http.get(f"{lead}/history")).json()["items"]]
        assert titles[:2] == ["Brought back", "Left alone until it is time"], "once, and not again on its day"
        await recycled(http, lead, on=days(40))
        cancelled = await http.delete(f"{lead}/recycling")
        assert (cancelled.status_code, cancelled.json()["comes_back_on"]) == (200, None)
        assert (await http.delete(f"{lead}/recycling")).json()["version"] == cancelled.json()["version"]
        assert await listed(http, stage="quoted") == [lead]
        assert (await http.get(lead)).json()["stage_since"] == shown["stage_since"]


async def test_what_was_given_up_does_not_come_back(
    leads: Running, agency_id: UUID, the_day: Callable[[], Awaitable[None]]
) -> None:
    async with leads.client(agency_id) as http:
        gone = [await made(http) for _ in range(5)]
        kept = await made(http)
        for lead in (*gone, kept):
            await due_later(http, lead)
        assert (await http.delete(gone[0])).status_code == 200
        assert (await http.post(f"{gone[1]}/forget")).status_code == 200
        assert (await http.post(f"{gone[2]}/conversion", json={})).status_code == 201
        assert (await http.delete(f"{gone[3]}/recycling")).status_code == 200
        merged = await http.post(f"{kept}/merge", json={"other_id": gone[4].rpartition("/")[2]})
        assert merged.status_code == 200, merged.text
        assert merged.json()["comes_back_on"] == days(300)
        assert (await http.post(f"{gone[0]}/restore")).json()["comes_back_on"] is None
        await the_day()
        assert await jobs_of(leads, agency_id) == []
        told = [each for each in await leads.events(agency_id) if isinstance(each.data, LeadCameBack)]
        assert [f"/api/v1/leads/{each.stream_id}" for each in told] == [kept]


async def due_later(http: httpx.AsyncClient, lead: str) -> None:
    assert (await http.put(f"{lead}/stage", json={"stage": "lost"})).status_code == 200
    await recycled(http, lead, on=days(300))


async def test_a_job_that_fires_twice_brings_it_back_once(
    leads: Running, agency_id: UUID, the_day: Callable[[], Awaitable[None]]
) -> None:
    async with leads.client(agency_id) as http:
        lead = await made(http)
        await due_later(http, lead)
        told: dict[str, Any] = {"lead_id": lead.rpartition("/")[2], "version": (await http.get(lead)).json()["version"]}
        async with leads.service.store.unit_of_work(Context(agency_id, TEST, "again")) as work:
            for key in ("once more", "and again"):
                await enqueue(work.session, returning.BRING_BACK, told, because_of=work.context, key=key, at=far())
        assert len(await jobs_of(leads, agency_id)) == 3
        await the_day()
        back = [each for each in await leads.events(agency_id) if isinstance(each.data, LeadCameBack)]
        assert len(back) == 1
        # Recycled anew, what was put down for the day before does nothing.
        await due_later(http, lead)
        async with leads.service.store.unit_of_work(Context(agency_id, TEST, "late")) as work:
            await enqueue(work.session, returning.BRING_BACK, told, because_of=work.context, key="late")
        await eventually(lambda: _one_left(leads, agency_id), what="the late one found that it waits for another day")
        assert (await http.get(lead)).json()["comes_back_on"] == days(300)


async def _one_left(running: Running, agency_id: UUID) -> bool:
    return len(await jobs_of(running, agency_id)) == 1


def far() -> datetime:
    return datetime.now(UTC) + timedelta(days=300)


async def test_whose_owner_is_gone_or_away_is_given_like_a_new_one(
    leads: Running, agency_id: UUID, the_day: Callable[[], Awaitable[None]]
) -> None:
    ann, ben, cal = people = [new_id() for _ in range(3)]
    await leads.colleagues(agency_id, *people)
    identity = leads.sources("identity")
    async with leads.client(agency_id) as http:
        of_ann, of_ben, of_cal = [await made(http, owner_id=str(id)) for id in people]
        for lead in (of_ann, of_ben, of_cal):
            await due_later(http, lead)
        begins = datetime.now(UTC) - timedelta(hours=1)
        away = AbsencePlanned(
            absence_id=new_id(), user_id=ben, starts_at=begins, ends_at=begins + timedelta(days=3), covered_by=None,
            note=None,
        )  # fmt: skip
        await identity.publish(agency_id, UserDeactivated(user_id=ann), stream_id=ann)
        await identity.publish(agency_id, away, stream_id=away.absence_id)
        await leads.wait_until_caught_up()
        await in_force(http, rule(seats=seats([cal]), at_work=True))
        await the_day()

        async def all_are_cal_s() -> bool:
            owners = [(await http.get(lead)).json()["owner_id"] for lead in (of_ann, of_ben, of_cal)]
            return owners == [str(cal)] * 3

        await eventually(all_are_cal_s, what="the rules gave what came back", within=60)
        titles = [each["title"] for each in (await http.get(f"{of_ben}/history")).json()["items"]]
        assert titles[:4] == [
            "Assigned by the rule “Everything”", "Returned to the pool", "Moved from Lost to New", "Came back",
        ]  # fmt: skip
        titles = [each["title"] for each in (await http.get(f"{of_cal}/history")).json()["items"]]
        assert titles[:2] == ["Moved from Lost to New", "Came back"]


async def test_recycled_it_is_nobody_s_to_give_and_takes_no_room(
    leads: Running, agency_id: UUID, the_day: Callable[[], Awaitable[None]]
) -> None:
    ann = new_id()
    await leads.colleagues(agency_id, ann)
    async with leads.client(agency_id) as http:
        waiting, first = await made(http, owner_id=None), await made(http, owner_id=str(ann))
        for lead in (waiting, first):
            await recycled(http, lead, on=days(300))
        await in_force(http, rule(seats=seats([ann], most_open=1)))
        assert await leads.rows(agency_id, lead_backlog) == []
        another = await made(http, owner_id=None)

        async def is_ann_s() -> bool:
            return bool((await http.get(another)).json()["owner_id"] == str(ann))

        await eventually(is_ann_s, what="there is room for another")
        assert (await http.get(waiting)).json()["owner_id"] is None
        assert (await http.post(f"{waiting}/recycling/return")).status_code == 200
        await waits(leads, agency_id, 1)


async def test_it_opens_when_the_agency_does(leads: Running, agency_id: UUID) -> None:
    hours = {Weekday.MONDAY: (OpenHours(opens="09:30", closes="17:00"),)}
    said: dict[str, Any] = {"quiet_hours": None, "display_name": None, "accent": "ocean", "retention": Retention()}
    settings = AgencySettingsChanged(
        agency_id=agency_id, name="A", time_zone="America/New_York", currency="USD",
        business_hours={day: hours.get(day, ()) for day in Weekday}, **said,
    )  # fmt: skip
    await leads.sources("identity").publish(agency_id, settings, stream_id=agency_id)
    await leads.wait_until_caught_up()
    zone = ZoneInfo("America/New_York")
    async with leads.service.database.transaction(agency_id) as session:
        monday = await returning.opening(session, agency_id, date(2027, 3, 1))
        sunday = await returning.opening(session, agency_id, date(2027, 2, 28))
    assert monday == datetime(2027, 3, 1, 9, 30, tzinfo=zone)
    assert sunday == datetime(2027, 2, 28, 8, tzinfo=zone), "it is closed, and there in the morning all the same"


async def test_many_are_recycled_each_before_its_own_x_date_and_set_back(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        soon, late = [await made(http, x_date=days(count), line_of_business="auto") for count in (100, 200)]
        none = await made(http)
        action = {"kind": "recycle", "before_x_date": {"days": 30}, "reason": "too early"}
        begun = await http.post("/api/v1/leads/bulk-actions", json={"action": action, "selection": {"matching": {}}})
        assert begun.status_code == 202, begun.text
        at = begun.headers["location"]

        async def over() -> bool:
            return bool((await http.get(at)).json()["status"] == "done")

        await eventually(over, what="all are recycled")
        rows = {each["lead_id"]: each for each in (await http.get(f"{at}/rows")).json()["items"]}
        fates = [rows[lead.rpartition("/")[2]]["fate"] for lead in (soon, late, none)]
        assert fates == ["done", "done", "not_allowed"]
        assert rows[none.rpartition("/")[2]]["reason"] == "this lead has no X-date: record it, or name a day"
        assert [(await http.get(lead)).json()["comes_back_on"] for lead in (soon, late)] == [days(70), days(170)]
        assert await listed(http) == [none]
        await recycled(http, late, on=days(10))
        undone = (await http.post(f"{at}/undo", json={})).headers["location"]
        at, again = undone, at
        await eventually(over, what="it is taken back")
        rows = {each["lead_id"]: each for each in (await http.get(f"{at}/rows")).json()["items"]}
        conflict = rows[late.rpartition("/")[2]]
        assert (conflict["fate"], conflict["conflicts"][0]["field"]) == ("conflict", "comes_back_on")
        assert (await http.get(soon)).json()["comes_back_on"] is None
        matching = {"matching": {"recycled": True}}
        count = await http.post("/api/v1/leads/bulk-actions/count", json={"selection": matching})
        assert count.json() == {"count": 1}
        assert again != at


async def test_nothing_of_it_is_left_of_somebody_forgotten(leads: Running, parts: Parts, agency_id: UUID) -> None:
    marker = uuid4().hex
    async with leads.client(agency_id) as http:
        lead = await made(http)
        await recycled(http, lead, on=days(300), reason=f"it is {marker}")
        there = await places_of(marker, parts, "gardenos_leads")
        assert set(there) == {"public.leads.recycled"}
        assert (await http.post(f"{lead}/forget")).status_code == 200
        assert await places_of(marker, parts, "gardenos_leads") == []
        assert (await http.put(f"{lead}/recycling", json={"on": days(10)})).status_code == 409
    told = next(each.data for each in await leads.events(agency_id) if isinstance(each.data, LeadRecycled))
    assert (told.comes_back_on, told.reason) == (None, None)
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_who_may_and_what_is_refused(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http, leads.client(agency_id, role=Role.AUDITOR) as auditor:
        lead = await made(http)
        for said, pointer, word in (
            ({}, "/", "one of the two"),
            ({"on": days(3), "before_x_date": {}}, "/", "one of the two"),
            ({"on": "whenever"}, "/on", "no date"),
            ({"on": days(-2)}, "/on", "not ahead"),
            ({"before_x_date": {}}, "/before_x_date", "record it, or name a day"),
            ({"before_x_date": {"days": 400}}, "/before_x_date/days", "365"),
            ({"before_x_date": {"renews_every_months": 7}}, "/before_x_date/renews_every_months", "6"),
            ({"on": days(3), "stage": "lost"}, "/stage", "a stage on the way"),
        ):
            refused = await http.put(f"{lead}/recycling", json=said)
            assert refused.status_code == 422, (said, refused.text)
            (error,) = refused.json()["errors"]
            assert word in error["detail"], (said, refused.text)
            assert error["pointer"].rstrip("/") == pointer.rstrip("/"), (said, refused.text)
        not_lost = await http.put(f"{lead}/stage", json={"stage": "quoted", "recycle": {"on": days(3)}})
        assert not_lost.status_code == 422
        too_soon = await http.put(f"{lead}/stage", json={"stage": "lost", "recycle": {"on": days(-2)}})
        assert too_soon.status_code == 422
        assert (await http.get(lead)).json()["stage"] == "new", "neither without the other"
        for answer in (
            await auditor.put(f"{lead}/recycling", json={"on": days(3)}),
            await auditor.delete(f"{lead}/recycling"),
            await auditor.post(f"{lead}/recycling/return"),
        ):
            assert answer.status_code == 403
    stranger = new_id()
    async with leads.client(agency_id, role=Role.AGENT, user_id=stranger) as agent:
        assert (await agent.put(f"{lead}/recycling", json={"on": days(3)})).status_code in (404, 409)
