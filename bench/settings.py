"""What a service's process is told in a measurement: the kit's parts, and a port of its own."""

import os

from gardenos_chassis.testing.parts import Parts


async def settings_of(parts: Parts, service: str, port: int) -> dict[str, str]:
    """The variables of one service; those that all share are the same each time."""
    urls = await parts.database(f"gardenos_{service}")
    own = f"GARDENOS_{service.upper()}"
    return {
        "PATH": os.environ["PATH"],
        f"{own}_DATABASE_URL": urls.app_url,
        f"{own}_PORT": str(port),
        "GARDENOS_KAFKA_BOOTSTRAP": parts.bootstrap,
        "GARDENOS_KAFKA_IDEMPOTENCE": str(parts.idempotence),
        "GARDENOS_INTERNAL_TOKEN": parts.internal_token,
        "GARDENOS_MASTER_KEY": parts.master_key,
        "GARDENOS_JWKS_URL": parts.sources.jwks_url,
        "GARDENOS_LOG_LEVEL": "WARNING",
    }
