"""Documents written from the code."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gardenos_cli.client.api import Refused


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
