"""The six services: found by name, given their settings, migrated, made."""

import importlib
import os
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gardenos_chassis.migrations import migrate
from gardenos_chassis.read_models.shadow import clear_away
from gardenos_chassis.service import Service
from gardenos_chassis.settings import SERVICES, ServiceSettings, variable


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes a service: its settings' class, and the function that wires it."""

    name: str
    package: str
    settings_class: type[ServiceSettings]
    create: Callable[[Any], Service]


def recipe(name: str) -> Recipe:
    """Of one of the six, from its package's `app.py`."""
    if name not in SERVICES:
        raise ValueError(f"there is no service {name!r}: {', '.join(SERVICES)}")
    package = f"gardenos_{name}"
    create = importlib.import_module(f"{package}.app").create_service
    settings_class = typing.get_type_hints(create)["settings"]
    return Recipe(name, package, settings_class, create)


def explicit(service: str, setting: str) -> str | None:
    """A setting that the environment gives: for the service, or for all."""
    return os.environ.get(variable(service, setting)) or os.environ.get(f"GARDENOS_{setting.upper()}")


def make(found: Recipe, defaults: dict[str, Any]) -> Service:
    """The service; what the environment says explicitly comes before these defaults."""
    known = found.settings_class.model_fields
    given = {name: value for name, value in defaults.items() if name in known and explicit(found.name, name) is None}
    return found.create(found.settings_class.model_validate(given))


async def migrated(found: Recipe, owner_url: str) -> None:
    """Brings the service's database to its newest migration, and clears away what verifications that were killed have left."""
    await migrate(found.package, owner_url)
    await clear_away(owner_url)
