"""Sensitive fields of a lead: by every way out, and by none for who may not see them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from gardenos_chassis.auth import fields
from gardenos_chassis.auth.permissions import Permission, Scope
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role

NORTH = new_id()
FILE = b"Name,DOB,Email\nMaria Delgado,1985-12-10,maria@example.com\nNo Date,31.31.1999,no@example.com\n"
PLANNED = {"plan": '{"run_automations": false}', "go_on": "run"}


@pytest.fixture
def agents_do_not_see_birth_dates(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    owners_alone = Permission("fields", "see identity", "See birth dates", {Role.OWNER: Scope.AGENCY})
    monkeypatch.setitem(fields.SENSITIVE, "birth_date", owners_alone)
    fields.withheld_from.cache_clear()
    yield
    fields.withheld_from.cache_clear()


async def a_lead(leads: Running, agency_id: UUID) -> str:
    await leads.colleagues(agency_id, teams=[NORTH])
    async with leads.client(agency_id) as http:
        body = {"name": {"given": "Maria"}, "birth_date": "1985-12-10", "team_id": str(NORTH)}
        path = str((await http.post("/api/v1/leads", json=body)).headers["location"])
        await http.patch(path, json={"birth_date": "1985-12-11"})
        return path


async def test_a_viewer_is_told_that_it_is_not_shown(leads: Running, agency_id: UUID) -> None:
    path = await a_lead(leads, agency_id)
    async with leads.client(agency_id, role=Role.MANAGER, team_ids=[NORTH]) as http:
        seen = (await http.get(path)).json()
        assert (seen["birth_date"], "withheld" in seen) == ("1985-12-11", False)
    async with leads.client(agency_id, role=Role.VIEWER, team_ids=[NORTH]) as http:
        one = (await http.get(path)).json()
        (listed,) = (await http.get("/api/v1/leads")).json()["items"]
        for each in (one, listed):
            assert (each["birth_date"], each["withheld"], each["name"]["given"]) == (None, ["birth_date"], "Maria")
        answer = await http.get(path + "/history")
        assert "1985" not in answer.text
        changed, captured = answer.json()["items"]
        assert changed["changes"] == [{"field": "birth_date", "old": None, "new": None, "withheld": ["old", "new"]}]
        assert {change["field"]: change.get("withheld") for change in captured["changes"]} == {
            "birth_date": ["old", "new"], "name": None, "source": None, "stage": None, "team_id": None,
        }  # fmt: skip
        then = (await http.get(path + "/history/state", params={"version": 1})).json()
        assert (then["state"]["birth_date"], then["withheld"]) == (None, ["birth_date"])


async def test_a_file_s_column_of_them_is_not_shown_either(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        answer = await http.post("/api/v1/imports", files={"file": ("leads.csv", FILE)}, data=PLANNED)
        assert answer.status_code == 201, answer.text
        await leads.jobs_done()
        path = answer.headers["location"]
        assert "1985-12-10" in (await http.get(path + "/rows")).text
    async with leads.client(agency_id, role=Role.AUDITOR) as http:
        found = (await http.get(path)).json()
        (listed,) = (await http.get("/api/v1/imports")).json()["items"]
        for each in (found, listed):
            (dob,) = [column for column in each["columns"] if column["header"] == "DOB"]
            assert (dob["samples"], dob["withheld"]) == ([], ["samples"])
        rows = await http.get(path + "/rows")
        file = await http.get(path + "/rows.csv")
        for text in (rows.text, file.text):
            assert "1985" not in text
            assert "31.31" not in text
            assert "maria@example.com" in text
        first = rows.json()["items"][0]
        assert (first["raw"]["DOB"], first["withheld"]) == (None, ["DOB"])
        assert "(not shown to your role)" in file.text


@pytest.mark.usefixtures("agents_do_not_see_birth_dates")
async def test_who_does_not_see_it_does_not_write_it(leads: Running, agency_id: UUID) -> None:
    path, me = await a_lead(leads, agency_id), new_id()
    async with leads.client(agency_id, role=Role.AGENT, user_id=me, team_ids=[NORTH]) as http:
        claimed = await http.put(path + "/owner", json={"owner_id": str(me)})
        assert (claimed.status_code, claimed.json()["birth_date"]) == (200, None)
        new: dict[str, Any] = {"name": {"given": "Jo"}, "birth_date": "1990-01-01"}
        assert (await http.post("/api/v1/leads", json=new)).status_code == 403
        refused = await http.patch(path, json={"birth_date": None})
        assert (refused.status_code, "birth date" in refused.json()["detail"]) == (403, True)
        changed = await http.patch(path, json={"notes": "Rang twice"})
        assert (changed.status_code, changed.json()["birth_date"]) == (200, None)
        assert (await http.post("/api/v1/imports", files={"file": ("l.csv", FILE)}, data=PLANNED)).status_code == 403
        left_out = PLANNED | {"plan": '{"run_automations": false, "mapping": {"DOB": null}}'}
        without = await http.post("/api/v1/imports", files={"file": ("l.csv", FILE)}, data=left_out)
        assert without.status_code == 201, without.text
    async with leads.client(agency_id) as http:
        # What its writer did not see is as it was.
        assert (await http.get(path)).json()["birth_date"] == "1985-12-11"
