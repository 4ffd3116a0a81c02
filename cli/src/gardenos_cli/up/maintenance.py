"""A service of the platform that runs here, or that the environment names, to work on its tables from outside of it."""

from pathlib import Path
from typing import Any

from gardenos_chassis.local import EmbeddedPostgres
from gardenos_chassis.service import Service
from gardenos_chassis.settings import SERVICES, variable

from gardenos_cli.up.folder import DataFolder
from gardenos_cli.up.router import address_of
from gardenos_cli.up.services import explicit, make, recipe

_SECRETS = ("internal_token", "master_key", "signing_key")


class NoOwner(RuntimeError):
    """Nobody says how the database's owner reaches it; the message says what to do."""


async def of_service(name: str, data: Path) -> tuple[Service, str]:
    """The service, not running, and its database owner's address. What the environment says comes first. Raises NoOwner."""
    folder = DataFolder(data)
    platform = folder.whereabouts()
    defaults: dict[str, Any] = {}
    if platform is not None:
        defaults = {f"{each}_url": address_of(platform.address, each) for each in SERVICES}
        defaults |= {secret: folder.secret(secret) for secret in _SECRETS}
        if explicit(name, "database_url") is None:
            made = await EmbeddedPostgres(folder.path / "postgres").ensure_database(name)
            defaults |= {"database_url": made.app_url, "migration_url": made.owner_url}
    elif explicit(name, "database_url") is None:
        raise NoOwner(
            f"no platform is ready in {data}: start it (make up), say where it is (--data), or set the service's settings "
            f"({variable(name, 'database_url')}, …)"
        )
    service = make(recipe(name), defaults)
    owner_url = service.settings.migration_url
    if owner_url is None:
        raise NoOwner(f"set {variable(name, 'migration_url')}: tables are made and exchanged by the database's owner")
    return service, owner_url
