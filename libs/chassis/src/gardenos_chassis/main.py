"""The start of a service as a process of its own: `python -m gardenos_leads`, or with `migrate` to migrate."""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Callable
from typing import TypeVar

import uvicorn
from pydantic import ValidationError

from gardenos_chassis import telemetry
from gardenos_chassis.migrations import migrate
from gardenos_chassis.service import Service
from gardenos_chassis.settings import ServiceSettings, variable

S = TypeVar("S", bound=ServiceSettings)


def main(settings_class: type[S], create_service: Callable[[S], Service], argv: list[str] | None = None) -> None:
    """Serves, or migrates; settings come from the environment."""
    package = create_service.__module__.partition(".")[0]
    parser = argparse.ArgumentParser(prog=f"python -m {package}", description=f"GardenOS {settings_class.service}")
    parser.add_argument("command", nargs="?", choices=["serve", "migrate"], default="serve")
    if parser.parse_args(argv).command == "migrate":
        _migrate(package, settings_class.service)
        return
    settings = _settings(settings_class)
    telemetry.log_as_json(settings.log_level)
    app = create_service(settings).app
    collect_seldom()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=20,
        server_header=False,
    )


def collect_seldom() -> None:
    """Makes cyclic garbage collection rare, and has it pass over what is there now: for a process that serves.

    Requests that are answered at the same time keep many young objects alive. By Python's own thresholds the collector
    then searches them, and soon the whole program, several times in every request, and finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _migrate(package: str, service: str) -> None:
    """Asks for the owner's address alone: who migrates needs none of the secrets of who serves."""
    name = variable(service, "migration_url")
    owner_url = os.environ.get(name)
    if not owner_url:
        sys.exit(f"set {name}: migrations run as the database's owner")
    telemetry.log_as_json(os.environ.get("GARDENOS_LOG_LEVEL", "INFO"))
    asyncio.run(migrate(package, owner_url))


def _settings(settings_class: type[S]) -> S:
    try:
        return settings_class.model_validate({})
    except ValidationError as error:
        named = [(variable(settings_class.service, "_".join(map(str, e["loc"]))), e["msg"]) for e in error.errors()]
        wrong = [f"  {name}: {said}" for name, said in named]
        sys.exit("settings are missing or wrong:\n" + "\n".join(wrong))
