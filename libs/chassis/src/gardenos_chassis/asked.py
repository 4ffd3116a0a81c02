"""What is known of the request that is being answered: from where it came, and by which rule it may do what it does.

It is kept beside the request, not handed on by each route: whatever is recorded while a request is answered says these things
of itself, and no route can forget to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import HTTPConnection
from starlette.types import Scope

from gardenos_chassis.origins import Proxies


@dataclass(slots=True)
class Asked:
    """One request, while it is answered."""

    scope: Scope
    proxies: Proxies
    rule: str | None = None
    """The last permission that was asked of the caller, and in which scope they have it: `records:write/own`."""
    signed_in: bool = False
    session_id: str = ""
    """Of the caller, once their token is verified."""
    person_id: UUID | None = None
    """Whose data the answer shows, where the route found out."""
    act: str | None = None
    """What is done with it, where that is another than the route says: a list that is handed out as a file."""
    _origin: str | None = None

    @property
    def query(self) -> dict[str, str]:
        """The parameters in the address; of one that is given twice, the last."""
        return dict(HTTPConnection(self.scope).query_params)

    @property
    def origin(self) -> str:
        """As `origin_in_words`: of the address its network alone, for addresses are personal and events are for good.

        The session leads to the address itself, as long as identity keeps the session.
        """
        if self._origin is None:
            found = self.proxies.origin_of(HTTPConnection(self.scope))
            self._origin = f"{found.network}; {found.device}"
        return f"{self._origin}; session {self.session_id}" if self.session_id else self._origin

    @property
    def why(self) -> str:
        """The rule. Where no permission was asked: of whoever is signed in, that the account is theirs; else that anybody may."""
        if self.rule is not None:
            return self.rule
        if self.signed_in:
            return "account:change/own"
        return f"public:{getattr(self.scope.get('route'), 'name', 'unmatched')}"


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


def now() -> Asked | None:
    """The request that is being answered; None in consumers, jobs and commands."""
    return _asked.get()


@contextmanager
def answering(scope: Scope, proxies: Proxies) -> Iterator[None]:
    """While this lasts, `now` is this request."""
    token = _asked.set(Asked(scope, proxies))
    try:
        yield
    finally:
        _asked.reset(token)


def allowed_by(rule: str) -> None:
    """Notes by which rule the caller may do what they ask for; a later, narrower one takes its place."""
    asked = _asked.get()
    if asked is not None:
        asked.rule = rule


def shows(*, person_id: UUID | None = None, act: str | None = None) -> None:
    """Notes whose data is answered with, or that more is done with it than the route says."""
    asked = _asked.get()
    if asked is not None:
        asked.person_id = person_id or asked.person_id
        asked.act = act or asked.act


def of_session(session_id: str) -> None:
    """Notes that somebody asks who is signed in, and by which session."""
    asked = _asked.get()
    if asked is not None:
        asked.signed_in = True
        asked.session_id = session_id
