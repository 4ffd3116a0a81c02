"""Things people name in words, found by what they are called: campaigns by name, users by email or name."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from gardenos_cli.client.api import Api, Refused


def campaign_id(api: Api, words: str) -> str:
    """A campaign's id: itself, or of the campaign called so."""
    return _found(api, "/campaigns", words, "campaign", lambda item: [item["name"]])


def user_id(api: Api, words: str) -> str:
    """A user's id: itself, `me`, or of the user with this email or name."""
    if words == "me":
        mine: str = api.get("/users/me")["user"]["id"]
        return mine
    return _found(api, "/users", words, "user", lambda item: [item["email"], item["name"]])


def team_id(api: Api, words: str) -> str:
    """A team's id: itself, or of the team called so."""
    return _found(api, "/teams", words, "team", lambda item: [item["name"]])


def _found(api: Api, path: str, words: str, what: str, names: Callable[[dict[str, Any]], list[str]]) -> str:
    if _is_id(words):
        return words
    wanted = words.casefold()
    items = list(api.items(path))
    found = [item for item in items if wanted in [name.casefold() for name in names(item)]]
    if len(found) == 1:
        return str(found[0]["id"])
    known = ", ".join(sorted(names(item)[0] for item in items)) or "none"
    raise Refused(f"{'no' if not found else 'more than one'} {what} is called {words!r}; there are: {known}")


def _is_id(words: str) -> bool:
    try:
        UUID(words)
    except ValueError:
        return False
    return True
