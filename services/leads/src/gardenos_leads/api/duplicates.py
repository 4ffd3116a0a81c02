"""`/api/v1/leads/duplicates`, and merges of a lead: one person once."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from gardenos_chassis.asked import shows
from gardenos_chassis.audit.accesses import lists, opens
from gardenos_chassis.auth.fields import hidden_from, refuse_withheld
from gardenos_chassis.auth.permissions import CHANGE_AGENCY
from gardenos_chassis.errors import Refusal
from gardenos_chassis.events.changes import steps
from gardenos_chassis.events.store import history
from gardenos_chassis.http import Reader, Reading, Writer, Writing, json_response
from gardenos_chassis.http.history import HistoryEntry, history_entry
from gardenos_chassis.http.paging import CursorParam, Limit
from gardenos_chassis.http.shapes import Page
from gardenos_contracts.lead_duplicates import Verdict
from pydantic_core import to_jsonable_python

from gardenos_leads import queries as lead_queries
from gardenos_leads.api import duplicate_shapes as shapes
from gardenos_leads.api.shapes import Lead as LeadShape
from gardenos_leads.duplicates import commands, merging, queries
from gardenos_leads.duplicates.finding import would_be_found
from gardenos_leads.duplicates.rules import Rules, rules_of
from gardenos_leads.history import shown, title
from gardenos_leads.households.commands import same_household
from gardenos_leads.lead import Lead, evolve

router = APIRouter(prefix="/api/v1/leads/duplicates", tags=["duplicates"])
of_leads = APIRouter(prefix="/api/v1/leads/{lead_id}", tags=["duplicates"])


@router.get("", responses={200: {"model": Page[shapes.DuplicatePair]}}, openapi_extra=lists("leads"))
async def list_duplicates(
    reading: Reader,
    lead_id: Annotated[UUID | None, Query(description="The pairs that this lead is in")] = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """Pairs of leads that may be one person, the likeliest first; those of which you see both."""
    return json_response(await queries.pair_page(reading.session, reading.caller, lead_id, limit, cursor))


@router.get("/count", responses={200: {"model": shapes.DuplicateCount}})
async def count_duplicates(reading: Reader) -> Response:
    """How many pairs wait."""
    counted = await queries.pair_count(reading.session, reading.caller)
    return json_response({"count": counted, "more": counted == queries.COUNTED})


@router.post("/verdicts", responses={200: {"model": shapes.ToldApart}})
async def tell_duplicates_apart(body: shapes.TellApart, writing: Writer) -> Response:
    """They are not one person, and are not asked about again; `same_household`: they are of one household from now on."""
    if body.verdict is Verdict.SAME_HOUSEHOLD:
        await same_household(writing.store, writing.context, body.lead_id, [body.other_id], verdict=True)
    else:
        await commands.tell_apart(writing.store, writing.context, body.lead_id, body.other_id, body.verdict)
    one, other = sorted((body.lead_id, body.other_id))
    return json_response({"lead_id": one, "other_id": other, "verdict": body.verdict})


@router.get("/rules", responses={200: {"model": shapes.DuplicateRules}})
async def show_duplicate_rules(reading: Reader) -> Response:
    """By what somebody is known again."""
    rules, version = await rules_of(reading.session, reading.caller.agency_id)
    return json_response(rules.told(), etag=version)


@router.put("/rules", responses={200: {"model": shapes.DuplicateRules}})
async def change_duplicate_rules(body: shapes.DuplicateRules, writing: Writer) -> Response:
    """From now on; and where leads are compared otherwise, of all leads: a search begins."""
    writing.caller.require(CHANGE_AGENCY)
    rules = Rules.of(body.model_dump())
    changed = await commands.change_rules(writing.store, writing.context, rules)
    return json_response(rules.told(), etag=changed.version)


@router.post("/rules/preview", responses={200: {"model": shapes.DuplicateRulesPreview}})
async def preview_duplicate_rules(body: shapes.DuplicateRules, reading: Reader) -> Response:
    """How many pairs the leads that came last would be in, beside how many they are in by the rules in force.

    Nothing is changed by it.
    """
    caller, session = reading.caller, reading.session
    caller.require(CHANGE_AGENCY)
    in_force, _ = await rules_of(session, caller.agency_id)
    looked_at, now = await would_be_found(session, caller.agency_id, in_force)
    _, then = await would_be_found(session, caller.agency_id, Rules.of(body.model_dump()))
    return json_response({"leads": looked_at, "now": now, "then": then})


@router.get("/search", responses={200: {"model": shapes.LastSearch}})
async def show_duplicate_search(reading: Reader) -> Response:
    """How far the last search over all leads is."""
    return json_response({"search": await queries.last_search(reading.session, reading.caller.agency_id)})


@router.post("/search", status_code=202, responses={202: {"model": shapes.LastSearch}})
async def search_duplicates(request: Request, writing: Writer) -> Response:
    """All leads are looked at once more."""
    writing.caller.require(CHANGE_AGENCY)
    await commands.search(writing.store, writing.context)
    async with request.app.state.service.database.transaction(writing.caller.agency_id) as session:
        found = await queries.last_search(session, writing.caller.agency_id)
    return json_response({"search": found}, 202, location="/api/v1/leads/duplicates/search")


@of_leads.get(
    "/merge/{other_id}", responses={200: {"model": shapes.MergePreview}}, openapi_extra=opens("lead", "lead_id")
)
async def preview_merge(lead_id: UUID, other_id: UUID, reading: Reader) -> Response:
    """Two leads side by side, field by field, with what is suggested to keep; `other_id` would go on as this one."""
    caller, session = reading.caller, reading.session
    found = [await lead_queries.lead(session, caller, id) for id in (lead_id, other_id)]
    shows(person_id=found[0]["person_id"])
    lead, other = [await _folded(reading, id) for id in (lead_id, other_id)]
    refused = None
    try:
        merging.refuse_to_merge(lead, other)
    except Refusal as why:
        refused = why.detail
    asked = await queries.asked_not_to_call(session, caller.agency_id, [lead_id, other_id])
    hidden = hidden_from(caller)
    fields = [
        {
            "field": field.name,
            "lead": _text(field.lead),
            "other": _text(field.other),
            "differs": field.differs,
            "suggested": field.suggested,
        }
        for field in merging.side_by_side(lead, other)
        if field.name not in hidden
    ]
    return json_response(
        {
            "lead": found[0],
            "other": found[1],
            "fields": fields,
            "tags": sorted(lead.tags | other.tags),
            "do_not_call": bool(asked),
            "lead_asked_not_to_be_called": lead_id in asked,
            "other_asked_not_to_be_called": other_id in asked,
            "refused": refused,
        },
        etag=found[0]["version"],
    )


@of_leads.post("/merge", responses={200: {"model": LeadShape}})
async def merge_leads(lead_id: UUID, request: Request, body: shapes.MergeLeads, writing: Writer) -> Response:
    """The other lead is this one from now on, with its history, inquiries and conversations. It can be taken back."""
    refuse_withheld(writing.caller, body.chosen.keys())
    changed = await commands.merge(writing.store, writing.context, lead_id, body.other_id, body.chosen)
    return await _answer(request, writing, changed.id)


@of_leads.get("/merges", responses={200: {"model": shapes.LeadMerges}}, openapi_extra=opens("lead", "lead_id"))
async def list_merges(lead_id: UUID, reading: Reader) -> Response:
    """Which leads go on as this one."""
    return json_response({"items": await queries.merges_of(reading.session, reading.caller, lead_id)})


@of_leads.get(
    "/merges/{merge_id}/history",
    responses={200: {"model": Page[HistoryEntry]}},
    openapi_extra=opens("lead history", "lead_id"),
)
async def show_merged_history(lead_id: UUID, merge_id: UUID, reading: Reader) -> Response:
    """What happened to the lead that goes on as this one, the latest first; at most 200 entries."""
    merged_id = await queries.merge_there(reading.session, reading.caller, lead_id, merge_id)
    found = list(steps(await history(reading.session, merged_id), evolve))[-200:][::-1]
    items = [history_entry(step, reading.caller, shown, title) for step in found]
    return json_response({"items": items, "next_cursor": None})


@of_leads.get(
    "/merges/{merge_id}/undo", responses={200: {"model": shapes.UnmergePreview}}, openapi_extra=opens("lead", "lead_id")
)
async def preview_unmerge(lead_id: UUID, merge_id: UUID, reading: Reader) -> Response:
    """What taking the merge back would set back, and what was changed since and stays."""
    await queries.merge_there(reading.session, reading.caller, lead_id, merge_id)
    facts = await history(reading.session, lead_id)
    now = await _folded(reading, lead_id)
    plan = merging.unmerge(facts, merge_id)
    hidden = hidden_from(reading.caller)
    return json_response(
        {
            "back": [
                {"field": field.name, "now": _text(field.lead), "before": _text(field.other)}
                for field in plan.back
                if field.name not in hidden
            ],
            "stays": [
                {
                    "field": each.name,
                    "before": _text(each.before),
                    "merged": _text(each.merged),
                    "now": _text(each.now),
                }
                for each in plan.stays
                if each.name not in hidden
            ],
            "tags_removed": sorted(now.tags - plan.into.tags),
        }
    )


@of_leads.post("/merges/{merge_id}/undo", responses={200: {"model": LeadShape}})
async def unmerge_leads(lead_id: UUID, merge_id: UUID, request: Request, writing: Writer) -> Response:
    """The two are two again: each as it was, but for what was changed since."""
    changed = await commands.unmerge(writing.store, writing.context, lead_id, merge_id)
    return await _answer(request, writing, changed.id)


async def _folded(reading: Reading, lead_id: UUID) -> Lead:
    lead: Lead | None = None
    for fact in await history(reading.session, lead_id):
        lead = evolve(lead, fact.data)
    assert lead is not None, "its row was read just before"
    return lead


async def _answer(request: Request, writing: Writing, lead_id: UUID) -> Response:
    async with request.app.state.service.database.transaction(writing.caller.agency_id) as session:
        found = await lead_queries.lead_for_its_writer(session, writing.caller, lead_id)
    return json_response(found, etag=found["version"])


def _text(value: Any) -> str | None:
    """As people read it; of an owner and team both ids, as JSON."""
    if value is None:
        return None
    if hasattr(value, "given"):
        return str(value) or None
    plain = to_jsonable_python(value)
    if isinstance(plain, list):
        return orjson.dumps(plain).decode() if any(plain) else None
    return plain if isinstance(plain, str) else orjson.dumps(plain).decode()
