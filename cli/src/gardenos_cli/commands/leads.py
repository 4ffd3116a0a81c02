"""Leads: list, show, add, import, assign, move on, convert, forget."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from gardenos_cli.client.api import Api, Refused
from gardenos_cli.client.forgetting import confirm_forgetting
from gardenos_cli.client.names import campaign_id, team_id, user_id
from gardenos_cli.client.output import AsCsv, AsJson, Column, Shape, moment, out, shape, show, show_one, write_json

app = typer.Typer(no_args_is_help=True, help="Leads: list, show, add, import, assign, move on, convert, forget.")

LeadId = Annotated[str, typer.Argument(metavar="LEAD", help="The lead's id.")]
Campaign = Annotated[str | None, typer.Option(help="A campaign's name or id.")]

_COLUMNS: list[Column] = [
    ("id", lambda lead: lead["id"]),
    ("name", lambda lead: lead["display_name"]),
    ("stage", lambda lead: lead["stage"]),
    ("line", lambda lead: lead["line_of_business"]),
    ("campaign", lambda lead: lead["campaign_name"]),
    ("phone", lambda lead: lead["phone"]),
    ("email", lambda lead: lead["email"]),
    ("captured", lambda lead: moment(lead["captured_at"])),
    ("last contact", lambda lead: moment(lead["last_contacted_at"])),
]


@app.command("list")
def list_leads(
    query: Annotated[str | None, typer.Option("--query", "-q", help="Part of a name, email or phone.")] = None,
    stage: Annotated[list[str] | None, typer.Option(help="Of this stage; may be repeated.")] = None,
    campaign: Annotated[list[str] | None, typer.Option(help="Of this campaign (name or id); may be repeated.")] = None,
    owner: Annotated[
        list[str] | None,
        typer.Option(help="Of this user (email, name, id, `me`), or `none` for the pool; may be repeated."),
    ] = None,
    not_contacted_for_days: Annotated[
        int | None, typer.Option(min=0, help="Open, and not contacted for so long.")
    ] = None,
    sort: Annotated[
        str | None, typer.Option(help="captured_at, last_contacted_at, name, x_date; with - newest first.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List leads, the newest first."""
    api = Api.signed_in()
    leads = api.items(
        "/leads",
        limit=limit,
        q=query,
        stage=stage,
        campaign_id=[campaign_id(api, each) for each in campaign or ()],
        owner_id=[each if each == "none" else user_id(api, each) for each in owner or ()],
        not_contacted_for_days=not_contacted_for_days,
        sort=sort,
    )
    show(leads, _COLUMNS, shape(as_json, as_csv))


@app.command("show")
def show_lead(lead: LeadId, as_json: AsJson = False) -> None:
    """Show one lead."""
    show_one(Api.signed_in().get(f"/leads/{lead}"), shape(as_json), leave_out=("name", "version"))


@app.command("add")
def add_lead(
    given: Annotated[str, typer.Option(help="Given name.")] = "",
    family: Annotated[str, typer.Option(help="Family name.")] = "",
    email: Annotated[str | None, typer.Option()] = None,
    phone: Annotated[str | None, typer.Option(help="In any US form, or E.164.")] = None,
    street: Annotated[str | None, typer.Option(help="Street and number.")] = None,
    city: Annotated[str | None, typer.Option()] = None,
    postal_code: Annotated[str | None, typer.Option()] = None,
    state: Annotated[str | None, typer.Option()] = None,
    birth_date: Annotated[str | None, typer.Option(help="YYYY-MM-DD")] = None,
    line_of_business: Annotated[str | None, typer.Option("--line", help="auto, home, renters, life, …")] = None,
    current_carrier: Annotated[str | None, typer.Option("--carrier", help="With whom they are insured now.")] = None,
    x_date: Annotated[str | None, typer.Option(help="When that policy expires, YYYY-MM-DD.")] = None,
    source: Annotated[str, typer.Option()] = "manual",
    campaign: Campaign = None,
    owner: Annotated[str | None, typer.Option(help="A user's email, name or id, or `me`.")] = None,
    notes: Annotated[str | None, typer.Option()] = None,
    if_known: Annotated[
        str, typer.Option(help="Of who is a lead already: refuse, inquire (they asked once more), or anyway.")
    ] = "refuse",
    as_json: AsJson = False,
) -> None:
    """Add a lead."""
    api = Api.signed_in()
    known: dict[str, Any] = {
        "name": {"given": given, "family": family},
        "email": email,
        "phone": phone,
        "street": street,
        "city": city,
        "postal_code": postal_code,
        "state": state,
        "birth_date": birth_date,
        "line_of_business": line_of_business,
        "current_carrier": current_carrier,
        "x_date": x_date,
        "source": source,
        "campaign_id": campaign_id(api, campaign) if campaign else None,
        "owner_id": user_id(api, owner) if owner else None,
        "notes": notes,
        "if_known": if_known,
    }
    lead = api.post("/leads", {name: value for name, value in known.items() if value is not None})
    _tell(lead, f"added {lead['display_name']}", as_json)


@app.command("import")
def import_leads(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)],
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="COLUMN=FIELD, or COLUMN= to leave it out; may be repeated.")
    ] = None,
    campaign: Campaign = None,
    source: Annotated[str | None, typer.Option()] = None,
    owner: Annotated[str | None, typer.Option(help="A user's email, name or id, or `me`.")] = None,
    team: Annotated[str | None, typer.Option(help="A team's name or id: into its pool.")] = None,
    duplicates: Annotated[
        str, typer.Option(help="Of who is a lead already: skip the row, update the lead, or note an inquiry.")
    ] = "skip",
    run_automations: Annotated[
        bool, typer.Option("--run-automations", help="Let what is automatic follow from its rows.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import leads from a CSV file of any spelling, or an Excel workbook, and say what became of each row."""
    api = Api.signed_in()
    known = {
        "mapping": _mapping(mapping) if mapping else None,
        "campaign_id": campaign_id(api, campaign) if campaign else None,
        "source": source,
        "owner_id": user_id(api, owner) if owner else None,
        "team_id": team_id(api, team) if team else None,
        "duplicates": duplicates,
        "run_automations": run_automations,
    }
    plan = {name: value for name, value in known.items() if value is not None}
    with file.open("rb") as content:
        answer = api.request(
            "POST",
            "/imports",
            files={"file": (file.name, content, "application/octet-stream")},
            data={"plan": json.dumps(plan), "go_on": "check" if dry_run else "run"},
        )
    done = _watched(api, answer.json())
    if as_json:
        write_json(done)
        return
    counts = done["counts"]
    changed = "".join(f", {counts[name]} {name}" for name in ("updated", "inquiries") if counts[name])
    out().print(
        f"{counts['rows']} rows: {counts['captured']} captured{changed}, {counts['duplicates']} duplicates, "
        f"{counts['rejected']} rejected, {counts['empty']} empty"
        + (" (dry run: nothing was written)" if dry_run else "")
    )
    out().print(
        "columns: " + ", ".join(f"{each['header']} → {each['field'] or '–'}" for each in done["columns"]), markup=False
    )
    for row in api.items(f"/imports/{done['id']}/rows", fate="rejected", limit=20):
        reasons = "; ".join(f"{reason['field'] or 'row'}: {reason['detail']}" for reason in row["reasons"])
        out().print(f"  row {row['row']} (line {row['line']}): {reasons}", markup=False)
    out().print(f"import {done['id']}")


def _watched(api: Api, found: dict[str, Any]) -> dict[str, Any]:
    """The import once it is through, with a word on how far it is until then."""
    with Console(stderr=True).status("reading") as told:
        while found["status"] in ("checking", "running"):
            told.update(f"{found['rows_done']} of {found['rows_total']} rows")
            time.sleep(0.5)
            found = api.get(f"/imports/{found['id']}")
    if found["problem"]:
        raise Refused(f"the import did not go on: {found['problem']}")
    return found


@app.command("assign")
def assign_lead(
    lead: LeadId,
    to: Annotated[str | None, typer.Option(help="A user's email, name or id, or `me`.")] = None,
    pool: Annotated[bool, typer.Option("--pool", help="Back to the pool.")] = False,
    team: Annotated[str | None, typer.Option(help="A team's name or id.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give a lead to somebody, or back to the pool."""
    if (to is None) == (not pool):
        raise typer.BadParameter("say --to USER or --pool")
    api = Api.signed_in()
    body: dict[str, Any] = {"owner_id": user_id(api, to) if to else None}
    if team:
        body["team_id"] = team_id(api, team)
    changed = api.put(f"/leads/{lead}/owner", body)
    _tell(
        changed,
        f"{changed['display_name']}: assigned" if to else f"{changed['display_name']}: back in the pool",
        as_json,
    )


@app.command("stage")
def move_lead(
    lead: LeadId,
    stage: Annotated[str, typer.Argument(help="new, contacted, …; `won` comes by `convert` alone.")],
    reason: Annotated[str | None, typer.Option()] = None,
    as_json: AsJson = False,
) -> None:
    """Move a lead to another stage."""
    changed = Api.signed_in().put(f"/leads/{lead}/stage", {"stage": stage, **({"reason": reason} if reason else {})})
    _tell(changed, f"{changed['display_name']}: {changed['stage']}", as_json)


@app.command("convert")
def convert_lead(lead: LeadId, as_json: AsJson = False) -> None:
    """Make a client of a lead."""
    changed = Api.signed_in().post(f"/leads/{lead}/conversion")
    _tell(changed, f"{changed['display_name']} is a client: {changed['client_id']}", as_json)


@app.command("forget")
def forget_lead(
    lead: LeadId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forget the person, everywhere and for good: what reports count stays. For owners and admins."""
    api = Api.signed_in()
    confirm_forgetting(api.get(f"/leads/{lead}"), yes)
    _tell(api.post(f"/leads/{lead}/forget"), "forgotten", as_json)


def _tell(lead: dict[str, Any], words: str, as_json: bool) -> None:
    if shape(as_json) is Shape.JSON:
        write_json(lead)
    else:
        out().print(f"{words} (lead {lead['id']})", markup=False)


def _mapping(given: list[str]) -> dict[str, str | None]:
    mapping: dict[str, str | None] = {}
    for each in given:
        column, equals, field = each.rpartition("=")
        if not equals:
            raise Refused(f"--map wants COLUMN=FIELD, not {each!r}")
        mapping[column] = field or None
    return mapping
