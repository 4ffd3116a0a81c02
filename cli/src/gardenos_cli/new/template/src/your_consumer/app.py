"""The composition root: settings in, one service out."""

from gardenos_chassis.service import Service

from your_consumer.consumer import consumer
from your_consumer.settings import YourConsumerSettings


def create_service(settings: YourConsumerSettings) -> Service:
    """Listens, and publishes nothing itself. Its app answers /livez, /readyz and /metrics."""
    return Service(settings, publishes=False, consumers=[consumer])
