"""A service of the platform that runs here, or that the environment names, to work on its tables from outside of it."""

from pathlib import Path
from typing import Any

from gardenos_chassis.local import EmbeddedPostgres
from gardenos_chassis.service import Service
from gardenos_chassis.settings import SERVICES, variable
from pydantic import ValidationError

from gardenos_cli.up.folder import DataFolder
from gardenos_cli.up.router import address_of
from gardenos_cli.up.services import explicit, make, recipe

_SECRETS = ("internal_token", "master_key", "signing_key")


class NotThere(RuntimeError):
    """Nobody says where the service keeps its things, or how its owner reaches them; the message says what to do."""


async def of_service(name: str, data: Path, *, owner: bool = True) -> tuple[Service, str]:
    """The service, not running, and its database owner's address; empty if it is not known and no `owner` is needed.

    What the environment says comes first. Raises NotThere.
    """
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
        raise NotThere(
            f"no platform is ready in {data}: start it (make up), say where it is (--data), or set the service's settings "
            f"({variable(name, 'database_url')}, …)"
        )
    try:
        service = make(recipe(name), defaults)
    except ValidationError as error:
        wrong = (f"  {variable(name, '_'.join(map(str, each['loc'])))}: {each['msg']}" for each in error.errors())
        raise NotThere("\n".join(("settings are missing or wrong:", *wrong))) from None
    owner_url = service.settings.migration_url
    if owner and owner_url is None:
        raise NotThere(f"set {variable(name, 'migration_url')}: tables are made and exchanged by the database's owner")
    return service, owner_url or ""
