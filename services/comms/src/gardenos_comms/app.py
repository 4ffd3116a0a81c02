"""The composition root: settings in, one service out. Nothing else wires."""

from gardenos_chassis.agency_zones import heard_zones
from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.sealing.rewrapping import Wrapped
from gardenos_chassis.service import Service

from gardenos_comms.api import routers
from gardenos_comms.consumers import directory
from gardenos_comms.forgetting import forgetting
from gardenos_comms.projections import project
from gardenos_comms.retention import keeping
from gardenos_comms.settings import CommsSettings, networks
from gardenos_comms.tables import addresses, calls, messages, people, same_people, threads, timeline, users
from gardenos_comms.tasks.held import handed_over, handing
from gardenos_comms.tasks.projections import project_tasks
from gardenos_comms.tasks.tables import agency_zones, tasks
from gardenos_comms.webhooks import Sender, listening
from gardenos_comms.webhooks import project as project_webhooks
from gardenos_comms.webhooks import router as webhooks_router
from gardenos_comms.webhooks.egress import Egress, Policy


def create_service(settings: CommsSettings) -> Service:
    """The comms service."""
    policy = Policy(plain=settings.webhooks_plain, private=networks(settings.webhooks_private))
    sender = Sender(settings, Egress(policy))
    return Service(
        settings,
        routers=[*routers, webhooks_router(sender)],
        read_models=[
            ReadModel(
                "conversations",
                tables=[people, same_people, addresses, users, threads, calls, messages, timeline],
                project=project,
                consumers=[directory],
                searched_by=["addresses_person", "threads_sender", "timeline_thread"],
            ),
            ReadModel("tasks", tables=[tasks], project=project_tasks),
            heard_zones("comms", agency_zones),
            keeping.rules,
        ],
        projections=[project_webhooks],
        consumers=[forgetting, listening, handed_over, keeping.nights],
        jobs=[sender.jobs(), handing, keeping.jobs],
        background=[sender.prune_hourly],
        resources=sender.open,
        wrapped=[Wrapped("webhooks", "id", "sealed")],
        standings=Standings.heard_by(settings.service),
        larger_bodies={"/api/v1/messages/inbound-email": settings.email_max_bytes},
    )
