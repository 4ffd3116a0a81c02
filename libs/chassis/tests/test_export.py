"""All that a service keeps of an agency, handed out."""

import csv
import io
import json
import zipfile
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import pytest
from gardenos_chassis.errors import Conflict
from gardenos_chassis.ids import new_id
from gardenos_chassis.leaving.archive import Archive
from gardenos_chassis.leaving.export import export
from gardenos_chassis.leaving.tables import MACHINERY, tables_to_hand_out
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role

EXPORT = "/api/v1/operations/notes/agency-export"


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of an archive that is whole."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def exported(client: httpx.AsyncClient) -> dict[str, bytes]:
    answer = await client.get(EXPORT)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return unpacked(answer.content)


def lines(content: bytes) -> list[Any]:
    return [json.loads(line) for line in content.splitlines()]


async def test_all_of_the_agency_and_of_no_other_is_in_it(notes: Running, agency_id: UUID) -> None:
    async with notes.client(new_id()) as other:
        await other.post("/api/v1/notes", json={"text": "somebody else's"})
    async with notes.client(agency_id) as owner:
        for words in ("first", "=HYPERLINK(1)"):
            await owner.post("/api/v1/notes", json={"text": words})
        files = await exported(owner)
        found = await owner.get("/api/v1/operations/notes/audit")
    events = lines(files["events.jsonl"])
    assert [(each["type"], each["data"]["text"], each["sequence"]) for each in events] == [
        ("notes.NoteTaken.v1", "first", 1),
        ("notes.NoteTaken.v1", "=HYPERLINK(1)", 2),
    ]
    rows = lines(files["tables/notes.jsonl"])
    assert sorted(row["text"] for row in rows) == ["=HYPERLINK(1)", "first"]
    assert {row["agency_id"] for row in rows} == {str(agency_id)}
    as_csv = list(csv.DictReader(io.StringIO(files["tables/notes.csv"].decode("utf-8-sig"))))
    assert sorted(row["text"] for row in as_csv) == ["'=HYPERLINK(1)", "first"]
    assert not any(b"somebody else's" in content for content in files.values())
    assert not MACHINERY & {name.partition("/")[2].removesuffix(".jsonl") for name in files}
    assert (found.json()["items"][0]["title"], found.json()["items"][0]["rule"]) == (
        "Downloaded agency export", "agency:export/agency",
    )  # fmt: skip


async def test_the_manifest_counts_and_proves_every_file(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as owner:
        for place in range(3):
            await owner.post("/api/v1/notes", json={"text": f"note {place}"})
        files = await exported(owner)
    manifest = json.loads(files.pop("manifest.json"))
    assert (manifest["service"], manifest["agency_id"], manifest["events_up_to"]) == ("notes", str(agency_id), 3)
    assert {each["name"]: each["sha256"] for each in manifest["files"]} == {
        name: sha256(content).hexdigest() for name, content in files.items()
    }
    rows = {each["name"]: each["rows"] for each in manifest["files"]}
    assert (rows["events.jsonl"], rows["tables/notes.jsonl"], rows["tables/notes.csv"]) == (3, 3, 3)
    assert b"events.jsonl" in files["README.txt"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
async def test_only_an_owner_may(notes: Running, agency_id: UUID, role: Role) -> None:
    async with notes.client(agency_id, role=role) as client:
        assert (await client.get(EXPORT)).status_code == 403


async def test_another_service_is_asked_for_elsewhere(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as owner:
        assert (await owner.get("/api/v1/operations/leads/agency-export")).status_code == 404


async def test_it_is_of_one_moment_and_one_at_a_time(notes: Running, agency_id: UUID) -> None:
    async with notes.client(agency_id) as owner:
        await owner.post("/api/v1/notes", json={"text": "before"})
        pieces = export(notes.service, agency_id)
        begun = await anext(pieces)
        await owner.post("/api/v1/notes", json={"text": "after"})
        assert (await owner.get(EXPORT)).status_code == 409
        with pytest.raises(Conflict):
            await anext(export(notes.service, agency_id))
        async with notes.client(new_id()) as other:
            assert (await other.get(EXPORT)).status_code == 200, "another agency's goes on"
        files = unpacked(begun + b"".join([piece async for piece in pieces]))
        assert [each["data"]["text"] for each in lines(files["events.jsonl"])] == ["before"]
        assert (await owner.get(EXPORT)).status_code == 200, "that one has ended"


async def test_what_is_secret_is_left_out_by_declaration(notes: Running, agency_id: UUID) -> None:
    async with notes.service.database.snapshot(agency_id) as session:
        found = {table.name: table for table in await tables_to_hand_out(session, {"notes.text", "rings"})}
        assert "text" not in found["notes"].columns
        assert found["notes"].withheld == ("text",)
        assert "rings" not in found
        with pytest.raises(ValueError, match="nothing_such"):
            await tables_to_hand_out(session, {"nothing_such"})


def test_an_archive_is_sent_while_it_is_made() -> None:
    archive = Archive()
    sent = []
    with archive.file("a.txt") as file:
        for place in range(2000):
            file.write(sha256(str(place).encode()).digest() * 8, 1)
            sent.append(archive.ready())
    cut_short = b"".join(sent)
    assert len(cut_short) > 10_000, "before it was whole"
    archive.close()
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(cut_short))
    (content,) = unpacked(cut_short + archive.ready()).values()
    assert (len(content), archive.entries[0].rows) == (archive.entries[0].bytes, 2000)
