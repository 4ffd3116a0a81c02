"""A filter as SQL over the leads: comparisons alone, so that row-level security lets an index answer them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from gardenos_chassis.auth import Caller
from gardenos_chassis.comparing import beginning, first_known
from gardenos_contracts.leads import Stage
from sqlalchemy import ColumnElement, Select, and_, any_, bindparam, case, exists, false, func, or_, select, true, union
from sqlalchemy.dialects.postgresql import ARRAY

from gardenos_leads.filtering.grammar import RELATIVE, Condition, Day, Group, Kind
from gardenos_leads.filtering.known import CLOSED_SINCE
from gardenos_leads.households.seen import has_household, has_several_open
from gardenos_leads.lists.fields import OWN
from gardenos_leads.lists.searching import found_by
from gardenos_leads.lists.tables import lead_tags, lead_values
from gardenos_leads.records.tables import lead_risks
from gardenos_leads.tables import leads

_CLOSED_AT = case(
    (leads.c.removed_at.is_not(None), leads.c.removed_at),
    (and_(leads.c.stage == Stage.LOST.value, leads.c.comes_back_on.is_(None)), leads.c.stage_since),
)
_KEPT_FOR_A_TIME = and_(
    *(leads.c[name].is_(None) for name in ("client_id", "merged_into", "next_task_on", "forgotten_at"))
)
_COUNTED = {
    "idle_since": first_known(leads.c.last_contacted_at, leads.c.captured_at),
    # As the rule has it after which they are forgotten (`retention`).
    CLOSED_SINCE: case(
        (and_(_KEPT_FOR_A_TIME, _CLOSED_AT.is_not(None)), func.greatest(_CLOSED_AT, leads.c.last_contacted_at))
    ),
}
"""What stands in no column of its own."""


@dataclass(frozen=True, slots=True)
class At:
    """By whom, where and when a filter is asked: relative days are those of the agency's zone."""

    caller: Caller
    now: datetime
    zone: ZoneInfo

    @property
    def agency_id(self) -> UUID:
        """Whose leads are asked for."""
        return self.caller.agency_id

    @property
    def today(self) -> date:
        """The day it is where the agency is."""
        return self.now.astimezone(self.zone).date()

    def day(self, day: Day) -> date:
        """A day, told from today or not."""
        return day if isinstance(day, date) else relative(day, self.today)

    def begin(self, day: date) -> datetime:
        """The moment at which a day begins where the agency is."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def relative(told: str, today: date) -> date:
    """The day that `today-7d` or `start_of_month` is."""
    found = RELATIVE.fullmatch(told)
    assert found is not None, told
    sign, count, unit, start = found.groups()
    match start:
        case "week":
            return today - timedelta(days=today.weekday())
        case "month":
            return today.replace(day=1)
        case "quarter":
            return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return today.replace(month=1, day=1)
    days = int(count or 0) * (7 if unit == "w" else 1)
    return today + timedelta(days=-days if sign == "-" else days)


def compiled(group: Group, at: At) -> ColumnElement[bool]:
    """The leads for which a filter holds."""
    if group.of == "all":
        return and_(true(), *(_part(part, at) for part in group.parts))
    looked_up = [_looked_up(part, at) for part in group.parts]
    if len(looked_up) > 1 and all(each is not None for each in looked_up):
        # Of an "or" over rows beside the leads no index is asked: each lead would be looked at. Their ids together are a set.
        return leads.c.id.in_(union(*(each for each in looked_up if each is not None)))
    parts = [_part(part, at) for part in group.parts]
    return or_(false(), *parts) if parts else true()


def _part(part: Condition | Group, at: At) -> ColumnElement[bool]:
    return compiled(part, at) if isinstance(part, Group) else _condition(part, at)


def _condition(asked: Condition, at: At) -> ColumnElement[bool]:
    rows = _rows(asked, at)
    if rows is not None:
        return _of_rows(rows, asked, at)
    if asked.field.name == "household":
        return _of_household(asked, at)
    if asked.field.kind is Kind.WORDS:
        return _of_words(asked, at)
    name = asked.field.name
    column = _COUNTED[name] if name in _COUNTED else leads.c[name]
    match asked.op:
        case "is_empty":
            return column.is_(None)
        case "is_not_empty":
            return column.is_not(None)
        case "is_not" | "not_in_last":
            return or_(column.is_(None), _compared(column, asked, at))
    return _compared(column, asked, at)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows that stand beside the leads, of which a lead may have several, or none."""

    lead_id: ColumnElement[UUID]
    column: ColumnElement[Any]
    narrowed: tuple[ColumnElement[bool], ...]


_TYPED = {
    Kind.TEXT: lead_values.c.text,
    Kind.CHOICE: lead_values.c.text,
    Kind.NUMBER: lead_values.c.number,
    Kind.YES_NO: lead_values.c.number,
    Kind.DAY: lead_values.c.day,
}


def _rows(asked: Condition, at: At) -> _Rows | None:
    """Where what a condition asks for stands, if that is beside the leads: own fields, tags, roofs of the homes at interest."""
    if asked.field.name.startswith(OWN):
        key = lead_values.c.key == asked.field.name.removeprefix(OWN)
        return _Rows(lead_values.c.lead_id, _TYPED[asked.field.kind], (lead_values.c.agency_id == at.agency_id, key))
    if asked.field.kind is Kind.TAGS:
        return _Rows(lead_tags.c.lead_id, lead_tags.c.tag, (lead_tags.c.agency_id == at.agency_id,))
    if asked.field.name == "roof_year":
        known = lead_risks.c.roof_year.is_not(None)
        return _Rows(lead_risks.c.lead_id, lead_risks.c.roof_year, (lead_risks.c.agency_id == at.agency_id, known))
    return None


_NONE_OF = {"is_not": "is", "not_in_last": "in_last", "has_none": "has_any"}


def _of_rows(rows: _Rows, asked: Condition, at: At) -> ColumnElement[bool]:
    theirs = (*rows.narrowed, rows.lead_id == leads.c.id)
    match asked.op:
        case "is_empty":
            return ~_there(*theirs)
        case "is_not_empty":
            return _there(*theirs)
        case "is_not" | "not_in_last" | "has_none":
            return ~_there(*theirs, _compared(rows.column, replace(asked, op=_NONE_OF[asked.op]), at))
        case "has_all":
            tags: Any = asked.value
            return and_(*(_there(*theirs, rows.column == tag) for tag in tags))
    return _there(*theirs, _compared(rows.column, asked, at))


def _looked_up(part: Condition | Group, at: At) -> Select[Any] | None:
    """Whom a part holds for, where rows beside the leads tell it by themselves."""
    if isinstance(part, Group) or part.op in ("is_empty", "has_all", *_NONE_OF):
        return None
    rows = _rows(part, at)
    if rows is None:
        return None
    found = select(rows.lead_id).where(*rows.narrowed).correlate(None)
    return found if part.op == "is_not_empty" else found.where(_compared(rows.column, part, at))


def _of_household(asked: Condition, at: At) -> ColumnElement[bool]:
    """As whoever asks sees it."""
    match asked.op:
        case "is_empty":
            return ~has_household(at.caller)
        case "is_not_empty":
            return has_household(at.caller)
        case "is_not":
            return ~has_several_open(at.caller)
    return has_several_open(at.caller)


def _of_words(asked: Condition, at: At) -> ColumnElement[bool]:
    column = leads.c.sort_name if asked.field.name == "name" else leads.c[asked.field.name]
    match asked.op:
        case "is_empty":
            return leads.c.sort_name == "" if asked.field.name == "name" else column.is_(None)
        case "is_not_empty":
            return leads.c.sort_name != "" if asked.field.name == "name" else column.is_not(None)
        case "is" if asked.field.name != "name":
            return column == str(asked.value).lower()
    return and_(true(), *found_by(at.agency_id, str(asked.value)))


def _compared(column: ColumnElement[Any], asked: Condition, at: At) -> ColumnElement[bool]:
    value: Any = asked.value
    found: ColumnElement[bool]
    if asked.field.kind in (Kind.DAY, Kind.MOMENT):
        return _in_time(column, asked, at)
    match asked.op:
        case "is" | "has_any" if isinstance(value, tuple):
            found = _any_of(column, value)
        case "is_not" if isinstance(value, tuple):
            found = and_(*(column != each for each in value))
        case "is":
            found = column == (int(value) if isinstance(value, bool) else value)
        case "is_not":
            found = column != value
        case "begins_with":
            least, less_than = beginning(value)
            found = and_(column >= least, column < less_than)
        case "above":
            found = column > value
        case "at_least":
            found = column >= value
        case "below":
            found = column < value
        case "at_most":
            found = column <= value
        case "between":
            found = and_(column >= value[0], column <= value[1])
        case _:
            raise AssertionError(asked.op)
    return found


def _in_time(column: ColumnElement[Any], asked: Condition, at: At) -> ColumnElement[bool]:
    value: Any = asked.value
    found: ColumnElement[bool]
    moment = asked.field.kind is Kind.MOMENT
    # A day begins at a moment; days themselves are compared as such.
    begin: Any = at.begin if moment else lambda day: day
    now: Any = at.now if moment else at.today
    match asked.op:
        case "in_last":
            found = and_(column >= now - timedelta(days=value), column <= now)
        case "not_in_last":
            found = column < now - timedelta(days=value)
        case "in_next":
            found = and_(column >= now, column <= now + timedelta(days=value))
        case "before":
            found = column < begin(at.day(value))
        case "after":
            found = column >= begin(at.day(value) + timedelta(days=1))
        case "on":
            found = and_(column >= begin(at.day(value)), column < begin(at.day(value) + timedelta(days=1)))
        case "between":
            first, last = value
            found = and_(column >= begin(at.day(first)), column < begin(at.day(last) + timedelta(days=1)))
        case _:
            raise AssertionError(asked.op)
    return found


def _any_of(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    if len(values) == 1:
        only: ColumnElement[bool] = column == values[0]
        return only
    return column == any_(bindparam(None, list(values), ARRAY(column.type)))


def _there(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    # Of the lead at hand, also where the page is in the order of such values, and so holds them besides.
    return exists().where(*conditions).correlate(leads)
