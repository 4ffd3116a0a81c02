"""API keys as every service takes them: their form, what a key may, and how a service comes by a token for one."""

import re
import time
from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
from gardenos_chassis.auth import Caller, visible_to
from gardenos_chassis.auth import api_keys as module
from gardenos_chassis.auth.api_keys import ShownKey, exchange_at, is_api_key
from gardenos_chassis.auth.caller import ApiKey
from gardenos_chassis.auth.fields import refuse_withheld, withhold
from gardenos_chassis.auth.permissions import (
    ADMINISTER_PEOPLE,
    APPOINT_OWNERS,
    FORGET_PEOPLE,
    KEEP_KEYS,
    PERMISSIONS,
    READ_DIRECTORY,
    READ_RECORDS,
    WRITE_RECORDS,
    Scope,
)
from gardenos_chassis.errors import Forbidden, TooManyRequests, Unauthorized, Unavailable
from gardenos_chassis.origins import Proxies
from gardenos_contracts.values import Role
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column
from starlette.requests import Request

EVERYTHING = frozenset(permission.name for permission in PERMISSIONS)
ASKED = Request({"type": "http", "method": "GET", "path": "/", "headers": [], "client": ("203.0.113.7", 4711)})


def key_of(role: Role, *scopes: str) -> Caller:
    return Caller(uuid4(), uuid4(), role, frozenset({uuid4()}), key=ApiKey(uuid4(), frozenset(scopes)))


@given(st.uuids(), st.uuids())
def test_a_key_is_read_as_it_was_written(agency_id: UUID, id: UUID) -> None:
    key = ShownKey.new(agency_id, id)
    assert ShownKey.parse(str(key)) == key
    assert is_api_key(str(key))
    assert key.secret not in repr(key)
    # What somebody who looks for secrets looks for.
    assert re.fullmatch(r"gos_[0-9A-Za-z]{43}_[0-9A-Za-z]{49}", str(key))
    assert str(key).startswith(key.public + "_")


def test_no_two_secrets_are_alike() -> None:
    agency_id, id = uuid4(), uuid4()
    assert len({ShownKey.new(agency_id, id).hash for _ in range(1000)}) == 1000


def test_what_was_mistyped_is_known_without_asking_anybody() -> None:
    whole = str(ShownKey.new(uuid4(), uuid4()))
    for place in range(len(whole)):
        other = "A" if whole[place] != "A" else "B"
        with pytest.raises(Unauthorized):
            ShownKey.parse(whole[:place] + other + whole[place + 1 :])
    for wrong in ("", "gos_", whole[:-1], whole + "A", whole.upper(), f" {whole}", f"{whole}\n"):
        with pytest.raises(Unauthorized):
            ShownKey.parse(wrong)


def test_an_id_beyond_any_is_none() -> None:
    beyond = f"gos_{'z' * 43}_{'0' * 43}"
    with pytest.raises(Unauthorized):
        ShownKey.parse(beyond + module._checksum(beyond))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", PERMISSIONS, ids=lambda permission: permission.name)
def test_a_key_may_what_it_was_given_of_what_its_maker_may(role: Role, permission: object) -> None:
    (asked,) = [each for each in PERMISSIONS if each is permission]
    given = asked.scope_of(role) if asked.for_keys else Scope.NOTHING
    assert key_of(role, asked.name).scope_of(asked) is given
    assert key_of(role, *EVERYTHING).scope_of(asked) is given
    assert key_of(role, *(EVERYTHING - {asked.name})).scope_of(asked) is Scope.NOTHING


def test_no_key_is_given_what_leads_to_more() -> None:
    everything = key_of(Role.OWNER, *EVERYTHING)
    for permission in (KEEP_KEYS, ADMINISTER_PEOPLE, APPOINT_OWNERS, FORGET_PEOPLE):
        with pytest.raises(Forbidden, match="no API key may do this"):
            everything.require(permission)
    with pytest.raises(Forbidden):
        everything.require_person()
    with pytest.raises(Forbidden):
        everything.require_administer()
    Caller(uuid4(), uuid4(), Role.OWNER, frozenset()).require_person()


def test_a_refusal_says_what_the_key_lacks() -> None:
    with pytest.raises(Forbidden, match="lacks the scope records:write"):
        key_of(Role.AGENT, READ_RECORDS.name).require_write()
    with pytest.raises(Forbidden, match="lacks the scope people:read"):
        key_of(Role.AGENT, READ_RECORDS.name).require(READ_DIRECTORY)
    with pytest.raises(Forbidden, match="the role viewer reads"):
        key_of(Role.VIEWER, WRITE_RECORDS.name).require_write()


def test_a_key_sees_what_its_maker_sees_or_nothing() -> None:
    for role in Role:
        without, full = key_of(role, READ_DIRECTORY.name), key_of(role, READ_RECORDS.name)
        maker = Caller(full.agency_id, full.user_id, role, full.team_ids)
        records = [(full.user_id, None), (None, None), (None, next(iter(full.team_ids))), (uuid4(), uuid4())]
        assert [full.sees(*each) for each in records] == [maker.sees(*each) for each in records]
        assert not any(without.sees(*each) for each in [*records, (without.user_id, None)])
        assert not without.agency_wide
        assert str(visible_to(without, column("o"), column("t"))) == "false"
        assert str(visible_to(full, column("o"), column("t"))) == str(visible_to(maker, column("o"), column("t")))


def test_a_key_sees_no_sensitive_field_that_it_was_not_given() -> None:
    record = {"birth_date": "1985-12-10", "premium": 7}
    assert withhold(key_of(Role.OWNER, "records:read", "fields:see-premiums"), dict(record)) == {
        "birth_date": None, "premium": 7, "withheld": ["birth_date"],
    }  # fmt: skip
    both = key_of(Role.OWNER, "fields:see-premiums", "fields:see-identity")
    assert withhold(both, dict(record)) == record
    refuse_withheld(both, {"birth_date"})
    with pytest.raises(Forbidden):
        refuse_withheld(key_of(Role.OWNER, "records:write"), {"birth_date"})
    assert withhold(key_of(Role.VIEWER, *EVERYTHING), dict(record))["withheld"] == ["birth_date", "premium"]


class Identity:
    """Answers an exchange as it is told to, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answers: Callable[[], httpx.Response] = lambda: httpx.Response(
            200, json={"access_token": f"token {len(self.asked)}", "expires_in": 600}
        )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answers()

    def exchange(self) -> module.Exchange:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return exchange_at("http://identity", http, Proxies())


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.monotonic()
        monkeypatch.setattr("gardenos_chassis.auth.api_keys.time.monotonic", lambda: self.now)


async def test_a_key_is_exchanged_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, identity, key = Clock(monkeypatch), Identity(), str(ShownKey.new(uuid4(), uuid4()))
    exchange = identity.exchange()
    assert [await exchange(key, ASKED) for _ in range(20)] == ["token 1"] * 20
    assert identity.asked[0].headers["x-forwarded-for"] == "203.0.113.7"
    assert identity.asked[0].headers["authorization"] == f"Bearer {key}"
    assert await exchange(str(ShownKey.new(uuid4(), uuid4())), ASKED) == "token 2"
    clock.now += 61
    assert await exchange(key, ASKED) == "token 3"


async def test_a_token_that_ends_sooner_is_not_kept_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, identity, key = Clock(monkeypatch), Identity(), str(ShownKey.new(uuid4(), uuid4()))
    identity.answers = lambda: httpx.Response(200, json={"access_token": f"{len(identity.asked)}", "expires_in": 5})
    exchange = identity.exchange()
    assert await exchange(key, ASKED) == "1"
    clock.now += 5
    assert await exchange(key, ASKED) == "2"


async def test_while_identity_is_away_the_last_token_serves_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, identity, key = Clock(monkeypatch), Identity(), str(ShownKey.new(uuid4(), uuid4()))
    exchange = identity.exchange()
    await exchange(key, ASKED)
    identity.answers = lambda: httpx.Response(502)
    clock.now += 599
    assert await exchange(key, ASKED) == "token 1"
    clock.now += 1
    with pytest.raises(Unavailable):
        await exchange(key, ASKED)


async def test_what_identity_refuses_is_refused_and_not_remembered_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, identity, key = Clock(monkeypatch), Identity(), str(ShownKey.new(uuid4(), uuid4()))
    exchange = identity.exchange()
    await exchange(key, ASKED)
    clock.now += 61
    identity.answers = lambda: httpx.Response(401, json={"detail": "this API key has expired"})
    for _ in range(2):
        with pytest.raises(Unauthorized, match="has expired"):
            await exchange(key, ASKED)
    identity.answers = lambda: httpx.Response(429, json={"detail": "too often"}, headers={"retry-after": "7"})
    with pytest.raises(TooManyRequests) as refused:
        await exchange(key, ASKED)
    assert refused.value.retry_after == 7


async def test_what_is_no_key_is_refused_without_asking() -> None:
    identity = Identity()
    with pytest.raises(Unauthorized):
        await identity.exchange()("gos_x", ASKED)
    assert identity.asked == []
