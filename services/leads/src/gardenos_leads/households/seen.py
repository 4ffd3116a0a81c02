"""A household as somebody sees it: of those members alone who are in their scope. A household of one is none."""

from typing import Any

from gardenos_chassis.auth import Caller, visible_to
from gardenos_contracts.leads import Stage
from sqlalchemy import ColumnElement, case, exists, func, literal, select

from gardenos_leads.tables import leads

_member = leads.alias("member")
_CLOSED = [stage.value for stage in Stage if stage.closed]


def _members(caller: Caller) -> tuple[ColumnElement[bool], ...]:
    """Of the household of the lead at hand; itself among them."""
    return (
        _member.c.agency_id == caller.agency_id,
        _member.c.household_id == leads.c.household_id,
        _member.c.removed_at.is_(None),
        visible_to(caller, _member.c.owner_id, _member.c.team_id, _member.c.person_id),
    )


def has_household(caller: Caller) -> ColumnElement[bool]:
    """Whether somebody else lives with the lead at hand."""
    return leads.c.household_id.is_not(None) & exists().where(*_members(caller), _member.c.id != leads.c.id).correlate(
        leads
    )


def has_several_open(caller: Caller) -> ColumnElement[bool]:
    """Whether more than one lead of its household is open."""
    open_ones = (
        select(func.count())
        .select_from(_member)
        .where(*_members(caller), _member.c.stage.not_in(_CLOSED))
        .correlate(leads)
        .scalar_subquery()
    )
    return case((leads.c.household_id.is_not(None), open_ones >= 2), else_=False)


def household_name(caller: Caller) -> ColumnElement[Any]:
    """What the household of the lead at hand is called, by the surnames in it; null where nobody else lives with it."""
    surname = func.nullif(_member.c.family_name, "")
    named = func.coalesce(
        func.string_agg(surname.distinct(), literal("–")) + literal(" household"), literal("Household")
    )
    name = (
        select(case((func.bool_or(_member.c.id != leads.c.id), named)))
        .select_from(_member)
        .where(*_members(caller))
        .correlate(leads)
        .scalar_subquery()
    )
    return case((leads.c.household_id.is_not(None), name))
