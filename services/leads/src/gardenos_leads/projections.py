"""Events in, read tables out."""

from collections.abc import Sequence
from typing import Any

from gardenos_chassis.rows import insert_many
from gardenos_chassis.tenancy import Session
from gardenos_contracts import Event, Fact
from gardenos_contracts.campaigns import LeadEnrolled, LeadWithdrawn
from gardenos_contracts.leads import (
    LeadAssigned,
    LeadCaptured,
    LeadConverted,
    LeadDetailsChanged,
    LeadRemoved,
    LeadRestored,
    LeadShared,
    LeadStageChanged,
    LeadUnshared,
    PersonForgotten,
    Stage,
)
from sqlalchemy import ARRAY, Uuid, bindparam, func, or_, text, update

from gardenos_leads.assigning.projections import forget_scores, project_assigning, project_holdings
from gardenos_leads.campaigns.projections import project_campaigns, project_members
from gardenos_leads.duplicates.projections import merge_changes, project_merges
from gardenos_leads.households.projections import household_changes
from gardenos_leads.importing.tables import import_rows
from gardenos_leads.lists.projections import lead_changes, project_lists
from gardenos_leads.pipelines.pipeline import Pipelines
from gardenos_leads.pipelines.placing import place_all
from gardenos_leads.pipelines.projections import OF_PIPELINES, captured_at_place, place_changes, project_pipelines
from gardenos_leads.planned import forget_tasks
from gardenos_leads.records.domain import OF_RECORDS
from gardenos_leads.records.projections import project_records
from gardenos_leads.recycling.projections import NOT_RECYCLED, recycling_changes
from gardenos_leads.tables import leads

FORGOTTEN = "Forgotten person"
"""What somebody is called who was forgotten."""


_OF_OTHER_TABLES = (LeadEnrolled, LeadWithdrawn, *OF_RECORDS)
"""A lead's events by which its own row changes in nothing but the version."""


async def project(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps leads and campaigns. What is new goes in as sets, for an import brings many, and a rebuild everything."""
    await project_campaigns(session, facts)
    pipelines = await project_pipelines(session, facts)
    captured = [_captured(fact, fact.data, pipelines) for fact in facts if isinstance(fact.data, LeadCaptured)]
    await insert_many(session, leads, captured)
    for fact in facts:
        changes = _changes(fact) | await place_changes(session, fact, pipelines)
        if changes or isinstance(fact.data, _OF_OTHER_TABLES):
            of_this = (leads.c.agency_id == fact.agency_id, leads.c.id == fact.stream_id)
            await session.execute(update(leads).where(*of_this).values(**changes, version=fact.version))
    await project_merges(session, facts)
    await project_lists(session, facts)
    await project_assigning(session, facts)
    await project_holdings(session, facts)
    await forget_scores(session, facts)
    await project_members(session, facts)
    await project_records(session, facts)
    await forget_tasks(session, facts)


async def project_again(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """The same in a rebuild, which has no jobs: where pipelines change, all leads follow with that."""
    await project(session, facts)
    if any(isinstance(fact.data, OF_PIPELINES) for fact in facts):
        await place_all(session, facts[0].agency_id)


def _captured(fact: Fact[Event], lead: LeadCaptured, pipelines: Pipelines) -> dict[str, Any]:
    return {
        "agency_id": fact.agency_id,
        "id": lead.lead_id,
        "person_id": lead.person_id,
        **_details(lead),
        "stage": Stage.NEW.value,
        **captured_at_place(lead, pipelines),
        "source": lead.source,
        "campaign_id": lead.campaign_id,
        "owner_id": lead.owner_id,
        "team_id": lead.team_id,
        "external_id": lead.external_id,
        "import_id": lead.import_id,
        "captured_at": lead.captured_at,
        "version": fact.version,
    }


_NO_SAMPLES = text(
    "update imports set columns = coalesce("
    "  (select jsonb_agg(stood || '{\"samples\": []}' order by place)"
    "   from jsonb_array_elements(columns) with ordinality as each (stood, place)), '[]')"
    " where agency_id = :agency_id and id = any(:imports)"
).bindparams(bindparam("imports", type_=ARRAY(Uuid)))


async def forget_imported(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """What stood in files of somebody who was forgotten goes: the row they came from, those that repeat it, and samples."""
    for fact in facts:
        if isinstance(fact.data, PersonForgotten):
            theirs = or_(import_rows.c.lead_id == fact.stream_id, import_rows.c.duplicate_of == fact.stream_id)
            emptied = update(import_rows).where(import_rows.c.agency_id == fact.agency_id, theirs)
            files = await session.execute(emptied.values(raw={}, reasons=[]).returning(import_rows.c.import_id))
            found = {"agency_id": fact.agency_id, "imports": sorted(set(files.scalars()))}
            await session.execute(_NO_SAMPLES, found)


def _changes(fact: Fact[Event]) -> dict[str, Any]:
    match event := fact.data:
        case LeadDetailsChanged():
            return _details(event)
        case LeadAssigned():
            return {"owner_id": event.owner_id, "team_id": event.team_id}
        case LeadStageChanged():
            return {"stage": event.stage.value} | NOT_RECYCLED
        case LeadConverted():
            won = {"stage": Stage.WON.value, "client_id": event.client_id, "converted_at": event.converted_at}
            return won | NOT_RECYCLED
        case LeadShared():
            return {"shared_with": func.array_append(leads.c.shared_with, event.user_id)}
        case LeadUnshared():
            return {"shared_with": func.array_remove(leads.c.shared_with, event.user_id)}
        case LeadRemoved():
            return {"removed_at": fact.occurred_at} | NOT_RECYCLED
        case LeadRestored():
            return {"removed_at": None}
        case PersonForgotten():
            return _NOTHING | {"forgotten_at": fact.occurred_at} | NOT_RECYCLED
    return (
        lead_changes(fact.data) or merge_changes(fact.data) or household_changes(fact.data) or recycling_changes(fact)
    )


_NOTHING: dict[str, Any] = {
    "given_name": "",
    "family_name": "",
    "display_name": FORGOTTEN,
    "sort_name": FORGOTTEN.lower(),
    **dict.fromkeys(("email", "phone", "street", "city", "postal_code", "state", "birth_date")),
    **dict.fromkeys(("current_carrier", "x_date", "notes")),
    "external_id": None,
    "household_id": None,
    "relationship": None,
    "score": None,
    "tags": [],
    "fields": {},
}
"""Of somebody forgotten. What reports count stays: the stage, the source, whose the lead was, and when."""


def _details(lead: LeadCaptured | LeadDetailsChanged) -> dict[str, Any]:
    display_name = str(lead.name) or lead.email or lead.phone or ""
    return {
        "given_name": lead.name.given,
        "family_name": lead.name.family,
        "display_name": display_name,
        "sort_name": f"{lead.name.family} {lead.name.given}".strip().lower() or display_name.lower(),
        "email": lead.email,
        "phone": lead.phone,
        "street": lead.street,
        "city": lead.city,
        "postal_code": lead.postal_code,
        "state": lead.state,
        "birth_date": lead.birth_date,
        "line_of_business": lead.line_of_business.value if lead.line_of_business else None,
        "current_carrier": lead.current_carrier,
        "x_date": lead.x_date,
        "notes": lead.notes,
    }
