"""What an import does is the import's act, on behalf of whoever asked for it: in the events, and in the trail."""

import json
from uuid import UUID

from gardenos_chassis.ids import new_id
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role

FILE = b"First Name,Email\nMaria,maria@example.com\nTom,tom@example.com\n"
TRAIL = "/api/v1/operations/leads/audit"


async def test_an_import_is_on_behalf_of_whoever_ran_it_and_took_it_back(leads: Running, agency_id: UUID) -> None:
    runs, undoes = str(new_id()), str(new_id())
    async with leads.client(agency_id, role=Role.ADMIN, user_id=UUID(runs)) as http:
        plan = {"plan": json.dumps({"run_automations": False}), "go_on": "run"}
        made = await http.post("/api/v1/imports", files={"file": ("leads.csv", FILE)}, data=plan)
        assert made.status_code == 201, made.text
        await leads.jobs_done()
        id = made.json()["id"]
    async with leads.client(agency_id, role=Role.ADMIN, user_id=UUID(undoes)) as http:
        undone = await http.post(f"/api/v1/imports/{id}/undo")
        assert undone.status_code == 202, undone.text
        await leads.jobs_done()
    done: dict[str, set[tuple[str, str | None]]] = {}
    for event in await leads.events(agency_id):
        done.setdefault(event.type, set()).add((str(event.actor), event.on_behalf_of))
    assert done["leads.LeadCaptured.v1"] == {(f"import:{id}", runs)}
    assert done["leads.LeadRemoved.v1"] == {(f"import:{id}", undoes)}
    async with leads.client(agency_id, role=Role.AUDITOR) as auditor:
        captured = {"on_behalf_of": runs, "type": "leads.LeadCaptured.v1"}
        first = (await auditor.get(TRAIL, params={**captured, "limit": 1})).json()
        rest = (await auditor.get(TRAIL, params={**captured, "cursor": first["next_cursor"]})).json()
        none = (await auditor.get(TRAIL, params={**captured, "on_behalf_of": undoes})).json()
    assert {each["actor"] for each in (*first["items"], *rest["items"])} == {f"import:{id}"}
    assert (len(first["items"]), len(rest["items"]), none["items"]) == (1, 1, [])
