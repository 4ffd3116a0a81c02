"""Comparisons that an index answers although policies hide rows.

Under row-level security PostgreSQL asks an index only for what can tell of no hidden row. Of expressions it knows that of
comparisons and of `case`, and not of `coalesce`, nor of most functions (its `contain_leaked_vars`).
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, any_, bindparam, case, or_
from sqlalchemy.dialects.postgresql import ARRAY


def first_known(column: ColumnElement[Any], otherwise: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column, or where it is null the other: what `coalesce` is, for conditions that an index is to answer."""
    return case((column.is_not(None), column), else_=otherwise)


def beginning(word: str) -> tuple[str, str]:
    """All texts that begin with the word are at least the first, and less than the second."""
    last = ord(word[-1])
    after = 0xE000 if last == 0xD7FF else min(last + 1, 0x10FFFF)
    return word, word[:-1] + chr(after)


def one_of(column: ColumnElement[Any], values: Collection[Any], *, or_null: bool = False) -> ColumnElement[bool]:
    """Whether a column holds one of the values, or with `or_null` none at all."""
    # One value is an equality, which lets an index on it sort as well; more are an array, one form however many they are.
    wanted = next(iter(values)) if len(values) == 1 else any_(bindparam(None, list(values), ARRAY(column.type)))
    found: ColumnElement[bool] = column == wanted
    if not or_null:
        return found
    return or_(found, column.is_(None)) if values else column.is_(None)
