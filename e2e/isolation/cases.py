"""What cannot be read from a document: bodies that would be right, and what is tried elsewhere, with the reason.

A new operation that names a thing fails the walk until it has its case here, or needs none.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from isolation.agency import PASSWORD, PICTURE, Agency, away, call

Ids = Mapping[str, str]

_DEAD_LETTER = {"consumer": "x", "source": "leads", "stream_id": "01890000-0000-7000-8000-000000000000"}
_DETAILS = {"name": {"given": "Other", "family": "Name"}}


def _source(ids: Ids) -> Mapping[str, Any]:
    whose = {name: ids[name] for name in ("campaign_id", "owner_id", "team_id")}
    return {"name": "Other", "kind": "vendor", **whose}


def _rule(ids: Ids) -> Mapping[str, Any]:
    who = {"team_id": ids["team_id"], "seats": [{"user_id": ids["owner_id"]}]}
    return {"rule_id": "0198c000-0000-7000-8000-000000000001", "name": "Other"} | who


PIPELINE = {
    "name": "Other",
    "stages": [
        {"key": kind, "name": kind, "kind": kind, "probability": probability}
        for kind, probability in (("new", 10), ("won", 100), ("lost", 0))
    ],
}

BODIES: Mapping[str, Callable[[Ids], Mapping[str, Any]]] = {
    "write_assignment_draft": lambda ids: {"json": {"rules": [_rule(ids)]}},
    "ask_what_if": lambda ids: {"json": {"rules": [_rule(ids)]}},
    "change_duplicate_rules": lambda _: {
        "json": {"email": True, "phone": True, "name_and_place": True, "birth_date": True, "alike": 0.7}
    },
    "preview_duplicate_rules": lambda _: {
        "json": {"email": True, "phone": True, "name_and_place": False, "birth_date": True, "alike": 0.7}
    },
    "merge_leads": lambda ids: {"json": {"other_id": ids["other_id"]}},
    "tell_duplicates_apart": lambda ids: {
        "json": {"lead_id": ids["lead_id"], "other_id": ids["other_id"], "verdict": "not_the_same"}
    },
    "add_user": lambda ids: {
        "json": {
            "name": "New", "email": "added@nobody.example", "password": PASSWORD, "team_ids": [ids["team_id"]],
        }
    },
    "assign_client": lambda ids: {"json": {"owner_id": ids["owner_id"], "team_id": ids["team_id"]}},
    "assign_lead": lambda ids: {"json": {"owner_id": ids["owner_id"], "team_id": ids["team_id"]}},
    "capture_lead": lambda ids: {
        "json": _DETAILS
        | {"campaign_id": ids["campaign_id"], "owner_id": ids["owner_id"], "team_id": ids["team_id"], "source": "phone"}
        | {"lives_with_id": ids["lead_id"]}
    },
    "join_lead_households": lambda ids: {"json": {"other_ids": [ids["other_id"]]}},
    "say_lead_relationship": lambda _: {"json": {"relationship": "spouse"}},
    "tell_lead_households_apart": lambda ids: {"json": {"other_id": ids["other_id"]}},
    "define_pipeline": lambda _: {"json": PIPELINE},
    "change_campaign": lambda _: {"json": {"name": "Another", "source": "another"}},
    "set_campaign_status": lambda _: {"json": {"status": "closed"}},
    "record_campaign_cost": lambda _: {"json": {"amount": {"minor": 1}, "on": "2026-11-01"}},
    "correct_campaign_cost": lambda _: {"json": {"amount": {"minor": 2}, "on": "2026-11-01"}},
    "change_agency": lambda _: {"json": {"name": "Another"}},
    "change_client_details": lambda _: {"json": _DETAILS},
    "change_lead_field": lambda _: {"json": {"label": "Another"}},
    "add_lead_risk": lambda _: {"json": {"vehicle": {"make": "Honda"}}},
    "change_lead_risk": lambda _: {"json": {"home": {"city": "Austin"}}},
    "set_lead_x_date": lambda _: {"json": {"x_date": "2027-03-15"}},
    "recycle_lead": lambda _: {"json": {"on": "2031-03-15"}},
    "write_lead_note": lambda _: {"json": {"text": "Another"}},
    "change_lead_note": lambda _: {"json": {"text": "Another"}},
    "change_lead_tags": lambda _: {"json": {"add": ["another"]}},
    "change_lead_view": lambda ids: {"json": {"name": "Another", "audience": "team", "team_id": ids["team_id"]}},
    "define_lead_field": lambda _: {"json": {"label": "Another", "kind": "text"}},
    "fill_lead_fields": lambda ids: {"json": {"values": {ids["field_key"]: "another"}}},
    "restore_lead_field": lambda _: {"json": {"field": "email", "version": 1}},
    "undo_bulk_action": lambda _: {"json": {"over_changes": True}},
    "save_lead_view": lambda ids: {"json": {"name": "Another", "audience": "team", "team_id": ids["team_id"]}},
    "change_lead_source": lambda ids: {"json": _source(ids)},
    "change_details": lambda _: {"json": _DETAILS},
    "change_logo": lambda _: {"content": PICTURE},
    "change_team": lambda ids: {"json": {"branch_id": ids["branch_id"], "lead_ids": [ids["owner_id"]]}},
    "change_user": lambda ids: {"json": {"role": "agent", "team_ids": [ids["team_id"]]}},
    "change_webhook": lambda _: {"json": {"name": "Other"}},
    "close_agency": lambda _: {"json": {"name": "Another"}},
    "convert_lead": lambda _: {"json": {}},
    "deactivate_user": lambda ids: {"json": {"work_to": ids["owner_id"]}},
    "dissolve_team": lambda ids: {"json": {"pool_to_id": ids["team_id"]}},
    "form_team": lambda ids: {"json": {"name": "Another", "branch_id": ids["branch_id"]}},
    "invite_user": lambda ids: {
        "json": {"email": "invited@nobody.example", "role": "agent", "team_ids": [ids["team_id"]]}
    },
    "log_call": lambda ids: {"json": call(ids["lead_id"])},
    "plan_task": lambda ids: {
        "json": {"title": "Another", "due_on": "2027-03-15", "lead_id": ids["lead_id"], "owner_id": ids["owner_id"]}
    },
    "change_task": lambda _: {"json": {"title": "Another"}},
    "assign_task": lambda ids: {"json": {"owner_id": ids["owner_id"], "team_id": ids["team_id"]}},
    "complete_task": lambda _: {"json": {"outcome": "another"}},
    "cancel_task": lambda _: {"json": {"reason": "another"}},
    "change_tasks": lambda ids: {"json": {"ids": [ids["task_id"]], "act": "complete"}},
    "make_lead_source": lambda ids: {"json": _source(ids)},
    "plan_import": lambda ids: {
        "json": {"run_automations": False}
        | {name: ids[name] for name in ("campaign_id", "owner_id", "team_id")}
    },
    "upload_leads": lambda _: {
        "files": {"file": ("leads.csv", b"First Name,Email\nOther,other@nobody.example\n", "text/csv")},
    },
    "move_lead": lambda _: {"json": {"stage": "quoted"}},
    "plan_absence": lambda ids: {"json": away() | {"covered_by": ids["owner_id"]}},
    "write_work_profile": lambda _: {"json": {"licences": [{"state": "TX"}], "languages": ["en"]}},
    "onboard_client": lambda ids: {
        "json": _DETAILS | {"owner_id": ids["owner_id"], "team_id": ids["team_id"]}
    },
    "redeliver_failed": lambda _: {"json": {"since": "2026-11-01T00:00:00Z"}},
    "rename_branch": lambda _: {"json": {"name": "Another"}},
    "begin_single_sign_on": lambda ids: {"json": {"agency_id": ids["agency_id"]}},
    "switch_agency": lambda ids: {"json": {"agency_id": ids["agency_id"]}},
}  # fmt: skip
"""Of each operation the body of a request that is right but for whose things it names."""

OTHERWISE: Mapping[tuple[str, str], Callable[[Ids], Mapping[str, Any]]] = {
    ("log_call", "client_id"): lambda ids: {
        "json": {name: said for name, said in call("").items() if name != "lead_id"} | {"client_id": ids["client_id"]}
    },
    ("plan_task", "client_id"): lambda ids: {
        "json": {"title": "Another", "due_on": "2027-03-15", "client_id": ids["client_id"]}
    },
}
"""The same where a thing can be named only in place of another."""

NAMED_OTHERWISE: Mapping[str, str] = {
    "lead_ids": "owner_id", "lives_with_id": "lead_id", "pool_to_id": "team_id", "work_to": "owner_id",
}  # fmt: skip
"""Fields that are called after something else than what they name: a team's leads are people."""

ELSEWHERE: Mapping[str, str] = {
    "exchange_api_key": "`client_id` there is OAuth's word for a program, and is not looked at; a key names its own agency",
    "post_lead": "its address is all the right there is, and names its agency itself; the leads service's tests try wrong ones",
    "ping_lead": "as post_lead",
    "post_lead_mail": "as post_lead",
    "show_lead_form": "as post_lead; a form stands in public pages",
    "send_lead_form": "as show_lead_form",
    "show_job": "jobs are there for moments; the chassis' own tests hold one and ask for it from another agency",
    "cancel_a_job": "as show_job",
    "retry_a_job": "as show_job",
    "show_dead_letter": "it takes poison, which no honest agency has; the chassis' own tests park some and ask from another",
    "redrive_dead_letters": "as show_dead_letter",
    "discard_dead_letter": "as show_dead_letter",
}


async def _pipeline(agency: Agency) -> None:
    """A pipeline is changed and goes again: everybody of the agency may hear of it."""
    for method in ("PUT", "DELETE"):
        answer = await agency(method, "pipelines/umbrella", json=PIPELINE if method == "PUT" else None)
        assert answer.is_success, f"{method}: {answer.status_code} {answer.text}"


STREAMS: Mapping[str, Callable[[Agency], Awaitable[None]]] = {"follow_changes": _pipeline}
"""Of each stream what makes it say something to everybody of an agency."""

MEANT = {"search": "When is the insurance of the vehicle up for renewal?"}
"""Of what is found by its meaning a question in other words than were said."""

INTERNAL: Mapping[tuple[str, str], Callable[[Ids], Mapping[str, Any]]] = {
    ("GET", "/internal/v1/events"): lambda ids: {"params": {"agency_id": ids["agency_id"]}},
    ("GET", "/internal/v1/heads"): lambda ids: {"params": {"agency_id": ids["agency_id"]}},
    ("GET", "/internal/v1/dead-letters"): lambda _: {},
    ("POST", "/internal/v1/dead-letters/redrive"): lambda ids: {"json": _DEAD_LETTER | {"agency_id": ids["agency_id"]}},
    ("POST", "/internal/v1/dead-letters/discard"): lambda ids: {
        "json": _DEAD_LETTER | {"agency_id": ids["agency_id"], "sequence": 1, "because": "another"}
    },
}
"""What services and whoever runs the platform ask with the internal token, of any agency: right requests, but for the token."""

NOBODYS = frozenset(
    {"/openapi.json", "/livez", "/readyz", "/metrics", "/api/v1/lead-forms/form.js", "/api/v1/lead-forms/{address}"}
)
"""Paths that stand in no document and hold nothing of any agency; the last only says to browsers that a form may be sent."""

SERVICE_PARAMETERS = frozenset({"service", "consumer", "source", "sequence"})
"""They name no agency's thing."""
