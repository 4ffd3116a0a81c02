"""Which fields are sensitive, and what becomes of them before somebody who may not see them.

`SENSITIVE` says by which permission a field is seen; a new one is a line there, by the name that records, events and
answers call it by. What answers goes through `withhold`, what is written through `refuse_withheld`.
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from gardenos_contracts.values import Role

from gardenos_chassis.auth.caller import Caller
from gardenos_chassis.auth.permissions import SEE_IDENTITY, SEE_PREMIUMS, Permission
from gardenos_chassis.errors import Forbidden

SENSITIVE: Mapping[str, Permission] = {
    "birth_date": SEE_IDENTITY,
    "licence_number": SEE_IDENTITY,
    "premium": SEE_PREMIUMS,
}

_OF_A_CHANGE = ("old", "new")
_OF_A_FACT = ("value", "display", "quote")


@cache
def withheld_from(role: Role) -> tuple[str, ...]:
    """The fields that a role does not see, in the order of `SENSITIVE`."""
    return tuple(name for name, permission in SENSITIVE.items() if not permission.allows(role))


def withhold(caller: Caller, record: dict[str, Any]) -> dict[str, Any]:
    """The record itself, in which what the caller may not see becomes null, and is named under `withheld`.

    Whether there was anything is not told either. A change names its `field`, a fact about a person its `kind`: where that
    is such a field, the values beside it are what is withheld. Where nothing is, there is no `withheld`.
    """
    if gone := hidden_in(hidden_from(caller), record):
        record.update(dict.fromkeys(gone), withheld=gone)
    return record


def withhold_within(caller: Caller, told: Any) -> Any:
    """What is told, at whatever depth: each record in it as `withhold` has it."""
    if isinstance(told, dict):
        return withhold(caller, {name: withhold_within(caller, value) for name, value in told.items()})
    if isinstance(told, list):
        return [withhold_within(caller, each) for each in told]
    return told


def withhold_lists(caller: Caller, state: Mapping[str, Any]) -> dict[str, Any]:
    """A state in whose lists each record is as `withhold` has it, before they are told as text."""
    return {name: withhold_within(caller, value) if isinstance(value, list) else value for name, value in state.items()}


def hidden_from(caller: Caller) -> tuple[str, ...]:
    """As `withheld_from`; from a key also what its maker sees, where that is not among its scopes."""
    if caller.key is None:
        return withheld_from(caller.role)
    return tuple(name for name, permission in SENSITIVE.items() if not caller.may(permission))


def hidden_in(hidden: Collection[str], record: Mapping[str, Any]) -> list[str]:
    """The names in a record under which stands what is hidden."""
    if not hidden:
        return []
    named = [name for name in hidden if name in record]
    told_of = [
        value
        for names, values in (("field", _OF_A_CHANGE), ("kind", _OF_A_FACT))
        if record.get(names) in hidden
        for value in values
        if value in record
    ]
    return named + told_of


def withhold_changes(caller: Caller, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes of one record, each as `withhold` has it; of a fact about a person, by the `kind` that is among them."""
    hidden = hidden_from(caller)
    tells = any(each["field"] == "kind" and (each["old"] in hidden or each["new"] in hidden) for each in changes)
    for each in changes:
        if tells and each["field"] in _OF_A_FACT:
            each.update(dict.fromkeys(_OF_A_CHANGE), withheld=list(_OF_A_CHANGE))
        else:
            withhold(caller, each)
    return changes


def refuse_withheld(caller: Caller, names: Collection[str]) -> None:
    """Raises Forbidden where one of these fields, which are to be written, is one that the caller may not see."""
    if refused := [name for name in hidden_from(caller) if name in names]:
        listed = ", ".join(name.replace("_", " ") for name in refused)
        raise Forbidden(f"your role neither sees nor changes this: {listed}; leave it out")
