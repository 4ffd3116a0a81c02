"""An agency with one of everything, and people of every role."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from gardenos_chassis.testing import eventually
from platform_under_test import Platform

ROLES = ("owner", "admin", "manager", "agent", "viewer", "auditor")
PASSWORD = "a long enough password"

PICTURE = b"\x89PNG\r\n\x1a\nfor a logo"

_TRANSCRIPT = (
    "Customer: I'm with State Farm right now, and my auto policy renews on March 15, 2027.\nCustomer: {word}.\n"
)


@dataclass
class Agency:
    """What it is called, who is signed in for it, and its things by the names under which operations ask for them."""

    word: str
    """Stands in whatever it has that is free text, and nowhere else."""
    platform: Platform
    http: httpx.AsyncClient
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    async def __call__(self, method: str, path: str, *, role: str = "owner", **request: Any) -> httpx.Response:
        headers = request.pop("headers", {}) | {"Authorization": f"Bearer {self.tokens[role]}"}
        return await self.http.request(method, self.platform.route(f"/api/v1/{path}"), headers=headers, **request)

    async def made(self, path: str, **request: Any) -> dict[str, Any]:
        """What a POST as its owner made."""
        answer = await self("POST", path, **request)
        assert answer.status_code in (200, 201, 202), f"{path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    async def items(self, path: str) -> list[dict[str, Any]]:
        """What a list holds for its owner."""
        answer = await self("GET", path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def shows_in(self, text: str, *, but: Mapping[str, str] | None = None) -> list[str]:
        """What of this agency stands in a text, besides what was asked for."""
        asked = set((but or {}).values())
        return [name for name, id in self.ids.items() if id not in asked and id in text] + (
            ["its word"] if self.word.lower() in text.lower() else []
        )


async def founded(word: str, platform: Platform, http: httpx.AsyncClient) -> Agency:
    """A new agency that has been at work for a while."""
    agency = Agency(word, platform, http)
    ids = agency.ids
    owner = {"name": f"Olga {word}", "email": f"olga@{word}.example", "password": PASSWORD}
    answer = await http.post(
        platform.route("/api/v1/agencies"), json={"name": f"{word} Insurance", "time_zone": "UTC", "owner": owner}
    )
    assert answer.status_code == 201, answer.text
    ids["agency_id"] = answer.json()["id"]
    ids["owner_id"] = ids["user_id"] = answer.json()["owner_id"]
    await _sign_in(agency, "owner", owner["email"])
    logo = await agency(
        "PUT", f"agencies/{ids['agency_id']}/logo", content=PICTURE, headers={"Content-Type": "image/png"}
    )
    assert logo.status_code == 200, logo.text
    ids["branch_id"] = (await agency.made("branches", json={"name": f"{word} North"}))["id"]
    ids["team_id"] = (await agency.made("teams", json={"name": f"{word} Auto"}))["id"]
    for role in ROLES[1:]:
        person = {"name": f"{role} {word}", "email": f"{role}@{word}.example", "password": PASSWORD, "role": role}
        made = await agency.made("users", json=person | {"team_ids": [ids["team_id"]]})
        ids[f"{role}_id"] = made["id"]
        await _sign_in(agency, role, person["email"])
    absence = await agency.made(f"users/{ids['owner_id']}/absences", json=away() | {"note": word})
    ids["absence_id"] = absence["id"]
    ids["session_id"] = (await agency.items("sessions"))[0]["id"]
    ids["api_key_id"] = (await agency.made("api-keys", json={"name": word, "scopes": ["records:read"]}))["id"]
    invited = await agency.made("invitations", json={"email": f"new@{word}.example", "role": "agent"})
    ids["invitation_id"] = invited.get("invitation", invited)["id"]
    ids["campaign_id"] = (await agency.made("campaigns", json={"name": f"{word} spring", "source": "web form"}))["id"]
    cost = {"amount": {"minor": 100}, "on": "2026-11-01"}
    books = await agency.made(f"campaigns/{ids['campaign_id']}/costs", json=cost)
    ids["campaign_cost_id"] = books["costs"][0]["id"]
    imported = await agency.made(
        "imports",
        files={"file": ("leads.csv", f"First Name,Email\n{word},row@{word}.example\n".encode(), "text/csv")},
        data={"plan": '{"run_automations": false}', "go_on": "run"},
    )
    ids["import_id"] = imported["id"]
    by_rules = {"rule_id": "0198c000-0000-7000-8000-000000000002", "name": word, "team_id": ids["team_id"]}
    ids["what_if_id"] = (await agency.made("lead-assignment/what-ifs", json={"rules": [by_rules]}))["id"]
    await _posted_to(agency)
    await _listed(agency)
    await _hooked(agency)
    await _worked_on(agency)
    return agency


async def _posted_to(agency: Agency) -> None:
    """A source of leads, and a post that waits there to be mended."""
    source = await agency.made("lead-sources", json={"name": agency.word, "kind": "vendor"})
    agency.ids["lead_source_id"] = source["id"]
    posted = await agency.http.post(
        agency.platform.route(f"/api/v1/lead-posts/{source['address']}"), json={"who": agency.word}
    )
    assert posted.status_code == 200, posted.text
    agency.ids["lead_post_id"] = posted.json()["id"]


async def _listed(agency: Agency) -> None:
    """A field of its own, and a list that has a name."""
    field = await agency.made("leads/fields", json={"label": f"Roof of {agency.word}", "kind": "text"})
    agency.ids["field_key"] = field["key"]
    shared = {"name": agency.word, "audience": "team", "team_id": agency.ids["team_id"]}
    agency.ids["view_id"] = (await agency.made("leads/views", json=shared))["id"]
    tagging = {
        "action": {"kind": "tags", "mode": "add", "tags": [agency.word]},
        "selection": {"matching": {"q": "nobody"}},
    }
    agency.ids["bulk_id"] = (await agency.made("leads/bulk-actions", json=tagging))["id"]


async def _hooked(agency: Agency) -> None:
    """A webhook that wants next to nothing, and a test of it that went nowhere."""
    word, ids = agency.word, agency.ids
    wanted = {"name": word, "url": f"https://{word}.invalid/", "event_types": ["comms.WebhookResumed.v1"]}
    ids["webhook_id"] = (await agency.made("webhooks", json=wanted))["id"]
    here = f"webhooks/{ids['webhook_id']}"
    tested = await agency("POST", f"{here}/test")
    ids["delivery_id"] = tested.json()["id"]

    async def over() -> bool:
        found = await agency("GET", f"{here}/deliveries/{ids['delivery_id']}")
        return bool(found.json()["state"] == "failed")

    await eventually(over, what="the test is over")


async def _sign_in(agency: Agency, role: str, email: str) -> None:
    credentials = {"email": email, "password": PASSWORD}
    answer = await agency.http.post(agency.platform.route("/api/v1/sessions"), json=credentials)
    assert answer.status_code == 201, answer.text
    agency.tokens[role] = answer.json()["access_token"]


async def _worked_on(agency: Agency) -> None:
    word, ids = agency.word, agency.ids
    person = {"name": {"given": "Maria", "family": word}, "email": f"maria@{word}.example", "source": "web form"}
    lead = await agency.made("leads", json=person | {"campaign_id": ids["campaign_id"], "owner_id": ids["owner_id"]})
    ids["lead_id"], ids["person_id"] = lead["id"], lead["person_id"]

    async def called() -> bool:
        answer = await agency(
            "POST", "calls", json=call(ids["lead_id"]) | {"transcript": _TRANSCRIPT.format(word=word)}
        )
        if answer.status_code == 201:
            ids["call_id"] = answer.json()["id"]
        return answer.status_code == 201

    await eventually(called, within=60, what="a lead that can be called")
    task = {"lead_id": ids["lead_id"], "title": f"Call {word}", "due_on": "2027-03-15"}
    ids["task_id"] = (await agency.made("tasks", json=task))["id"]
    letter = (
        f"From: Maria <maria@{word}.example>\r\nTo: office@{word}.example\r\nSubject: {word}\r\n"
        f"Message-ID: <1@{word}.example>\r\nDate: Mon, 16 Mar 2026 10:00:00 -0500\r\n\r\nA quote for {word}, please.\r\n"
    )
    message = await agency.made(
        "messages/inbound-email", content=letter.encode(), headers={"Content-Type": "message/rfc822"}
    )
    ids["message_id"], ids["thread_id"] = message["id"], message["thread_id"]

    async def insight() -> str | None:
        found = await agency.items(f"insights?lead_id={ids['lead_id']}")
        return found[0]["id"] if found else None

    tagged = await agency("PATCH", f"leads/{ids['lead_id']}/tags", json={"add": [word]})
    assert tagged.status_code == 200, tagged.text
    ids["note_id"] = (await agency.made(f"leads/{ids['lead_id']}/notes", json={"text": word}))["id"]
    home = {"home": {"street": f"1 {word} Lane"}}
    ids["risk_id"] = (await agency.made(f"leads/{ids['lead_id']}/risks", json=home))["id"]
    ids["insight_id"] = await eventually(insight, within=120, what="an insight")
    ids["open_lead_id"] = next(each["id"] for each in await agency.items("leads?q=row") if each["id"] != ids["lead_id"])
    ids["client_id"] = (await agency.made(f"leads/{ids['lead_id']}/conversion", json={}))["client_id"]

    twin = await agency.made("leads", json=person | {"email": f"twin@{word}.example"})
    merged = await agency("POST", f"leads/{ids['lead_id']}/merge", json={"other_id": twin["id"]})
    assert merged.status_code == 200, merged.text
    ids["merge_id"] = (await agency.items(f"leads/{ids['lead_id']}/merges"))[0]["id"]
    ids["other_id"] = ids["open_lead_id"]

    async def onboarded() -> bool:
        return (await agency("GET", f"clients/{ids['client_id']}")).status_code == 200

    await eventually(onboarded, within=60, what="the client onboarded")


def away() -> dict[str, Any]:
    """When somebody will be away for a day."""
    begins = datetime.now(UTC) + timedelta(days=30)
    return {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(days=1)).isoformat()}


def call(lead_id: str) -> dict[str, Any]:
    """A call with a lead, as it is logged."""
    at = datetime(2026, 3, 16, 15, tzinfo=UTC).isoformat()
    about = {"direction": "outbound", "started_at": at, "duration_seconds": 60, "disposition": "connected"}
    return {"lead_id": lead_id, **about}
