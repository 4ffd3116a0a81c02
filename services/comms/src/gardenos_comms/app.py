"""The composition root: settings in, one service out. Nothing else wires."""

from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.service import Service

from gardenos_comms.api import routers
from gardenos_comms.consumers import directory
from gardenos_comms.forgetting import forgetting
from gardenos_comms.projections import project
from gardenos_comms.settings import CommsSettings
from gardenos_comms.tables import addresses, calls, messages, people, threads, timeline, users


def create_service(settings: CommsSettings) -> Service:
    """The comms service."""
    return Service(
        settings,
        routers=routers,
        read_models=[
            ReadModel(
                "conversations",
                tables=[people, addresses, users, threads, calls, messages, timeline],
                project=project,
                consumers=[directory],
                searched_by=["addresses_person", "threads_sender", "timeline_thread"],
            )
        ],
        consumers=[forgetting],
        standings=Standings.heard_by(settings.service),
        larger_bodies={"/api/v1/messages/inbound-email": settings.email_max_bytes},
    )
