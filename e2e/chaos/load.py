"""Agencies at work over HTTP: a process of its own, which can be killed as any other, for its ledger is a file."""

import asyncio
import os
import random
import signal
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from gardenos_chassis.settings import variable
from platform_under_test import owner_of

from chaos.ledger import Command, Ledger

AGENCIES = 3
AT_WORK = 2
"""People of each agency."""
_PAUSE_SECONDS = 0.3
"""Between one command of a person and the next."""

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
class Lead:
    """A lead that somebody works on."""

    id: str
    stage: str = "new"


class Agency:
    """One agency, in its owner's name."""

    def __init__(self, http: httpx.AsyncClient, ledger: Ledger, number: int) -> None:
        self._http = http
        self._ledger = ledger
        self._account = _account(number)
        self._token = "none"
        """Until the first answer says that this is none."""

    async def _sign_in(self) -> None:
        answer = await self._http.post(_route("/api/v1/sessions"), json=self._account)
        answer.raise_for_status()
        self._token = answer.json()["access_token"]

    async def work(self, chance: random.Random, over: asyncio.Event) -> None:
        """One person's day: capture, call, write, move on, convert."""
        leads: list[Lead] = []
        while not over.is_set():
            kind = chance.choices(["capture", "stage", "call", "email", "convert", "import"], [8, 6, 4, 2, 2, 1])[0]
            if kind in ("capture", "import") or not leads:
                await (self._import() if kind == "import" else self._capture(chance, leads))
            else:
                await self._on(kind, chance.choice(leads), leads)
            await asyncio.sleep(_PAUSE_SECONDS * chance.uniform(0.5, 1.5))

    async def _capture(self, chance: random.Random, leads: list[Lead]) -> None:
        id = uuid4().hex
        body = {"name": {"given": "Maria", "family": id}, "email": f"{id}@example.com", "source": "web form"}
        if not leads or chance.random() < 0.05:
            # Also whom one begins with: so there is poison in every run, and something behind it.
            body["source"] = POISON
        fate, answer = await self._ask("leads", "LeadCaptured", "POST", "/api/v1/leads", json=body)
        if fate == "acknowledged":
            leads.append(Lead(answer["id"]))

    async def _import(self) -> None:
        id = uuid4().hex
        rows = "".join(f"Import,{id},i{row}.{id}@example.com\r\n" for row in range(5))
        file = ("leads.csv", ("First Name,Last Name,Email\r\n" + rows).encode(), "text/csv")
        run = {"plan": '{"run_automations": false}', "go_on": "run"}
        await self._ask("leads", "LeadCaptured", "POST", "/api/v1/imports", times=5, files={"file": file}, data=run)

    async def _on(self, kind: str, lead: Lead, leads: list[Lead]) -> None:
        path = f"/api/v1/leads/{lead.id}"
        if kind == "stage":
            following = {"new": "contacted", "contacted": "qualified", "qualified": "quoted", "quoted": "contacted"}
            lead.stage = following[lead.stage]
            fate, _ = await self._ask("leads", "LeadStageChanged", "PUT", f"{path}/stage", json={"stage": lead.stage})
            if fate == "unknown":
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
    ) -> tuple[str, dict[str, Any]]:
        """Gives a command until it is answered, or patience ends; tells its fate, and the answer."""
        command = Command(uuid4().hex, service, f"{service}.{event}", times)
        self._ledger.put(command)
        headers = {**request.pop("headers", {}), "Idempotency-Key": command.id, "X-Request-Id": command.id}
        until = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < until:
            try:
                headers["Authorization"] = f"Bearer {self._token}"
                answer = await self._http.request(method, _route(path), headers=headers, **request)
                if answer.status_code == 401:
                    await self._sign_in()
                elif answer.status_code < 500 and answer.status_code != 429:
                    command.fate = "acknowledged" if answer.is_success else "refused"
                    self._ledger.put(command)
                    return command.fate, answer.json()
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.3)
        return command.fate, {}


async def register(http: httpx.AsyncClient, address: str, number: int) -> None:
    """Makes an agency by identity's address for it. The platform is well at this time."""
    body = {"name": f"Agency {number}", "owner": {"name": "Olga Owner", **_account(number)}}
    (await http.post(address, json=body)).raise_for_status()


def _account(number: int) -> dict[str, str]:
    return {"email": f"owner{number}@garden.example", "password": "correct horse battery"}


def _route(path: str) -> str:
    return os.environ[variable(owner_of(path), "url")] + path


async def main() -> None:
    """Everybody is at work until SIGTERM, and finishes then what they are at."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    ledger = Ledger(Path("ledger"))
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=5, limits=limits) as http, asyncio.TaskGroup() as people:
        for number in range(AGENCIES):
            agency = Agency(http, ledger, number)
            for place in range(AT_WORK):
                chance = random.Random(f"{os.environ['CHAOS_SEED']} {place} {number}")
                people.create_task(agency.work(chance, over))


if __name__ == "__main__":
    asyncio.run(main())
