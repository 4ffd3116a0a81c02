"""A file of leads on its way: planned, looked at, run, killed and gone on with, taken back; each row told."""

import asyncio
import csv
import io
import json
import random
import struct
import zipfile
from collections.abc import Sequence
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

import httpx
import pytest
from files_taken_in import counts, imported, rows_of, sent, shown
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running, eventually
from gardenos_contracts.leads import LeadCaptured, LeadDetailsChanged, LeadRemoved, LeadsImported
from gardenos_contracts.values import Role
from gardenos_leads.importing import running
from gardenos_leads.importing.tables import import_chunks, imports
from sqlalchemy import text

FILE = (
    "\ufeffFirst Name;Last Name;E-Mail;Cell;Lead Date;Notes\r\n"
    'Maria;Delgado;maria@example.com;(512) 555-0142;03/14/2026;"two\r\nlines"\r\n'
    "Tom;Baker;tom@example.com;512.555.0177;2026-03-15;=HYPERLINK(1)\r\n"
    "M;D;MARIA@example.com;;;\r\n"
    ";;;;;\r\n"
    "Bad;;nope;123;;\r\n"
).encode()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def listed(http: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await http.get("/api/v1/leads", params={"limit": "200", **query})).json()["items"]
    return found


async def captured(http: httpx.AsyncClient, **details: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/leads", json={"if_known": "anyway", **details})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_step_by_step(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        there = await captured(http, email="tom@example.com")
        answer = await http.post("/api/v1/imports", files={"file": ("export.csv", FILE)})
        made = answer.json()
        assert (answer.status_code, made["status"], made["plan"]) == (201, "uploaded", None)
        assert (made["encoding"], made["delimiter"], made["rows_total"]) == ("utf-8", ";", 5)
        assert [column["field"] for column in made["columns"]] == [
            "given_name", "family_name", "email", "phone", "captured_at", "notes",
        ]  # fmt: skip
        path = answer.headers["location"]
        assert (await http.post(f"{path}/run")).status_code == 409, "nobody said what is to be done"
        planned = await http.put(f"{path}/plan", json={"run_automations": True, "mapping": {"Notes": None}})
        assert (planned.status_code, planned.json()["status"]) == (200, "planned")
        assert planned.json()["plan"]["run_automations"] is True

        checked = await http.post(f"{path}/check")
        assert (checked.status_code, checked.json()["status"]) == (202, "checking")
        await leads.jobs_done()
        found = await shown(http, made["id"])
        expected = counts(rows=5, captured=1, duplicates=2, rejected=1, empty=1)
        assert (found["status"], found["counts"]) == ("checked", expected)
        ahead = await rows_of(http, made["id"])
        assert [row["fate"] for row in ahead] == ["captured", "duplicate", "duplicate", "empty", "rejected"]
        assert (ahead[0]["lead_id"], ahead[1]["duplicate_of"]) == (None, there["id"])
        assert "row 1" in ahead[2]["reasons"][0]["detail"]
        assert len(await listed(http)) == 1, "no lead was written"

        assert (await http.post(f"{path}/run")).status_code == 202
        await leads.jobs_done()
        done = await shown(http, made["id"])
        assert (done["status"], done["counts"], done["rows_done"]) == ("done", expected, 5)
        rows = await rows_of(http, made["id"])
        assert [row["fate"] for row in rows] == [row["fate"] for row in ahead]
        lead = (await http.get(f"/api/v1/leads/{rows[0]['lead_id']}")).json()
        assert (lead["captured_at"], lead["notes"], lead["import_id"]) == ("2026-03-14T12:00:00Z", None, made["id"])
        assert rows[2]["duplicate_of"] == lead["id"]
        assert (await http.put(f"{path}/plan", json={"run_automations": True})).status_code == 409
        assert (await http.post(f"{path}/check")).status_code == 409
        file = list(csv.reader(io.StringIO((await http.get(f"{path}/rows.csv")).text)))
        assert file[0][:6] == ["row", "line", "fate", "lead", "reasons", "undone"]
        assert (file[2][-1], len(file)) == ("'=HYPERLINK(1)", 6)
        raw = (await rows_of(http, made["id"]))[1]["raw"]["Notes"]
        assert raw == "=HYPERLINK(1)", "what came in is as it came in"
        again = (await http.post("/api/v1/imports", files={"file": ("next.csv", FILE)})).json()
        assert [column["remembered"] for column in again["columns"]] == [True] * 6
        assert again["columns"][5]["field"] is None
    async with leads.client(new_id()) as stranger:
        for method, what in (("GET", ""), ("GET", "/rows"), ("POST", "/run"), ("POST", "/check"), ("POST", "/undo")):
            assert (await stranger.request(method, path + what)).status_code == 404, what
    told = [event for event in await leads.events(agency_id) if isinstance(event.data, LeadCaptured | LeadsImported)]
    assert [str(event.actor) for event in told[1:]] == [f"import:{made['id']}"] * 2
    (over,) = [event.data for event in told if isinstance(event.data, LeadsImported)]
    assert over.run_automations is True
    assert await leads.rows(agency_id, import_chunks) != [], "the second file waits"
    assert [row["import_id"] for row in await leads.rows(agency_id, import_chunks)] == [UUID(again["id"])]


async def test_what_is_no_file_of_leads_is_refused_and_nothing_kept(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        for content in (b"", b"%PDF-1.7", b"PK\x03\x04", b"Name\n", b"Name\n" + b"x" * 2_000_000):
            answer = await http.post("/api/v1/imports", **sent(content))
            assert answer.status_code == 422, content[:20]
            assert answer.json()["errors"][0]["pointer"] == "/file"
        too_many = b"Name\n" + b"x\n" * 100_001
        assert (await http.post("/api/v1/imports", **sent(too_many))).status_code == 413
        unknown_campaign = json.dumps({"run_automations": True, "campaign_id": str(new_id())})
        for plan in ("{oops", "[]", "{}", unknown_campaign):
            data = {"plan": plan, "go_on": "run"}
            assert (await http.post("/api/v1/imports", files={"file": ("a.csv", FILE)}, data=data)).status_code == 422
        unknown = b"alpha,beta\n1,2\n"
        assert (await http.post("/api/v1/imports", **sent(unknown))).status_code == 422, "no column tells who it is"
        mapped = await http.post("/api/v1/imports", **sent(unknown, mapping={"alpha": "name"}))
        assert mapped.status_code == 201
        await leads.jobs_done()
        assert [item["counts"]["captured"] for item in (await http.get("/api/v1/imports")).json()["items"]] == [1]
        # As a client says it, who need send none of it.
        huge = {"content-length": str(1_000_000_000), "content-type": "multipart/form-data; boundary=x"}
        refused = await http.post("/api/v1/imports", content=b"", headers=huge)
        assert (refused.status_code, "bytes" in refused.json()["detail"]) == (413, True)
    assert len(await leads.rows(agency_id, imports)) == 1


async def test_a_workbook(leads: Running, agency_id: UUID) -> None:
    rows: list[list[object]] = [
        ["Name", "Email", "Phone", "X-Date", "Notes"],
        ["Ann Lee", "ann@example.com", 5125550142, "2027-03-01", "a\nb, \"c\""],
        [],
        ["Bob Ray", "nope", "", "", "=1+1"],
    ]  # fmt: skip
    async with leads.client(agency_id) as http:
        answer = await http.post("/api/v1/imports", **sent(workbook(rows), name="leads.xlsx"))
        assert answer.status_code == 201, answer.text
        assert (answer.json()["kind"], answer.json()["rows_total"]) == ("xlsx", 3)
        await leads.jobs_done()
        told = await rows_of(http, answer.json()["id"])
        assert [(row["line"], row["fate"]) for row in told] == [(2, "captured"), (3, "empty"), (4, "rejected")]
        (ann,) = await listed(http)
        assert (ann["phone"], ann["x_date"], ann["notes"]) == ("+15125550142", "2027-03-01", 'a\nb, "c"')


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml"'
        ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Leads" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook of one sheet: numbers as numbers, all else as text."""
    sheet = "".join(
        f'<row r="{number}">{"".join(_cell(number, place, cell) for place, cell in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, content)
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>'
        )
    return out.getvalue()


def _cell(row: int, place: int, value: object) -> str:
    at = f"{chr(ord('A') + place)}{row}"
    if isinstance(value, int):
        return f'<c r="{at}"><v>{value}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def bomb() -> bytes:
    """A workbook whose sheet unpacks to 400 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in zip_of(workbook([["Name"], ["x"]])).items():
            if name != "xl/worksheets/sheet1.xml":
                archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(400):
                sheet.write(b" " * 1_000_000)
    return out.getvalue()


def zip_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def lying(content: bytes) -> bytes:
    """The same, saying of its largest part that it is small."""
    size = struct.pack("<I", 400_000_000)
    assert content.count(size) >= 1
    return content.replace(size, struct.pack("<I", 1_000))


def sparse() -> bytes:
    """A workbook of two cells as far apart as can be: a reader that lays out all between them needs hundreds of gigabytes."""
    parts = zip_of(workbook([["Name"], ["x"]]))
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | {"xl/worksheets/sheet1.xml": sheet.encode()}).items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("make", [bomb, lambda: lying(bomb()), sparse], ids=["bomb", "a bomb that lies", "sparse"])
async def test_a_workbook_that_is_a_bomb(leads: Running, agency_id: UUID, make: Any) -> None:
    async with leads.client(agency_id) as http:
        answer = await http.post("/api/v1/imports", **sent(make(), name="leads.xlsx"))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/file"), answer.text
        assert (await http.get("/livez")).status_code == 200


async def test_rows_change_leads_by_key_where_they_are_the_importer_s_to_change(
    leads: Running, agency_id: UUID
) -> None:
    me, north = new_id(), new_id()
    await leads.colleagues(agency_id, me, teams=[north])
    async with leads.client(agency_id) as owner:
        mine = await captured(
            owner,
            name={"given": "Ann", "family": "Lee"},
            email="ann@example.com",
            owner_id=str(me),
            notes="Old",
            state="TX",
        )
        theirs = await captured(owner, email="bob@example.com", owner_id=None, team_id=str(north))
        file = (
            b"Name,Email,ZIP,Notes\n"
            b"Ann Lee,ann@example.com,78701,New\nAnn Lee,ann@example.com,99999,Twice\n"
            b"Bob,bob@example.com,78701,\nCy,cy@example.com,78701,\n"
        )
    async with leads.client(agency_id, role=Role.AGENT, user_id=me) as http:
        ahead = (await http.post("/api/v1/imports", **sent(file, "check", duplicates="update"))).json()
        await leads.jobs_done()
        looked = await shown(http, ahead["id"])
        done = await imported(leads, http, file, duplicates="update")
        assert done["counts"] == looked["counts"] == counts(rows=4, captured=1, updated=1, duplicates=2)
        rows = await rows_of(http, done["id"])
        assert [row["fate"] for row in rows] == ["updated", "duplicate", "duplicate", "captured"]
        assert "row 1" in rows[1]["reasons"][0]["detail"]
        assert "not yours" in rows[2]["reasons"][0]["detail"]
        ann = (await http.get(f"/api/v1/leads/{mine['id']}")).json()
        assert (ann["postal_code"], ann["notes"], ann["state"]) == ("78701", "Old\nNew", "TX")
        same = await imported(leads, http, file, duplicates="update")
        assert same["counts"] == counts(rows=4, duplicates=4)
        assert "nothing here is new" in (await rows_of(http, same["id"]))[0]["reasons"][0]["detail"]
    async with leads.client(agency_id) as owner:
        assert (await owner.get(f"/api/v1/leads/{theirs['id']}")).json()["version"] == 1


async def test_by_which_rule_somebody_is_known_again(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await captured(http, name={"given": "Jonathan", "family": "Delgado"}, phone="512-555-0142", postal_code="78701")
        file = (
            b"First Name,Last Name,Phone,Zip\n"
            b"Jonathon,Delgado,512-555-0199,78701-1234\n"
            b"Jonathon,Delgado,512-555-0198,10001\n"
            b"Maria,Delgado,(512) 555-0142,78701\n"
            b"Maria,Delgado,512 555 0142,78701\n"
        )
        for plan, fates in (
            ({"match_by": ["phone"]}, ["captured", "captured", "duplicate", "duplicate"]),
            ({"match_by": ["phone", "name"]}, ["duplicate", "captured", "duplicate", "duplicate"]),
            ({"match_by": ["phone"], "household": True}, ["captured", "captured", "captured", "duplicate"]),
            ({"match_by": []}, ["captured"] * 4),
        ):
            ahead = (await http.post("/api/v1/imports", **sent(file, "check", **plan))).json()
            await leads.jobs_done()
            assert [row["fate"] for row in await rows_of(http, ahead["id"])] == fates, plan
        done = await imported(leads, http, file, match_by=["phone", "name"], household=True)
        rows = await rows_of(http, done["id"])
        assert [row["fate"] for row in rows] == ["duplicate", "captured", "captured", "duplicate"]
        assert "household" in rows[2]["reasons"][0]["detail"]
        assert rows[3]["duplicate_of"] == rows[2]["lead_id"]


async def test_a_file_is_taken_in_by_the_agency_s_rules_unless_said_otherwise(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        await captured(
            http, name={"given": "Jonathan", "family": "Delgado"}, street="12 Oak Street", postal_code="78701",
            phone="512-555-0142",
        )  # fmt: skip
        file = (
            b"First Name,Last Name,Street,Phone,Zip\n"
            b"Jonathon,Delgado,12 Oak Str,512-555-0199,78701\n"
            b"Jonathan,Delgado,7 Kingfisher Way,512-555-0198,78701\n"
            b"Maria,Delgado,12 Oak Street,512-555-0142,78701\n"
        )
        rules = (await http.get("/api/v1/leads/duplicates/rules")).json()
        said = {"in_files": ["phone", "name"], "households_apart": True, "alike": 0.5}
        assert (await http.put("/api/v1/leads/duplicates/rules", json={**rules, **said})).status_code == 200
        for plan, fates in (
            ({}, ["duplicate", "captured", "captured"]),
            ({"alike": 0.95}, ["captured", "captured", "captured"]),
            ({"household": False}, ["duplicate", "captured", "duplicate"]),
            ({"match_by": ["phone"], "household": False}, ["captured", "captured", "duplicate"]),
        ):
            ahead = (await http.post("/api/v1/imports", **sent(file, "check", **plan))).json()
            await leads.jobs_done()
            assert [row["fate"] for row in await rows_of(http, ahead["id"])] == fates, plan
        planned = (await shown(http, ahead["id"]))["plan"]
        assert (planned["match_by"], planned["household"], planned["alike"]) == (["phone"], False, 0.5)


async def test_who_comes_again_inquires_once_more(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        there = await captured(http, email="ann@example.com")
        done = await imported(leads, http, b"Email\nann@example.com\nbob@example.com\n", duplicates="inquiry")
        assert done["counts"] == counts(rows=2, captured=1, inquiries=1)
        rows = await rows_of(http, done["id"])
        assert (rows[0]["fate"], rows[0]["lead_id"]) == ("inquiry", there["id"])
        assert (await http.post(f"/api/v1/imports/{done['id']}/undo")).status_code == 202
        await leads.jobs_done()
        assert (await shown(http, done["id"]))["undone"] == {"removed": 1, "restored": 0, "kept": 1}


@pytest.mark.parametrize("how", ["the process ends", "the job is taken over", "the commit fails"])
async def test_a_kill_loses_no_row_and_doubles_none(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(running, "BATCH", 20)
    place = random.Random(how).randrange(2, 8)
    file = "Name,Email\n" + "".join(f"Lead {n},lead{n}@example.com\n" for n in range(200))
    batches, reached, told = 0, asyncio.Event(), running._tell

    async def tell(*args: Any, **named: Any) -> None:
        nonlocal batches
        await told(*args, **named)
        batches += 1
        if batches != place:
            return
        reached.set()
        if how == "the commit fails":
            raise ConnectionResetError("cut off in the middle")
        # Until it is cut off, in the middle of its transaction.
        await asyncio.Event().wait()

    monkeypatch.setattr(running, "_tell", tell)
    async with leads.client(agency_id) as http:
        made = (await http.post("/api/v1/imports", **sent(file.encode()))).json()
        async with asyncio.timeout(20):
            await reached.wait()
        if how == "the process ends":
            worker = next(each for each in leads.service.workers if "leads.run-import" in each._kinds)
            for held in list(worker._held.values()):
                held.stop("the process ends")
        elif how == "the job is taken over":
            worker = next(each for each in leads.service.workers if "leads.run-import" in each._kinds)
            for held in list(worker._held.values()):
                assert held.attempt is not None
                held.attempt.cancel()
        await eventually(lambda: finished(http, made["id"]), within=40, what="the import went on")
        done = await shown(http, made["id"])
        assert done["counts"] == counts(rows=200, captured=200)
        assert [row["row"] for row in await rows_of(http, made["id"])] == list(range(1, 201))
    events = [event.data for event in await leads.events(agency_id)]
    emails = [event.email for event in events if isinstance(event, LeadCaptured)]
    assert sorted(emails, key=str) == sorted((f"lead{n}@example.com" for n in range(200)), key=str)
    assert sum(isinstance(event, LeadsImported) for event in events) == 1


async def finished(http: httpx.AsyncClient, id: str) -> bool:
    return bool((await shown(http, id))["status"] == "done")


async def test_undo_takes_back_what_nobody_touched_since(
    leads: Running, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gardenos_leads.importing.undoing._BATCH", 2)
    async with leads.client(agency_id) as http:
        old = await captured(http, name={"given": "Ann"}, email="ann@example.com", notes="Old")
        both = await captured(http, name={"given": "Bob"}, email="bob@example.com", state="TX", postal_code="10001")
        file = (
            b"Name,Email,Zip,State,Notes\nAnn,ann@example.com,78701,,New\nBob,bob@example.com,78702,NM,\n"
            b"New One,one@example.com,,,\nNew Two,two@example.com,,,\nNew Three,three@example.com,,,\n"
        )
        done = await imported(leads, http, file, duplicates="update")
        assert done["counts"] == counts(rows=5, captured=3, updated=2)
        rows = await rows_of(http, done["id"])
        worked = rows[3]["lead_id"]
        assert (await http.put(f"/api/v1/leads/{worked}/stage", json={"stage": "qualified"})).status_code == 200
        assert (await http.patch(f"/api/v1/leads/{both['id']}", json={"state": "CA"})).status_code == 200
        assert (await http.post(f"/api/v1/imports/{done['id']}/undo")).status_code == 202
        await leads.jobs_done()
        back = await shown(http, done["id"])
        assert (back["status"], back["undone"]) == ("undone", {"removed": 2, "restored": 2, "kept": 1})
        told = await rows_of(http, done["id"])
        assert [row["undone"] for row in told] == ["restored", "restored", "removed", "kept", "removed"]
        assert told[1]["undone_reason"] == "changed since: state"
        assert told[3]["undone_reason"] == "it was changed since"
        ann = (await http.get(f"/api/v1/leads/{old['id']}")).json()
        assert (ann["postal_code"], ann["notes"]) == (None, "Old")
        bob = (await http.get(f"/api/v1/leads/{both['id']}")).json()
        assert (bob["postal_code"], bob["state"]) == ("10001", "CA")
        assert {lead["id"] for lead in await listed(http)} == {old["id"], both["id"], worked}
        gone = await listed(http, removed="true")
        assert {lead["id"] for lead in gone} == {rows[2]["lead_id"], rows[4]["lead_id"]}
        assert (await http.post(f"/api/v1/imports/{done['id']}/undo")).status_code == 409, "once"
        # Who was taken back is nobody who is there already.
        again = await imported(leads, http, b"Name,Email\nNew One,one@example.com\n")
        assert again["counts"] == counts(rows=1, captured=1)
        one = f"/api/v1/leads/{rows[2]['lead_id']}"
        assert (await http.put(f"{one}/stage", json={"stage": "contacted"})).status_code == 409
        restored = await http.post(f"{one}/restore")
        assert (restored.status_code, restored.json()["removed_at"]) == (200, None)
        history = (await http.get(f"{one}/history")).json()["items"]
        assert [item["title"] for item in history] == ["Restored", "Removed", "Captured"]
    events = [event for event in await leads.events(agency_id) if isinstance(event.data, LeadRemoved)]
    assert {str(event.actor) for event in events} == {f"import:{done['id']}"}
    assert any(isinstance(event.data, LeadDetailsChanged) for event in await leads.events(agency_id))


async def test_what_stood_in_files_is_not_kept_for_ever(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        waits = (await http.post("/api/v1/imports", files={"file": ("a.csv", FILE)})).json()
        done = await imported(leads, http, FILE)
        async with leads.service.database.transaction(agency_id) as session:
            moved = await session.execute(text("update jobs set due_at = now() where kind = 'leads.expire-import'"))
            assert moved.rowcount == 2
        await leads.jobs_done()
        await eventually(lambda: expired(http, waits["id"]), what="the file went")
        assert await leads.rows(agency_id, import_chunks) == []
        assert (await http.post(f"/api/v1/imports/{waits['id']}/run")).status_code == 409
        rows = await rows_of(http, done["id"])
        assert [row["fate"] for row in rows] == ["captured", "captured", "duplicate", "empty", "rejected"]
        assert all(row["raw"] == {} for row in rows)
        assert (await shown(http, done["id"]))["columns"][0]["samples"] == []


async def expired(http: httpx.AsyncClient, id: str) -> bool:
    return bool((await shown(http, id))["status"] == "expired")


async def test_a_large_import_goes_in_whole(leads: Running, agency_id: UUID) -> None:
    rows = "".join(f"Lead {n},lead{n}@example.com\n" for n in range(2000))
    async with leads.client(agency_id) as http:
        done = await imported(leads, http, ("Name,Email\n" + rows).encode())
        assert done["counts"]["captured"] == 2000
    sequences = [event.sequence for event in await leads.events(agency_id)]
    assert sequences == list(range(1, 2005))
