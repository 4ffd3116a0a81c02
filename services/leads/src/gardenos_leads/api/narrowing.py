"""A list's `filter` and `sort`, read."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import Query
from gardenos_chassis.auth import Caller
from gardenos_chassis.auth.fields import refuse_withheld
from gardenos_chassis.errors import Invalid
from gardenos_chassis.http import Reading
from gardenos_chassis.tenancy import Session
from pydantic import StringConstraints

from gardenos_leads.filtering.compiling import At, compiled
from gardenos_leads.filtering.grammar import fields_of, parse
from gardenos_leads.filtering.known import known_fields
from gardenos_leads.lists.queries import own_fields, zone_of
from gardenos_leads.queries import LeadFilter

FilterParam = Annotated[
    str | None,
    Query(
        max_length=20_000,
        description='Conditions as JSON: `{"all": [{"field": "last_contacted_at", "op": "not_in_last", "value": 7}]}`',
    ),
]
OwnSort = Annotated[str, StringConstraints(pattern=r"^-?fields\.[a-z][a-z0-9_]{0,49}$")]
"""The order of an agency's own field; leads without it come last."""


async def narrowed(reading: Reading, wanted: LeadFilter, filter: str | None) -> LeadFilter:
    """What is asked for, with the filter. Raises Invalid where the filter is none, and says what to do."""
    if filter is None:
        return wanted
    try:
        document = orjson.loads(filter)
    except ValueError as unread:
        raise Invalid("the filter is not JSON", pointer="query:filter") from unread
    group = await understood(reading.session, reading.caller, document, pointer="query:filter")
    at = At(reading.caller.agency_id, datetime.now(UTC), await zone_of(reading.session, reading.caller.agency_id))
    return replace(wanted, where=compiled(group, at))


async def understood(session: Session, caller: Caller, document: Any, *, pointer: str) -> Any:
    """A filter over what the caller may see. Raises Invalid and Forbidden."""
    own = await own_fields(session, caller.agency_id)
    group = parse(document, known_fields(own.values()), pointer=pointer)
    refuse_withheld(caller, fields_of(group))
    return group
