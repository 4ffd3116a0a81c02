"""The composition root: settings in, one service out. Nothing else wires."""

from gardenos_chassis.service import Service

from gardenos_reporting.api import changes_router, reports_router
from gardenos_reporting.changes import Hub
from gardenos_reporting.consumers import views
from gardenos_reporting.settings import ReportingSettings


def create_service(settings: ReportingSettings) -> Service:
    """The reporting service."""
    hub = Hub(poll_seconds=settings.changes_poll_seconds)

    async def tell_changes(service: Service) -> None:
        await hub.run(service.database)

    service = Service(
        settings,
        routers=[reports_router, changes_router(hub, heartbeat_seconds=settings.changes_heartbeat_seconds)],
        consumers=[views(keep_changes=settings.changes_kept)],
        background=[tell_changes],
    )
    service.app.state.hub = hub
    return service
