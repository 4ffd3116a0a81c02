"""The composition root: settings in, one service out. Nothing else wires."""

from gardenos_chassis.agency_zones import heard_zones
from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.sealing.rewrapping import Wrapped
from gardenos_chassis.service import Service

from gardenos_leads.api import routers
from gardenos_leads.api.lead_posts import BODIES
from gardenos_leads.assigning.projections import project_rules
from gardenos_leads.assigning.replaying import replaying
from gardenos_leads.assigning.routing import assigning, waking
from gardenos_leads.assigning.tables import OF_LEADS, assignment_rules, assignment_versions
from gardenos_leads.assigning.working import work
from gardenos_leads.bulk.commands import bulk_jobs
from gardenos_leads.bulk.projections import forget_bulk_rows
from gardenos_leads.campaigns.tables import CAMPAIGN_TABLES
from gardenos_leads.capturing import projections as capturing
from gardenos_leads.capturing.listening import listen
from gardenos_leads.capturing.tables import inquiries, lead_sources
from gardenos_leads.consumers import forgetting, last_contact, outcomes, score_history, scores, scores_again
from gardenos_leads.contacts import lead_contacts
from gardenos_leads.duplicates.finding import finding, searching
from gardenos_leads.duplicates.projections import project_verdicts
from gardenos_leads.duplicates.tables import duplicate_rules, lead_merges, told_apart
from gardenos_leads.held import handed_over, handing
from gardenos_leads.households.projections import project_apart
from gardenos_leads.households.tables import households_apart
from gardenos_leads.importing.commands import importing
from gardenos_leads.lists.tables import LIST_TABLES, agency_zones
from gardenos_leads.pipelines.placing import placing, put_down_placing
from gardenos_leads.pipelines.tables import pipelines
from gardenos_leads.planned import lead_tasks, planned_tasks
from gardenos_leads.projections import forget_imported, project, project_again
from gardenos_leads.records.tables import RECORD_TABLES
from gardenos_leads.recycling.returning import put_down_returns, returning
from gardenos_leads.retention.nights import keeping
from gardenos_leads.retention.projections import project_disposals
from gardenos_leads.retention.tables import lead_disposals
from gardenos_leads.settings import LeadsSettings
from gardenos_leads.tables import leads

_FORM_BYTES = 100_000
"""What a form adds to the file in it."""


def create_service(settings: LeadsSettings) -> Service:
    """The leads service."""
    standings = Standings.heard_by(settings.service)
    return Service(
        settings,
        routers=routers,
        read_models=[
            ReadModel(
                "leads",
                tables=[
                    *CAMPAIGN_TABLES,
                    pipelines,
                    leads,
                    lead_contacts,
                    lead_tasks,
                    lead_merges,
                    *LIST_TABLES,
                    *OF_LEADS,
                    *RECORD_TABLES,
                ],
                project=project,
                project_again=project_again,
                consumers=[last_contact, scores, score_history, outcomes, planned_tasks],
                rebuilt_by=[scores_again],
            ),
            ReadModel("sources", tables=[lead_sources, inquiries], project=capturing.project),
            ReadModel("assignment", tables=[assignment_rules, assignment_versions], project=project_rules),
            ReadModel("duplicates", tables=[told_apart, duplicate_rules], project=project_verdicts),
            ReadModel("households", tables=[households_apart], project=project_apart),
            ReadModel("disposals", tables=[lead_disposals], project=project_disposals),
            heard_zones("leads", agency_zones),
            work,
            keeping.rules,
        ],
        projections=[forget_imported, forget_bulk_rows, capturing.forget_posts, put_down_returns, put_down_placing],
        consumers=[forgetting, finding, handed_over, waking, keeping.nights],
        jobs=[
            handing,
            importing,
            bulk_jobs(standings),
            searching,
            assigning,
            replaying,
            returning,
            placing,
            keeping.jobs,
        ],
        wrapped=[Wrapped("imports", "id", "file_key"), Wrapped("lead_posts", "id", "sealed")],
        # Files wait in sealed pieces; what was in them is in the rows of their imports.
        secrets=["lead_source_secrets", "import_chunks"],
        standings=standings,
        background=[listen] if settings.mail_port is not None else [],
        # What is said of an import is no larger than anything else; the first prefix that fits counts.
        larger_bodies={
            "/api/v1/imports/": settings.max_body_bytes,
            "/api/v1/imports": settings.import_max_bytes + _FORM_BYTES,
            **BODIES,
            "/api/v1/lead-mails": settings.mail_max_bytes + _FORM_BYTES,
        },
    )
