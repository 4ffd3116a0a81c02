"""Campaigns: what brought leads."""

from typing import Annotated

import typer

from gardenos_cli.client.api import Api
from gardenos_cli.client.output import AsCsv, AsJson, Shape, out, shape, show, write_json

app = typer.Typer(no_args_is_help=True, help="Campaigns: what brought leads.")


@app.command("list")
def list_campaigns(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """List campaigns."""
    campaigns = Api.signed_in().items("/campaigns")
    show(
        campaigns,
        [("id", lambda each: each["id"]), ("name", lambda each: each["name"]), ("source", lambda each: each["source"])],
        shape(as_json, as_csv),
    )


@app.command("add")
def add_campaign(
    name: Annotated[str, typer.Argument()],
    source: Annotated[str, typer.Option(help="Where its leads come from: web, referral, …")],
    as_json: AsJson = False,
) -> None:
    """Add a campaign."""
    campaign = Api.signed_in().post("/campaigns", {"name": name, "source": source})
    if shape(as_json) is Shape.JSON:
        write_json(campaign)
    else:
        out().print(f"added {name} (campaign {campaign['id']})", markup=False)
