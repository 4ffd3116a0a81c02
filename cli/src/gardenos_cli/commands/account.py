"""Signing in and out."""

import os
import sys
from typing import Annotated

import typer

from gardenos_cli.client.api import Api, default_address
from gardenos_cli.client.output import AsJson, out, shape, show_one


def login(
    email: Annotated[str | None, typer.Option(help="Whose; asked for if left out.")] = None,
    url: Annotated[
        str | None, typer.Option(help="The platform's address; by default the last one, or this machine.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Sign in. The password is asked for, or read from GARDENOS_PASSWORD or standard input; it is not kept.

    Whoever has a second factor is asked for a code of their app, or a recovery code.
    """
    email = email or typer.prompt("email")
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = os.environ.get("GARDENOS_PASSWORD") or typer.prompt("password", hide_input=True)
    session = Api(url or default_address()).sign_in(
        email, password, ask_code=lambda: typer.prompt("code of your app, or a recovery code")
    )
    out().print(f"signed in to {session.agency} at {session.address} as {session.email}")


def logout() -> None:
    """Sign out, here and at the platform."""
    Api.signed_in().sign_out()
    out().print("signed out")


def whoami(as_json: AsJson = False) -> None:
    """Who is signed in, in which agency."""
    me = Api.signed_in().get("/users/me")
    show_one(me if as_json else {**me["user"], "agency": me["agency"]["name"]}, shape(as_json))
