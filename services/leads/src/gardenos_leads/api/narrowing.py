"""A list's `filter` and `sort`, read."""

from collections.abc import Mapping
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
from gardenos_leads.filtering.grammar import Group, fields_of, parse
from gardenos_leads.filtering.known import known_fields, recycled_beside, removed_beside
from gardenos_leads.lists.fields import Field
from gardenos_leads.lists.queries import own_fields, what_filters_need
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
    own, zone = await what_filters_need(reading.session, reading.caller.agency_id)
    group = _parsed(reading.caller, document, own, pointer="query:filter")
    where = compiled(group, At(reading.caller, datetime.now(UTC), zone))
    recycled, removed = recycled_beside(group, wanted.recycled), removed_beside(group, wanted.removed)
    return replace(wanted, where=where, recycled=recycled, removed=removed)


async def require_understood(session: Session, caller: Caller, document: Any, *, pointer: str) -> None:
    """Raises Invalid and Forbidden for what is no filter over what the caller may see."""
    _parsed(caller, document, await own_fields(session, caller.agency_id), pointer=pointer)


def _parsed(caller: Caller, document: Any, own: Mapping[str, Field], *, pointer: str) -> Group:
    group = parse(document, known_fields(own.values()), pointer=pointer)
    refuse_withheld(caller, fields_of(group))
    return group
