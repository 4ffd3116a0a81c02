"""After healing: what was lost, doubled or stuck, by the databases themselves."""

import asyncio
import importlib
import json
import typing
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from gardenos_chassis.settings import SERVICES
from gardenos_chassis.testing.rebuilding import verified

from chaos.field import EVERYBODY, Field
from chaos.ledger import Command, fates
from chaos.load import POISON

_EVENTS = (
    "select agency_id, sequence, stream_id, version, regexp_replace(type, '\\.v[0-9]+$', '') as type, data,"
    " metadata->>'correlation_id' as correlation_id, metadata->>'causation_id' as causation_id"
    " from events order by agency_id, sequence"
)


@dataclass
class Verdict:
    """The counts, and every fault by its words."""

    ledger: Counter[str] = field(default_factory=Counter)
    events: int = 0
    effects: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    parked: int = 0
    redriven: int = 0
    verified: Counter[str] = field(default_factory=Counter)
    tried: set[str] = field(default_factory=set)
    """The kinds of faults that struck, or were said to be left out."""

    @property
    def faults(self) -> list[str]:
        """Everything that should not be."""
        return [*self.lost, *self.doubled, *self.stuck, *self.wrong]

    def __str__(self) -> str:
        effects = ", ".join(f"{many} {what}" for what, many in sorted(self.effects.items()))
        tables = ", ".join(f"{rows} {table}" for table, rows in sorted(self.verified.items()))
        return (
            f"commands   acknowledged {self.ledger['acknowledged']}, refused {self.ledger['refused']},"
            f" without an answer {self.ledger['unknown']}\n"
            f"events     {self.events} stored\n"
            f"effects    {effects}\n"
            f"tables     equal to a rebuild: {tables}\n"
            f"lost {len(self.lost)}, doubled {len(self.doubled)}, stuck {len(self.stuck)}, parked {self.parked} (all of"
            f" them poison or behind it) and {self.redriven} redriven, otherwise wrong {len(self.wrong)}"
        )


class Truth:
    """What the databases say."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self.connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}

    async def open(self) -> None:
        """Connects to each, past all proxies."""
        for service in EVERYBODY:
            self.connections[service] = await self._field.truth(service)

    async def close(self) -> None:
        """Lets go of them."""
        await asyncio.gather(*(connection.close() for connection in self.connections.values()))

    async def lag(self) -> list[str]:
        """What is not published, and what is not applied, by who is behind; empty if nobody is."""
        behind: list[str] = []
        heads: dict[str, dict[UUID, int]] = {}
        for service in SERVICES:
            connection = self.connections[service]
            heads[service] = dict(await connection.fetch("select agency_id, head from agency_heads"))
            published = dict(await connection.fetch("select agency_id, published from relay_marks"))
            left = sum(head - published.get(agency_id, 0) for agency_id, head in heads[service].items())
            behind += [f"{service}'s outbox: {left}"] if left else []
        for service in EVERYBODY:
            for consumer, source in await self._consumers(service):
                marks = dict(
                    await self.connections[service].fetch(
                        "select agency_id, sequence from consumer_marks where consumer = $1 and source = $2",
                        consumer,
                        source,
                    )
                )
                left = sum(head - marks.get(agency_id, 0) for agency_id, head in heads[source].items())
                behind += [f"{consumer} from {source}: {left}"] if left else []
        # What is to be done on another day is left for that day.
        soon = "select count(*) from jobs where due_at < now() + interval '10 minutes'"
        left = await self.connections["ai"].fetchval(soon)
        running = "select count(*) from imports where status = 'running'"
        imports = await self.connections["leads"].fetchval(running)
        behind += [f"imports that run: {imports}"] if imports else []
        return behind + ([f"ai's jobs: {left}"] if left else [])

    async def _consumers(self, service: str) -> list[tuple[str, str]]:
        if service == "identity":
            return []
        found = await self.connections[service].fetch("select distinct consumer, source from consumer_marks")
        return [(row["consumer"], row["source"]) for row in found]

    async def verdict(self, ledger: Sequence[Command]) -> Verdict:
        """Looks at everything. The platform is at rest."""
        verdict = Verdict(fates(ledger))
        events = await self._events()
        for service, rows in events.items():
            _in_order(service, rows, verdict)
        _as_acknowledged(ledger, events, verdict)
        await self._effects(events, verdict)
        await self._witnessed(events, _poisoned(events["leads"]), verdict)
        await self._parked(events, verdict)
        await self._rebuilt(verdict)
        verdict.stuck += await self.lag()
        return verdict

    async def after_redrive(self, applied: int, verdict: Verdict) -> None:
        """Looks at what a redrive has made of the parked events, by a witness that takes them."""
        verdict.redriven = applied
        witness = self.connections["witness"]
        left = await witness.fetchval("select count(*) from parked_events")
        blocked = await witness.fetchval("select sum(parked) from consumer_marks")
        if (applied, left, blocked) != (verdict.parked, 0, 0):
            verdict.stuck.append(
                f"redriven {applied} of {verdict.parked}: {left} are parked still, {blocked} by the marks"
            )
        await self._witnessed(await self._events(), set(), verdict)

    async def _events(self) -> dict[str, list[asyncpg.Record]]:
        return {service: await self.connections[service].fetch(_EVENTS) for service in SERVICES}

    async def _effects(self, events: dict[str, list[asyncpg.Record]], verdict: Verdict) -> None:
        by_type = Counter(row["type"] for rows in events.values() for row in rows)
        conversations = by_type["comms.CallLogged"] + by_type["comms.MessageReceived"]
        expected = {
            ("clients", "clients", "clients"): by_type["leads.LeadConverted"],
            ("leads", "leads", "leads"): by_type["leads.LeadCaptured"],
            ("comms", "leads in timelines", "timeline where kind = 'captured'"): by_type["leads.LeadCaptured"],
            ("comms", "stages in timelines", "timeline where kind = 'stage_changed'"): by_type[
                "leads.LeadStageChanged"
            ],
            ("comms", "conversions in timelines", "timeline where kind = 'converted'"): by_type["leads.LeadConverted"],
            ("comms", "clients in timelines", "timeline where kind = 'onboarded'"): by_type["clients.ClientOnboarded"],
            ("comms", "calls", "calls"): by_type["comms.CallLogged"],
            ("comms", "messages", "messages"): by_type["comms.MessageReceived"],
            ("ai", "conversations to read", "communications"): conversations,
            ("ai", "insights", "insights"): by_type["ai.InsightExtracted"],
            ("reporting", "leads in reports", "leads"): by_type["leads.LeadCaptured"],
            ("reporting", "clients in reports", "clients"): by_type["clients.ClientOnboarded"],
        }
        for (service, what, query), count in expected.items():
            found = await self.connections[service].fetchval(f"select count(*) from {query}")
            verdict.effects[what] = found
            if found != count:
                (verdict.lost if found < count else verdict.doubled).append(
                    f"{service}: {found} {what} of {count} events"
                )
        _reactions(events, verdict)

    async def _witnessed(self, events: dict[str, list[asyncpg.Record]], but: set[UUID], verdict: Verdict) -> None:
        """The witness has seen every event but those of some aggregates, once, and each aggregate's in their order."""
        rows = await self.connections["witness"].fetch("select * from seen order by place")
        seen = Counter((row["source"], row["agency_id"], row["sequence"]) for row in rows)
        verdict.effects["events seen by the witness"] = seen.total()
        verdict.doubled += [f"the witness saw {place} {times} times" for place, times in seen.items() if times > 1]
        versions: Counter[tuple[UUID, UUID]] = Counter()
        for row in rows:
            stream = row["agency_id"], row["stream_id"]
            if row["version"] < versions[stream]:
                verdict.wrong.append(f"the witness saw version {row['version']} of {stream} after {versions[stream]}")
            versions[stream] = row["version"]
        for service, stored in events.items():
            for row in stored:
                place = (service, row["agency_id"], row["sequence"])
                if (row["stream_id"] in but) == (place in seen):
                    (verdict.doubled if place in seen else verdict.lost).append(f"the witness and {place}")

    async def _parked(self, events: dict[str, list[asyncpg.Record]], verdict: Verdict) -> None:
        poisoned = _poisoned(events["leads"])
        expected = {(row["agency_id"], row["sequence"]) for row in events["leads"] if row["stream_id"] in poisoned}
        for service in EVERYBODY:
            if service != "identity":
                rows = await self.connections[service].fetch("select * from parked_events")
                verdict.parked += len(rows)
                places = {(row["agency_id"], row["sequence"]) for row in rows}
                if service != "witness" and rows:
                    verdict.wrong += [f"{row['consumer']} parked {row['type']}: {row['error']}" for row in rows]
                elif service == "witness" and places != expected:
                    verdict.wrong.append(
                        f"the witness parked {len(places)} events and not the {len(expected)} that are poison"
                    )

    async def _rebuilt(self, verdict: Verdict) -> None:
        environment = self._field.platform.environment
        for name in SERVICES:
            create = importlib.import_module(f"gardenos_{name}.app").create_service
            settings_class = typing.get_type_hints(create)["settings"]
            prefixes = ("GARDENOS_", f"GARDENOS_{name.upper()}_")
            given = {
                variable.removeprefix(prefix).lower(): value
                for prefix in prefixes
                for variable, value in environment.items()
                if variable.startswith(prefix)
            }
            given["qdrant_path"] = str(self._field.platform.folder / "vectors-of-the-verdict")
            service = create(settings_class.model_validate(given))
            try:
                found = await verified(service, environment[f"GARDENOS_{name.upper()}_MIGRATION_URL"])
            finally:
                await service.database.close()
                await service.http.aclose()
            for table, each in found.items():
                verdict.verified[f"{name}.{table}"] = each.rows
                if each.differing:
                    verdict.wrong.append(f"{name}.{table} is not what its events make of it: {each.differences}")


def _in_order(service: str, rows: Sequence[asyncpg.Record], verdict: Verdict) -> None:
    verdict.events += len(rows)
    heads: Counter[UUID] = Counter()
    versions: Counter[tuple[UUID, UUID]] = Counter()
    for row in rows:
        heads[row["agency_id"]] += 1
        versions[row["agency_id"], row["stream_id"]] += 1
        if row["sequence"] != heads[row["agency_id"]]:
            verdict.wrong.append(f"{service}: sequence {row['sequence']} where {heads[row['agency_id']]} is due")
        if row["version"] != versions[row["agency_id"], row["stream_id"]]:
            verdict.wrong.append(f"{service}: version {row['version']} of {row['stream_id']} is out of order")


def _as_acknowledged(ledger: Sequence[Command], events: dict[str, list[asyncpg.Record]], verdict: Verdict) -> None:
    stored = Counter((row["type"], row["correlation_id"]) for rows in events.values() for row in rows)
    for command in ledger:
        found = stored[command.event, command.id]
        allowed = {"acknowledged": {command.times}, "refused": {0}, "unknown": {0, command.times}}[command.fate]
        if found not in allowed:
            said = f"{command.fate} {command.event} {command.id}: stored {found} times of {command.times}"
            (verdict.lost if found < command.times else verdict.doubled).append(said)
    known = {command.id for command in ledger}
    verdict.wrong += [
        f"{row['type']} {row['sequence']} was asked for by nobody"
        for service in ("leads", "comms", "clients")
        for row in events[service]
        if row["correlation_id"] not in known
    ]


def _reactions(events: dict[str, list[asyncpg.Record]], verdict: Verdict) -> None:
    onboarded = Counter(
        (row["agency_id"], row["causation_id"]) for row in events["clients"] if "Onboarded" in row["type"]
    )
    conversions = {
        (row["agency_id"], f"{row['agency_id']}.{row['sequence']}")
        for row in events["leads"]
        if row["type"] == "leads.LeadConverted"
    }
    verdict.lost += [f"no client of conversion {each}" for each in conversions - onboarded.keys()]
    verdict.doubled += [f"{times} clients of conversion {each}" for each, times in onboarded.items() if times > 1]
    insights: dict[str, Counter[str]] = {}
    for row in events["ai"]:
        if row["type"] == "ai.InsightExtracted":
            said = json.loads(row["data"])
            insights.setdefault(said["source_id"], Counter())[f"{said['kind']} at {said['start']}"] += 1
    for row in events["comms"]:
        # All calls have the same words: whatever is read in one is read in all.
        if row["type"] == "comms.CallLogged" and str(row["stream_id"]) not in insights:
            verdict.lost.append(f"no insight of call {row['stream_id']}")
    for source_id, found in insights.items():
        verdict.doubled += [f"{times} insights {what} of {source_id}" for what, times in found.items() if times > 1]


def _poisoned(leads: Sequence[asyncpg.Record]) -> set[UUID]:

    return {
        row["stream_id"]
        for row in leads
        if row["type"] == "leads.LeadCaptured" and json.loads(row["data"])["source"] == POISON
    }
