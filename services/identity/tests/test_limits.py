"""How often a password may be tried: over several instances, by account and by place, and never so that it locks out."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from accounts import PASSWORD, register, sign_in
from gardenos_chassis.errors import TooManyRequests
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start
from gardenos_identity.app import create_service
from gardenos_identity.settings import IdentitySettings
from gardenos_identity.signing_in.limits import NO_AGENCY, Limits, Try
from sqlalchemy import text

PROXY = "127.0.0.1/32"


def limits_of(running: Running) -> Limits:
    return Limits(running.service.database)


def address(host: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"203.0.113.{host}"}


async def later(running: Running, by: timedelta) -> None:
    """As if so much time had passed for all that is counted."""
    async with running.service.database.transaction(NO_AGENCY) as session:
        await session.execute(
            text(
                "update sign_in_limits set locked_until = locked_until - cast(:by as interval), forget_at = forget_at - cast(:by as interval)"
            ),
            {"by": by},
        )


async def spend(limits: Limits, tries: int, what: Try) -> None:
    """So many tries, each as soon as it is let."""
    for _ in range(tries):
        await limits.count(what)
        async with limits.database.transaction(NO_AGENCY) as session:
            await session.execute(text("update sign_in_limits set locked_until = null"))


async def test_many_failures_lock_the_account_for_a_while_whether_it_is_there_or_not(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        answers: list[list[httpx.Response]] = []
        for email in (f"{uuid4().hex}@garden.example", agency["email"]):
            answers.append([await sign_in(http, email, "wrong") for _ in range(6)])
        # The right password is not let through either, or it could be guessed.
        assert (await sign_in(http, agency["email"])).status_code == 429
        told = [[(answer.status_code, answer.json()["detail"]) for answer in each] for each in answers]
        assert told[0] == told[1]
        assert [status for status, _ in told[0]] == [401] * 5 + [429]
        assert int(answers[0][-1].headers["retry-after"]) >= 1
        await later(identity, timedelta(minutes=15))
        assert (await sign_in(http, agency["email"])).status_code == 201


async def test_each_further_try_waits_twice_as_long_up_to_a_quarter_of_an_hour(identity: Running) -> None:
    limits, attempt = limits_of(identity), Try("password", uuid4().hex, "198.51.100.1")
    waits: list[int] = []
    for tried in range(20):
        await limits.count(attempt)
        if tried >= 4:
            with pytest.raises(TooManyRequests) as refused:
                await limits.count(attempt)
            waits.append(refused.value.retry_after)
            await later(identity, timedelta(seconds=refused.value.retry_after))
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == 15 * 60


async def test_a_day_later_the_count_begins_anew(identity: Running) -> None:
    limits, attempt = limits_of(identity), Try("password", uuid4().hex, "198.51.100.2")
    await spend(limits, 12, attempt)
    await later(identity, timedelta(days=1))
    for _ in range(5):
        await limits.count(attempt)
    await later(identity, timedelta(days=1))
    await limits.purge()
    async with identity.service.database.transaction(NO_AGENCY) as session:
        left = await session.execute(
            text("select count(*) from sign_in_limits where key = :key"), {"key": attempt.here}
        )
        assert left.scalar_one() == 0


async def test_many_at_once_are_no_way_round(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        answers = await asyncio.gather(*(sign_in(http, agency["email"], "wrong") for _ in range(20)))
        statuses = [answer.status_code for answer in answers]
        assert statuses.count(401) == 5
        assert statuses.count(429) == 15


async def test_what_one_instance_counted_holds_for_the_next(identity: Running, start: Start, signing_key: str) -> None:
    async with (
        start(create_service, IdentitySettings, signing_key=signing_key) as other,
        identity.anonymous() as here,
        other.anonymous() as there,
    ):
        agency = await register(here)
        for _ in range(5):
            assert (await sign_in(here, agency["email"], "wrong")).status_code == 401
        assert (await sign_in(there, agency["email"], "wrong")).status_code == 429


async def test_strangers_everywhere_do_not_lock_somebody_out_of_where_they_work(start: Start, signing_key: str) -> None:
    async with (
        start(create_service, IdentitySettings, signing_key=signing_key, trusted_proxies=PROXY) as running,
        running.anonymous() as http,
    ):
        agency = await register(http)
        assert (await sign_in(http, agency["email"], **address(1))).status_code == 201
        # Each from a place of its own: only the account's count is reached.
        for host in range(100, 130):
            assert (await sign_in(http, agency["email"], "wrong", **address(host))).status_code == 401
        assert (await sign_in(http, agency["email"], "wrong", **address(131))).status_code == 429
        assert (await sign_in(http, agency["email"], PASSWORD, **address(1))).status_code == 201


async def test_one_place_that_tries_many_accounts_is_slowed_down(identity: Running) -> None:
    limits, place = limits_of(identity), f"2001:db8:{uuid4().hex[:4]}::/64"
    for _ in range(60):
        await limits.count(Try("password", uuid4().hex, place))
    with pytest.raises(TooManyRequests):
        await limits.count(Try("password", uuid4().hex, place))
    await limits.count(Try("password", uuid4().hex, "198.51.100.77"))


async def test_what_succeeds_is_not_counted(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        for _ in range(3):
            for _ in range(4):
                assert (await sign_in(http, agency["email"], "wrong")).status_code == 401
            assert (await sign_in(http, agency["email"])).status_code == 201
