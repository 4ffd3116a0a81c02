"""Plants the story by the public API, one step after the other, and remembers how far it is.

A step that was cut short is made again with the same idempotency key, so that an interrupted seed goes on where it was
and nothing is there twice.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from gardenos_cli.seed import story
from gardenos_cli.seed.story import Call, Colleague, Email, Person, Stage
from gardenos_cli.up.folder import DataFolder, write_private
from gardenos_cli.up.progress import Progress


class SeedFailed(RuntimeError):
    """The platform refused a step; the message says which and why. The next start goes on from there."""


@dataclass(frozen=True, slots=True)
class Login:
    """How to sign in as somebody of the demo agency."""

    words: str
    email: str
    password: str


Step = tuple[str, Callable[[], Awaitable[None]]]


def planned(folder: DataFolder) -> None:
    """Makes sure that a folder that is empty now will be seeded, whenever that is interrupted."""
    path = folder.path / "seed.json"
    if not path.exists() and not (folder.path / "postgres").exists():
        today = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        state = {"today": today.isoformat(), "password": secrets.token_urlsafe(9), "done": 0, "ids": {}}
        write_private(path, json.dumps(state))


async def seeded(address: str, folder: DataFolder, progress: Progress) -> list[Login]:
    """Plants what is not planted yet; the demo agency's logins, none if the folder has another's data."""
    path = folder.path / "seed.json"
    if not path.exists():
        return []
    state = json.loads(path.read_text())
    if not state.get("finished"):
        with progress.step("a demo agency with three months of work") as step:
            async with Planting(address, state, lambda kept: write_private(path, json.dumps(kept))) as planting:
                await planting.grow(step.now)
            step.done(f"a demo agency: {story.AGENCY}")
    return [Login(each.role, each.email, state["password"]) for each in (story.OWNER, *story.COLLEAGUES)]


class Planting:
    """The steps, and where they are. `state` is what `keep` writes down after each."""

    def __init__(self, address: str, state: dict[str, Any], keep: Callable[[dict[str, Any]], None]) -> None:
        self._state = state
        self._keep = keep
        self._ids: dict[str, str] = state["ids"]
        self._today = datetime.fromisoformat(state["today"])
        self._people = story.cast(self._today)
        self._tokens: dict[str, str] = {}
        self._http = httpx.AsyncClient(base_url=f"{address}/api/v1", timeout=60, trust_env=False)

    async def __aenter__(self) -> "Planting":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def grow(self, now: Callable[[str], None]) -> None:
        """Takes the steps that are not done yet."""
        steps = self._steps()
        for number, (what, take) in enumerate(steps):
            if number < self._state["done"]:
                continue
            now(f"{what} ({number + 1} of {len(steps)})")
            await take()
            self._state["done"] = number + 1
            self._keep(self._state)
        self._state["finished"] = True
        self._keep(self._state)

    def _steps(self) -> list[Step]:
        steps: list[Step] = [("the agency", self._register)]
        steps += [(f"team {name}", _of(self._add_team, name)) for name in story.TEAMS]
        steps += [(each.name, _of(self._add_user, each)) for each in story.COLLEAGUES]
        steps += [(f"campaign {name}", _of(self._add_campaign, name, source)) for name, source in story.CAMPAIGNS]
        steps.append(("an import", self._import))
        steps += [("leads", _of(self._capture, each)) for each in self._people if not each.imported]
        steps.append(("leads everywhere", self._known_everywhere))
        steps += [("leads to their agents", _of(self._assign, each)) for each in self._people if each.agent]
        steps += [("households", _of(self._live_together, each)) for each in story.relatives(self._people)]
        for each in self._people:
            for place, beat in enumerate(story.beats(each, self._today)):
                steps.append((f"the life of {each.given} {each.family}", _of(self._play, each, place, beat)))
        steps.append(("a stranger's email", self._hear_stranger))
        steps += [(f"a task of {each.agent}", _of(self._plan, each, place)) for place, each in enumerate(self._to_do())]
        steps.append(("insights", self._settled))
        return steps

    async def _register(self) -> None:
        if await self._signed_in(story.OWNER) is None:
            owner = {"name": story.OWNER.name, "email": story.OWNER.email, "password": self._state["password"]}
            body = {"name": story.AGENCY, "time_zone": story.TIME_ZONE, "currency": "USD", "owner": owner}
            await self._send("POST", "/agencies", None, json=body)

    async def _add_team(self, name: str) -> None:
        self._ids[f"team {name}"] = (await self._post("/teams", f"team {name}", {"name": name}))["id"]

    async def _add_user(self, colleague: Colleague) -> None:
        body = {
            "name": colleague.name,
            "email": colleague.email,
            "password": self._state["password"],
            "role": colleague.role,
            "team_ids": [self._ids[f"team {team}"] for team in colleague.teams],
        }
        self._ids[colleague.key] = (await self._post("/users", f"user {colleague.key}", body))["id"]

    async def _add_campaign(self, name: str, source: str) -> None:
        campaign = await self._post("/campaigns", f"campaign {name}", {"name": name, "source": source})
        self._ids[f"campaign {name}"] = campaign["id"]

    async def _import(self) -> None:
        people = [each for each in self._people if each.imported]
        name, source = story.CAMPAIGNS[-1]
        # A form is spelled anew each time, so no key can tell that this is the same one.
        [answer] = (await self._send("GET", "/imports", story.OWNER))["items"] or [None]
        answer = answer or await self._send(
            "POST",
            "/imports",
            story.OWNER,
            files={"file": ("contacts-export.csv", story.export_of_another_crm(people), "text/csv")},
            data={
                "plan": json.dumps(
                    {
                        "campaign_id": self._ids[f"campaign {name}"],
                        "source": source,
                        "team_id": self._ids[f"team {story.TEAMS[0]}"],
                        "run_automations": False,
                    }
                ),
                "go_on": "run",
            },
        )
        while answer["status"] == "running":
            await asyncio.sleep(0.2)
            answer = await self._send("GET", f"/imports/{answer['id']}", story.OWNER)
        by_email = {each.email: each for each in people}
        query: dict[str, Any] = {"fate": "captured", "limit": 200}
        rows = (await self._send("GET", f"/imports/{answer['id']}/rows", story.OWNER, params=query))["items"]
        for row in rows:
            self._ids[_lead(by_email[row["raw"]["E-mail Address"]])] = row["lead_id"]

    async def _capture(self, person: Person) -> None:
        name, source = story.CAMPAIGNS[person.campaign]
        team = story.TEAMS[1 if person.line in ("commercial", "life", "umbrella") else 0]
        body = {
            "name": {"given": person.given, "family": person.family},
            "email": person.email,
            "phone": person.phone,
            "street": person.street,
            "city": person.city,
            "postal_code": person.postal_code,
            "state": person.state,
            "line_of_business": person.line,
            "current_carrier": person.carrier,
            "source": source,
            "campaign_id": self._ids[f"campaign {name}"],
            "team_id": self._ids[f"team {team}"],
            "captured_at": person.captured_at.isoformat(),
            # Families have one telephone.
            "if_known": "anyway",
        }
        self._ids[_lead(person)] = (await self._post("/leads", _lead(person), body))["id"]

    async def _known_everywhere(self) -> None:
        """An email finds its lead once the lead is known there: history is in order, so the last one tells."""
        last = [each for each in self._people if not each.imported][-1]

        async def known() -> bool:
            return await self._is_there(f"/timeline?lead_id={self._ids[_lead(last)]}")

        await _until(known, seconds=60)

    async def _assign(self, person: Person) -> None:
        assert person.agent is not None
        [team] = story.AGENTS[person.agent].teams
        body = {"owner_id": self._ids[person.agent], "team_id": self._ids[f"team {team}"]}
        await self._send("PUT", f"/leads/{self._ids[_lead(person)]}/owner", story.OWNER, json=body)

    async def _live_together(self, relative: story.Relative) -> None:
        assert relative.of.agent is not None
        [team] = story.AGENTS[relative.of.agent].teams
        body = {
            "name": {"given": relative.given, "family": relative.of.family},
            "email": relative.email,
            "street": relative.of.street,
            "city": relative.of.city,
            "postal_code": relative.of.postal_code,
            "state": relative.of.state,
            "line_of_business": relative.line,
            "source": "household",
            "owner_id": self._ids[relative.of.agent],
            "team_id": self._ids[f"team {team}"],
        }
        if relative.relationship is not None:
            body |= {"lives_with_id": self._ids[_lead(relative.of)], "relationship": relative.relationship}
        await self._post("/leads", f"{_lead(relative.of)} and {relative.given}", body)

    async def _play(self, person: Person, place: int, beat: story.Beat) -> None:
        assert person.agent is not None
        agent = story.AGENTS[person.agent]
        lead = self._ids[_lead(person)]
        match beat:
            case Call():
                body = {
                    "lead_id": lead,
                    "direction": beat.direction,
                    "started_at": beat.at.isoformat(),
                    "duration_seconds": beat.seconds,
                    "disposition": beat.disposition,
                    "transcript": beat.transcript,
                    "notes": beat.notes,
                }
                await self._post("/calls", f"{_lead(person)} beat {place}", body, agent)
            case Email():
                await self._hear(beat)
            case Stage(stage="won"):
                # Said twice, where the step was cut short: it is done then.
                await self._send("POST", f"/leads/{lead}/conversion", agent, json={}, fine=(409,))
            case Stage():
                body = {"stage": beat.stage, **({"reason": beat.reason} if beat.reason else {})}
                await self._send("PUT", f"/leads/{lead}/stage", agent, json=body, fine=(409,))

    async def _hear(self, email: Email) -> None:
        headers = {"Content-Type": "message/rfc822"}
        await self._send("POST", "/messages/inbound-email", story.OWNER, headers=headers, content=email.raw)

    async def _hear_stranger(self) -> None:
        await self._hear(story.stranger(self._today))

    def _to_do(self) -> list[Person]:
        """Some whom an agent is to do something about."""
        return [each for each in self._people if each.agent is not None][: 3 * len(story.TASKS)]

    async def _plan(self, person: Person, place: int) -> None:
        assert person.agent is not None
        task = story.TASKS[place % len(story.TASKS)]
        body = {
            "lead_id": self._ids[_lead(person)],
            "kind": task.kind,
            "title": task.title.format(name=person.given),
            "due_on": (self._today + timedelta(days=task.days)).date().isoformat(),
            "due_time": task.time,
            "priority": task.priority,
            "owner_id": self._ids[person.agent],
        }
        await self._post("/tasks", f"task {place}", body)

    async def _settled(self) -> None:
        """The first look should show clients and insights; a slow machine shows them a little later."""
        won = sum(each.fate == "won" for each in self._people)

        async def there() -> bool:
            clients = await self._send("GET", "/clients", story.OWNER, params={"limit": 200})
            return len(clients["items"]) >= won and await self._is_there("/insights?limit=1")

        await _until(there, seconds=60)

    async def _is_there(self, path: str) -> bool:
        found = await self._send("GET", path, story.OWNER, fine=(404,))
        return bool(found.get("items"))

    async def _post(self, path: str, key: str, body: object, by: Colleague = story.OWNER) -> dict[str, Any]:
        return await self._send("POST", path, by, json=body, headers={"Idempotency-Key": f"seed {key}"})

    async def _send(
        self, method: str, path: str, by: Colleague | None, *, fine: tuple[int, ...] = (), **options: Any
    ) -> dict[str, Any]:
        headers = dict(options.pop("headers", {}))
        if by is not None:
            token = await self._signed_in(by)
            headers["Authorization"] = f"Bearer {token}"
        for patience in range(6):
            answer = await self._http.request(method, path, headers=headers, **options)
            if answer.status_code != 503:
                break
            # A service that waits for another says so; it is asked again.
            await asyncio.sleep(0.5 * 2**patience)
        if not answer.is_success and answer.status_code not in fine:
            raise SeedFailed(
                f"the demo agency could not be planted: {method} {path} answered {answer.status_code}: "
                f"{answer.text[:1000]}\nstart again to go on from here, or use --no-seed"
            )
        body: dict[str, Any] = answer.json() if answer.content else {}
        return body

    async def _signed_in(self, colleague: Colleague) -> str | None:
        if colleague.key not in self._tokens:
            body = {"email": colleague.email, "password": self._state["password"]}
            answer = await self._http.post("/sessions", json=body)
            if not answer.is_success:
                return None
            self._tokens[colleague.key] = answer.json()["access_token"]
        return self._tokens[colleague.key]


def _lead(person: Person) -> str:
    return f"lead {person.number}"


def _of(take: Callable[..., Awaitable[None]], *given: Any) -> Callable[[], Awaitable[None]]:
    return lambda: take(*given)


async def _until(true: Callable[[], Awaitable[bool]], *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        if await true() or time.monotonic() > until:
            return
        await asyncio.sleep(0.2)
