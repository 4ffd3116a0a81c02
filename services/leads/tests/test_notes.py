"""Notes about leads: who writes and reads them, who is mentioned and told, and what is left of somebody forgotten."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.leftovers import places_of
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.rebuilding import assert_rebuilds
from gardenos_contracts.lead_records import NoteAdded
from gardenos_contracts.values import Role

AUTHOR, MATE, FAR = new_id(), new_id(), new_id()


async def lead_of(http: httpx.AsyncClient, **said: Any) -> str:
    body = {"name": {"given": "Maria"}, "email": "maria@example.com", "if_known": "anyway"}
    answer = await http.post("/api/v1/leads", json=body | said)
    assert answer.status_code == 201, answer.text
    return f"/api/v1/leads/{answer.json()['id']}"


async def written(http: httpx.AsyncClient, lead: str, text: str, *mentions: UUID) -> dict[str, Any]:
    answer = await http.post(f"{lead}/notes", json={"text": text, "mentions": [str(each) for each in mentions]})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def texts(http: httpx.AsyncClient, lead: str) -> list[str]:
    answer = await http.get(f"{lead}/notes")
    assert answer.status_code == 200, answer.text
    return [each["text"] for each in answer.json()["items"]]


async def mentions(http: httpx.AsyncClient, query: str = "") -> list[dict[str, Any]]:
    answer = await http.get(f"/api/v1/leads/mentions{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_who_is_mentioned_is_told_until_they_have_read_it(leads: Running, agency_id: UUID) -> None:
    await leads.colleagues(agency_id, AUTHOR, MATE)
    async with (
        leads.client(agency_id, role=Role.AGENT, user_id=AUTHOR) as author,
        leads.client(agency_id, role=Role.AGENT, user_id=MATE) as mate,
    ):
        lead = await lead_of(author)
        refused = await author.post(f"{lead}/notes", json={"text": "Look", "mentions": [str(AUTHOR), str(MATE)]})
        assert refused.status_code == 422
        (wrong,) = refused.json()["errors"]
        assert (wrong["pointer"], "share it" in wrong["detail"]) == ("/mentions/1", True)
        assert await texts(author, lead) == []
        assert (await author.put(f"{lead}/shares/{MATE}")).status_code == 200
        first = await written(author, lead, "Look at the roof", MATE, AUTHOR)
        (told,) = await mentions(mate)
        assert (told["note_id"], told["text"], told["display_name"]) == (first["id"], "Look at the roof", "Maria")
        assert (told["author_id"], told["unseen"]) == (str(AUTHOR), True)
        assert await mentions(author) == [], "nobody tells themselves"
        assert (await mate.put(f"{lead}/notes/seen")).status_code == 204
        assert await mentions(mate, "?unseen=true") == []
        assert [each["unseen"] for each in await mentions(mate)] == [False]
        second = await written(author, lead, "And at the fence", MATE)
        assert [each["note_id"] for each in await mentions(mate, "?unseen=true")] == [second["id"]]
        page = (await mate.get("/api/v1/leads/mentions?limit=1")).json()
        rest = (await mate.get(f"/api/v1/leads/mentions?limit=1&cursor={page['next_cursor']}")).json()
        assert [each["note_id"] for each in page["items"] + rest["items"]] == [second["id"], first["id"]]
        # Who does not see the lead any more reads nothing of it.
        assert (await author.delete(f"{lead}/shares/{MATE}")).status_code == 200
        assert await mentions(mate) == []
        assert (await mate.put(f"{lead}/notes/seen")).status_code == 404
        assert (await mate.get(f"{lead}/notes")).status_code == 404


async def test_a_note_is_its_author_s_to_change(leads: Running, parts: Parts, agency_id: UUID) -> None:
    await leads.colleagues(agency_id, AUTHOR, role=Role.VIEWER)
    await leads.colleagues(agency_id, MATE, role=Role.MANAGER)
    team = {"team_id": None, "owner_id": None}
    async with (
        leads.client(agency_id, user_id=FAR) as owner,
        leads.client(agency_id, role=Role.MANAGER, user_id=MATE) as mate,
        leads.client(agency_id, role=Role.VIEWER, user_id=AUTHOR) as viewer,
    ):
        lead = await lead_of(mate, **team)
        note = await written(mate, lead, "One")
        this = f"{lead}/notes/{note['id']}"
        assert (await owner.put(this, json={"text": "Two"})).status_code == 403
        assert (await viewer.post(f"{lead}/notes", json={"text": "Two"})).status_code == 403
        changed = await mate.put(this, json={"text": "Two"})
        assert (changed.status_code, changed.json()["text"]) == (200, "Two")
        assert changed.json()["changed_at"] is not None
        again = await mate.put(this, json={"text": "Two"})
        assert again.headers["etag"] == changed.headers["etag"], "nothing happens where nothing differs"
        stale = await mate.put(this, json={"text": "Three"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        shown = (await owner.get(lead)).json()
        assert f'"{shown["version"]}"' == changed.headers["etag"]
        assert (await mate.delete(f"{lead}/notes/{new_id()}")).status_code == 404
        assert (await owner.delete(this)).status_code == 204
        assert await texts(mate, lead) == []
        titles = [each["title"] for each in (await mate.get(f"{lead}/history")).json()["items"]]
        assert titles == ["Note removed", "Note changed", "Note written", "Captured"]
        key = {"Idempotency-Key": str(new_id())}
        once, twice = [await mate.post(f"{lead}/notes", json={"text": "Once"}, headers=key) for _ in range(2)]
        assert (once.status_code, once.json()) == (201, twice.json())
        assert await texts(mate, lead) == ["Once"]
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_notes_of_both_are_read_where_two_are_one(leads: Running, agency_id: UUID) -> None:
    await leads.colleagues(agency_id, AUTHOR, role=Role.MANAGER)
    async with (
        leads.client(agency_id, user_id=FAR) as http,
        leads.client(agency_id, role=Role.MANAGER, user_id=AUTHOR) as mentioned,
    ):
        lead, other = await lead_of(http), await lead_of(http)
        await written(http, lead, "of the one")
        await written(http, other, "of the other", AUTHOR)
        merged = await http.post(f"{lead}/merge", json={"other_id": other.rpartition("/")[2]})
        assert merged.status_code == 200, merged.text
        assert await texts(http, lead) == ["of the other", "of the one"]
        (told,) = await mentions(mentioned, "?unseen=true")
        assert told["lead_id"] == lead.rpartition("/")[2]
        assert (await mentioned.put(f"{lead}/notes/seen")).status_code == 204
        assert await mentions(mentioned, "?unseen=true") == []
        (merge,) = (await http.get(f"{lead}/merges")).json()["items"]
        assert (await http.post(f"{lead}/merges/{merge['id']}/undo")).status_code == 200
        assert (await texts(http, lead), await texts(http, other)) == (["of the one"], ["of the other"])


async def test_nothing_of_what_was_written_is_left_of_somebody_forgotten(
    leads: Running, parts: Parts, agency_id: UUID
) -> None:
    marker = uuid4().hex
    await leads.colleagues(agency_id, MATE, role=Role.MANAGER)
    async with (
        leads.client(agency_id, user_id=FAR) as http,
        leads.client(agency_id, role=Role.MANAGER, user_id=MATE) as mate,
    ):
        lead = await lead_of(http)
        note = await written(http, lead, f"likes {marker}", MATE)
        changed = await http.put(
            f"{lead}/notes/{note['id']}", json={"text": f"loves {marker}", "mentions": [str(MATE)]}
        )
        assert changed.status_code == 200
        assert await places_of(marker, parts, "gardenos_leads") == ["public.lead_notes.text"]
        assert len(await mentions(mate)) == 1
        assert (await http.post(f"{lead}/forget")).status_code == 200
        assert await places_of(marker, parts, "gardenos_leads") == []
        assert await mentions(mate) == []
        assert (await http.post(f"{lead}/notes", json={"text": marker})).status_code == 409
    first = next(each.data for each in await leads.events(agency_id) if isinstance(each.data, NoteAdded))
    assert (first.text, first.mentions) == (None, (MATE,))
    await leads.wait_until_caught_up()
    await assert_rebuilds(leads.service, (await parts.database("gardenos_leads")).owner_url, agency_id)


async def test_strangers_are_not_mentioned(leads: Running, agency_id: UUID) -> None:
    async with leads.client(agency_id) as http:
        lead = await lead_of(http)
        refused = await http.post(f"{lead}/notes", json={"text": "Look", "mentions": [str(new_id())]})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/mentions/0")
        assert (await http.post(f"{lead}/notes", json={"text": "  "})).status_code == 422
    async with leads.client(new_id()) as http:
        assert (await http.post(f"{lead}/notes", json={"text": "Look"})).status_code == 404
        assert (await http.get(f"{lead}/notes")).status_code == 404
