"""The events in languages that are not Python: a JSON Schema for each, an AsyncAPI document for all.

- JSON Schema, draft 2020-12: https://json-schema.org/draft/2020-12
- AsyncAPI 3.0, with its Kafka bindings: https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

from gardenos_contracts.envelope import ActorKind
from gardenos_contracts.event import Event, all_events, topic_of

Schema: TypeAlias = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_COMPONENT = "#/components/schemas/{model}"
_BINDING = "0.5.0"
_ENVELOPE = "CloudEvent"


def json_schema(event: type[Event]) -> Schema:
    """What an event's data must hold for its readers. It stands alone, and forbids no field: readers ignore more."""
    schema = event.model_json_schema(mode="validation")
    return {"$schema": _DRAFT, "$id": f"urn:gardenos:{event.event_type}", **schema, "title": event.event_type}


def asyncapi(events: Iterable[type[Event]] | None = None) -> Schema:
    """Every topic with its messages; by default of all published events.

    Raises ValueError if two events mean different things by one name of a part.
    """
    found = sorted(events or all_events().values(), key=lambda event: event.event_type)
    services = sorted({event.service for event in found})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "GardenOS events",
            "version": "1",
            "description": "Facts that GardenOS services publish: CloudEvents 1.0 on Kafka in binary mode, a topic a service."
            " A record's key is its agency's id, so that an agency's history keeps its order.",
        },
        "defaultContentType": "application/json",
        "channels": {service: _channel(service, found) for service in services},
        "operations": {f"{service}.publishes": _publishes(service) for service in services},
        "components": {
            "messages": {event.event_type: _message(event) for event in found},
            "schemas": _schemas(found),
        },
    }


def _channel(service: str, events: Iterable[type[Event]]) -> Schema:
    return {
        "address": topic_of(service),
        "description": f"What the {service} service publishes, in order for each agency.",
        "messages": {
            event.event_type: {"$ref": f"#/components/messages/{event.event_type}"}
            for event in events
            if event.service == service
        },
        "bindings": {"kafka": {"topic": topic_of(service), "bindingVersion": _BINDING}},
    }


def _publishes(service: str) -> Schema:
    return {"action": "send", "channel": {"$ref": f"#/channels/{service}"}}


def _message(event: type[Event]) -> Schema:
    return {
        "name": event.event_type,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip(),
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": f"#/components/schemas/{_ENVELOPE}"},
                {
                    "type": "object",
                    "properties": {
                        "ce_type": {"const": event.event_type},
                        "ce_source": {"const": f"/gardenos/{event.service}"},
                    },
                },
            ]
        },
        "payload": {"$ref": f"#/components/schemas/{event.event_type}"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "format": "uuid", "description": "The agency's id."},
                "bindingVersion": _BINDING,
            }
        },
    }


def _schemas(events: Iterable[type[Event]]) -> Schema:
    found: Schema = {_ENVELOPE: _envelope()}
    for event in events:
        schema = event.model_json_schema(mode="validation", ref_template=_COMPONENT)
        for name, part in schema.pop("$defs", {}).items():
            if found.setdefault(name, part) != part:
                raise ValueError(
                    f"{event.event_type} means another {name} than an event before it; give it its own name"
                )
        found[event.event_type] = schema
    return dict(sorted(found.items()))


def _envelope() -> Schema:
    """The headers of a record, which are text."""
    kinds = "|".join(ActorKind)
    required: Schema = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "description": "Unique within the source, and the same at every redelivery."},
        "ce_source": {"type": "string", "description": "The publishing service."},
        "ce_type": {"type": "string"},
        "ce_subject": {"type": "string", "format": "uuid", "description": "The aggregate's id."},
        "ce_time": {"type": "string", "format": "date-time", "description": "When it happened in the world."},
        "ce_agencyid": {"type": "string", "format": "uuid"},
        "ce_sequence": {
            "type": "string",
            "pattern": "^[1-9][0-9]*$",
            "description": "Its place in the agency's history within this service: 1, 2, 3 … without a gap.",
        },
        "ce_streamversion": {
            "type": "string",
            "pattern": "^[1-9][0-9]*$",
            "description": "Its place in the aggregate's history.",
        },
        "ce_recordedtime": {"type": "string", "format": "date-time", "description": "When it was recorded."},
        "ce_actor": {"type": "string", "pattern": f"^({kinds}):", "description": "Who did it: `person:<user id>` …"},
        "ce_correlationid": {"type": "string", "description": "The request that it began with."},
        "correlation_id": {"type": "string", "description": "As `ce_correlationid`, for tracing."},
        "content-type": {"const": "application/json"},
    }
    optional: Schema = {
        "ce_causationid": {"type": "string", "description": "What it follows from: an event's id."},
        "ce_onbehalfof": {
            "type": "string",
            "description": "Where no person did it: the id of the user at the beginning of what led to it.",
        },
        "ce_origin": {
            "type": "string",
            "description": "From where it was asked for: the client's network, its device and session.",
        },
        "ce_rule": {"type": "string", "description": "By which rule it was allowed: `records:write/own`."},
        "ce_traceparent": {"type": "string", "description": "W3C Trace Context."},
        "traceparent": {"type": "string", "description": "As `ce_traceparent`."},
    }
    return {
        "title": _ENVELOPE,
        "description": "Where an event stands: the headers of its record.",
        "type": "object",
        "properties": required | optional,
        "required": list(required),
    }
