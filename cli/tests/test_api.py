import json
import stat
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from gardenos_cli.client import session as kept
from gardenos_cli.client.api import Api, Refused
from gardenos_cli.client.session import Session

SESSION = {
    "access_token": "first",
    "refresh_token": "once",
    "user": {"email": "ann@garden.example"},
    "agency": {"name": "Garden"},
}


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GARDENOS_CONFIG", str(tmp_path))
    return tmp_path


def never() -> str:
    raise AssertionError("nobody asked for a code")


def api(answer: Callable[[httpx.Request], httpx.Response], session: Session | None = None) -> Api:
    return Api("http://garden.example", session, transport=httpx.MockTransport(answer))


def signed_in(answer: Callable[[httpx.Request], httpx.Response]) -> Api:
    session = Session("http://garden.example", "old", "once", "ann@garden.example", "Garden")
    kept.save(session)
    return api(answer, session)


def test_a_session_is_kept_for_its_owner_alone(config: Path) -> None:
    api(lambda _: httpx.Response(201, json=SESSION)).sign_in("ann@garden.example", "secret", ask_code=never)
    path = config / "session.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "secret" not in path.read_text()
    loaded = kept.load()
    assert loaded is not None
    assert (loaded.access_token, loaded.agency) == ("first", "Garden")


def test_a_code_is_asked_for_where_there_is_a_second_factor() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/second-factor"):
            assert json.loads(request.content) == {"challenge": "asked", "code": "123456"}
            return httpx.Response(201, json=SESSION)
        return httpx.Response(202, json={"challenge": "asked", "expires_in": 300})

    session = api(answer).sign_in("ann@garden.example", "secret", ask_code=lambda: "123456")
    assert session.access_token == "first"


def test_an_ended_token_is_renewed_once_and_kept() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.url.path} {request.headers.get('authorization')}")
        if request.url.path.endswith("/sessions/refresh"):
            return httpx.Response(201, json={"access_token": "new", "refresh_token": "next"})
        fresh = request.headers["authorization"] == "Bearer new"
        return httpx.Response(200, json={"items": []}) if fresh else httpx.Response(401, json={"detail": "ended"})

    assert signed_in(answer).get("/leads") == {"items": []}
    assert [each.split()[0].removeprefix("/api/v1") for each in asked] == ["/leads", "/sessions/refresh", "/leads"]
    loaded = kept.load()
    assert loaded is not None
    assert (loaded.access_token, loaded.refresh_token, loaded.agency) == ("new", "next", "Garden")


def test_a_token_that_another_command_renewed_is_taken_over() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert not request.url.path.endswith("/refresh"), "a refresh token serves once"
        ok = request.headers["authorization"] == "Bearer newer"
        return httpx.Response(200, json={"ok": True}) if ok else httpx.Response(401, json={"detail": "ended"})

    client = signed_in(answer)
    kept.save(Session("http://garden.example", "newer", "next", "ann@garden.example", "Garden"))
    assert client.get("/leads") == {"ok": True}


def test_who_cannot_be_renewed_is_told_to_sign_in() -> None:
    with pytest.raises(Refused, match=r"(?s)the token has ended.*gardenos login"):
        signed_in(lambda _: httpx.Response(401, json={"detail": "the token has ended"})).get("/leads")


def test_a_problem_is_told_in_its_own_words_field_by_field() -> None:
    body = {"detail": "the lead is not valid", "errors": [{"pointer": "/phone", "detail": "not a phone number"}]}
    with pytest.raises(Refused) as refused:
        api(lambda _: httpx.Response(422, json=body)).post("/leads")
    assert str(refused.value) == "the lead is not valid\n  /phone: not a phone number"
    assert refused.value.status == 422


@pytest.mark.parametrize("body", [b"", b"<html>bad gateway</html>", b"[1]"])
def test_an_answer_without_a_problem_is_told_as_such(body: bytes) -> None:
    with pytest.raises(Refused, match="answered 502 without a word"):
        api(lambda _: httpx.Response(502, content=body)).get("/leads")


def test_a_platform_that_is_away_is_named() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    with pytest.raises(Refused, match=r"cannot reach http://garden\.example .*gardenos up"):
        api(away).get("/leads")


def test_lists_are_read_page_by_page_up_to_the_limit() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("cursor", 0))
        size = int(request.url.params["limit"])
        items = [{"n": n} for n in range(start, min(start + size, 450))]
        end = start + size
        return httpx.Response(200, json={"items": items, "next_cursor": str(end) if end < 450 else None})

    assert len(list(api(answer).items("/leads"))) == 450
    assert [item["n"] for item in api(answer).items("/leads", limit=201)] == list(range(201))


def test_a_filter_may_be_repeated_and_an_empty_one_is_left_out() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"asked": request.url.params.multi_items()})

    asked = api(answer).get("/leads", stage=["new", "quoted"], q=None, from_="x")["asked"]
    assert asked == [["stage", "new"], ["stage", "quoted"], ["from", "x"]]


def test_nobody_signed_in_is_told_how() -> None:
    with pytest.raises(Refused, match="gardenos login"):
        Api.signed_in()
