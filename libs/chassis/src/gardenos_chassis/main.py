"""The start of a service as a process of its own: `python -m gardenos_leads`, or with a command, as `migrate` or `rebuild`."""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import uvicorn
from pydantic import ValidationError

from gardenos_chassis import telemetry
from gardenos_chassis.audit.verification import anchors, parsed, verify
from gardenos_chassis.errors import Refusal
from gardenos_chassis.maintenance import Failed, Lines, Stopped, carried_out
from gardenos_chassis.migrations import migrate
from gardenos_chassis.read_models.command import in_words, run_rebuild, run_verify
from gardenos_chassis.read_models.shadow import clear_away
from gardenos_chassis.sealing.rewrapping import rewrap
from gardenos_chassis.service import Service
from gardenos_chassis.settings import ServiceSettings, variable

S = TypeVar("S", bound=ServiceSettings)

_KEEP_ALIVE_SECONDS = 75


def main(settings_class: type[S], create_service: Callable[[S], Service], argv: list[str] | None = None) -> None:
    """Serves, migrates, or works on what a service keeps; settings come from the environment."""
    package = create_service.__module__.partition(".")[0]
    parser = argparse.ArgumentParser(prog=f"python -m {package}", description=f"GardenOS {settings_class.service}")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="the default")
    commands.add_parser("migrate", help="brings the database up to date, as its owner")
    rebuilding = commands.add_parser("rebuild", help="makes a read model's tables again from events, while they serve")
    rebuilding.add_argument("read_model")
    rebuilding.add_argument("--anew", action="store_true", help="does not go on with a run that was cut short")
    verifying = commands.add_parser("verify", help="holds live read tables against a rebuild from events")
    verifying.add_argument("read_models", nargs="*", metavar="read_model", help="by default all")
    commands.add_parser("rewrap", help="wraps all keys anew by the newest master key, while they serve")
    auditing = commands.add_parser("audit", help="holds the history against its chain of hashes, while it serves")
    auditing.add_argument("--anchors", metavar="FILE", help="what `anchors` printed earlier, and was kept elsewhere")
    commands.add_parser("anchors", help="prints the last link of every agency's chain, a line of JSON each")
    asked = parser.parse_args(argv)
    if asked.command == "migrate":
        _migrate(package, settings_class.service)
        return
    settings = _settings(settings_class)
    telemetry.log_as_json(settings.log_level)
    if asked.command in ("rebuild", "verify", "rewrap", "audit", "anchors"):
        sys.exit(_work(create_service(settings), asked))
    app = create_service(settings).app
    # Whoever asks for it first would hold up everybody else.
    app.openapi()
    collect_seldom()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=20,
        # Longer than clients and proxies keep one that is idle: whoever closes first must not be the one that is written to.
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        server_header=False,
        # Who is believed about where a request comes from is a setting of its own.
        proxy_headers=False,
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
    for model in asyncio.run(clear_away(owner_url)):
        print(f"{model}: what a verification that was killed had left is cleared away", file=sys.stderr)


def _work(service: Service, asked: argparse.Namespace) -> int:
    """The exit status: 1 where something is amiss, 2 where it could not be carried out, 130 where it was told to stop."""
    try:
        return _carried_out(service, asked)
    except Stopped:
        print("stopped; what is done is kept, and the same command goes on", file=sys.stderr)
        return 130
    except Refusal as refusal:
        print(refusal.detail, file=sys.stderr)
    except Failed as failure:
        print(failure, file=sys.stderr)
    return 2


def _carried_out(service: Service, asked: argparse.Namespace) -> int:
    if asked.command == "rewrap":
        rewrapped = carried_out(service, rewrap(service, Lines()))
        print("\n".join(rewrapped.in_words()))
        return int(rewrapped.lost > 0)
    if asked.command == "anchors":
        print("\n".join(anchor.line() for anchor in carried_out(service, anchors(service))))
        return 0
    if asked.command == "audit":
        kept = parsed(Path(asked.anchors).read_text()) if asked.anchors else []
        audited = carried_out(service, verify(service, Lines(), kept))
        print("\n".join(audited.in_words()))
        return int(bool(audited.breaks))
    owner_url = service.settings.migration_url
    if owner_url is None:
        raise Failed(
            f"set {variable(service.name, 'migration_url')}: tables are made and exchanged by the database's owner"
        )
    if asked.command == "rebuild":
        print(carried_out(service, run_rebuild(service, asked.read_model, owner_url, Lines(), anew=asked.anew)))
        return 0
    found = carried_out(service, run_verify(service, asked.read_models, owner_url, Lines()))
    print("\n".join(in_words(found)))
    return int(any(each.differing for each in found))


def _settings(settings_class: type[S]) -> S:
    try:
        return settings_class.model_validate({})
    except ValidationError as error:
        named = [(variable(settings_class.service, "_".join(map(str, e["loc"]))), e["msg"]) for e in error.errors()]
        wrong = [f"  {name}: {said}" for name, said in named]
        sys.exit("settings are missing or wrong:\n" + "\n".join(wrong))
