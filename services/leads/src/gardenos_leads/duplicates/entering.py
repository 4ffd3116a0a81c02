"""Somebody enters a person by hand who may be a lead already: nobody is kept twice unless that was said."""

from typing import Literal, TypeAlias
from uuid import UUID

from gardenos_chassis.auth import Caller
from gardenos_chassis.errors import Conflict
from gardenos_chassis.events import Changed, UnitOfWork
from gardenos_chassis.http.dependencies import Writing
from gardenos_chassis.ids import new_id
from gardenos_contracts.lead_households import Relationship
from gardenos_contracts.lead_sources import LeadInquired
from gardenos_contracts.leads import LeadCaptured, LeadStageChanged, Stage

from gardenos_leads.capturing.inquiring import one_at_a_time
from gardenos_leads.duplicates.commands import folded, in_one, to_change
from gardenos_leads.duplicates.rules import rules_of
from gardenos_leads.households.commands import record_joined, who_lives_with
from gardenos_leads.lead import capture, evolve
from gardenos_leads.matching import Known, all_known, people_of

IfKnown: TypeAlias = Literal["refuse", "inquire", "anyway"]
"""What is done where somebody is a lead already: nothing, they asked once more, or they are a lead of their own all the same."""


class KnownAlready(Conflict):
    """They are a lead that the caller sees; `see` is its address."""

    title = "Known already"
    type = "urn:gardenos:known-lead"


class KnownToOthers(Conflict):
    """They are a lead out of the caller's scope."""

    title = "Known already"
    type = "urn:gardenos:known-to-others"


async def enter(
    writing: Writing,
    event: LeadCaptured,
    if_known: IfKnown,
    lives_with_id: UUID | None = None,
    relationship: Relationship | None = None,
) -> Changed:
    """Captures the lead, or does what was said where they are one already. Raises KnownAlready, KnownToOthers and Invalid.

    `lives_with_id`: with whom they live; those may have the same address or number.
    """

    async def command(work: UnitOfWork) -> Changed:
        rules, _ = await rules_of(work.session, work.context.agency_id)
        keys = [(key, value) for key in rules.at_once if (value := getattr(event, key))]
        if keys and if_known != "anyway":
            await one_at_a_time(work, *(value for _, value in keys))
            there = await all_known(work.session, work.context.agency_id, keys)
            family = set() if lives_with_id is None else await who_lives_with(work, lives_with_id)
            given, apart = event.name.given, rules.households_apart
            several = {
                known.id: known
                for key in keys
                for known in people_of(there.get(key, ()), given, households_apart=apart)
                if known.id not in family
            }
            if several:
                return await _known(work, writing.caller, list(several.values()), event, if_known)
        version = work.record(event.lead_id, 0, capture(event))
        if lives_with_id is not None:
            await record_joined(
                work, await to_change(work, lives_with_id), [(evolve(None, event), version)], relationship
            )
            version += 1
        return Changed(event.lead_id, version)

    return await in_one(writing.store, writing.context, command)


async def _known(
    work: UnitOfWork, caller: Caller, there: list[Known], event: LeadCaptured, if_known: IfKnown
) -> Changed:
    seen = next((each for each in there if caller.sees(each.owner_id, each.team_id, each.person_id)), None)
    if seen is None:
        raise KnownToOthers(
            "somebody at your agency, whose leads you do not see, has this person already: ask your manager,"
            " or add them all the same by `if_known: anyway`, and whoever sees both can make one of them"
        )
    if if_known == "refuse":
        name = await _name(work, seen.id)
        raise KnownAlready(
            f"{name} is a lead already: open it, say that they asked once more by `if_known: inquire`,"
            " or add them all the same by `if_known: anyway`",
            see=f"/api/v1/leads/{seen.id}",
        )
    return Changed(seen.id, await _inquired(work, seen.id, event))


async def _name(work: UnitOfWork, lead_id: UUID) -> str:
    lead, _, _ = await folded(work, lead_id)
    return str(lead.details["name"]) or lead.details["email"] or lead.details["phone"] or "This person"


async def _inquired(work: UnitOfWork, lead_id: UUID, event: LeadCaptured) -> int:
    """They asked once more. What was not known yet is known now, what is known stays; who was lost is worked again."""
    lead, version, _ = await folded(work, lead_id)
    inquiry_id = new_id()
    inquiry = LeadInquired(
        inquiry_id=inquiry_id,
        lead_id=lead_id,
        person_id=lead.person_id,
        # Nobody's feed, but the person who wrote it down: each time by itself.
        source_id=inquiry_id,
        source=event.source,
        campaign_id=event.campaign_id,
        by_utm=event.by_utm,
        line_of_business=event.line_of_business,
        external_id=event.external_id,
        first=False,
        inquired_at=event.captured_at,
    )
    version = work.record(lead_id, version, [inquiry])
    said = {name: getattr(event, name) for name in lead.details}
    there = {**lead.details}
    new = {name: value for name, value in said.items() if value and str(value) and not str(there[name] or "")}
    if new:
        version = work.record(lead_id, version, lead.change_details(**new))
    if lead.stage == Stage.LOST:
        reopened = LeadStageChanged(
            lead_id=lead_id,
            person_id=lead.person_id,
            stage=Stage.NEW,
            previous_stage=lead.stage,
            reason="They asked again",
        )
        version = work.record(lead_id, version, [reopened])
    return version
