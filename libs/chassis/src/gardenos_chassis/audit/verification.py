"""The chain of hashes held against the events, and against anchors that were kept elsewhere."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import orjson
from sqlalchemy import text

from gardenos_chassis.audit.chain import AS_STORED, FIRST
from gardenos_chassis.audit.seals import broken_seal, last_seals
from gardenos_chassis.errors import Invalid
from gardenos_chassis.read_models.progress import Progress, Say
from gardenos_chassis.tenancy import Database, driver_of

if TYPE_CHECKING:
    from gardenos_chassis.service import Service

_PAGE = 2000

_HEADS = text("select agency_id, sequence, link from chain_heads where sequence > 0 order by agency_id")
# Both sides: an event that was taken away has left its link behind.
_ROWS = f"""
select sequence, told, link
from (select sequence, {AS_STORED} as told from events where agency_id = $1 and sequence > $2 and sequence <= $3) as event
full join (
    select sequence, link from event_links where agency_id = $1 and sequence > $2 and sequence <= $3
) as kept using (sequence)
order by sequence
"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Anchor:
    """The link of an agency's event in a service, as it was when the anchor was taken; or that of a seal of its looks."""

    service: str
    agency_id: UUID
    sequence: int
    link: bytes
    of: str = "events"
    """Or `looks`."""

    def line(self) -> str:
        """As it is kept: one JSON object."""
        kept = {
            "service": self.service,
            "agency_id": str(self.agency_id),
            "sequence": self.sequence,
            "link": self.link.hex(),
            "of": self.of,
        }
        return orjson.dumps(kept).decode()

    @classmethod
    def parse(cls, line: str) -> "Anchor":
        """The inverse of `line`. Raises Invalid."""
        try:
            told = orjson.loads(line)
            return cls(
                str(told["service"]),
                UUID(told["agency_id"]),
                int(told["sequence"]),
                bytes.fromhex(told["link"]),
                # Anchors of before looks were sealed do not say.
                str(told.get("of", "events")),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as broken:
            raise Invalid("an anchor is a line of JSON with service, agency_id, sequence and link") from broken


def parsed(lines: str) -> list[Anchor]:
    """Anchors as they were kept, a line each. Raises Invalid."""
    return [Anchor.parse(line) for line in lines.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which an agency's chain is broken, and how."""

    agency_id: UUID
    sequence: int
    how: str
    what: str = "event"
    """Or `seal`: of a stretch of who looked at what."""


@dataclass(slots=True)
class Verified:
    """What came of it: how many events of how many agencies were held against their links, and where it broke."""

    service: str
    events: int = 0
    agencies: int = 0
    looks: int = 0
    anchors: int = 0
    breaks: list[Break] = field(default_factory=list)

    def in_words(self) -> list[str]:
        """A line for the service, and one for each agency whose chain is broken."""
        beside = f", and {self.anchors:,} anchors" if self.anchors else ""
        looks = f" and {self.looks:,} looks" if self.looks else ""
        outcome = "as they were recorded" if not self.breaks else "NOT as they were recorded"
        return [
            f"{self.service}: {self.events:,} events{looks} of {self.agencies:,} agencies{beside}: {outcome}",
            *(f"  agency {each.agency_id}, {each.what} {each.sequence:,}: {each.how}" for each in self.breaks),
        ]


async def anchors(service: "Service") -> list[Anchor]:
    """The last link of every agency: to be kept where who keeps the database cannot write."""
    looks = [Anchor(service.name, id, *last, of="looks") for id, last in (await last_seals(service.database)).items()]
    return [*await _ends(service), *sorted(looks, key=lambda anchor: anchor.agency_id)]


async def _ends(service: "Service") -> list[Anchor]:
    if not service.publishes:
        return []
    async with service.database.across() as session:
        return [Anchor(service.name, row.agency_id, row.sequence, row.link) for row in await session.execute(_HEADS)]


async def verify(service: "Service", say: Say, kept: Sequence[Anchor] = ()) -> Verified:
    """Computes every link again, while the service serves; tells the first break of each agency."""
    kept = [anchor for anchor in kept if anchor.service == service.name]
    mine = [anchor for anchor in kept if anchor.of == "events"]
    ends = {anchor.agency_id: anchor for anchor in await _ends(service)}
    found = Verified(service.name, anchors=len(kept))
    total = sum(end.sequence for end in ends.values())
    for agency_id in sorted(ends.keys() | {anchor.agency_id for anchor in mine}):
        end = ends.get(agency_id)
        wanted = {anchor.sequence: anchor.link for anchor in mine if anchor.agency_id == agency_id}
        upto = max([*wanted, end.sequence if end else 0])
        reader = _Reader(service.database, agency_id, ({end.sequence: end.link} if end else {}) | wanted)
        while reader.at < upto and reader.broken is None:
            found.events += await reader.page(min(reader.at + _PAGE, upto))
            say(Progress("computing links", {service.name: found.events}, {service.name: max(total, found.events)}))
        found.agencies += 1
        if reader.broken is not None:
            found.breaks.append(reader.broken)
    await _verify_looks(service, found, [anchor for anchor in kept if anchor.of == "looks"])
    say(Progress("done", {service.name: found.events}, {service.name: found.events}))
    return found


async def _verify_looks(service: "Service", found: Verified, kept: Sequence[Anchor]) -> None:
    keep = timedelta(days=service.settings.keep_accesses_days)
    ends = await last_seals(service.database)
    for agency_id in sorted(ends.keys() | {anchor.agency_id for anchor in kept}):
        wanted = {anchor.sequence: anchor.link for anchor in kept if anchor.agency_id == agency_id}
        looks, broken = await broken_seal(service.database, agency_id, wanted, keep)
        found.looks += looks
        if broken is not None:
            found.breaks.append(Break(agency_id, broken.sequence, broken.how, "seal"))


@dataclass(slots=True)
class _Reader:
    """One agency's chain, computed from its beginning."""

    database: Database
    agency_id: UUID
    wanted: Mapping[int, bytes]
    """Links that are known from elsewhere, by their event's sequence."""
    at: int = 0
    link: bytes = FIRST
    broken: Break | None = None

    async def page(self, upto: int) -> int:
        """Goes on to a sequence, or to the first break; how many events it took."""
        async with self.database.transaction(self.agency_id) as session:
            rows = await driver_of(session).fetch(_ROWS, self.agency_id, self.at, upto)
        before = self.at
        for row in rows:
            how = self._step(row["sequence"], row["told"], row["link"])
            if how is not None:
                self.broken = Break(self.agency_id, self.at + 1, how)
                return self.at - before
        if self.at < upto:
            self.broken = Break(self.agency_id, self.at + 1, "it is missing, and what came after it")
        return self.at - before

    def _step(self, sequence: int, told: str | None, kept: bytes | None) -> str | None:
        """One event; None if it is as it was, else what is wrong at the next place."""
        if sequence != self.at + 1 or told is None:
            return "it is missing"
        link = hashlib.sha256(self.link + hashlib.sha256(told.encode()).digest()).digest()
        if kept is None:
            return "its link is missing"
        if kept != link:
            return "it is not as it was recorded, or its link is not"
        if self.wanted.get(sequence, link) != link:
            return "it or one before it was changed, and the chain with it: the anchor is another"
        self.at, self.link = sequence, link
        return None
