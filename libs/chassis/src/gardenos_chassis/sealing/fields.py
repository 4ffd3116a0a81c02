"""Personal fields, sealed and opened: what the store keeps of an event, and what it gives back.

    {"lead_id": "…", "email": null, "name": {"given": "", "family": ""}, …, "$sealed": {"for": "<whose key>", "box": "<base64>"}}

In clear stands the event as it is of somebody forgotten. The box holds the personal fields as JSON (AES-256-GCM, a random
nonce in front), bound to the event's agency, stream, version and type: moved elsewhere it does not open.
"""

import os
from base64 import b64decode, b64encode
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from gardenos_contracts import Event, Fact, all_events, personal_fields, without_personal

_NONCE = 12

CLEAR = "(events.data - '$sealed')::text as data"
"""The part in clear, as a column of a query."""
BOX = "events.data #>> '{$sealed,box}' as box"
WHOSE = "(events.data #>> '{$sealed,for}')::uuid"
"""Whose key opens it; null if nothing is sealed."""


def are_sealed(service: str) -> bool:
    """Whether events of this service hold personal data."""
    return any(personal_fields(event) for event in all_events().values() if event.service == service)


def sealed(fact: Fact[Event], key: AESGCM, whose: UUID) -> str:
    """The event's data as the store keeps it."""
    personal = fact.data.model_dump_json(include=set(personal_fields(type(fact.data))))
    nonce = os.urandom(_NONCE)
    place = _place(fact.agency_id, fact.stream_id, fact.version, fact.type)
    box = b64encode(nonce + key.encrypt(nonce, personal.encode(), place)).decode()
    clear = without_personal(fact.data).model_dump_json()
    return f'{clear[:-1]},"$sealed":{{"for":"{whose}","box":"{box}"}}}}'


def left(fact: Fact[Event], whose: UUID) -> str:
    """The data of a fact of somebody forgotten as the store keeps it: there is nothing to seal."""
    return f'{without_personal(fact.data).model_dump_json()[:-1]},"$sealed":{{"for":"{whose}"}}}}'


def opened(
    clear: str, box: str, key: AESGCM, *, agency_id: UUID, stream_id: UUID, version: int, type: str
) -> bytes:  # fmt: skip
    """The event's data, whole. Raises cryptography's InvalidTag for a box that was moved or changed."""
    raw = b64decode(box)
    personal = key.decrypt(raw[:_NONCE], raw[_NONCE:], _place(agency_id, stream_id, version, type))
    return orjson.dumps(orjson.loads(clear) | orjson.loads(personal))


def _place(agency_id: UUID, stream_id: UUID, version: int, type: str) -> bytes:
    return f"{agency_id} {stream_id} {version} {type}".encode()
