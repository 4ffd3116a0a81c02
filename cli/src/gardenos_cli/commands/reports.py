"""Reports: how long things take."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from gardenos_cli.client.api import Api
from gardenos_cli.client.output import AsCsv, AsJson, Column, Shape, duration, out, shape, show, write_json

app = typer.Typer(no_args_is_help=True, help="Reports: how long things take, by agent, campaign, source or team.")


class GroupBy(StrEnum):
    """What a report's lines are."""

    AGENT = "agent"
    CAMPAIGN = "campaign"
    SOURCE = "source"
    TEAM = "team"


From = Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")]
To = Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")]
By = Annotated[GroupBy, typer.Option("--group-by")]

_COLUMNS: list[Column] = [
    ("", lambda row: row["label"]),
    ("count", lambda row: row["count"]),
    ("median", lambda row: duration(row["median_seconds"])),
    ("p90", lambda row: duration(row["p90_seconds"])),
]


@app.command("conversion-times")
def conversion_times(
    from_: From = None, to: To = None, group_by: By = GroupBy.AGENT, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """From first touch to conversion."""
    _report("conversion-times", from_, to, group_by, shape(as_json, as_csv), _COLUMNS)


@app.command("response-times")
def response_times(
    from_: From = None, to: To = None, group_by: By = GroupBy.AGENT, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """From capture to first outbound contact."""
    waiting: Column = ("waiting", lambda row: row.get("waiting"))
    _report("response-times", from_, to, group_by, shape(as_json, as_csv), [*_COLUMNS, waiting])


def _report(name: str, from_: str | None, to: str | None, group_by: GroupBy, how: Shape, columns: list[Column]) -> None:
    api = Api.signed_in()
    query = {"from": from_, "to": to, "group_by": group_by.value}
    if how is Shape.CSV:
        sys.stdout.write(api.bytes_of(f"/reports/{name}", accept="text/csv", **query).decode("utf-8-sig"))
        return
    report = api.get(f"/reports/{name}", **query)
    if how is Shape.JSON:
        write_json(report)
        return
    out().print(f"{report['from']} to {report['to']} ({report['time_zone']}), by {report['group_by']}", style="bold")
    out().print(report["definition"], style="dim", markup=False)
    show([*report["rows"], {**report["total"], "label": "all"}], columns, Shape.TABLE)
