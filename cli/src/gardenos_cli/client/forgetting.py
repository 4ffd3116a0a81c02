"""Asking once more before somebody is forgotten."""

from typing import Any

import typer


def confirm_forgetting(person: dict[str, Any], yes: bool) -> None:
    """Says what will be lost, and asks. Ends the command unless the answer, or `yes`, says so."""
    if yes or person["forgotten_at"]:
        return
    typer.echo(
        f"{person['display_name']}: name, addresses, notes, what was said with them and what was read out of it will be lost,"
        " everywhere and for good, as a lead and as a client. What reports count stays.",
        err=True,
    )
    typer.confirm("Forget this person?", abort=True, err=True)
