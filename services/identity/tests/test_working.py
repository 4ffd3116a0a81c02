"""Who works how, and when they are away: kept by themselves and by whoever manages them, and told to colleagues as far as needed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from accounts import add, register
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.values import Role
from sqlalchemy import text
from trail import TRAIL

SAID: dict[str, Any] = {
    "licences": [
        {"state": "TX", "lines": ["auto", "home"], "licence_number": "1234567", "expires_on": "2027-06-30"},
        {"state": "OK", "lines": [], "licence_number": None, "expires_on": None},
    ],
    "languages": ["en", "es-MX"],
    "working_hours": [{"weekday": 0, "start": "09:00", "end": "12:00"}, {"weekday": 0, "start": "13:00", "end": "17:00"}],
    "time_zone": "America/Denver",
}  # fmt: skip


async def founded(identity: Running) -> dict[str, Any]:
    async with identity.anonymous() as http:
        return await register(http)


def at(user_id: object, rest: str = "work-profile") -> str:
    return f"/api/v1/users/{user_id}/{rest}"


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def test_somebody_says_how_they_work_and_colleagues_see_what_they_need(identity: Running) -> None:
    agency_id = UUID((await founded(identity))["id"])
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        ann, ben = await add(http), await add(http)
    async with identity.client(agency_id, role=Role.AGENT, user_id=UUID(ann["id"])) as http:
        before = await http.get(at(ann["id"]))
        assert (before.json()["version"], before.json()["licences"], before.headers["etag"]) == (0, [], '"0"')
        said = await http.put(at(ann["id"]), json=SAID, headers={"If-Match": '"0"'})
        assert said.status_code == 200, said.text
        kept = SAID | {"licences": SAID["licences"][::-1], "user_id": ann["id"], "version": 1}
        assert said.json() == kept, "licences by state"
        again = await http.put(at(ann["id"]), json=SAID)
        assert again.headers["etag"] == '"1"', "what says nothing new is no change"
        assert (await http.put(at(ann["id"]), json=SAID, headers={"If-Match": '"0"'})).status_code == 412
        assert (await http.put(at(ben["id"]), json=SAID)).status_code == 403
        assert (await http.put(at(uuid4()), json=SAID)).status_code == 404
    async with identity.client(agency_id, role=Role.AGENT, user_id=UUID(ben["id"])) as http:
        licence = (await http.get(at(ann["id"]))).json()["licences"][1]
        assert (licence["state"], licence["lines"], licence["licence_number"]) == ("TX", ["auto", "home"], None)
        assert licence["withheld"] == ["licence_number"]
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        assert (await http.get(at(ann["id"]))).json() == kept
    async with identity.client(agency_id, role=Role.AUDITOR) as http:
        assert (await http.get(at(ann["id"]))).json()["licences"][1]["licence_number"] is None
        [entry, *_] = (await http.get(TRAIL, params={"type": "identity.WorkProfileChanged.v1"})).json()["items"]
        changes = (await http.get(f"{TRAIL}/changes/{entry['sequence']}")).json()["changes"]
        [licences] = [each["new"] for each in changes if each["field"] == "licences"]
        assert [(each["state"], each["licence_number"]) for each in json.loads(licences)] == [
            ("OK", None),
            ("TX", None),
        ]


async def test_who_does_not_see_a_number_leaves_it_as_it_is(identity: Running) -> None:
    agency_id = UUID((await founded(identity))["id"])
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        vera = await add(http, role="viewer")
        await http.put(at(vera["id"]), json=SAID)
    async with identity.client(agency_id, role=Role.VIEWER, user_id=UUID(vera["id"])) as hers:
        refused = await hers.put(at(vera["id"]), json=SAID)
        assert refused.status_code == 403
        less = {**SAID, "licences": [{"state": "TX"}], "languages": ["vi"]}
        assert (await hers.put(at(vera["id"]), json=less)).json()["languages"] == ["vi"]
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        [licence] = (await http.get(at(vera["id"]))).json()["licences"]
        assert (licence["licence_number"], licence["lines"]) == ("1234567", [])


async def test_a_manager_keeps_it_for_their_teams_alone(identity: Running) -> None:
    agency_id = UUID((await founded(identity))["id"])
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        north, south = [
            (await http.post("/api/v1/teams", json={"name": name})).json()["id"] for name in ("North", "South")
        ]
        mia = await add(http, role="manager", team_ids=[north])
        ann, ben = await add(http, team_ids=[north]), await add(http, team_ids=[south])
    away = {"starts_at": in_days(1), "ends_at": in_days(2), "note": "Surgery"}
    async with identity.client(agency_id, role=Role.MANAGER, user_id=UUID(mia["id"]), team_ids=[UUID(north)]) as http:
        assert (await http.put(at(ann["id"]), json=SAID)).status_code == 200
        assert (await http.put(at(ben["id"]), json=SAID)).status_code == 403
        assert (await http.post(at(ann["id"], "absences"), json=away)).status_code == 201
        assert (await http.post(at(ben["id"], "absences"), json=away)).status_code == 403
        [seen] = (await http.get("/api/v1/users/absences")).json()["items"]
        assert (seen["user_id"], seen["note"]) == (ann["id"], "Surgery")
    async with identity.client(agency_id, role=Role.AGENT, user_id=UUID(ben["id"])) as http:
        [seen] = (await http.get("/api/v1/users/absences")).json()["items"]
        assert (seen["user_id"], seen["note"], seen["withheld"]) == (ann["id"], None, ["note"])


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"licences": [{"state": "ZZ"}]}, "/licences/0/state"),
        ({"licences": [{"state": "TX"}, {"state": "TX", "lines": ["auto"]}]}, "/licences/1/state"),
        ({"licences": [{"state": "TX", "lines": ["pet"]}]}, "/licences/0/lines/0"),
        ({"languages": ["en", "Klingon"]}, "/languages/1"),
        ({"time_zone": "America/Springfield"}, "/time_zone"),
        ({"working_hours": [{"weekday": 1, "start": "17:00", "end": "09:00"}]}, "/working_hours/0/end"),
        (
            {"working_hours": [
                {"weekday": 1, "start": "09:00", "end": "12:30"},
                {"weekday": 2, "start": "09:00", "end": "12:30"},
                {"weekday": 1, "start": "12:00", "end": "17:00"},
            ]},
            "/working_hours/2/start",
        ),
    ],
)  # fmt: skip
async def test_what_is_no_state_language_zone_or_hour_is_refused(
    identity: Running, wrong: dict[str, Any], pointer: str
) -> None:
    agency = await founded(identity)
    async with identity.client(UUID(agency["id"]), user_id=UUID(agency["owner_id"])) as http:
        refused = await http.put(at(agency["owner_id"]), json=SAID | wrong)
        assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (422, [pointer])


async def test_absences_are_planned_listed_and_cancelled(identity: Running) -> None:
    agency_id = UUID((await founded(identity))["id"])
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        ann, ben, vera = await add(http), await add(http), await add(http, role="viewer")
    here = at(ann["id"], "absences")
    async with identity.client(agency_id, role=Role.AGENT, user_id=UUID(ann["id"])) as http:

        async def refused(**said: Any) -> tuple[int, str]:
            answer = await http.post(here, json={"starts_at": in_days(1), "ends_at": in_days(2)} | said)
            return answer.status_code, answer.json()["errors"][0]["pointer"]

        assert await refused(ends_at=in_days(0.5)) == (422, "/ends_at")
        assert await refused(starts_at=in_days(-3), ends_at=in_days(-2)) == (422, "/ends_at")
        assert await refused(starts_at="0001-01-01T00:00:00+14:00") == (422, "/starts_at")
        assert await refused(ends_at="9999-12-31T23:59:59-14:00") == (422, "/ends_at")
        assert await refused(covered_by=ann["id"]) == (422, "/covered_by")
        assert await refused(covered_by=vera["id"]) == (422, "/covered_by")
        assert await refused(covered_by=str(uuid4())) == (422, "/covered_by")
        assert await refused(starts_at="2099-01-01T00:00:00") == (422, "/starts_at")
        later = {"starts_at": in_days(9), "ends_at": in_days(12)}
        key = {"Idempotency-Key": uuid4().hex}
        first = await http.post(here, json=later, headers=key)
        assert (await http.post(here, json=later, headers=key)).json() == first.json()
        now = {"starts_at": in_days(-1), "ends_at": in_days(2), "covered_by": ben["id"], "note": "Dentist"}
        planned = (await http.post(here, json=now)).json()
        assert planned["covered_by"] == ben["id"]
        shown = [each["id"] for each in (await http.get("/api/v1/users/absences")).json()["items"]]
        assert shown == [planned["id"], first.json()["id"]], "the first first"
        page = (await http.get("/api/v1/users/absences", params={"limit": 1})).json()
        rest = await http.get("/api/v1/users/absences", params={"limit": 1, "cursor": page["next_cursor"]})
        assert [each["id"] for each in page["items"] + rest.json()["items"]] == shown
        assert (await http.get("/api/v1/users/absences", params={"user_id": ben["id"]})).json()["items"] == []
        stale = await http.delete(f"{here}/{planned['id']}", headers={"If-Match": '"7"'})
        assert stale.status_code == 412
        assert (await http.delete(f"{at(ben['id'], 'absences')}/{planned['id']}")).status_code == 403
        assert (await http.delete(f"{here}/{uuid4()}")).status_code == 404
        assert (await http.delete(f"{here}/{planned['id']}")).status_code == 204
        assert (await http.delete(f"{here}/{planned['id']}")).status_code == 204, "once more is no more"
        left = (await http.get("/api/v1/users/absences")).json()["items"]
        assert [each["id"] for each in left] == [first.json()["id"]]
    types = [event.type for event in await identity.events(agency_id)]
    assert types[-3:] == ["identity.AbsencePlanned.v1", "identity.AbsencePlanned.v1", "identity.AbsenceCancelled.v1"]


async def test_numbers_and_notes_are_sealed_and_the_tables_are_made_again(identity: Running, parts: Parts) -> None:
    agency_id = UUID((await founded(identity))["id"])
    async with identity.client(agency_id, role=Role.ADMIN) as http:
        ann = await add(http)
        number, note = uuid4().hex, f"Dentist {uuid4().hex}"
        said = {**SAID, "licences": [{"state": "TX", "licence_number": number}]}
        assert (await http.put(at(ann["id"]), json=said)).status_code == 200
        for days in (1, 3):
            away = {"starts_at": in_days(days), "ends_at": in_days(days + 1), "note": note}
            planned = (await http.post(at(ann["id"], "absences"), json=away)).json()
        assert (await http.delete(f"{at(ann['id'], 'absences')}/{planned['id']}")).status_code == 204
        before = await _told(http, ann["id"])
        assert (number in before[0], note in before[1]) == (True, True)
        async with identity.service.database.transaction(agency_id) as session:
            kept = str((await session.execute(text("select data from events"))).all())
        assert number not in kept
        assert note not in kept
        rows = await assert_rebuilds(identity.service, (await parts.database("gardenos_identity")).owner_url)
        assert (rows["work_profiles"] >= 1, rows["absences"] >= 2) == (True, True)
        assert await _told(http, ann["id"]) == before


async def _told(http: httpx.AsyncClient, user_id: str) -> tuple[str, str]:
    return (await http.get(at(user_id))).text, (await http.get("/api/v1/users/absences")).text
