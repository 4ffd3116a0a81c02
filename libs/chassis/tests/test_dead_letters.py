"""Events that could not be applied: seen, redriven in their order, discarded; across agencies without their data."""

from typing import Any
from uuid import UUID

import pytest
from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.parts import Parts
from gardenos_chassis.testing.sources import Sources
from gardenos_contracts.values import Role
from gardenos_notes import app
from gardenos_notes.app import BellRung
from sqlalchemy import text

HERE = "/api/v1/operations/notes"
BELLS = {"consumer": "notes.bells", "source": "bells"}


async def rings(notes: Running, agency_id: UUID) -> list[int]:
    async with notes.service.database.transaction(agency_id) as session:
        return list((await session.execute(text("select loudness from rings order by id"))).scalars())


async def parked(notes: Running, agency_id: UUID, **query: Any) -> list[dict[str, Any]]:
    async with notes.client(agency_id) as http:
        answer = await http.get(f"{HERE}/dead-letters", params=query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


async def test_redriving_applies_in_order_and_what_comes_then_flows(
    notes: Running, source: Sources, agency_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    bells, cracked = source("bells"), new_id()
    for loudness in (1, -2, 3, 4):
        await bells.publish(agency_id, BellRung(loudness=loudness), stream_id=cracked)
    await notes.wait_until_caught_up()
    assert [(each["sequence"], each["attempts"]) for each in await parked(notes, agency_id)] == [(2, 3), (3, 0), (4, 0)]

    async with notes.client(agency_id) as http:
        again = await http.post(f"{HERE}/dead-letters/redrive", json={**BELLS, "stream_id": str(cracked)})
        assert (again.json()["applied"], again.json()["left"]) == (0, 3)
        assert again.json()["error"].startswith("ValueError at gardenos_notes/app.py:")
        assert (await parked(notes, agency_id))[0]["attempts"] == 4

        # The handler is mended.
        monkeypatch.setattr(app, "LEAST", -5)
        mended = await http.post(f"{HERE}/dead-letters/redrive", json={**BELLS, "stream_id": str(cracked)})
        assert mended.json() == {"applied": 3, "left": 0, "error": None}
    assert await parked(notes, agency_id) == []
    await bells.publish(agency_id, BellRung(loudness=5), stream_id=cracked)
    await notes.wait_until_caught_up()
    assert await rings(notes, agency_id) == [1, -2, 3, 4, 5]


async def test_discarding_lets_those_behind_go_on_and_is_on_record(
    notes: Running, source: Sources, agency_id: UUID
) -> None:
    bells, cracked = source("bells"), new_id()
    for loudness in (-1, 2, -3, 4):
        await bells.publish(agency_id, BellRung(loudness=loudness), stream_id=cracked)
    await notes.wait_until_caught_up()
    redrive = {**BELLS, "stream_id": str(cracked)}
    async with notes.client(agency_id, user_id=(me := new_id())) as http:
        discard = {**BELLS, "sequence": 1, "because": "rung by mistake"}
        assert (await http.post(f"{HERE}/dead-letters/discard", json=discard)).status_code == 204
        assert (await http.post(f"{HERE}/dead-letters/discard", json=discard)).status_code == 404
        onwards = (await http.post(f"{HERE}/dead-letters/redrive", json=redrive)).json()
        assert (onwards["applied"], onwards["left"]) == (1, 2)
        assert (await http.post(f"{HERE}/dead-letters/discard", json={**discard, "sequence": 3})).status_code == 204
        assert (await http.post(f"{HERE}/dead-letters/redrive", json=redrive)).json()["left"] == 0
    assert await rings(notes, agency_id) == [2, 4]
    kept = await parked(notes, agency_id, discarded=True)
    assert [(each["sequence"], each["discarded_by"], each["discarded_because"]) for each in kept] == [
        (1, str(me), "rung by mistake"),
        (3, str(me), "rung by mistake"),
    ]
    await bells.publish(agency_id, BellRung(loudness=5), stream_id=cracked)
    await notes.wait_until_caught_up()
    assert await rings(notes, agency_id) == [2, 4, 5]


async def test_owners_and_admins_act_auditors_look_and_agencies_are_apart(
    notes: Running, source: Sources, agency_id: UUID
) -> None:
    await source("bells").publish(agency_id, BellRung(loudness=-1))
    await source("bells").publish(agency_id, BellRung(loudness=-2))
    await notes.wait_until_caught_up()
    discard = {**BELLS, "sequence": 1, "because": "x"}
    for role, looks, acts in (
        (Role.AGENT, 403, 403),
        (Role.MANAGER, 403, 403),
        (Role.VIEWER, 403, 403),
        (Role.AUDITOR, 200, 403),
        (Role.ADMIN, 200, 204),
    ):
        async with notes.client(agency_id, role=role) as http:
            for path in ("dead-letters", "dead-letters/notes.bells/bells/1", "consumers", "outbox"):
                assert (await http.get(f"{HERE}/{path}")).status_code == looks, (role, path)
            assert (await http.post(f"{HERE}/dead-letters/discard", json=discard)).status_code == acts, role
    assert await parked(notes, new_id()) == []
    async with notes.client(new_id()) as http:
        assert (await http.get(f"{HERE}/dead-letters/notes.bells/bells/2")).status_code == 404
        assert (await http.post(f"{HERE}/dead-letters/discard", json={**discard, "sequence": 2})).status_code == 404
    async with notes.client(agency_id) as http:
        assert (await http.get("/api/v1/operations/leads/dead-letters")).status_code == 404
        assert (
            await http.post(f"{HERE}/dead-letters/discard", json={**discard, "consumer": "nobody"})
        ).status_code == 404
        first = (await http.get(f"{HERE}/dead-letters", params={"limit": 1, "discarded": True})).json()
        assert [each["sequence"] for each in first["items"]] == [1]
        shown = (await http.get(f"{HERE}/dead-letters/notes.bells/bells/2")).json()
        assert shown["message"]["data"]["loudness"] == -2


async def test_consumers_and_outbox_say_how_far_they_are(notes: Running, source: Sources, agency_id: UUID) -> None:
    await source("bells").publish(agency_id, BellRung(loudness=1, must_answer=True))
    await source("bells").publish(agency_id, BellRung(loudness=-1))
    await notes.wait_until_caught_up()
    async with notes.client(agency_id) as http:
        answer = (await http.get(f"{HERE}/consumers")).json()["items"]
        found = {(each["consumer"], each["source"]): each for each in answer}
        state = found["notes.bells", "bells"]
        assert [state[name] for name in ("mark", "head", "lag_events", "lag_seconds", "parked")] == [2, 2, 0, 0, 1]
        assert state["held_up"] is None
        outbox = (await http.get(f"{HERE}/outbox")).json()
        assert [outbox[name] for name in ("head", "published", "waiting", "oldest_seconds")] == [1, 1, 0, 0]


async def test_who_runs_the_platform_sees_where_and_why_and_no_payload(
    notes: Running, source: Sources, parts: Parts, agency_id: UUID
) -> None:
    other = new_id()
    for agency in (agency_id, other):
        await source("bells").publish(agency, BellRung(loudness=-98765))
    await notes.wait_until_caught_up()
    async with notes.anonymous() as http:
        assert (await http.get("/internal/v1/dead-letters")).status_code == 401
    async with notes.anonymous({"Authorization": f"Bearer {parts.internal_token}"}) as http:
        answer = await http.get("/internal/v1/dead-letters", params={"consumer": "notes.bells"})
        found = [each for each in answer.json()["items"] if each["agency_id"] in (str(agency_id), str(other))]
        assert len(found) == 2
        assert "98765" not in answer.text
        assert "message" not in found[0]
        paged, query = [], {"consumer": "notes.bells", "limit": "1"}
        while True:
            page = (await http.get("/internal/v1/dead-letters", params=query)).json()
            assert len(page["items"]) == 1
            paged += page["items"]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert [each["agency_id"] for each in paged] == sorted(each["agency_id"] for each in paged)
        assert (
            paged == (await http.get("/internal/v1/dead-letters", params={"consumer": "notes.bells"})).json()["items"]
        )
        foreign = await http.get("/internal/v1/dead-letters", params={"cursor": "elsewhere"})
        assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (422, "query:cursor")
        discard = {**BELLS, "agency_id": str(other), "sequence": 1, "because": "broken"}
        assert (await http.post("/internal/v1/dead-letters/discard", json=discard)).status_code == 204
    assert (await parked(notes, other, discarded=True))[0]["discarded_by"] == "platform"

    await notes.service._observation.observe()
    async with notes.anonymous() as http:
        measured = (await http.get("/metrics")).text
    parked_here = [
        line
        for line in measured.splitlines()
        if line.startswith("gardenos_dead_letters{") and 'messaging_consumer_group_name="notes.bells"' in line
    ]
    assert parked_here
    assert float(parked_here[0].split()[-1]) >= 1
    for name in (
        "gardenos_outbox_events",
        "gardenos_outbox_age_seconds",
        "gardenos_consumer_lag_events",
        "gardenos_consumer_lag_age_seconds",
        "gardenos_held_up",
        "gardenos_heartbeat_seconds",
        "messaging_client_consumed_messages_total",
        "messaging_process_duration_seconds_bucket",
    ):
        assert f"{name}{{" in measured, name
