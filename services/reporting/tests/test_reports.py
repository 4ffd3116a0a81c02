"""Reports by HTTP, on real PostgreSQL and Kafka, against values computed by hand."""

import base64
import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from agency_story import NOON, Lead, Story, days, hours, minutes
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts import Actor, ActorKind
from gardenos_contracts.comms import Disposition
from gardenos_contracts.leads import Stage
from gardenos_contracts.values import Direction, Role

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
CONVERSION, RESPONSE = "/api/v1/reports/conversion-times", "/api/v1/reports/response-times"


async def get(http: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await http.get(path, params={**MARCH, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def brief(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in ("label", "count", "median_seconds", "p90_seconds", "waiting"))


async def test_reports_follow_what_becomes_of_campaigns(reporting: Running, source: Sources, agency_id: UUID) -> None:
    story = Story()
    story.agency(agency_id, "America/Chicago")
    spring, winback, autumn = (story.campaign(name) for name in ("Spring", "Winback", "Autumn"))
    came, joined, left = story.capture(campaign_id=spring), story.capture(), story.capture()
    for lead in (came, joined, left):
        story.call(lead, NOON + minutes(5))
    # Who came from one is counted with it; who came from none with the first that they joined and are in.
    story.join(came, winback)
    for lead in (joined, left):
        story.join(lead, autumn)
        story.join(lead, winback)
    story.join(joined, autumn, undone=True)
    for campaign in (autumn, winback):
        story.join(left, campaign, undone=True)
    story.rename_campaign(winback, "Win them back")
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.client(agency_id) as http:
        report = await get(http, RESPONSE, group_by="campaign")
        rows = {row["label"]: row["count"] for row in report["rows"]}
        assert rows == {"Spring": 1, "Win them back": 1, "No campaign": 1}
        assert report["total"]["count"] == 3
        (behind,) = (await get(http, f"{RESPONSE}/leads", group_by="campaign", key=str(winback)))["items"]
        assert behind["lead_id"] == str(joined.id)


async def test_response_times(reporting: Running, source: Sources, agency_id: UUID) -> None:
    story = Story()
    story.agency(agency_id, "America/Chicago")
    ann, ben, north = story.user("Ann"), story.user("Ben"), story.team("North")
    spring = story.campaign("Spring")
    for waited in (40, 5, 100, 10, 20):
        story.call(story.capture(owner_id=ann, team_id=north, campaign_id=spring), NOON + minutes(waited))
    for waited in (1, 2):
        story.call(story.capture(owner_id=ben, source="referral"), NOON + minutes(waited))
    # Not counted: a busy line, a wrong number, a call in, a letter. Counted as at once: a call before the capture.
    nobody = story.capture(owner_id=ben, campaign_id=spring)
    story.call(nobody, NOON + minutes(1), disposition=Disposition.BUSY)
    story.call(nobody, NOON + minutes(2), disposition=Disposition.WRONG_NUMBER)
    story.call(nobody, NOON + minutes(3), direction=Direction.INBOUND)
    story.message(nobody, NOON + minutes(4))
    early = story.capture()
    story.call(early, NOON - hours(5), disposition=Disposition.NO_ANSWER, by=ben)
    story.capture(source="referral")
    story.call(story.capture(captured_at=NOON - days(40)), NOON)
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.client(agency_id) as http:
        report = await get(http, RESPONSE, group_by="agent")
        assert (report["from"], report["to"], report["time_zone"]) == ("2026-03-01", "2026-03-31", "America/Chicago")
        # 5 10 20 40 100 minutes: the middle one, and 0.6 of the way from 40 to 100.
        assert [brief(row) for row in report["rows"]] == [
            ("Ann", 5, 20 * 60.0, 76 * 60.0, 0),
            # The lead of nobody that Ben called is his answer; 0 1 2 minutes, and 0.8 of the way from 1 to 2.
            ("Ben", 3, 60.0, 108.0, 1),
            ("No owner", 0, None, None, 1),
        ]
        assert [row["key"] for row in report["rows"]] == [str(ann), str(ben), None]
        # 0 1 2 5 10 20 40 100: between 5 and 10; 0.3 of the way from 40 to 100.
        assert brief(report["total"]) == (None, 8, 7.5 * 60, 58 * 60.0, 2)
        assert "percentile_cont" in report["definition"]
        assert "capture" in report["definition"]
        bars = {
            (bar["from_seconds"], bar["to_seconds"]): bar["count"] for bar in report["distribution"] if bar["count"]
        }
        assert bars == {(0, 60): 1, (60, 300): 2, (300, 900): 2, (900, 3600): 2, (3600, 14400): 1}
        assert report["distribution"][-1] == {"from_seconds": 30 * 86400, "to_seconds": None, "count": 0}
        by_campaign = await get(http, RESPONSE, group_by="campaign")
        assert [brief(row)[::4] for row in by_campaign["rows"]] == [("Spring", 1), ("No campaign", 1)]
        by_team = await get(http, RESPONSE, group_by="team")
        assert [brief(row)[:2] for row in by_team["rows"]] == [("North", 5), ("No team", 3)]
        by_source = await get(http, RESPONSE, group_by="source")
        assert [(row["key"], row["label"], row["count"]) for row in by_source["rows"]] == [
            ("web form", "web form", 6),
            ("referral", "referral", 2),
        ]
        for other in (by_campaign, by_team, by_source):
            assert [other[part] for part in ("total", "distribution", "series")] == [
                report[part] for part in ("total", "distribution", "series")
            ]


@pytest.mark.parametrize("kind", ActorKind)
async def test_a_lead_waits_for_a_person(reporting: Running, source: Sources, agency_id: UUID, kind: ActorKind) -> None:
    """What an automation dials ends no waiting, as it is no first touch in the leads service; who calls by a key is a person."""
    story = Story()
    ann = story.user("Ann")
    lead = story.capture(owner_id=ann)
    story.call(lead, NOON + minutes(1), actor=Actor(kind, "dialer"))
    story.call(story.capture(owner_id=ann), NOON + minutes(1), actor=Actor(kind, "dialer"))
    story.call(lead, NOON + minutes(9))
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    automated = kind in (ActorKind.AI, ActorKind.AUTOMATION)
    async with reporting.client(agency_id) as http:
        report = await get(http, RESPONSE, group_by="agent")
        waited = ("Ann", 1, 540.0, 540.0, 1) if automated else ("Ann", 2, 60.0, 60.0, 0)
        assert [brief(row) for row in report["rows"]] == [waited]


async def test_conversion_times_begin_at_the_first_touch(reporting: Running, source: Sources, agency_id: UUID) -> None:
    story = Story()
    ann, ben, north = story.user("Ann"), story.user("Ben"), story.team("North")
    plain = story.capture(owner_id=ann)
    story.call(plain, NOON + hours(1))
    story.convert(plain, NOON + days(2))
    wrote_first = story.capture(owner_id=ann)
    story.message(wrote_first, NOON - days(3))
    story.assign(wrote_first, ben, north, at=NOON + days(1))
    story.convert(wrote_first, NOON + days(5))
    mistaken = story.capture(owner_id=ben, team_id=north)
    story.call(mistaken, NOON - days(8), disposition=Disposition.WRONG_NUMBER)
    story.convert(mistaken, NOON + days(12))
    story.convert(story.capture(captured_at=NOON - days(90)), NOON - days(10))
    story.capture(owner_id=ben)
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.client(agency_id) as http:
        report = await get(http, CONVERSION, group_by="agent")
        assert [brief(row) for row in report["rows"]] == [
            ("Ben", 2, 10 * 86400.0, 1002240.0, None),
            ("Ann", 1, 2 * 86400.0, 2 * 86400.0, None),
        ]
        assert brief(report["total"]) == (None, 3, 8 * 86400.0, 967680.0, None)
        assert "waiting" not in report["total"]
        assert [brief(row)[:2] for row in (await get(http, CONVERSION, group_by="team"))["rows"]] == [
            ("North", 2),
            ("No team", 1),
        ]
        assert [(week["from"], week["count"], week["median_seconds"]) for week in report["series"]] == [
            ("2026-03-01", 0, None),
            ("2026-03-02", 2, 5 * 86400.0),
            ("2026-03-09", 1, 12 * 86400.0),
            ("2026-03-16", 0, None),
            ("2026-03-23", 0, None),
            ("2026-03-30", 0, None),
        ]
        assert sum(bar["count"] for bar in report["distribution"]) == 3


async def test_nothing_yet(reporting: Running, agency_id: UUID) -> None:
    async with reporting.client(agency_id) as http:
        report = await get(http, RESPONSE)
        assert (report["rows"], report["time_zone"], report["group_by"]) == ([], "UTC", "agent")
        assert report["total"] == {"count": 0, "median_seconds": None, "p90_seconds": None, "waiting": 0}
        default = (await http.get(CONVERSION)).json()
        today = datetime.now(UTC).date()
        assert date.fromisoformat(default["to"]) in (today, today - timedelta(days=1))
        assert date.fromisoformat(default["to"]) - date.fromisoformat(default["from"]) == timedelta(days=89)
        assert (await get(http, CONVERSION + "/leads"))["items"] == []


@pytest.mark.parametrize(
    ("zone", "day", "inside", "outside"),
    [
        ("America/New_York", "2026-03-08", ["2026-03-08T05:00Z", "2026-03-09T03:59:59.999999Z"], ["2026-03-08T04:59:59Z", "2026-03-09T04:00Z"]),
        ("America/New_York", "2026-11-01", ["2026-11-01T04:00Z", "2026-11-02T04:59:59Z"], ["2026-11-01T03:59:59Z", "2026-11-02T05:00Z"]),
        ("Asia/Beirut", "2026-03-29", ["2026-03-28T22:00Z", "2026-03-29T20:59:59Z"], ["2026-03-28T21:59:59Z", "2026-03-29T21:00Z"]),
    ],
)  # fmt: skip
async def test_days_are_the_agency_s(
    reporting: Running, source: Sources, agency_id: UUID, zone: str, day: str, inside: list[str], outside: list[str]
) -> None:
    story = Story()
    story.agency(agency_id, zone)
    for moment in (*inside, *outside):
        story.capture(moment, captured_at=datetime.fromisoformat(moment))
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.client(agency_id) as http:
        report = await get(http, RESPONSE, **{"from": day, "to": day})
        assert report["total"]["waiting"] == len(inside)
        found = await get(http, RESPONSE + "/leads", **{"from": day, "to": day, "waiting": "true"})
        assert [lead["name"] for lead in found["items"]] == inside


async def test_a_week_in_which_the_clocks_change_keeps_its_days(
    reporting: Running, source: Sources, agency_id: UUID
) -> None:
    story = Story()
    story.agency(agency_id, "America/New_York")
    for moment in ("2026-03-09T03:59:59Z", "2026-03-09T04:00Z", "2026-03-16T03:59:59Z"):
        story.call(story.capture(captured_at=datetime.fromisoformat(moment)), datetime.fromisoformat(moment) + hours(1))
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.client(agency_id) as http:
        series = (await get(http, RESPONSE, **{"from": "2026-03-02", "to": "2026-03-15"}))["series"]
    assert [(week["from"], week["count"], week["median_seconds"]) for week in series] == [
        ("2026-03-02", 1, 3600.0),
        ("2026-03-09", 2, 3600.0),
    ]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"group_by": "shoe-size"}, "query:group_by"),
        ({"from": "2026-04-02"}, "query:from"),
        ({"from": "2020-01-01"}, "query:from"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "query:from"),
        ({"to": "9999-12-31"}, "query:to"),
        ({"to": "someday"}, "query:to"),
        ({"format": "xml"}, "query:format"),
    ],
)
async def test_bad_questions_are_named(
    reporting: Running, agency_id: UUID, query: dict[str, str], pointer: str
) -> None:
    async with reporting.client(agency_id) as http:
        for path in (CONVERSION, RESPONSE, CONVERSION + "/leads", RESPONSE + "/leads"):
            answer = await http.get(path, params={**MARCH, **query})
            assert answer.status_code == 422, answer.text
            assert answer.json()["errors"][0]["pointer"] == pointer


async def test_bad_questions_about_leads_are_named(reporting: Running, agency_id: UUID) -> None:
    forged = base64.urlsafe_b64encode(
        json.dumps([["secondsdesc", "long"], ["lead_iddesc", str(new_id())]]).encode()
    ).decode()
    async with reporting.client(agency_id) as http:
        for query, pointer in (
            ({"key": "x"}, "query:key"),
            ({"cursor": "x"}, "query:cursor"),
            ({"cursor": forged}, "query:cursor"),
            ({"from_seconds": "-1"}, "query:from_seconds"),
            ({"from_seconds": "nan"}, "query:from_seconds"),
            ({"limit": "201"}, "query:limit"),
            ({"key": "\0", "group_by": "source"}, "query:key"),
        ):
            answer = await http.get(CONVERSION + "/leads", params={**MARCH, **query})
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    async with reporting.anonymous() as http:
        for path in (CONVERSION, RESPONSE, CONVERSION + "/leads", "/api/v1/reports/pipeline"):
            assert (await http.get(path)).status_code == 401


async def a_team_s_march(source: Sources, agency_id: UUID) -> tuple[Story, dict[str, UUID]]:
    """Ann and Ben of North, Cleo of South; leads of each, of each team's pool, and of the agency's."""
    story = Story()
    ids = {name: story.user(name) for name in ("Ann", "Ben", "Cleo")}
    ids |= {name: story.team(name) for name in ("North", "South")}
    for owner, team, number in (
        ("Ann", "North", 1), ("Ben", "North", 2), ("Cleo", "South", 4), (None, "North", 8), (None, "South", 16), (None, None, 32),
    ):  # fmt: skip
        for _ in range(number):
            lead = story.capture(owner_id=ids.get(owner or ""), team_id=ids.get(team or ""))
            story.call(lead, NOON + minutes(number))
            if number % 3:
                story.convert(lead, NOON + hours(number))
    await story.publish(source, agency_id)
    return story, ids


async def test_a_report_counts_what_the_asker_may_read_and_nothing_else(
    reporting: Running, source: Sources, agency_id: UUID
) -> None:
    _, ids = await a_team_s_march(source, agency_id)
    await reporting.wait_until_caught_up()
    north = [ids["North"]]
    for role, who, teams, expected in (
        (Role.OWNER, new_id(), [], 63),
        (Role.AUDITOR, new_id(), [], 63),
        (Role.MANAGER, new_id(), north, 1 + 2 + 8 + 32),
        (Role.VIEWER, new_id(), north, 1 + 2 + 8 + 32),
        (Role.MANAGER, ids["Cleo"], north, 1 + 2 + 4 + 8 + 32),
        (Role.AGENT, ids["Ann"], north, 1 + 8 + 32),
        (Role.AGENT, ids["Cleo"], [], 4 + 32),
        (Role.AGENT, new_id(), [], 32),
    ):
        async with reporting.client(agency_id, role=role, user_id=who, team_ids=teams) as http:
            for path in (RESPONSE, CONVERSION):
                report = await get(http, path, group_by="team")
                assert report["total"]["count"] == expected, (role, path)
                assert sum(row["count"] for row in report["rows"]) == expected
                assert sum(week["count"] for week in report["series"]) == expected
                assert sum(bar["count"] for bar in report["distribution"]) == expected
                items = (await get(http, path + "/leads", limit=200))["items"]
                assert len(items) == expected
                answer = await http.get(path + "/leads", params={**MARCH, "format": "csv"})
                assert len(answer.text.splitlines()) == expected + 1
            pipeline = (await http.get("/api/v1/reports/pipeline")).json()
            assert pipeline["open"] == 0
    async with reporting.client(new_id()) as stranger:
        for path in (RESPONSE, CONVERSION):
            assert (await get(stranger, path))["total"]["count"] == 0
            assert (await get(stranger, path + "/leads", key=str(ids["Ann"])))["items"] == []


async def test_a_lead_counts_for_whom_it_is_now_and_in_the_name_of_whose_it_was(
    reporting: Running, source: Sources, agency_id: UUID
) -> None:
    story = Story()
    ann, ben = story.user("Ann"), story.user("Ben")
    lead = story.capture(owner_id=ann)
    story.call(lead, NOON + minutes(5))
    story.assign(lead, ben, at=NOON + hours(1))
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.client(agency_id, role=Role.AGENT, user_id=ann) as http:
        assert (await get(http, RESPONSE))["total"]["count"] == 0
    async with reporting.client(agency_id, role=Role.AGENT, user_id=ben) as http:
        assert [brief(row)[:2] for row in (await get(http, RESPONSE))["rows"]] == [("Ann", 1)]


async def test_the_leads_behind_a_number(reporting: Running, source: Sources, agency_id: UUID) -> None:
    story = Story()
    ann, spring = story.user("Ann"), story.campaign("Spring")
    made: list[Lead] = []
    for number, waited in enumerate((30, 5, 10, 10, 120)):
        made.append(story.capture(f"Lead {number}", owner_id=ann if number else None, campaign_id=spring))
        story.call(made[-1], NOON + minutes(waited))
    early = story.capture("Early", captured_at=NOON - hours(1), owner_id=ann)
    late = story.capture("Late", source="none")
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    path = RESPONSE + "/leads"
    async with reporting.client(agency_id) as http:
        every = (await get(http, path))["items"]
        assert [(lead["name"], lead["seconds"]) for lead in every][:2] == [("Lead 4", 7200.0), ("Lead 0", 1800.0)]
        assert [lead["seconds"] for lead in every] == [7200.0, 1800.0, 600.0, 600.0, 300.0]
        assert every[0] == {
            "lead_id": str(made[4].id), "person_id": str(made[4].person_id), "name": "Lead 4", "agent_id": str(ann),
            "agent_name": "Ann", "captured_at": "2026-03-02T12:00:00Z", "first_contact_at": "2026-03-02T14:00:00Z", "seconds": 7200.0,
        }  # fmt: skip
        paged, cursor = [], None
        while True:
            page = await get(http, path, limit=1, **({"cursor": cursor} if cursor else {}))
            paged += page["items"]
            if (cursor := page["next_cursor"]) is None:
                break
        assert paged == every
        for group_by in ("agent", "campaign", "source", "team"):
            for row in (await get(http, RESPONSE, group_by=group_by))["rows"]:
                asked = {"group_by": group_by, "key": row["key"] or "none"}
                assert len((await get(http, path, **asked))["items"]) == row["count"], asked
                assert len((await get(http, path, **asked, waiting="true"))["items"]) == row["waiting"], asked
        for bar in (await get(http, RESPONSE))["distribution"]:
            bounds = {name: bar[name] for name in ("from_seconds", "to_seconds") if bar[name] is not None}
            assert len((await get(http, path, **bounds))["items"]) == bar["count"]
        waiting = (await get(http, path, waiting="true"))["items"]
        assert [lead["lead_id"] for lead in waiting] == [str(early.id), str(late.id)]
        assert (waiting[0]["seconds"], waiting[0]["first_contact_at"]) == (None, None)
        assert (await get(http, path, key=str(new_id())))["items"] == []


NASTY = ['=HYPERLINK("https://evil.example")', "  +1", "\t@SUM(A1)", "-2+3", 'Ann "the quote", O\'Neil', "Łukasz Ż"]


async def test_csv_says_the_same_and_runs_nothing(reporting: Running, source: Sources, agency_id: UUID) -> None:
    story = Story()
    story.agency(agency_id, "America/Chicago")
    for number, name in enumerate(NASTY, 1):
        lead = story.capture(name, owner_id=story.user(name), source=name)
        story.call(lead, NOON + minutes(number))
        story.convert(lead, NOON + days(number))
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.client(agency_id) as http:
        for path in (RESPONSE, CONVERSION):
            for group_by in ("agent", "source", "team"):
                report = await get(http, path, group_by=group_by)
                by_format = await http.get(path, params={**MARCH, "group_by": group_by, "format": "csv"})
                by_accept = await http.get(path, params={**MARCH, "group_by": group_by}, headers={"Accept": "text/csv"})
                assert by_accept.content == by_format.content
                assert by_format.content.startswith(
                    b"\xef\xbb\xbf" + group_by.encode() + b",key,count,median_seconds,p90_seconds"
                )
                assert by_format.headers["content-type"] == "text/csv; charset=utf-8"
                name = path.rpartition("/")[2]
                filename = f"{name}-by-{group_by}-2026-03-01-to-2026-03-31.csv"
                assert by_format.headers["content-disposition"] == f'attachment; filename="{filename}"'
                lines = list(csv.DictReader(io.StringIO(by_format.content.decode("utf-8-sig"), newline="")))
                for row, line in zip(
                    [*report["rows"], {"label": "All", "key": None, **report["total"]}], lines, strict=True
                ):
                    assert unquoted(line[group_by]) == row["label"]
                    assert unquoted(line["key"]) == (row["key"] or "")
                    for number in report["total"]:
                        assert float(line[number]) == row[number]
                assert no_cell_begins_like_a_formula(by_format)
            leads = await http.get(path + "/leads", params={**MARCH, "format": "csv", "limit": 2})
            assert no_cell_begins_like_a_formula(leads)
            read = list(csv.DictReader(io.StringIO(leads.content.decode("utf-8-sig"), newline="")))
            shown = (await get(http, path + "/leads"))["items"]
            assert [unquoted(line["name"]) for line in read] == [lead["name"] for lead in shown]
            assert [float(line["seconds"]) for line in read] == [lead["seconds"] for lead in shown]
            assert list(read[0]) == list(shown[0])
            assert read[0]["captured_at"] == "2026-03-02T06:00:00-06:00"


def unquoted(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def no_cell_begins_like_a_formula(answer: httpx.Response) -> bool:
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    return len(rows) > 1 and not any(
        cell.strip()[:1] in ("=", "+", "-", "@") for row in rows for cell in row if cell.strip()
    )


async def test_json_is_shown_or_kept_as_a_file(reporting: Running, agency_id: UUID) -> None:
    async with reporting.client(agency_id) as http:
        shown = await http.get(CONVERSION, params=MARCH)
        kept = await http.get(CONVERSION, params={**MARCH, "format": "json"}, headers={"Accept": "text/csv"})
        assert shown.json() == kept.json()
        assert "content-disposition" not in shown.headers
        assert kept.headers["content-disposition"].endswith(
            'filename="conversion-times-by-agent-2026-03-01-to-2026-03-31.json"'
        )
        for accept, kind in {
            "*/*": "application/json",
            "application/json, text/csv": "application/json",
            "text/html, text/csv;q=0.9, application/json;q=0.1": "text/csv",
            "image/png": "application/json",
        }.items():
            answer = await http.get(CONVERSION, params=MARCH, headers={"Accept": accept})
            assert answer.headers["content-type"].startswith(kind), accept
            assert answer.headers["vary"] == "Accept"


async def test_a_long_list_goes_out_whole(
    reporting: Running, source: Sources, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gardenos_reporting.api.reports._PAGE_OF_FILE", 7)
    story = Story()
    for number in range(30):
        story.call(story.capture(f"Lead {number}"), NOON + minutes(number % 4))
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.client(agency_id) as http:
        answer = await http.get(RESPONSE + "/leads", params={**MARCH, "format": "csv"})
        names = [line["name"] for line in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))]
        assert names == [lead["name"] for lead in (await get(http, RESPONSE + "/leads", limit=200))["items"]]
        assert set(names) == {f"Lead {number}" for number in range(30)}


async def test_the_pipeline(reporting: Running, source: Sources, agency_id: UUID) -> None:
    now = datetime.now(UTC)
    story = Story()
    story.agency(agency_id, "Pacific/Kiritimati")
    ann = new_id()
    for stage in (Stage.CONTACTED, Stage.QUOTED, Stage.LOST):
        story.move(story.capture(captured_at=now - days(60), owner_id=ann), stage, now)
    story.capture(captured_at=now)
    story.call(story.capture(captured_at=now - days(60)), now - days(6))
    story.call(story.capture(captured_at=now - days(60)), now - days(8))
    story.convert(story.capture(captured_at=now - days(60)), now)
    story.convert(story.capture(captured_at=now - days(90)), now - days(62))
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.client(agency_id) as http:
        assert (await http.get("/api/v1/reports/pipeline")).json() == {
            "time_zone": "Pacific/Kiritimati",
            "stages": [
                {"stage": "new", "count": 3},
                {"stage": "contacted", "count": 1},
                {"stage": "qualified", "count": 0},
                {"stage": "quoted", "count": 1},
            ],
            "open": 5,
            "not_contacted_7_days": 3,
            "new_today": 1,
            "converted_this_month": 1,
        }
    async with reporting.client(agency_id, role=Role.AGENT, user_id=new_id()) as http:
        found = (await http.get("/api/v1/reports/pipeline")).json()
        assert (found["open"], found["not_contacted_7_days"]) == (3, 1)


async def test_who_was_removed_is_counted_nowhere_until_they_are_restored(
    reporting: Running, source: Sources, agency_id: UUID
) -> None:
    now = datetime.now(UTC)
    story = Story()
    story.agency(agency_id, "UTC")
    lead, _ = story.capture(captured_at=now), story.capture(captured_at=now)
    story.remove(lead, now)
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()
    async with reporting.client(agency_id) as http:
        assert (await http.get("/api/v1/reports/pipeline")).json()["open"] == 1
        again = Story()
        again.remove(lead, now, restored=True)
        await again.publish(source, agency_id)
        await reporting.wait_until_caught_up()
        assert (await http.get("/api/v1/reports/pipeline")).json()["open"] == 2


async def test_one_person_is_counted_once_and_known_since_the_earliest(
    reporting: Running, source: Sources, agency_id: UUID
) -> None:
    story = Story()
    story.agency(agency_id, "UTC")
    campaign = story.campaign("Spring")
    lead = story.capture(captured_at=NOON, campaign_id=campaign)
    other = story.capture(captured_at=NOON - days(5), campaign_id=campaign)
    story.convert(lead, NOON + days(1))
    story.merge(lead, other)
    await story.publish(source, agency_id)
    await reporting.wait_until_caught_up()

    async def counted() -> tuple[int, float, int]:
        times = (await get(http, CONVERSION, group_by="campaign"))["rows"]
        opened = (await http.get("/api/v1/reports/pipeline")).json()["open"]
        return times[0]["count"], times[0]["median_seconds"], opened

    async with reporting.client(agency_id) as http:
        assert await counted() == (1, days(6).total_seconds(), 0)
        again = Story()
        again.merge(lead, other, undone=True)
        await again.publish(source, agency_id)
        await reporting.wait_until_caught_up()
        assert await counted() == (1, days(1).total_seconds(), 1)
