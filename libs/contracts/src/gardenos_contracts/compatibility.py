"""Whether an event's schema still means what was published: to readers who know the old one, and to what is stored.

An older reader must accept what is written now, and the class of now must accept what was written then. Together that
leaves one change that is free: a new field with a default. Words for people (titles, descriptions) are no part of it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

_CONSTRAINTS = (
    "format", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
    "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "patternProperties",
    "propertyNames",
)  # fmt: skip
_NONE = object()


def breaks(published: Schema, current: Schema) -> list[str]:
    """What a reader or a stored event would stumble over, each in a sentence that begins with the place in the data.

    Takes two JSON Schemas of draft 2020-12 as pydantic writes them.
    """
    return list(dict.fromkeys(_Comparison(published.get("$defs", {}), current.get("$defs", {})).of(published, current)))


@dataclass(frozen=True, slots=True)
class _Comparison:
    old_parts: Schema
    new_parts: Schema

    def of(
        self, old: Schema, new: Schema, at: str = "", within: frozenset[tuple[Any, Any]] = frozenset()
    ) -> Iterator[str]:
        place = (old.get("$ref"), new.get("$ref"))
        if place != (None, None):
            if place in within:
                return
            within |= {place}
        old, new = _resolved(old, self.old_parts), _resolved(new, self.new_parts)
        here = at or "the event"
        if _read_as(new, old.get("default", _NONE)) != new.get("default", _NONE):
            yield (
                f"{here}: the default was {_said(old, 'default')} and is {_said(new, 'default')}, so a stored event without"
                " the field would change its meaning"
            )
        before, after = self._alternatives(old, self.old_parts), self._alternatives(new, self.new_parts)
        for kind in {**before, **after}:
            for was, now in zip_longest(before.get(kind, []), after.get(kind, [])):
                if was is None:
                    yield f"{here}: may be {kind} now, which older readers do not take"
                elif now is None:
                    yield f"{here}: may no longer be {kind}, which stored events hold"
                else:
                    yield from self._alike(was, now, at, within)

    def _alternatives(self, schema: Schema, parts: Schema) -> dict[str, list[Schema]]:
        """What a value may be, by its kind: `str | None` is a string or null."""
        found: defaultdict[str, list[Schema]] = defaultdict(list)
        for branch in schema.get("anyOf") or schema.get("oneOf") or [schema]:
            resolved = _resolved(branch, parts)
            found[str(resolved.get("type", "anything"))].append(resolved)
        return found

    def _alike(self, old: Schema, new: Schema, at: str, within: frozenset[tuple[Any, Any]]) -> Iterator[str]:
        """Two schemas of the same kind."""
        here = at or "the event"
        was, now = _values(old), _values(new)
        if was and not now:
            yield f"{here}: may be any {old.get('type', 'value')} now, which older readers do not know"
        for value in _missing(was, now) if now else []:
            yield f"{here}: may no longer be {value!r}, which stored events hold"
        for value in _missing(now, was) if was else []:
            yield f"{here}: may be {value!r} now, which older readers do not know"
        if now and not was:
            yield f"{here}: may only be one of {now} now, but stored events hold others"
        for constraint in _CONSTRAINTS:
            if old.get(constraint, _NONE) != new.get(constraint, _NONE):
                yield f"{here}: {constraint} was {_said(old, constraint)} and is {_said(new, constraint)}"
        yield from self._fields(old, new, at, within)
        for name in ("items", "additionalProperties"):
            one, other = old.get(name, True), new.get(name, True)
            if isinstance(one, dict) and isinstance(other, dict):
                yield from self.of(one, other, f"{at}/*", within)
            elif one != other:
                yield f"{here}: {name} was {one} and is {other}"
        for number, (one, other) in enumerate(
            zip(old.get("prefixItems", []), new.get("prefixItems", []), strict=False)
        ):
            yield from self.of(one, other, f"{at}/{number}", within)

    def _fields(self, old: Schema, new: Schema, at: str, within: frozenset[tuple[Any, Any]]) -> Iterator[str]:
        was, now = old.get("properties", {}), new.get("properties", {})
        was_required, now_required = old.get("required", []), new.get("required", [])
        added = _missing(list(now), list(was))
        for name in _missing(list(was), list(now)):
            renamed = next((other for other in added if not [*self.of(was[name], now[other], within=within)]), None)
            if renamed is None:
                yield f"{at}/{name}: is gone, but older readers look for it"
            else:
                yield f"{at}/{name}: is called {renamed} now, but older readers and stored events know the old name"
        for name in added:
            if name in now_required:
                yield f"{at}/{name}: is new and required, but stored events lack it; give it a default"
            elif old.get("additionalProperties") is False:
                yield f"{at}/{name}: is new, but older readers take no field they do not know there"
        for name in was.keys() & now.keys():
            if name in now_required and name not in was_required:
                yield f"{at}/{name}: is required now, but stored events may lack it"
            if name in was_required and name not in now_required:
                yield f"{at}/{name}: may be left out now, but older readers need it"
            yield from self.of(was[name], now[name], f"{at}/{name}", within)


def _resolved(schema: Schema, parts: Schema) -> Schema:
    while "$ref" in schema:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**parts[schema["$ref"].rpartition("/")[2]], **beside}
    return schema


def _read_as(schema: Schema, default: Any) -> Any:
    """A default that was published, as it is read now: with what new fields in it say where they are left out."""
    if not isinstance(default, dict):
        return default
    left_out = {name: field["default"] for name, field in schema.get("properties", {}).items() if "default" in field}
    return left_out | default


def _values(schema: Schema) -> list[Any]:
    """The only values there may be; none if there may be any."""
    found: list[Any] = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return found


def _missing(from_these: list[Any], in_those: list[Any]) -> list[Any]:
    return [value for value in from_these if value not in in_those]


def _said(schema: Schema, name: str) -> str:
    return repr(schema[name]) if name in schema else "none"
