"""What the environment says."""

from gardenos_chassis.settings import ServiceSettings


class YourConsumerSettings(ServiceSettings, service="your-consumer"):
    """A field `x` is read from `GARDENOS_YOUR_CONSUMER_X`, else from `GARDENOS_X`. Add your own."""
