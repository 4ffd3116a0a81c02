"""What was published, kept: the JSON Schema of each event in each version, and whether the classes still agree with it.

`published/<type>.json` is written by `gardenos contracts publish`, in the change that brings a new event, a new version
or a new optional field. It is never edited: readers out there were built on it.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from gardenos_contracts.compatibility import Schema, breaks
from gardenos_contracts.event import Event, event_class
from gardenos_contracts.schemas import json_schema

FOLDER = Path(__file__).parent / "published"


def published(folder: Path = FOLDER) -> dict[str, Schema]:
    """The schema of every version that ever was published, by type."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def broken(events: Mapping[str, type[Event]], known: Mapping[str, Schema]) -> list[str]:
    """Where the classes contradict what was published, and what to do instead."""
    found = []
    for event_type in known:
        if event_type in events:
            found += [
                f"{event_type} {fault}.\n    Leave it as it was, and publish version {_version(event_type) + 1} beside it,"
                f' with an @upcaster("{event_type}").'
                for fault in breaks(known[event_type], json_schema(events[event_type]))
            ]
        elif (newest := event_class(event_type)) is None or newest.event_type not in events:
            found.append(
                f"{event_type} was published and cannot be read any more.\n    Bring its class back, or if there is a newer"
                f' version, say by an @upcaster("{event_type}") what the next one makes of it.'
            )
    return found


def unpublished(events: Mapping[str, type[Event]], known: Mapping[str, Schema]) -> dict[str, Schema]:
    """The schemas that are new, or not as they were written last: of new events and versions, with new optional fields."""
    schemas = {event_type: json_schema(event) for event_type, event in events.items()}
    return {event_type: schema for event_type, schema in schemas.items() if known.get(event_type) != schema}


def publish(events: Mapping[str, type[Event]], folder: Path = FOLDER) -> list[str]:
    """Writes what is unpublished; tells the types. Raises ValueError, and writes nothing, if something would break."""
    known = published(folder)
    if faults := broken(events, known):
        raise ValueError("\n".join(faults))
    folder.mkdir(exist_ok=True)
    new = unpublished(events, known)
    for event_type, schema in new.items():
        text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        (folder / f"{event_type}.json").write_text(text, encoding="utf-8")
    return list(new)


def _version(event_type: str) -> int:
    return int(event_type.rpartition(".v")[2])
