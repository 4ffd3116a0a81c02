"""Lists, read by the driver: the statements are SQLAlchemy's, the rows are plain.

A page of fifty rows costs SQLAlchemy more than it costs PostgreSQL: row objects are made of what the driver brings, and a
greenlet waits for it. So a statement is compiled once for each of its forms, by the key under which SQLAlchemy itself
keeps what it compiled; the driver is then asked directly. Where a value or a column would need SQLAlchemy on its way
(JSON, an `in` list), the statement is executed as usual, with the same result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Dialect, Float, Numeric, Select
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import TypeEngine

from gardenos_chassis.tenancy import Session, driver_of


@dataclass(frozen=True, slots=True)
class _Plan:
    """A form of statement, compiled. `order` are the places of its values among those that the statement holds."""

    sql: str
    order: tuple[int, ...]


_plans: dict[object, _Plan | None] = {}
_MOST = 1000
"""Forms kept; a service has some dozens."""


async def fetch(session: Session, statement: Select[Any]) -> list[dict[str, Any]]:
    """All rows that a statement gives, each a dictionary by column name."""
    key = statement._generate_cache_key()
    if key is None:
        return await _by_sqlalchemy(session, statement)
    if key.key not in _plans:
        if len(_plans) >= _MOST:
            _plans.clear()
        _plans[key.key] = _planned(statement, key.bindparams, session.dialect)
    plan = _plans[key.key]
    if plan is None:
        return await _by_sqlalchemy(session, statement)
    values = [key.bindparams[place].effective_value for place in plan.order]
    return [dict(record) for record in await driver_of(session).fetch(plan.sql, *values)]


async def _by_sqlalchemy(session: Session, statement: Select[Any]) -> list[dict[str, Any]]:
    result = await session.execute(statement)
    names = [str(name) for name in result.keys()]  # noqa: SIM118 - a result is no mapping
    return [dict(zip(names, row, strict=True)) for row in result.all()]


def _planned(statement: Select[Any], held: Sequence[BindParameter[Any]], dialect: Dialect) -> _Plan | None:
    if any(value.expanding or _bound(value.type, dialect) for value in held):
        return None
    if any(_processed(column.type, dialect) for column in statement.selected_columns):
        return None
    compiled = statement.compile(dialect=dialect)
    # What stands beside a `false` is left out of the text, and so are its values.
    bound = compiled.bind_names
    places = {bound[value]: place for place, value in enumerate(held) if value in bound}
    return _Plan(str(compiled), tuple(places[name] for name in compiled.positiontup or ()))


def _bound(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    """Whether SQLAlchemy would change a value before the driver gets it. Of an array it would its items, or nothing."""
    if isinstance(type_, ARRAY):
        return _bound(type_.item_type, dialect)
    return type_.dialect_impl(dialect).bind_processor(dialect) is not None


def _processed(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    """Whether SQLAlchemy would change what the driver brings. Of fractions it decides by what the server sends."""
    if isinstance(type_, ARRAY):
        return bool(type_.as_tuple) or _processed(type_.item_type, dialect)
    return isinstance(type_, Numeric | Float) or type_.dialect_impl(dialect).result_processor(dialect, None) is not None
