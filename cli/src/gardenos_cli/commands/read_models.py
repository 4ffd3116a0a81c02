"""Read models: made again from events, held against them, and how they are."""

from pathlib import Path
from typing import Annotated, Any

import typer
from gardenos_chassis.settings import SERVICES

from gardenos_cli.client.api import Api
from gardenos_cli.client.output import AsCsv, AsJson, shape, show
from gardenos_cli.commands.working import Data, ServiceName, known, tell, worked_on

READ_MODEL = "As the README of the service names it."


def rebuild(
    service: ServiceName,
    read_model: Annotated[str, typer.Argument(help=READ_MODEL)],
    anew: Annotated[bool, typer.Option("--anew", help="Do not go on with a run that was cut short.")] = False,
    data: Data = Path(".gardenos"),
) -> None:
    """Make a read model's tables again from events while the old ones serve, and exchange them.

    Exit status 2 if it could not be done. What was taken is kept, and the same command goes on.
    """
    from gardenos_chassis.read_models.command import run_rebuild

    said = worked_on(
        service, data, f"{service} {read_model}",
        lambda found, owner_url, say: run_rebuild(found, read_model, owner_url, say, anew=anew),
        stopped="stopped; what was taken is kept, and the same command goes on with it",
    )  # fmt: skip
    tell([said])


def verify(
    service: ServiceName,
    read_models: Annotated[list[str] | None, typer.Argument(metavar="[READ_MODEL]...", help="By default all.")] = None,
    data: Data = Path(".gardenos"),
) -> None:
    """Hold live read tables against a rebuild from events.

    Exit status 1 where they differ, 2 if they could not be compared.
    """
    from gardenos_chassis.read_models.command import in_words, run_verify

    tables = worked_on(
        service, data, service,
        lambda found, owner_url, say: run_verify(found, read_models or [], owner_url, say),
        stopped="stopped; nothing of it is left",
    )  # fmt: skip
    tell(in_words(tables))
    if any(each.differing for each in tables):
        raise typer.Exit(1)


def list_read_models(
    service: Annotated[str | None, typer.Argument(metavar="[SERVICE]", help="By default all.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List read models: what they hold, and how far a rebuild is that is under way or was left off."""
    api = Api.signed_in()
    found = [
        {"service": name, **each}
        for name in ((known(service),) if service else SERVICES)
        for each in api.items(f"/operations/{name}/read-models")
    ]
    show(
        found,
        [
            ("service", lambda each: each["service"]),
            ("read model", lambda each: each["name"]),
            ("tables", lambda each: ", ".join(table["name"] for table in each["tables"])),
            ("events", lambda each: f"{each['events']:,}"),
            ("state", _state),
        ],
        shape(as_json, as_csv),
    )


def _state(model: dict[str, Any]) -> str:
    rebuild = model["rebuild"]
    if model["verifying"]:
        return "being verified"
    if rebuild is None:
        return "live"
    percent = f"{min(1.0, rebuild['done'] / rebuild['events']) if rebuild['events'] else 1:.0%}"
    if rebuild["under_way"]:
        return f"being rebuilt, {percent}"
    return f"a rebuild was left off at {percent}"
