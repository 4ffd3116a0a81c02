"""Jobs: what services are to do outside of their databases, as models, mail and webhooks; what came to nothing."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from gardenos_cli.client.api import Api
from gardenos_cli.client.output import AsCsv, AsJson, duration, out, shape, show, show_one
from gardenos_cli.commands.platform import ServiceName

app = typer.Typer(no_args_is_help=True, help="Jobs of your agency: what is done outside, and what came to nothing.")

JobId = Annotated[str, typer.Argument(metavar="JOB", help="The job's id.")]


@app.command("list")
def list_jobs(
    service: ServiceName,
    state: Annotated[
        list[str] | None,
        typer.Option(help="queued, scheduled, retrying, running, failed or cancelled; may be given again."),
    ] = None,
    kind: Annotated[str | None, typer.Option(help="As ai.read-communication.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List jobs, the oldest first. What is done is kept no longer."""
    found = Api.signed_in().items(f"/operations/{service}/jobs", limit=limit, state=state, kind=kind)
    show(
        found,
        [
            ("id", lambda each: each["id"]),
            ("kind", lambda each: each["kind"]),
            ("state", lambda each: each["state"]),
            ("age", _age),
            ("tries", lambda each: each["tries"]),
            ("delays", lambda each: each["delays"]),
            ("error", lambda each: each["error"]),
        ],
        shape(as_json, as_csv),
    )


@app.command("show")
def show_job(service: ServiceName, job: JobId, as_json: AsJson = False) -> None:
    """Show one job."""
    show_one(Api.signed_in().get(f"/operations/{service}/jobs/{job}"), shape(as_json))


@app.command("cancel")
def cancel_job(service: ServiceName, job: JobId) -> None:
    """Call a job off; one that runs is asked to stop."""
    Api.signed_in().request("POST", f"/operations/{service}/jobs/{job}/cancel")
    out().print("called off; if it runs, it is asked to stop")


@app.command("retry")
def retry_job(service: ServiceName, job: JobId) -> None:
    """Have a job begun now that failed, was cancelled, is scheduled or put off."""
    Api.signed_in().request("POST", f"/operations/{service}/jobs/{job}/retry")
    out().print("it is begun as soon as a worker is free")


@app.command("read-again")
def read_again(
    status: Annotated[list[str] | None, typer.Option(help="partial or failed; by default both.")] = None,
) -> None:
    """Have calls and messages read again that were not, or not in full."""
    answer = Api.signed_in().post("/operations/ai/readings", {"statuses": status} if status else {})
    out().print(f"{answer['readings']} to be read again")


def _age(job: dict[str, Any]) -> str:
    return duration((datetime.now(UTC) - datetime.fromisoformat(job["created_at"])).total_seconds())
