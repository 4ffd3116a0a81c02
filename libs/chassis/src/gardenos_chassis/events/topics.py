"""The topics of services: made once, with their partitions."""

from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code
from gardenos_contracts import topic_of

from gardenos_chassis.settings import ServiceSettings

_KEEP_MS = 7 * 24 * 3600 * 1000
"""Topics keep days; the feeds serve history."""


async def ensure_topics(services: Iterable[str], settings: ServiceSettings) -> None:
    """Makes the topics that are not there yet. Raises aiokafka's KafkaError while the broker is away."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap, request_timeout_ms=10_000)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [topic_of(service) for service in sorted(services) if topic_of(service) not in there]
        for topic in missing:
            wanted = NewTopic(
                topic,
                settings.kafka_partitions,
                settings.kafka_replication,
                topic_configs={"retention.ms": str(_KEEP_MS), "max.message.bytes": "4000000"},
            )
            answer = await admin.create_topics([wanted])
            for _, code, *_ in answer.topic_errors:
                fault = for_code(code)
                if code and fault is not TopicAlreadyExistsError:
                    raise fault(f"cannot make the topic {topic}")
    finally:
        await admin.close()
