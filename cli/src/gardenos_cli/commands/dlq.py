"""Dead letters: events that a consumer could not take; list, show, redrive, discard, over all services."""

import os
from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import typer
from gardenos_chassis.settings import SERVICES, variable

from gardenos_cli.client.api import Api, Refused, default_address
from gardenos_cli.client.output import AsCsv, AsJson, Column, moment, out, shape, show, show_one

app = typer.Typer(
    no_args_is_help=True,
    help="Dead letters: events that a consumer could not take, and those of the same record behind them.",
)

Service = Annotated[str | None, typer.Option(help="Of this service; by default of all.")]
Consumer = Annotated[str | None, typer.Option(help="Of this consumer: leads.last-contact.")]
Stream = Annotated[str | None, typer.Option(help="Of this record: an aggregate's id.")]
Internal = Annotated[
    bool,
    typer.Option(
        "--internal",
        help="Of all agencies, without what is in the events: shows GARDENOS_INTERNAL_TOKEN to GARDENOS_<SERVICE>_URL, or"
        " where that is not set, to the platform on this machine.",
    ),
]

_COLUMNS: list[Column] = [
    ("service", lambda letter: letter["service"]),
    ("consumer", lambda letter: letter["consumer"]),
    ("source", lambda letter: letter["source"]),
    ("sequence", lambda letter: letter["sequence"]),
    ("type", lambda letter: letter["type"]),
    ("stream", lambda letter: letter["stream_id"]),
    ("parked", lambda letter: moment(letter["parked_at"])),
    ("tries", lambda letter: letter["attempts"]),
    ("error", lambda letter: letter["discarded_because"] or letter["error"]),
]
_WHOSE = ("agency_id", "consumer", "source", "stream_id")
_AGENCY: Column = ("agency", lambda letter: letter["agency_id"])


@app.command("list")
def list_letters(
    service: Service = None,
    consumer: Consumer = None,
    stream: Stream = None,
    discarded: Annotated[bool, typer.Option("--discarded", help="Those that were put aside for good.")] = False,
    internal: Internal = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many of each service.")] = 200,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List dead letters in their order."""
    if internal:
        found: Iterator[dict[str, Any]] = _everybodys(service, consumer, stream)
    else:
        found = _ours(Api.signed_in(), service, consumer, stream, discarded=discarded, limit=limit)
    show(found, [_AGENCY, *_COLUMNS] if internal else _COLUMNS, shape(as_json, as_csv))


@app.command("show")
def show_letter(
    service: Annotated[str, typer.Argument(help="The service whose consumer it is.")],
    consumer: Annotated[str, typer.Argument()],
    source: Annotated[str, typer.Argument(help="The service that published it.")],
    sequence: Annotated[int, typer.Argument(min=1)],
    as_json: AsJson = False,
) -> None:
    """Show one, with what is in it."""
    path = f"/operations/{_known(service)}/dead-letters/{consumer}/{source}/{sequence}"
    show_one(Api.signed_in().get(path), shape(as_json))


@app.command("redrive")
def redrive(
    service: Service = None,
    consumer: Consumer = None,
    stream: Stream = None,
    everything: Annotated[bool, typer.Option("--all", help="Where neither a consumer nor a record is named.")] = False,
    internal: Internal = False,
) -> None:
    """Try parked events again, each record's in their order, up to the first that fails again."""
    if not (consumer or stream or everything):
        raise typer.BadParameter("say --consumer, --stream, or --all")
    api = None if internal else Api.signed_in()
    letters = _ours(api, service, consumer, stream) if api else _everybodys(service, consumer, stream)
    applied, failed = 0, 0
    for letter in _one_a_stream(letters):
        body: dict[str, Any] = {name: letter[name] for name in _WHOSE if name in letter}
        left: dict[str, Any] = {"left": 1, "error": None}
        while left["left"] and not left["error"]:
            left = _act(api, letter["service"], "redrive", body)
            applied += left["applied"]
            if not left["applied"]:
                break
        if left["left"]:
            failed += 1
            said = (
                f"{letter['consumer']} {letter['source']} {letter['stream_id']}: {left['left']} left: {left['error']}"
            )
            out().print(said, markup=False)
    out().print(f"{applied} applied" + (f"; {failed} records wait still" if failed else ""))
    if failed:
        raise typer.Exit(1)


@app.command("discard")
def discard(
    service: Annotated[str, typer.Argument(help="The service whose consumer it is.")],
    consumer: Annotated[str, typer.Argument()],
    source: Annotated[str, typer.Argument(help="The service that published it.")],
    sequence: Annotated[int, typer.Argument(min=1)],
    because: Annotated[str, typer.Option(help="Why; it is kept.")],
    agency: Annotated[str | None, typer.Option(help="Whose, with --internal: the agency's id.")] = None,
    internal: Internal = False,
) -> None:
    """Put one event aside for good. Those behind it can be redriven then."""
    if internal != (agency is not None):
        raise typer.BadParameter("--agency and --internal go together")
    body = {"consumer": consumer, "source": source, "sequence": sequence, "because": because}
    api = None if internal else Api.signed_in()
    _act(api, _known(service), "discard", body | ({"agency_id": agency} if agency else {}))
    out().print("discarded; those behind it: gardenos dlq redrive --consumer " + consumer, markup=False)


def _known(service: str) -> str:
    """One of the six, or another team's consumer, if the environment says where that is."""
    if service not in SERVICES and variable(service, "url") not in os.environ:
        raise typer.BadParameter(
            f"there is no service {service}: {', '.join(SERVICES)}. Of another team's consumer say where it is "
            f"({variable(service, 'url')}), and ask it with --internal"
        )
    return service


def _services(service: str | None) -> tuple[str, ...]:
    return (_known(service),) if service else SERVICES


def _ours(
    api: Api,
    service: str | None,
    consumer: str | None,
    stream: str | None,
    *,
    discarded: bool = False,
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    for name in _services(service):
        path = f"/operations/{name}/dead-letters"
        query = {"consumer": consumer, "stream_id": stream, "discarded": discarded or None}
        for letter in api.items(path, limit=limit, **query):
            yield {"service": name, **letter}


def _everybodys(service: str | None, consumer: str | None, stream: str | None) -> Iterator[dict[str, Any]]:
    for name in _services(service):
        narrowed = {key: value for key, value in (("consumer", consumer), ("stream_id", stream)) if value}
        cursor = None
        while True:
            query = {**narrowed, "limit": 200} | ({"cursor": cursor} if cursor else {})
            page = _internally("GET", name, "", params=query).json()
            for letter in page["items"]:
                yield {"service": name, **letter}
            cursor = page["next_cursor"]
            if cursor is None:
                break


def _one_a_stream(letters: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    streams = {
        (each["service"], each.get("agency_id"), each["consumer"], each["source"], each["stream_id"]): each
        for each in letters
    }
    return list(streams.values())


def _act(api: Api | None, service: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
    if api is None:
        answer = _internally("POST", service, f"/{what}", json=body)
    else:
        answer = api.request("POST", f"/operations/{service}/dead-letters/{what}", json=body)
    done: dict[str, Any] = answer.json() if answer.content else {}
    return done


def _internally(method: str, service: str, path: str, **options: Any) -> httpx.Response:
    token = os.environ.get("GARDENOS_INTERNAL_TOKEN")
    if not token:
        raise Refused("set GARDENOS_INTERNAL_TOKEN: the token that services show one another")
    base = os.environ.get(variable(service, "url")) or f"{default_address()}/_services/{service}"
    address = f"{base.rstrip('/')}/internal/v1/dead-letters{path}"
    try:
        answer = httpx.request(method, address, headers={"Authorization": f"Bearer {token}"}, timeout=120, **options)
    except httpx.HTTPError as error:
        raise Refused(f"cannot reach {service} at {base} ({type(error).__name__})") from None
    if not answer.is_success:
        raise Refused(f"{service} answered {answer.status_code}: {answer.text[:500]}", answer.status_code)
    return answer
