"""Clients: who is insured through the agency."""

from typing import Annotated

import typer

from gardenos_cli.client.api import Api
from gardenos_cli.client.forgetting import confirm_forgetting
from gardenos_cli.client.names import user_id
from gardenos_cli.client.output import AsCsv, AsJson, moment, shape, show, show_one

app = typer.Typer(no_args_is_help=True, help="Clients: who is insured through the agency.")


@app.command("list")
def list_clients(
    query: Annotated[str | None, typer.Option("--query", "-q", help="Part of a name, email or phone.")] = None,
    owner: Annotated[str | None, typer.Option(help="Of this user: email, name, id or `me`.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List clients."""
    api = Api.signed_in()
    show(
        api.items("/clients", limit=limit, q=query, owner_id=user_id(api, owner) if owner else None),
        [
            ("id", lambda each: each["id"]),
            ("name", lambda each: each["display_name"]),
            ("line", lambda each: each["line_of_business"]),
            ("phone", lambda each: each["phone"]),
            ("email", lambda each: each["email"]),
            ("since", lambda each: moment(each["onboarded_at"])),
        ],
        shape(as_json, as_csv),
    )


@app.command("show")
def show_client(client: Annotated[str, typer.Argument(metavar="CLIENT")], as_json: AsJson = False) -> None:
    """Show one client."""
    show_one(Api.signed_in().get(f"/clients/{client}"), shape(as_json), leave_out=("name", "version"))


@app.command("forget")
def forget_client(
    client: Annotated[str, typer.Argument(metavar="CLIENT")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forget the person, everywhere and for good: what reports count stays. For owners and admins."""
    api = Api.signed_in()
    confirm_forgetting(api.get(f"/clients/{client}"), yes)
    forgotten = api.post(f"/clients/{client}/forget")
    show_one(forgotten, shape(as_json), leave_out=("name", "version"))
