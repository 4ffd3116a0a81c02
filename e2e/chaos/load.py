"""Agencies at work over HTTP, and the ledger of what they were answered."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from platform_under_test import Platform

TRANSCRIPT = "Customer: I'm with State Farm right now and my auto policy renews on March 15, 2027.\n"
EMAIL = (
    "From: {name} <{address}>\r\nTo: office@garden.example\r\nSubject: My house\r\nMessage-ID: <{id}@example.com>\r\n"
    "Date: Mon, 16 Mar 2026 10:00:00 -0500\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "Hail has damaged our roof last week.\r\n"
)
POISON = "poison"
"""A lead from this source is one that the witness cannot take."""

_PATIENCE_SECONDS = 20.0


@dataclass
class Command:
    """One command, as its sender knows it. All its tries have one key and one id, which its events carry."""

    id: str
    service: str
    event: str
    """The type that it records, without its version."""
    times: int = 1
    fate: str = "unknown"
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass
class Lead:
    """A lead that somebody works on."""

    id: str
    stage: str = "new"


class Agency:
    """One agency: its owner's account, and what was asked in its name."""

    def __init__(self, platform: Platform, http: httpx.AsyncClient, number: int, ledger: list[Command]) -> None:
        self._platform = platform
        self._http = http
        self._ledger = ledger
        self._token = ""
        self._email = f"owner{number}@garden.example"
        self.name = f"Agency {number}"
        self._user_id = ""

    async def open(self) -> None:
        """Registers it. The platform is well at this time."""
        owner = {"name": "Olga Owner", "email": self._email, "password": "correct horse battery"}
        body = {"name": self.name, "owner": owner}
        (await self._http.post(self._platform.route("/api/v1/agencies"), json=body)).raise_for_status()
        await self._sign_in()

    async def _sign_in(self) -> None:
        body = {"email": self._email, "password": "correct horse battery"}
        answer = await self._http.post(self._platform.route("/api/v1/sessions"), json=body)
        answer.raise_for_status()
        self._token = answer.json()["access_token"]
        self._user_id = answer.json()["user"]["id"]

    async def work(self, chance: random.Random, over: asyncio.Event, pause: float) -> None:
        """One person's day: capture, call, write, move on, convert."""
        leads: list[Lead] = []
        while not over.is_set():
            kind = chance.choices(["capture", "stage", "call", "email", "convert", "import"], [8, 6, 4, 2, 2, 1])[0]
            if kind in ("capture", "import") or not leads:
                await (self._import() if kind == "import" else self._capture(chance, leads))
            else:
                await self._on(kind, chance.choice(leads), leads)
            await asyncio.sleep(pause * chance.uniform(0.5, 1.5))

    async def _capture(self, chance: random.Random, leads: list[Lead]) -> None:
        id = uuid4().hex
        body = {"name": {"given": "Maria", "family": id}, "email": f"{id}@example.com", "source": "web form"}
        if chance.random() < 0.05:
            body["source"] = POISON
        made = await self._ask("leads", "LeadCaptured", "POST", "/api/v1/leads", json=body)
        if made.fate == "acknowledged":
            leads.append(Lead(made.answer["id"]))

    async def _import(self) -> None:
        id = uuid4().hex
        rows = "".join(f"Import,{id},i{row}.{id}@example.com\r\n" for row in range(5))
        file = ("leads.csv", ("First Name,Last Name,Email\r\n" + rows).encode(), "text/csv")
        await self._ask("leads", "LeadCaptured", "POST", "/api/v1/imports", times=5, files={"file": file})

    async def _on(self, kind: str, lead: Lead, leads: list[Lead]) -> None:
        path = f"/api/v1/leads/{lead.id}"
        if kind == "stage":
            following = {"new": "contacted", "contacted": "qualified", "qualified": "quoted", "quoted": "contacted"}
            lead.stage = following[lead.stage]
            made = await self._ask("leads", "LeadStageChanged", "PUT", f"{path}/stage", json={"stage": lead.stage})
            if made.fate == "unknown":
                # Nobody knows at which stage it is.
                leads.remove(lead)
        elif kind == "call":
            call = {
                "lead_id": lead.id, "direction": "outbound", "duration_seconds": 60, "disposition": "connected",
                "started_at": (datetime.now(UTC) - timedelta(minutes=2)).isoformat(), "transcript": TRANSCRIPT,
            }  # fmt: skip
            await self._ask("comms", "CallLogged", "POST", "/api/v1/calls", json=call)
        elif kind == "email":
            id = uuid4().hex
            mail = EMAIL.format(name="Maria", address=f"{id}@example.com", id=id).encode()
            headers = {"Content-Type": "message/rfc822"}
            path = "/api/v1/messages/inbound-email"
            await self._ask("comms", "MessageReceived", "POST", path, content=mail, headers=headers)
        else:
            leads.remove(lead)
            await self._ask("leads", "LeadConverted", "POST", f"{path}/conversion", json={})

    async def _ask(
        self, service: str, event: str, method: str, path: str, *, times: int = 1, **request: Any
    ) -> Command:
        """Gives a command until it is answered, or patience ends; puts it down in the ledger."""
        command = Command(uuid4().hex, service, f"{service}.{event}", times)
        self._ledger.append(command)
        headers = {**request.pop("headers", {}), "Idempotency-Key": command.id, "X-Request-Id": command.id}
        until = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < until:
            try:
                answer = await self._http.request(
                    method,
                    self._platform.route(path),
                    headers=headers | {"Authorization": f"Bearer {self._token}"},
                    **request,
                )
                if answer.is_success:
                    command.fate, command.answer = "acknowledged", answer.json()
                    return command
                if answer.status_code == 401:
                    await self._sign_in()
                elif answer.status_code < 500 and answer.status_code != 429:
                    command.fate, command.answer = "refused", {"status": answer.status_code, "said": answer.text}
                    return command
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.3)
        return command


def fates(ledger: list[Command]) -> Counter[str]:
    """How many commands were acknowledged, refused, or never answered."""
    return Counter(command.fate for command in ledger)
