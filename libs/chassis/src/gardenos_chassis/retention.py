"""For how long an agency keeps what is kept of people: its rule, as identity tells it, and each night what follows from it.

A service that owns such data says what it does in a night. The night's job puts the next one down before it does anything,
so a night that fails ends no rule; where an agency gives no rule there is no job.
"""

from calendar import monthrange
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

from gardenos_contracts import Received
from gardenos_contracts.identity import AgencySettingsChanged
from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, select

from gardenos_chassis.agency_zones import zone_named
from gardenos_chassis.events.consumer import Consumer
from gardenos_chassis.events.store import Context, LostRace, UnitOfWork
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.read_models.model import ReadModel
from gardenos_chassis.rows import upsert_many
from gardenos_chassis.tenancy import Session

_NIGHT = time(2)
"""When nobody is at work, by the agency's clock."""

retention_rules = Table(
    "retention_rules",
    MetaData(),
    Column("agency_id", Uuid, primary_key=True),
    Column("time_zone", Text),
    Column("closed_leads_months", Integer),
    Column("conversations_months", Integer),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """After how many months what is kept of people goes, and by whose clock; None: it is kept for good."""

    time_zone: str = "UTC"
    closed_leads_months: int | None = None
    conversations_months: int | None = None

    @property
    def keeps_all(self) -> bool:
        """Whether nothing ever goes."""
        return self.closed_leads_months is None and self.conversations_months is None

    def today(self, now: datetime) -> date:
        """The day that the agency writes."""
        return now.astimezone(zone_named(self.time_zone)).date()

    def night(self, day: date) -> datetime:
        """The one that belongs to a day."""
        return datetime.combine(day, _NIGHT, zone_named(self.time_zone)).astimezone(UTC)

    def next_night(self, now: datetime) -> datetime:
        """The first one that begins after a moment."""
        today = self.today(now)
        return min(night for night in (self.night(today), self.night(today + timedelta(days=1))) if night > now)


def months_before(now: datetime, months: int) -> datetime:
    """The same day and time of an earlier month; its last day where it has no such day."""
    whole = now.year * 12 + now.month - 1 - months
    year, month = divmod(whole, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


async def rule_of(session: Session) -> Rule:
    """What the session's agency settled last; everything is kept of one that settled nothing."""
    columns = [retention_rules.c[name] for name in Rule.__dataclass_fields__]
    row = (await session.execute(select(*columns))).first()
    return Rule() if row is None else Rule(*row)


@asynccontextmanager
async def unit_of_night(job: Job, context: Context) -> AsyncIterator[UnitOfWork]:
    """A transaction of a night, while nobody else has taken it over. Raises LostRace, upon which a night is begun again."""
    async with job.store.unit_of_work(context) as work:
        if not await job.holds(work.session):
            raise LostRace("somebody else goes on with this night")
        yield work


Night: TypeAlias = Callable[[Job, Rule], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Retention:
    """What a service is composed of to keep things no longer than its agencies want."""

    rules: ReadModel
    nights: Consumer
    jobs: Jobs


def retention(service: str, night: Night) -> Retention:
    """Has `night` done every night for each agency that gives a rule, and once more after it gave it up.

    It waits while its agency is suspended or closed: nobody there could object to what goes. It may be begun again at any
    moment, and acts as the automation `<service>.keep-retention`.
    """
    kind = f"{service}.keep-retention"
    rules = Consumer(f"{service}.retention-rules", listens_to=[AgencySettingsChanged])
    nights = Consumer(f"{service}.retention-nights", listens_to=[AgencySettingsChanged])
    jobs = Jobs(at_once=1)

    @rules.on(AgencySettingsChanged)
    async def settled(event: Received[AgencySettingsChanged], db: Session) -> None:
        """The rule is another, or none."""
        row: dict[str, Any] = event.data.retention.model_dump()
        await upsert_many(
            db, retention_rules, [{"agency_id": event.agency_id, "time_zone": event.data.time_zone, **row}]
        )

    @nights.on(AgencySettingsChanged)
    async def begun(event: Received[AgencySettingsChanged], db: Session) -> None:
        """The nights begin. Those that were put down already end by themselves where there is no rule any more."""
        rule = Rule(event.data.time_zone, **event.data.retention.model_dump())
        if not rule.keeps_all:
            await put_down(db, rule, event, after=datetime.now(UTC))

    async def put_down(db: Session, rule: Rule, because: Context | Received[Any], *, after: datetime) -> None:
        at = rule.next_night(after)
        await enqueue(db, kind, because_of=because, key=rule.today(at).isoformat(), at=at)

    @jobs.on(kind, outward=True)
    async def this_night(job: Job) -> None:
        async with job.store.database.transaction(job.agency_id) as session:
            if not await job.holds(session):
                return
            rule = await rule_of(session)
            if not rule.keeps_all:
                # Somebody may have had it done before its night: the next one is another all the same.
                this = rule.night(date.fromisoformat(job.key))
                await put_down(session, rule, job.context, after=max(this, datetime.now(UTC)))
        await night(job, rule)

    return Retention(ReadModel("retention_rules", tables=[retention_rules], consumers=[rules]), nights, jobs)
