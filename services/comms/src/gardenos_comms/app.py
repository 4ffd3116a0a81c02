"""The composition root: settings in, one service out. Nothing else wires."""

from gardenos_chassis.service import Service

from gardenos_comms.api import routers
from gardenos_comms.consumers import directory
from gardenos_comms.projections import project
from gardenos_comms.settings import CommsSettings


def create_service(settings: CommsSettings) -> Service:
    """The comms service."""
    return Service(
        settings,
        routers=routers,
        projections=[project],
        consumers=[directory],
        larger_bodies={"/api/v1/messages/inbound-email": settings.email_max_bytes},
    )
