"""Columns of a file that hold what an agency keeps of its leads besides: guessed, read as people write it, told, taken back."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from files_taken_in import counts, imported, rows_of
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.lead_lists import FieldKind, FieldValue
from gardenos_leads.lists.fields import Field, read_written

FILE = (
    b"Name,E-mail,Roof age,Pool?,Dwelling,Roof,Inspected\n"
    b'Maria Delgado,maria@example.com,12,Yes,"$250,000.00",tile,3/15/2026\n'
    b"Tom Baker,tom@example.com,old,no,,thatch,\n"
)


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        (FieldKind.TEXT, " by the lake ", "by the lake"),
        (FieldKind.NUMBER, "1,250.5", 1250.5),
        (FieldKind.MONEY, "$1,250.50", 125050),
        (FieldKind.MONEY, "1250.5 USD", 125050),
        (FieldKind.MONEY, "-3", -300),
        (FieldKind.YES_NO, "YES", True),
        (FieldKind.YES_NO, "n", False),
        (FieldKind.CHOICE, "TILE", "Tile"),
        (FieldKind.DATE, "3/15/2026", "2026-03-15"),
    ],
)
def test_cells_are_read_as_people_write_them(kind: FieldKind, written: str, read: FieldValue) -> None:
    options = ("Tile", "Metal") if kind is FieldKind.CHOICE else ()
    assert read_written(Field(new_id(), "it", "It", kind, options), written) == read


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (FieldKind.NUMBER, "twelve"),
        (FieldKind.MONEY, "1.250,00"),
        (FieldKind.MONEY, ","),
        (FieldKind.MONEY, "9" * 40),
        (FieldKind.YES_NO, "perhaps"),
        (FieldKind.CHOICE, "thatch"),
        (FieldKind.DATE, "31.31.2026"),
        (FieldKind.TEXT, "x" * 501),
    ],
)
def test_what_cannot_be_read_says_so(kind: FieldKind, written: str) -> None:
    options = ("Tile", "Metal") if kind is FieldKind.CHOICE else ()
    with pytest.raises(ValueError, match=r"\w"):
        read_written(Field(new_id(), "it", "It", kind, options), written)


async def defined(http: httpx.AsyncClient) -> None:
    for key, label, kind, options in (
        ("roof_age", "Age of the roof", "number", []),
        ("pool", "Pool", "yes_no", []),
        ("dwelling", "Dwelling", "money", []),
        ("roof", "Roof", "choice", ["Tile", "Metal"]),
        ("inspected_on", "Inspected", "date", []),
    ):
        answer = await http.post(
            "/api/v1/leads/fields", json={"key": key, "label": label, "kind": kind, "options": options}
        )
        assert answer.status_code == 201, answer.text


async def own_of(http: httpx.AsyncClient) -> dict[str, Any]:
    found = (await http.get("/api/v1/leads", params={"limit": "200"})).json()["items"]
    return {lead["email"]: lead["fields"] for lead in found}


async def test_columns_are_taken_for_the_agency_s_own_fields(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await defined(http)
        done = await imported(leads, http, FILE)
        assert done["counts"] == counts(rows=2, captured=2)
        taken = {column["header"]: column["field"] for column in done["columns"]}
        assert taken == {
            "Name": "name", "E-mail": "email", "Roof age": "fields.roof_age", "Pool?": "fields.pool",
            "Dwelling": "fields.dwelling", "Roof": "fields.roof", "Inspected": "fields.inspected_on",
        }  # fmt: skip
        assert await own_of(http) == {
            "maria@example.com": {
                "roof_age": 12, "pool": True, "dwelling": 25_000_000, "roof": "Tile", "inspected_on": "2026-03-15",
            },
            "tom@example.com": {"pool": False},
        }  # fmt: skip
        _, tom = await rows_of(http, done["id"])
        assert {reason["field"] for reason in tom["reasons"]} == {"fields.roof_age", "fields.roof"}
        assert tom["raw"]["Roof"] == "thatch", "what could not be read is kept as it was"
        narrowed = '{"all": [{"field": "fields.roof_age", "op": "at_least", "value": 12}]}'
        found = (await http.get("/api/v1/leads", params={"filter": narrowed})).json()["items"]
        assert [lead["email"] for lead in found] == ["maria@example.com"]


async def test_a_file_updates_them_and_is_taken_back(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await defined(http)
        await imported(leads, http, FILE)
        later = b"E-mail,Roof age,Pool?\nmaria@example.com,13,yes\ntom@example.com,,no\n"
        done = await imported(leads, http, later, duplicates="update")
        assert done["counts"] == counts(rows=2, updated=1, duplicates=1)
        first, second = await rows_of(http, done["id"])
        assert [(reason["field"], reason["detail"]) for reason in first["reasons"]] == [("fields.roof_age", "changed")]
        assert "nothing here is new" in second["reasons"][0]["detail"]
        assert (await own_of(http))["maria@example.com"]["roof_age"] == 13
        assert (await http.post(f"/api/v1/imports/{done['id']}/undo")).status_code == 202
        await leads.jobs_done()
        assert (await own_of(http))["maria@example.com"]["roof_age"] == 12


async def test_a_column_may_be_taken_for_another_and_for_none_that_is_not_kept(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await defined(http)
        file = b"E-mail,Years\nmaria@example.com,12\n"
        done = await imported(leads, http, file, mapping={"Years": "fields.roof_age"})
        assert (await own_of(http))["maria@example.com"] == {"roof_age": 12}
        again = (await http.post("/api/v1/imports", files={"file": ("again.csv", file)})).json()
        assert [(each["field"], each["remembered"]) for each in again["columns"]] == [
            ("email", True),
            ("fields.roof_age", True),
        ]
        retired = await http.patch("/api/v1/leads/fields/roof_age", json={"retired": True})
        assert retired.status_code == 200, retired.text
        after = (await http.post("/api/v1/imports", files={"file": ("after.csv", file)})).json()
        assert [each["field"] for each in after["columns"]] == ["email", None], (
            "a field that is retired is asked for no more"
        )
        for wrong in ("fields.roof_age", "fields.nothing"):
            plan = {"mapping": {"Years": wrong}, "run_automations": False}
            answer = await http.put(f"/api/v1/imports/{after['id']}/plan", json=plan)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/mapping/Years")
            assert "fields.pool" in answer.json()["detail"]
        assert done["status"] == "done"
