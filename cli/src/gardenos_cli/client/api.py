"""Requests to the platform as who is signed in, and refusals in the platform's own words."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson

from gardenos_cli.client import session as kept
from gardenos_cli.client.session import Session

DEFAULT_ADDRESS = "http://127.0.0.1:8000"
_SECONDS = httpx.Timeout(10, read=120)


class Refused(RuntimeError):
    """What the platform, or the way to it, refused; the message is for people. `status` is HTTP's, 0 without an answer."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """The platform's HTTP API. An access token that has ended is renewed once, and the new ones are kept."""

    def __init__(
        self, address: str, session: Session | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.address = address.rstrip("/")
        self._session = session
        self._http = httpx.Client(
            base_url=self.address, timeout=_SECONDS, transport=transport, headers={"User-Agent": "gardenos-cli"}
        )

    @classmethod
    def signed_in(cls) -> "Api":
        """As who is signed in; raises `Refused` where nobody is."""
        session = kept.load()
        if session is None:
            raise Refused("nobody is signed in: gardenos login")
        return cls(session.address, session)

    def sign_in(self, email: str, password: str, *, ask_code: Callable[[], str]) -> Session:
        """Signs in, and keeps the session. `ask_code` gives the second factor's code, where there is one."""
        body = self.post("/sessions", {"email": email, "password": password})
        if "challenge" in body:
            body = self.post("/sessions/second-factor", {"challenge": body["challenge"], "code": ask_code()})
        self._session = _session(self.address, body)
        kept.save(self._session)
        return self._session

    def sign_out(self) -> None:
        """Ends the session here and there."""
        try:
            self.request("DELETE", "/sessions/current")
        finally:
            kept.forget()

    def get(self, path: str, **query: Any) -> Any:
        """A document, parsed. Query values that are None are left out."""
        return orjson.loads(self.request("GET", path, params=_query(query)).content)

    def bytes_of(self, path: str, *, accept: str, **query: Any) -> bytes:
        """A document as it is sent."""
        return self.request("GET", path, params=_query(query), headers={"Accept": accept}).content

    def keep(self, path: str, file: Path) -> None:
        """A document of any size, written to a file as it comes. Raises `Refused`, also where it ends too early."""
        answer = self._streamed(path, file)
        if answer.status_code == 401 and self._session is not None and self._renewed():
            answer = self._streamed(path, file)
        if not answer.is_success:
            raise Refused(_words(answer, signed_in=self._session is not None), answer.status_code)

    def _streamed(self, path: str, file: Path) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._session.access_token}"} if self._session is not None else {}
        try:
            with self._http.stream("GET", f"/api/v1{path}", headers=headers) as answer:
                if not answer.is_success:
                    answer.read()
                    return answer
                with file.open("wb") as kept:
                    for piece in answer.iter_bytes():
                        kept.write(piece)
                return answer
        except httpx.TimeoutException:
            raise Refused(f"{self.address} did not answer in time") from None
        except httpx.TransportError as error:
            raise Refused(f"{path} did not come whole from {self.address} ({error}); ask for it again") from None

    def post(self, path: str, body: object = None) -> Any:
        """Posts a document; the answer's, parsed."""
        return orjson.loads(self.request("POST", path, json=body if body is not None else {}).content)

    def put(self, path: str, body: object) -> Any:
        """Puts a document; the answer's, parsed."""
        return orjson.loads(self.request("PUT", path, json=body).content)

    def items(self, path: str, *, limit: int | None = None, **query: Any) -> Iterator[dict[str, Any]]:
        """The items of a list, page by page, at most `limit`."""
        left = limit
        cursor = None
        while left is None or left > 0:
            page = self.get(path, **query, limit=min(left or 200, 200), cursor=cursor)
            yield from page["items"]
            cursor = page.get("next_cursor")
            left = None if left is None else left - len(page["items"])
            if not cursor:
                return

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request below /api/v1; raises `Refused` for anything that is not a success."""
        answer = self._send(method, path, options)
        if answer.status_code == 401 and self._session is not None and self._renewed():
            answer = self._send(method, path, options)
        if not answer.is_success:
            raise Refused(_words(answer, signed_in=self._session is not None), answer.status_code)
        return answer

    def _send(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        headers = dict(options.get("headers") or {})
        if self._session is not None:
            headers["Authorization"] = f"Bearer {self._session.access_token}"
        try:
            return self._http.request(method, f"/api/v1{path}", **{**options, "headers": headers})
        except httpx.TimeoutException:
            raise Refused(f"{self.address} did not answer in time") from None
        except httpx.TransportError as error:
            raise Refused(f"cannot reach {self.address} ({error}): is it running? gardenos up") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise Refused(f"not an address: {self.address}") from None

    def _renewed(self) -> bool:
        assert self._session is not None
        # Another command may have renewed it a moment ago; its refresh token serves once.
        newer = kept.load()
        if newer is not None and newer.address == self.address and newer.access_token != self._session.access_token:
            self._session = newer
            return True
        answer = self._send("POST", "/sessions/refresh", {"json": {"refresh_token": self._session.refresh_token}})
        if not answer.is_success:
            return False
        self._session = replace(
            _session(self.address, orjson.loads(answer.content)), email=self._session.email, agency=self._session.agency
        )
        kept.save(self._session)
        return True


def default_address() -> str:
    """Where the platform is: as the environment says, as signed in to, or on this machine."""
    session = kept.load()
    return os.environ.get("GARDENOS_URL") or (session.address if session else DEFAULT_ADDRESS)


def _session(address: str, body: dict[str, Any]) -> Session:
    return Session(
        address=address,
        access_token=body["access_token"],
        refresh_token=body["refresh_token"],
        email=body.get("user", {}).get("email", ""),
        agency=body.get("agency", {}).get("name", ""),
    )


def _query(given: dict[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        values = value if isinstance(value, list | tuple) else [value]
        pairs += [(name.rstrip("_"), str(each)) for each in values if each is not None]
    return pairs


def _words(answer: httpx.Response, *, signed_in: bool) -> str:
    """A problem's own words, each wrong field on a line of its own."""
    try:
        body = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    said = body.get("detail") or body.get("title") or f"the platform answered {answer.status_code} without a word"
    fields = [f"{each.get('pointer', '')}: {each.get('detail', '')}" for each in body.get("errors") or ()]
    lines = [f"  {field}" for field in fields if field not in said]
    if answer.status_code == 401 and signed_in:
        lines.append("  sign in again: gardenos login")
    return "\n".join([said, *lines])
