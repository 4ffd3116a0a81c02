"""Scores are counted by jobs: what something happened to, what time made another, and all leads once the rules are others.

Whatever is due is counted in batches, each in one transaction with what it makes due later. Nothing is published where
score and reasons are what they were: so what is counted twice, after a fault or by two workers, is told once.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from gardenos_chassis.agency_zones import zone_of
from gardenos_chassis.events import UnitOfWork
from gardenos_chassis.ids import derived_id
from gardenos_chassis.jobs import Job, Jobs, enqueue
from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts.ai import InsightKind
from gardenos_contracts.lead_scores import LeadScored
from gardenos_contracts.values import LineOfBusiness
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_ai.scoring import ruleset
from gardenos_ai.scoring.hearing import COUNT
from gardenos_ai.scoring.queries import rules_of_agency
from gardenos_ai.scoring.ruleset import Known, Rules, Score
from gardenos_ai.tables import agencies, score_inputs, score_runs

AGE = "ai.score-what-aged"
"""The kind of job by which each day has its leads counted that time made others."""
RECOUNT = "ai.score-all-leads"
"""The kind of job that counts all leads by new rules."""

_BATCH = 200

# One after the other for each agency: two that count the same lead do not record the same place in its history.
_ALONE = "select pg_advisory_xact_lock(hashtextextended('scores ' || $1, 0))"
_TAKE = """
with due as materialized (
    select lead_id from score_due where agency_id = $1 and due_at <= now() order by due_at limit $2 for update skip locked
)
delete from score_due using due where score_due.agency_id = $1 and score_due.lead_id = due.lead_id
returning score_due.lead_id
"""
_MORE = "select exists (select from score_due where agency_id = $1 and due_at <= now())"
_LATER = """
insert into score_due (agency_id, lead_id, due_at) select $1, lead_id, due_at
from unnest($2::uuid[], $3::timestamptz[]) as later (lead_id, due_at) order by lead_id
on conflict (agency_id, lead_id) do update set due_at = least(score_due.due_at, excluded.due_at)
"""
# As whom they go on.
_GO_ON_AS = """
with recursive up (id) as (
    select unnest($2::uuid[])
    union select i.merged_into from score_inputs i join up on i.lead_id = up.id
    where i.agency_id = $1 and i.merged_into is not null
)
select i.lead_id from score_inputs i join up on i.lead_id = up.id
where i.agency_id = $1 and i.merged_into is null and not i.removed and not i.ended and i.captured_at is not null
order by i.lead_id for key share of i
"""
# Who is being forgotten at this moment is waited for, and then not there; who is counted first is forgotten after.
_KNOWN = """
with recursive parts (root, id) as (
    select id, id from unnest($2::uuid[]) as asked (id)
    union select parts.root, i.lead_id from score_inputs i join parts on i.merged_into = parts.id where i.agency_id = $1
)
select parts.root, i.* from parts join score_inputs i on i.agency_id = $1 and i.lead_id = parts.id
order by parts.root, i.lead_id
"""
_SAID = """
select person_id, kind, value, said_at from insights
where agency_id = $1 and person_id = any($2::uuid[]) and kind in ('intent', 'objection', 'life_event')
"""
_LAST = """
select asked.id as lead_id, last.* from unnest($2::uuid[]) as asked (id) cross join lateral (
    select number, score, fit, behaviour, reasons::text as reasons from scores
    where agency_id = $1 and lead_id = asked.id order by number desc limit 1
) as last
"""


class Scorer(Protocol):
    """What makes a score of what is known: the rules now; a model that is trained on outcomes may be put in their place.

    It is given nothing that was written once a lead had ended, and tells reasons that add up to the score.
    """

    engine: str
    version: str

    def score(self, known: Known, rules: Rules, *, as_of: datetime, zone: ZoneInfo) -> Score:
        """One lead's score."""


class RulesScorer:
    """The offline engine: the rules and nothing else."""

    engine = ruleset.ENGINE
    version = ruleset.VERSION

    def score(self, known: Known, rules: Rules, *, as_of: datetime, zone: ZoneInfo) -> Score:
        """One lead's score."""
        return ruleset.score_of(known, rules, as_of=as_of, zone=zone)


def stream_of(agency_id: UUID, lead_id: UUID) -> UUID:
    """A lead has one history of scores."""
    return derived_id("score of", agency_id, lead_id)


def scoring(scorer: Scorer) -> Jobs:
    """The jobs that have leads counted by this scorer."""
    jobs = Jobs(at_once=2)

    @jobs.on(COUNT)
    async def count(job: Job) -> None:
        """Whatever is due, until nothing is."""
        while True:
            async with job.store.unit_of_work(job.context) as work:
                await driver_of(work.session).execute(_ALONE, str(job.agency_id))
                taken = [
                    _id(row["lead_id"]) for row in await driver_of(work.session).fetch(_TAKE, job.agency_id, _BATCH)
                ]
                if taken:
                    await _count(work, scorer, taken)
            if not taken:
                break
        async with job.store.database.transaction(job.agency_id) as session:
            if not await job.finish(session):
                return
            # Who made something due before the job ended has committed by now, for they held it.
            if await driver_of(session).fetchval(_MORE, job.agency_id):
                await enqueue(session, COUNT, because_of=job.context, key="due")
            await _tomorrow(session, job)

    @jobs.on(AGE)
    async def age(job: Job) -> None:
        """What time made another is due; tomorrow again."""
        async with job.store.database.transaction(job.agency_id) as session:
            if await job.finish(session):
                await enqueue(session, COUNT, because_of=job.context, key="due", again=True)
                await _tomorrow(session, job)

    @jobs.on(RECOUNT, given_up=_given_up)
    async def recount(job: Job) -> None:
        """All leads in the order of their ids, from where it was left."""
        this = (
            score_runs.c.agency_id == job.agency_id,
            score_runs.c.number == job.arguments["number"],
            score_runs.c.status == "running",
        )
        while True:
            async with job.store.unit_of_work(job.context) as work:
                session = work.session
                await driver_of(session).execute(_ALONE, str(job.agency_id))
                so_far = (await session.execute(select(score_runs.c.after).where(*this).with_for_update())).first()
                if so_far is None or not await job.holds(session):
                    return
                next_ones = select(score_inputs.c.lead_id).where(score_inputs.c.agency_id == job.agency_id)
                if so_far.after is not None:
                    next_ones = next_ones.where(score_inputs.c.lead_id > so_far.after)
                found = await session.execute(next_ones.order_by(score_inputs.c.lead_id).limit(_BATCH))
                ids = list(found.scalars())
                if ids:
                    await _count(work, scorer, ids)
                    now: dict[str, Any] = {"after": ids[-1], "leads_done": score_runs.c.leads_done + len(ids)}
                else:
                    now = {"status": "done", "finished_at": datetime.now(UTC)}
                await session.execute(update(score_runs).where(*this).values(now))
                if not ids:
                    await job.finish(session)
                    return

    return jobs


async def begin_recount(work: UnitOfWork, number: int) -> None:
    """Has all of the agency's leads counted by the rules of this number; a run that is under way ends."""
    agency_id = work.context.agency_id
    counted = select(func.count()).select_from(score_inputs).where(score_inputs.c.agency_id == agency_id)
    row = {
        "number": number, "status": "running", "leads": (await work.session.execute(counted)).scalar_one(), "leads_done": 0,
        "after": None, "started_at": datetime.now(UTC), "finished_at": None,
    }  # fmt: skip
    begun = upsert(score_runs).values(agency_id=agency_id, **row)
    await work.session.execute(begun.on_conflict_do_update(index_elements=["agency_id"], set_=row))
    await enqueue(work.session, RECOUNT, {"number": number}, because_of=work.context, key=str(number))


async def _given_up(job: Job, _: Exception) -> None:
    async with job.store.database.transaction(job.agency_id) as session:
        this = (score_runs.c.agency_id == job.agency_id, score_runs.c.number == job.arguments["number"])
        await session.execute(update(score_runs).where(*this).values(status="failed", finished_at=datetime.now(UTC)))


async def _tomorrow(session: Session, job: Job) -> None:
    """As the agency's next day begins, what aged is counted; one job for each day."""
    zone = await zone_of(session, agencies, job.agency_id)
    day = datetime.now(zone).date() + timedelta(days=1)
    at = datetime.combine(day, time(), zone).astimezone(UTC)
    await enqueue(session, AGE, because_of=job.context, key=day.isoformat(), at=at)


async def _count(work: UnitOfWork, scorer: Scorer, lead_ids: Sequence[UUID]) -> None:
    """The scores of these leads, or of those that they go on as, as of now; told where they are others."""
    agency_id, driver = work.context.agency_id, driver_of(work.session)
    roots = [_id(row["lead_id"]) for row in await driver.fetch(_GO_ON_AS, agency_id, list(lead_ids))]
    if not roots:
        return
    rules, _ = await rules_of_agency(work.session, agency_id)
    zone, now = await zone_of(work.session, agencies, agency_id), datetime.now(UTC)
    last = {_id(row["lead_id"]): row for row in await driver.fetch(_LAST, agency_id, roots)}
    later: dict[UUID, datetime] = {}
    for lead_id, (person_id, known) in (await known_of(work.session, agency_id, roots)).items():
        score = scorer.score(known, rules, as_of=now, zone=zone)
        before = last.get(lead_id)
        if before is None or not _is(before, score):
            event = LeadScored(
                lead_id=lead_id,
                person_id=person_id,
                score=score.score,
                previous_score=None if before is None else before["score"],
                fit=score.fit,
                behaviour=score.behaviour,
                reasons=score.reasons,
                engine=scorer.engine,
                engine_version=scorer.version,
                rules_number=rules.number,
                as_of=now,
            )
            work.record(stream_of(agency_id, lead_id), 0 if before is None else before["number"], [event])
        if score.holds_until is not None:
            later[lead_id] = score.holds_until
    await driver.execute(_LATER, agency_id, list(later), list(later.values()))


def _is(before: Any, score: Score) -> bool:
    """Whether it is the same, for the same reasons."""
    told = [reason.model_dump(mode="json") for reason in score.reasons]
    return (before["score"], before["fit"], before["behaviour"], orjson.loads(before["reasons"])) == (
        score.score, score.fit, score.behaviour, told,
    )  # fmt: skip


async def known_of(session: Session, agency_id: UUID, lead_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, Known]]:
    """Whose each of these leads is, and what is known of it, with those that were merged into it."""
    driver = driver_of(session)
    parts: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in await driver.fetch(_KNOWN, agency_id, list(lead_ids)):
        parts[_id(row["root"])].append(row)
    people = {_id(row["person_id"]) for rows in parts.values() for row in rows if row["person_id"]}
    said: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in await driver.fetch(_SAID, agency_id, sorted(people)):
        said[_id(row["person_id"])].append(row)
    found = {}
    for lead_id, rows in parts.items():
        own = next((row for row in rows if _id(row["lead_id"]) == lead_id), None)
        if own is not None and own["captured_at"] is not None:
            of_them = [each for row in rows if row["person_id"] for each in said[_id(row["person_id"])]]
            found[lead_id] = (_id(own["person_id"]), _known(own, rows, of_them))
    return found


def _known(own: Any, rows: Sequence[Any], said: Sequence[Any]) -> Known:
    """Who they are is what is known of the lead that stays; what they did, they did as any of these."""

    def latest(name: str) -> datetime | None:
        return max((row[name] for row in rows if row[name] is not None), default=None)

    spoke = [each for each in said if each["kind"] != InsightKind.LIFE_EVENT]
    last = max((each["said_at"] for each in spoke), default=None)
    counts = [each for each in said if each["kind"] == InsightKind.LIFE_EVENT or each["said_at"] == last]
    return Known(
        captured_at=min(row["captured_at"] for row in rows if row["captured_at"] is not None),
        source=own["source"],
        campaign_id=None if own["campaign_id"] is None else _id(own["campaign_id"]),
        line=None if own["line_of_business"] is None else LineOfBusiness(own["line_of_business"]),
        x_date=own["x_date"],
        has_phone=own["has_phone"],
        has_email=own["has_email"],
        fields=orjson.loads(own["fields"]) if isinstance(own["fields"], str) else own["fields"],
        calls_tried=sum(row["calls_tried"] for row in rows),
        calls_answered=sum(row["calls_answered"] for row in rows),
        callback_asked=any(row["callback_asked"] for row in rows),
        messages=sum(row["messages"] for row in rows),
        heard_at=latest("heard_at"),
        contacted_at=latest("contacted_at"),
        refused_at=latest("refused_at"),
        wrong_number=any(row["wrong_number"] for row in rows),
        do_not_contact=any(row["do_not_contact"] for row in rows),
        said=frozenset((InsightKind(each["kind"]), each["value"]) for each in counts),
    )


def _id(told: Any) -> UUID:
    """The driver's ids are of a class of their own."""
    return UUID(str(told))
