"""What was said: calls, emails, threads, a person's timeline, and what was drawn from it."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gardenos_cli.client.api import Api, Refused
from gardenos_cli.client.output import AsCsv, AsJson, Shape, moment, out, shape, show, write_json

calls = typer.Typer(no_args_is_help=True, help="Calls: log one.")
messages = typer.Typer(no_args_is_help=True, help="Messages: take in an email as it arrives.")
threads = typer.Typer(no_args_is_help=True, help="Threads: conversations by subject.")

LeadOption = Annotated[str | None, typer.Option("--lead", help="A lead's id.")]
ClientOption = Annotated[str | None, typer.Option("--client", help="A client's id.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]


@calls.command("log")
def log_call(
    direction: Annotated[str, typer.Option(help="inbound or outbound")],
    disposition: Annotated[str, typer.Option(help="connected, voicemail, no_answer, …")],
    lead: LeadOption = None,
    client: ClientOption = None,
    started_at: Annotated[str | None, typer.Option(help="RFC 3339; by default now.")] = None,
    duration: Annotated[int, typer.Option(min=0, help="In seconds.")] = 0,
    transcript: Annotated[str | None, typer.Option(help="A text file, or - for standard input.")] = None,
    notes: Annotated[str | None, typer.Option()] = None,
    as_json: AsJson = False,
) -> None:
    """Log a call with a lead or a client."""
    body: dict[str, Any] = {
        **_person(lead, client),
        "direction": direction,
        "disposition": disposition,
        "started_at": started_at or datetime.now(UTC).isoformat(timespec="seconds"),
        "duration_seconds": duration,
        "transcript": _read(transcript).decode(errors="replace") if transcript else None,
        "notes": notes,
    }
    call = Api.signed_in().post("/calls", {name: value for name, value in body.items() if value is not None})
    if shape(as_json) is Shape.JSON:
        write_json(call)
    else:
        out().print(f"logged (call {call['id']}, thread {call['thread_id']})")


@messages.command("receive")
def receive_message(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An RFC 5322 message, or - for standard input.")],
    as_json: AsJson = False,
) -> None:
    """Take in an email as it arrived; it finds its thread and its person."""
    answer = Api.signed_in().request(
        "POST", "/messages/inbound-email", content=_read(file), headers={"Content-Type": "message/rfc822"}
    )
    message = answer.json()
    if shape(as_json) is Shape.JSON:
        write_json(message)
        return
    whose = "a person we know" if message.get("person_id") else "nobody we know yet"
    again = ", had come before" if answer.status_code == 200 else ""
    out().print(
        f"from {message['sender']} ({whose}{again}): {message['subject']} "
        f"(message {message['id']}, thread {message['thread_id']})",
        markup=False,
    )


@threads.command("list")
def list_threads(
    lead: LeadOption = None,
    client: ClientOption = None,
    unknown: Annotated[bool, typer.Option("--unknown", help="Those of nobody we know.")] = False,
    limit: Limit = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List threads, the latest first."""
    found = Api.signed_in().items(
        "/threads", limit=limit, lead_id=lead, client_id=client, unknown="true" if unknown else None
    )
    show(
        found,
        [
            ("id", lambda each: each["id"]),
            ("last", lambda each: moment(each["last_at"])),
            ("channel", lambda each: each["channel"]),
            ("person", lambda each: each["person_name"]),
            ("subject", lambda each: each["subject"]),
            ("entries", lambda each: each["entries_count"]),
        ],
        shape(as_json, as_csv),
    )


@threads.command("show")
def show_thread(thread: Annotated[str, typer.Argument(metavar="THREAD")], as_json: AsJson = False) -> None:
    """Show what was said in one thread."""
    found = Api.signed_in().get(f"/threads/{thread}")
    if shape(as_json) is Shape.JSON:
        write_json(found)
        return
    out().print(found["subject"] or "(no subject)", style="bold", markup=False)
    for entry in found["entries"]:
        if entry["kind"] == "call":
            head = f"{moment(entry['started_at'])}  {entry['direction']} call, {entry['disposition']}"
            words = entry.get("transcript") or entry.get("notes") or ""
        else:
            head = f"{moment(entry['received_at'])}  {entry['sender_name'] or entry['sender']}: {entry['subject']}"
            words = entry["text"]
        out().print(f"\n{head}", style="cyan", markup=False)
        out().print(words, markup=False)


def timeline(
    lead: LeadOption = None,
    client: ClientOption = None,
    limit: Limit = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """What happened with a person, the latest first."""
    show(
        Api.signed_in().items("/timeline", limit=limit, **_person(lead, client)),
        [
            ("when", lambda each: moment(each["occurred_at"])),
            ("what", lambda each: each["kind"]),
            ("title", lambda each: each["title"]),
        ],
        shape(as_json, as_csv),
    )


def insights(
    lead: LeadOption = None,
    client: ClientOption = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind: x_date, premium, …")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """What was drawn from a person's conversations, each with its quote."""
    show(
        Api.signed_in().items("/insights", limit=limit, kind=kind, **_person(lead, client)),
        [
            ("said", lambda each: moment(each["said_at"])),
            ("insight", lambda each: each["label"]),
            ("value", lambda each: "(not shown to your role)" if each.get("withheld") else each["value"]),
            ("quote", lambda each: "" if each.get("withheld") else f"“{each['quote']}”"),
            ("in", lambda each: f"{each['source_kind']} {each['source_id']}"),
        ],
        shape(as_json, as_csv),
    )


def search(
    query: Annotated[str, typer.Argument(help="In your own words.")],
    limit: Limit = 10,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Search all conversations by meaning."""
    found = Api.signed_in().get("/search", q=query, limit=limit)
    show(
        found["items"],
        [
            ("score", lambda each: f"{each['score']:.2f}"),
            ("said", lambda each: moment(each["said_at"])),
            ("text", lambda each: each["text"]),
            ("lead", lambda each: each["lead_id"]),
            ("client", lambda each: each["client_id"]),
        ],
        shape(as_json, as_csv),
    )


def _person(lead: str | None, client: str | None) -> dict[str, str]:
    if (lead is None) == (client is None):
        raise typer.BadParameter("say --lead ID or --client ID")
    return {"lead_id": lead} if lead else {"client_id": client or ""}


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise Refused(f"cannot read {file}: {error.strerror}") from None
