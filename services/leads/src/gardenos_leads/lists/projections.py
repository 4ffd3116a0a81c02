"""Events in: what leads are found and narrowed by, and the lists that have names."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from gardenos_chassis.tenancy import Session, driver_of
from gardenos_contracts import Event, Fact
from gardenos_contracts.lead_lists import (
    LeadFieldChanged,
    LeadFieldDefined,
    LeadFieldsFilled,
    LeadTagsChanged,
    LeadViewRemoved,
    LeadViewSaved,
)
from gardenos_contracts.leads import LeadCaptured, LeadDetailsChanged, PersonForgotten
from gardenos_contracts.values import PersonName
from sqlalchemy import ARRAY, ColumnElement, Text, bindparam, cast, delete, func, insert, literal, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from gardenos_leads.lists.tables import lead_fields, lead_views
from gardenos_leads.tables import leads


def lead_changes(event: Event) -> dict[str, Any]:
    """What an event of these changes in the lead's own row."""
    match event:
        case LeadFieldsFilled():
            values = leads.c.fields.op("||", return_type=JSONB)(cast(literal(event.values, JSONB), JSONB))
            return {"fields": func.jsonb_strip_nulls(values)}
        case LeadTagsChanged():
            return {"tags": _tags(event)}
    return {}


def _tags(event: LeadTagsChanged) -> ColumnElement[Any]:
    found: Any = text(
        "array(select tag from unnest(tags || :added) as tag where tag <> all(:removed) group by tag order by tag)"
    ).bindparams(
        bindparam("added", list(event.added), ARRAY(Text)), bindparam("removed", list(event.removed), ARRAY(Text))
    )
    return found  # type: ignore[no-any-return]


async def project_lists(session: Session, facts: Sequence[Fact[Event]]) -> None:
    """Keeps what lists are narrowed by. Words of new leads go in as a set, for an import brings many."""
    await _add_words(session, facts, (f.data for f in facts if isinstance(f.data, LeadCaptured)))
    for fact in facts:
        match event := fact.data:
            case LeadDetailsChanged():
                await _drop(session, fact, "lead_words")
                await _add_words(session, [fact], [event])
            case PersonForgotten():
                await _drop(session, fact, "lead_words", "lead_tags", "lead_values")
            case LeadTagsChanged():
                await driver_of(session).execute(_UNTAG, fact.agency_id, event.lead_id, list(event.removed))
                await driver_of(session).execute(_TAG, fact.agency_id, event.lead_id, list(event.added))
            case LeadFieldsFilled():
                gone = [key for key, value in event.values.items() if value is None]
                await driver_of(session).execute(_EMPTY, fact.agency_id, event.lead_id, gone)
                await driver_of(session).execute(_FILL, fact.agency_id, event.lead_id, json.dumps(event.values))
            case LeadFieldDefined():
                await session.execute(insert(lead_fields).values(**_defined(fact, event)))
            case LeadFieldChanged():
                ours = (lead_fields.c.agency_id == fact.agency_id, lead_fields.c.key == event.key)
                await session.execute(update(lead_fields).where(*ours).values(**_changed(fact, event)))
            case LeadViewSaved():
                row = _view(fact, event)
                saved = upsert(lead_views).values(**row)
                await session.execute(saved.on_conflict_do_update(index_elements=["agency_id", "id"], set_=row))
            case LeadViewRemoved():
                this = (lead_views.c.agency_id == fact.agency_id, lead_views.c.id == event.view_id)
                await session.execute(delete(lead_views).where(*this))


# The function is found where the migration made it, also while the tables are made anew beside the live ones.
_ADD_WORDS = """
insert into lead_words (agency_id, word, lead_id)
select $1, word, id from unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) as known (id, name, email, phone),
    public.lead_words_of(name, email, phone) as word
order by word, id
"""
_UNTAG = "delete from lead_tags where agency_id = $1 and lead_id = $2 and tag = any($3::text[])"
_TAG = "insert into lead_tags (agency_id, lead_id, tag) select $1, $2, unnest($3::text[]) on conflict do nothing"
_EMPTY = "delete from lead_values where agency_id = $1 and lead_id = $2 and key = any($3::text[])"
_FILL = """
insert into lead_values (agency_id, lead_id, key, text, number, day)
select f.agency_id, $2, f.key,
    case when f.kind in ('text', 'choice') then value end,
    case when f.kind in ('number', 'money') then value::float8 when f.kind = 'yes_no' then value::boolean::int end,
    case when f.kind = 'date' then value::date end
from jsonb_each_text($3::jsonb) as given (key, value) join lead_fields f using (key)
where f.agency_id = $1 and value is not null
on conflict (agency_id, lead_id, key) do update set text = excluded.text, number = excluded.number, day = excluded.day
"""


async def _add_words(
    session: Session, facts: Sequence[Fact[Event]], of: Iterable[LeadCaptured | LeadDetailsChanged]
) -> None:
    known: list[tuple[UUID, str, str | None, str | None]] = [
        (lead.lead_id, _written(lead.name), lead.email, lead.phone) for lead in of
    ]
    if known:
        await driver_of(session).execute(
            _ADD_WORDS, facts[0].agency_id, *(list(column) for column in zip(*known, strict=True))
        )


def _written(name: PersonName) -> str:
    return f"{name.given} {name.family}"


async def _drop(session: Session, fact: Fact[Event], *tables: str) -> None:
    for table in tables:
        # Names of ours.
        await driver_of(session).execute(
            f"delete from {table} where agency_id = $1 and lead_id = $2",  # noqa: S608
            fact.agency_id, fact.stream_id,
        )  # fmt: skip


def _defined(fact: Fact[Event], field: LeadFieldDefined) -> dict[str, Any]:
    return {
        "agency_id": fact.agency_id,
        "id": field.field_id,
        "key": field.key,
        "kind": field.kind.value,
        "label": field.label,
        "options": list(field.options),
        "line_of_business": field.line_of_business and field.line_of_business.value,
        "version": fact.version,
    }


def _changed(fact: Fact[Event], field: LeadFieldChanged) -> dict[str, Any]:
    return {
        "label": field.label,
        "options": list(field.options),
        "line_of_business": field.line_of_business and field.line_of_business.value,
        "retired": field.retired,
        "version": fact.version,
    }


def _view(fact: Fact[Event], view: LeadViewSaved) -> dict[str, Any]:
    return {
        "agency_id": fact.agency_id,
        "id": view.view_id,
        "name": view.name,
        "audience": view.audience.value,
        "owner_id": view.owner_id,
        "team_id": view.team_id,
        "filter": view.filter,
        "sort": view.sort,
        "columns": list(view.columns),
        "version": fact.version,
    }
