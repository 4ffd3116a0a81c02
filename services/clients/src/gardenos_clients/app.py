"""The composition root: settings in, one service out. Nothing else wires."""

from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.service import Service

from gardenos_clients.api import routers
from gardenos_clients.consumers import onboarding
from gardenos_clients.held import handed_over, handing
from gardenos_clients.projections import project
from gardenos_clients.settings import ClientsSettings
from gardenos_clients.tables import clients


def create_service(settings: ClientsSettings) -> Service:
    """The clients service."""
    return Service(
        settings,
        routers=routers,
        read_models=[ReadModel("clients", tables=[clients], project=project)],
        consumers=[onboarding, handed_over],
        jobs=[handing],
        standings=Standings.heard_by(settings.service),
    )
