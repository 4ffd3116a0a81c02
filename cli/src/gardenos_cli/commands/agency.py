"""The agency itself: all that is kept of it, exported."""

from pathlib import Path
from typing import Annotated

import typer
from gardenos_chassis.settings import SERVICES

from gardenos_cli.client.api import Api
from gardenos_cli.client.archives import Checked, checked
from gardenos_cli.client.output import out

app = typer.Typer(no_args_is_help=True, help="The agency itself: all that is kept of it, exported.")

Folder = Annotated[Path, typer.Option("--output", "-o", file_okay=False, help="Where the archives are put.")]


@app.command("export")
def export(folder: Folder) -> None:
    """Export all that is kept of your agency, an archive a service, and hold each against its manifest. For owners.

    Exit status 1 where an archive is not what its manifest says.
    """
    api = Api.signed_in()
    folder.mkdir(parents=True, exist_ok=True)
    _tell([_exported(api, service, folder) for service in SERVICES])


@app.command("verify")
def verify(folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)]) -> None:
    """Hold archives that were exported earlier against their manifests again. Exit status 1 where one is not whole."""
    _tell([checked(folder / f"{service}.zip") for service in SERVICES])


def _exported(api: Api, service: str, folder: Path) -> Checked:
    path = folder / f"{service}.zip"
    begun = path.with_suffix(".part")
    with out().status(f"{service} …"):
        api.keep(f"/operations/{service}/agency-export", begun)
        begun.replace(path)
        return checked(path)


def _tell(archives: list[Checked]) -> None:
    for each in archives:
        out().print(
            f"{each.path}: {each.events:,} events, {each.rows:,} rows in {each.files} files", markup=False, soft_wrap=True
        )  # fmt: skip
        for fault in each.faults:
            out().print(f"  {fault}", style="red", markup=False, soft_wrap=True)
    if any(each.faults for each in archives):
        raise typer.Exit(1)
