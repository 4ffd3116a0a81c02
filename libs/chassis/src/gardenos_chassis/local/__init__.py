"""Real parts for one machine without containers: PostgreSQL and Kafka as children, for `gardenos up` and for tests."""

from gardenos_chassis.local.broker import start_broker
from gardenos_chassis.local.child import StartFailed
from gardenos_chassis.local.databases import DatabaseUrls, Server, provision
from gardenos_chassis.local.kafka import EmbeddedKafka, PartMissing
from gardenos_chassis.local.ports import free_port
from gardenos_chassis.local.postgres import EmbeddedPostgres
from gardenos_chassis.local.tansu import EmbeddedTansu

__all__ = [
    "DatabaseUrls",
    "EmbeddedKafka",
    "EmbeddedPostgres",
    "EmbeddedTansu",
    "PartMissing",
    "Server",
    "StartFailed",
    "free_port",
    "provision",
    "start_broker",
]
