"""Who looks at personal data is recorded: no operation shows any without saying so where it is declared."""

from collections.abc import Iterable, Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from gardenos_chassis.audit.accesses import MARK
from gardenos_chassis.http.dependencies import reading
from gardenos_chassis.http.openapi import operations
from gardenos_chassis.settings import SERVICES
from gardenos_cli.documents.openapi import app_of, document_of
from starlette.routing import BaseRoute

OF_COLLEAGUES = "who works here, which everybody here may know"
ONE_S_OWN = "what is one's own"
OF_THE_AGENCY = "how the agency is set up"
COUNTED = "numbers, of nobody by name"
WORKINGS = "how the platform works, with ids alone"

SHOW_NOBODY_S_DATA = {
    "count_held_clients": COUNTED,
    "count_held_leads": COUNTED,
    "count_held_tasks": COUNTED,
    "count_tasks": COUNTED,
    "count_leads": COUNTED,
    "show_board": COUNTED,
    "show_lead_retention": COUNTED,
    "conversion_times": COUNTED,
    "response_times": COUNTED,
    "pipeline": COUNTED,
    "follow_changes": "which record changed, by its id",
    "count_duplicates": COUNTED,
    "list_bulk_actions": COUNTED,
    "show_bulk_action": "what was done to how many leads, and counts",
    "show_duplicate_search": COUNTED,
    "show_assignment_fairness": COUNTED,
    "list_what_ifs": COUNTED,
    "show_what_if": COUNTED,
    "compare_campaigns": COUNTED,
    "show_campaign_results": COUNTED,
    "list_imports": COUNTED,
    "show_import": "how a file's columns were read, and counts",
    "list_campaigns": OF_THE_AGENCY,
    "show_campaign": OF_THE_AGENCY,
    "show_campaign_books": OF_THE_AGENCY,
    "show_duplicate_rules": OF_THE_AGENCY,
    "show_assignment": OF_THE_AGENCY,
    "list_pipelines": OF_THE_AGENCY,
    "show_scoring_rules": OF_THE_AGENCY,
    "list_assignment_versions": OF_THE_AGENCY,
    "jwks": "public keys",
    "list_lead_fields": OF_THE_AGENCY,
    "list_lead_tags": OF_THE_AGENCY,
    "list_lead_views": OF_THE_AGENCY,
    "list_lead_sources": OF_THE_AGENCY,
    "show_lead_source": OF_THE_AGENCY,
    "show_lead_form": OF_THE_AGENCY,
    "show_agency": OF_THE_AGENCY,
    "show_closure": OF_THE_AGENCY,
    "show_roles": OF_THE_AGENCY,
    "list_branches": OF_COLLEAGUES,
    "show_branch": OF_COLLEAGUES,
    "list_teams": OF_COLLEAGUES,
    "show_team": OF_COLLEAGUES,
    "list_absences": OF_COLLEAGUES,
    "show_work_profile": OF_COLLEAGUES,
    "list_users": OF_COLLEAGUES,
    "show_user": OF_COLLEAGUES,
    "list_invitations": OF_COLLEAGUES,
    "show_invitation": OF_COLLEAGUES,
    "show_me": ONE_S_OWN,
    "show_operator": ONE_S_OWN,
    "show_second_factor": ONE_S_OWN,
    "list_sessions": ONE_S_OWN,
    "list_my_agencies": ONE_S_OWN,
    "list_api_keys": OF_THE_AGENCY,
    "show_api_key": OF_THE_AGENCY,
    "show_logo": OF_THE_AGENCY,
    "show_registration": OF_THE_AGENCY,
    "show_single_sign_on": OF_THE_AGENCY,
    "list_event_types": OF_THE_AGENCY,
    "list_webhooks": OF_THE_AGENCY,
    "show_webhook": OF_THE_AGENCY,
    "list_webhook_deliveries": WORKINGS,
    "show_webhook_delivery": WORKINGS,
    "list_agencies": "which agencies there are, to whoever operates the platform, and nothing in them",
    "list_consumers": WORKINGS,
    "list_dead_letters": WORKINGS,
    "list_audited_types": WORKINGS,
    "list_jobs": WORKINGS,
    "show_job": WORKINGS,
    "show_outbox": WORKINGS,
    "list_read_models": WORKINGS,
}
"""Operations that read, with why nobody's data as a lead, client or correspondent is in their answers."""


@pytest.mark.parametrize("service", SERVICES)
def test_what_reads_says_what_it_shows_or_that_it_shows_nobody_s_data(service: str) -> None:
    reading = {
        operation["operationId"]: operation
        for _, method, operation in operations(document_of(service))
        if method == "get"
    }
    unsaid = [name for name, operation in reading.items() if MARK not in operation and name not in SHOW_NOBODY_S_DATA]
    assert unsaid == [], "say `openapi_extra=opens(…)` or `lists(…)`, or name it above with the reason"
    both = [name for name, operation in reading.items() if MARK in operation and name in SHOW_NOBODY_S_DATA]
    assert both == []


RECORD_BY_HAND = {"search", "show_dead_letter", "list_audit_trail", "show_audited_change", "export_agency"}
"""Operations that show personal data and read in a transaction of their own; their tests see that it is recorded."""


def asked_for(dependant: Dependant) -> Iterator[object]:
    """All that is called before a route is, at whatever depth."""
    for each in dependant.dependencies:
        yield each.call
        yield from asked_for(each)


@pytest.mark.parametrize("service", SERVICES)
def test_what_shows_any_reads_where_it_is_recorded(service: str) -> None:
    shown = [
        route
        for route in every_route(app_of(service).routes)
        if MARK in (route.openapi_extra or {}) and route.name not in RECORD_BY_HAND
    ]
    assert shown or service == "identity"
    unrecorded = [route.name for route in shown if reading not in asked_for(route.dependant)]
    assert unrecorded == [], "take `Reader`, or call `record_access` and name it above"


def every_route(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Those that answer, out of whatever holds them."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from every_route(getattr(getattr(route, "original_router", None), "routes", ()))


@pytest.mark.parametrize("service", SERVICES)
def test_whose_it_is_is_a_parameter_there_is(service: str) -> None:
    for path, _, operation in operations(document_of(service)):
        named = {given["name"] for given in operation.get("parameters", ())}
        by = set(operation.get(MARK, {}).get("by", "").split())
        assert by <= named, f"{path} has no {by - named}"
