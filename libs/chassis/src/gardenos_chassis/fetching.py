"""Lists, read by the driver: the statements are SQLAlchemy's, the rows are plain.

A page of fifty rows costs SQLAlchemy more than it costs PostgreSQL: row objects are made of what the driver brings, and a
greenlet waits for it. So a statement is compiled once for each of its forms, by the key under which SQLAlchemy itself
keeps what it compiled; the driver is then asked directly. Where a value or a column would need SQLAlchemy on its way
(JSON, an `in` list), the statement is executed as usual, with the same result.

That key is made by a walk through the whole statement, each column of it, for each request anew. A `Listing` is of always
the same columns and joins: its statement is put together only for a form not seen before, and the key is of what narrows it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Dialect, Double, Float, Integer, Numeric, Select, bindparam
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import TypeEngine

from gardenos_chassis.tenancy import Session, driver_of


@dataclass(frozen=True, slots=True)
class Plan:
    """A form of statement, compiled. `order` are the places of its values among those that the statement holds."""

    sql: str
    order: tuple[int, ...]

    async def fetch(self, session: Session, held: Sequence[BindParameter[Any]]) -> list[dict[str, Any]]:
        """The rows for what a statement of this form holds."""
        values = [held[place].effective_value for place in self.order]
        return [dict(record) for record in await driver_of(session).fetch(self.sql, *values)]


_plans: dict[object, Plan | None] = {}
_MOST = 1000
"""Forms kept; a service has some dozens."""


async def fetch(session: Session, statement: Select[Any]) -> list[dict[str, Any]]:
    """All rows that a statement gives, each a dictionary by column name."""
    key = statement._generate_cache_key()
    if key is None:
        return await _by_sqlalchemy(session, statement)
    return await _fetched(session, _plans, key.key, key.bindparams, lambda: statement)


class Listing:
    """Rows of always the same columns and joins, of which each request wants others.

    What narrows it names the base's tables; an alias, or a table of its own, only within one condition.
    """

    def __init__(self, base: Select[Any]) -> None:
        """`base`: the part that stays. Raises ValueError where SQLAlchemy knows no key for it."""
        key = base._generate_cache_key()
        if key is None:
            raise ValueError("this statement is another each time")
        self._base = base
        self._held = key.bindparams
        self._plans: dict[object, Plan | None] = {}

    async def fetch(
        self,
        session: Session,
        where: Sequence[ColumnElement[bool]],
        *,
        order: Sequence[ColumnElement[Any]] = (),
        limit: int | None = None,
        also: Sequence[ColumnElement[Any]] = (),
    ) -> list[dict[str, Any]]:
        """The rows for which all conditions hold, each a dictionary by column name; `also`: columns that depend on who asks."""
        most = [] if limit is None else [bindparam(None, limit, Integer)]

        def narrowed() -> Select[Any]:
            found = self._base.add_columns(*also).where(*where).order_by(*order)
            return found.limit(most[0]) if most else found

        keys = [each._generate_cache_key() for each in (*where, *order, *also, *most)]
        known = [key for key in keys if key is not None]
        if len(known) < len(keys):
            return await _by_sqlalchemy(session, narrowed())
        held = [*self._held, *(value for key in known for value in key.bindparams)]
        form = (len(where), len(order), len(also), *(key.key for key in known))
        return await _fetched(session, self._plans, form, held, narrowed)


async def _fetched(
    session: Session,
    plans: dict[object, Plan | None],
    form: object,
    held: Sequence[BindParameter[Any]],
    statement: Callable[[], Select[Any]],
) -> list[dict[str, Any]]:
    """The rows for what is held, by the plan of its form, which is made of the statement where there is none yet."""
    if form not in plans:
        if len(plans) >= _MOST:
            plans.clear()
        plans[form] = _planned(statement(), held, session.dialect)
    plan = plans[form]
    return await (_by_sqlalchemy(session, statement()) if plan is None else plan.fetch(session, held))


async def _by_sqlalchemy(session: Session, statement: Select[Any]) -> list[dict[str, Any]]:
    result = await session.execute(statement)
    names = [str(name) for name in result.keys()]  # noqa: SIM118 - a result is no mapping
    return [dict(zip(names, row, strict=True)) for row in result.all()]


def _planned(statement: Select[Any], held: Sequence[BindParameter[Any]], dialect: Dialect) -> Plan | None:
    if any(value.expanding or _bound(value.type, dialect) for value in held):
        return None
    if any(_processed(column.type, dialect) for column in statement.selected_columns):
        return None
    compiled = statement.compile(dialect=dialect)
    # What stands beside a `false` is left out of the text, and so are its values.
    bound = compiled.bind_names
    places = {bound[value]: place for place, value in enumerate(held) if value in bound}
    return Plan(str(compiled), tuple(places[name] for name in compiled.positiontup or ()))


def _bound(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    """Whether SQLAlchemy would change a value before the driver gets it. Of an array it would its items, or nothing."""
    if isinstance(type_, ARRAY):
        return _bound(type_.item_type, dialect)
    return type_.dialect_impl(dialect).bind_processor(dialect) is not None


def _processed(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    """Whether SQLAlchemy would change what the driver brings. Of fractions it decides by what the server sends: doubles stay."""
    if isinstance(type_, ARRAY):
        return bool(type_.as_tuple) or _processed(type_.item_type, dialect)
    if isinstance(type_, Double) and not type_.asdecimal:
        return False
    return isinstance(type_, Numeric | Float) or type_.dialect_impl(dialect).result_processor(dialect, None) is not None
