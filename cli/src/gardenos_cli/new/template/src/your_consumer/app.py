"""The composition root: settings in, one service out."""

from gardenos_chassis.read_models import ReadModel
from gardenos_chassis.service import Service

from your_consumer.consumer import consumer
from your_consumer.settings import YourConsumerSettings
from your_consumer.tables import leads


def create_service(settings: YourConsumerSettings) -> Service:
    """Listens, and publishes nothing itself. Its app answers /livez, /readyz and /metrics."""
    # Events alone make this table, so it can be made again from them. A consumer that puts down jobs is none of it:
    # it goes in `consumers`, for a rebuild would put them down again.
    return Service(settings, publishes=False, read_models=[ReadModel("leads", [leads], consumers=[consumer])])
