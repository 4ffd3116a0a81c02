"""Documents written from the code."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gardenos_cli.client.api import Refused

contracts = typer.Typer(no_args_is_help=True, help="What services publish, for other languages.")


@contracts.command()
def export(folder: Annotated[Path, typer.Argument(file_okay=False, help="Made if it is not there.")]) -> None:
    """Write asyncapi.json, and a JSON Schema for each event below schemas/."""
    from gardenos_contracts.published import published
    from gardenos_contracts.schemas import asyncapi

    # Older versions too: stores and topics hold them.
    documents = {f"schemas/{name}.json": schema for name, schema in published().items()}
    documents["asyncapi.json"] = asyncapi()
    (folder / "schemas").mkdir(parents=True, exist_ok=True)
    for path, document in documents.items():
        (folder / path).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    Console(stderr=True).print(f"{len(documents)} documents written to {folder}")


@contracts.command()
def check() -> None:
    """Fail if an event changed so that an older reader or a stored event breaks, or is not published yet."""
    from gardenos_contracts import all_events
    from gardenos_contracts.published import broken, published, unpublished

    known = published()
    faults = broken(all_events(), known) or [
        f"{event_type} is new, or was extended: run `make contracts`, and commit what it writes"
        for event_type in unpublished(all_events(), known)
    ]
    if faults:
        raise Refused("\n".join(faults))


@contracts.command()
def publish() -> None:
    """Keep the schemas of new events, new versions and new optional fields as published."""
    from gardenos_contracts import all_events
    from gardenos_contracts.published import publish

    try:
        written = publish(all_events())
    except ValueError as error:
        raise Refused(str(error)) from None
    Console(stderr=True).print("\n".join(f"published {event_type}" for event_type in written) or "nothing is new")


def openapi(
    output: Annotated[Path | None, typer.Option(dir_okay=False, help="A file; by default standard output.")] = None,
) -> None:
    """Write one OpenAPI document of all the services that are installed here."""
    # Late: the client commands need none of the services.
    from gardenos_chassis.settings import SERVICES

    from gardenos_cli.documents.openapi import document_of, installed, merged, written

    found = installed()
    if missing := [name for name in SERVICES if name not in found]:
        Console(stderr=True).print(f"not installed here, so left out: {', '.join(missing)}", style="yellow")
    try:
        text = written(merged({name: document_of(name) for name in found}))
    except ValueError as error:
        raise Refused(str(error)) from None
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")
