"""The `gardenos` command."""

import sys

import typer
from rich.console import Console

from gardenos_cli.client.api import Refused
from gardenos_cli.commands import (
    account,
    agency,
    audit,
    campaigns,
    clients,
    conversations,
    dlq,
    documents,
    jobs,
    keys,
    leads,
    new,
    operator,
    platform,
    read_models,
    reports,
)

commands = typer.Typer(
    name="gardenos",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="GardenOS, the operating system of an insurance agency.",
)
commands.command()(platform.up)
commands.command()(platform.run)
commands.command()(platform.migrate)
commands.command()(read_models.rebuild)
commands.command()(read_models.verify)
commands.command("read-models")(read_models.list_read_models)
commands.add_typer(keys.app, name="keys")
commands.add_typer(agency.app, name="agency")
commands.add_typer(audit.app, name="audit")
commands.add_typer(operator.app, name="operator")
commands.command()(new.attach)
commands.add_typer(new.new, name="new")
commands.command()(account.login)
commands.command()(account.logout)
commands.command()(account.whoami)
commands.add_typer(leads.app, name="leads")
commands.add_typer(campaigns.app, name="campaigns")
commands.add_typer(clients.app, name="clients")
commands.add_typer(conversations.calls, name="calls")
commands.add_typer(conversations.messages, name="messages")
commands.add_typer(conversations.threads, name="threads")
commands.command()(conversations.timeline)
commands.command()(conversations.insights)
commands.command()(conversations.search)
commands.add_typer(reports.app, name="reports")
commands.add_typer(jobs.app, name="jobs")
commands.add_typer(dlq.app, name="dlq")
commands.add_typer(documents.contracts, name="contracts")
commands.command()(documents.openapi)


def app() -> None:
    """Runs the command; what is refused is told on standard error, with exit status 1."""
    try:
        commands()
    except Refused as refusal:
        Console(stderr=True, highlight=False).print(str(refusal), style="red", markup=False, soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read the list has seen enough.
        sys.stderr.close()
        sys.exit(0)
