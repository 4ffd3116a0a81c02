"""The composition root: settings in, one service out. Nothing else wires."""

from gardenos_chassis.auth.standings import Standings
from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.service import Service

from gardenos_reporting.api import changes_router, reports_router
from gardenos_reporting.changes import Hub
from gardenos_reporting.consumers import tables_alone, views
from gardenos_reporting.settings import ReportingSettings
from gardenos_reporting.tables import agencies, campaigns, clients, leads, teams, users


def create_service(settings: ReportingSettings) -> Service:
    """The reporting service."""
    hub = Hub(poll_seconds=settings.changes_poll_seconds)

    async def tell_changes(service: Service) -> None:
        await hub.run(service.database)

    service = Service(
        settings,
        routers=[reports_router, changes_router(hub, heartbeat_seconds=settings.changes_heartbeat_seconds)],
        read_models=[
            ReadModel(
                "views",
                tables=[agencies, users, teams, campaigns, leads, clients],
                consumers=[views(keep_changes=settings.changes_kept)],
                rebuilt_by=[tables_alone()],
                searched_by=["leads_person", "clients_person"],
            )
        ],
        background=[tell_changes],
        standings=Standings.heard_by(settings.service),
    )
    service.app.state.hub = hub
    return service
