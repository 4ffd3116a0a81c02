"""A second factor: enrolled, asked for at each sign-in, good once, recovered from."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from accounts import PASSWORD, acting, refresh, register, sign_in
from gardenos_chassis.sealing.keys import BadMasterKey, MasterKeys, new_master_key
from gardenos_chassis.sealing.secrets import seal, unseal
from gardenos_chassis.testing import Running
from gardenos_contracts.values import Role
from gardenos_identity.tables import challenges, recovery_codes, second_factors
from second_factors import ME, answer, code, enrolled
from sqlalchemy import update


async def challenge(http: httpx.AsyncClient, email: str) -> str:
    answer = await sign_in(http, email)
    assert answer.status_code == 202, answer.text
    assert set(answer.json()) == {"challenge", "expires_in"}
    found: str = answer.json()["challenge"]
    return found


async def test_enrolling_and_signing_in_in_two_steps(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        address = urlsplit(mine["address"])
        assert (address.scheme, address.netloc) == ("otpauth", "totp")
        assert parse_qs(address.query) == {"secret": [mine["secret"]], "issuer": ["GardenOS"]}
        asked = await challenge(http, mine["email"])
        begun = await answer(http, asked, code(mine["secret"]))
        assert begun.status_code == 201
        assert begun.json()["user"]["email"] == mine["email"]
        # Met once, a challenge is worth nothing, whatever the code.
        assert (await answer(http, asked, code(mine["secret"], steps=1))).status_code == 401
    told = [event.type for event in await identity.events(UUID(mine["id"]))]
    assert told[-1] == "identity.SecondFactorAdded.v1"


async def test_a_code_is_good_once_and_none_before_it(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        now, before = code(mine["secret"]), code(mine["secret"], steps=-1)
        asked = [await challenge(http, mine["email"]) for _ in range(4)]
        # At the same moment, in two sign-ins: one is let in.
        first, second = await asyncio.gather(answer(http, asked[0], now), answer(http, asked[1], now))
        assert sorted((first.status_code, second.status_code)) in ([201, 401], [201, 422])
        fresh = await challenge(http, mine["email"])
        for used in (now, before):
            again = await answer(http, fresh, used)
            assert again.status_code == 422
            assert again.json()["errors"][0]["pointer"] == "/code"
        assert (await answer(http, fresh, code(mine["secret"], steps=1))).status_code == 201


async def test_codes_of_long_ago_or_later_are_refused(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        asked = await challenge(http, mine["email"])
        for steps in (-5, 5):
            assert (await answer(http, asked, code(mine["secret"], steps=steps))).status_code == 422


async def test_codes_cannot_be_guessed_even_with_new_challenges(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        wrong = "000000" if code(mine["secret"]) != "000000" else "111111"
        statuses = [(await answer(http, await challenge(http, mine["email"]), wrong)).status_code for _ in range(6)]
        assert statuses == [422] * 5 + [429]


async def test_a_challenge_expires_and_is_not_to_be_forged(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        asked = await challenge(http, mine["email"])
        agency, id, _ = asked.split(".")
        for forged in ("", "nonsense", f"{agency}.{id}.{'A' * 43}", mine["session"]["refresh_token"]):
            assert (await answer(http, forged, code(mine["secret"]))).status_code == 401
        async with identity.service.database.transaction(UUID(mine["id"])) as session:
            await session.execute(update(challenges).values(expires_at=datetime.now(UTC)))
        assert (await answer(http, asked, code(mine["secret"]))).status_code == 401


async def test_a_recovery_code_is_good_once_and_kept_as_a_hash(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        first, second, *rest = mine["recovery_codes"]
        assert len(rest) == 8
        kept = await identity.rows(UUID(mine["id"]), recovery_codes)
        assert not {row["code_hash"] for row in kept} & set(mine["recovery_codes"])
        begun = await answer(http, await challenge(http, mine["email"]), first)
        assert begun.status_code == 201
        assert (await answer(http, await challenge(http, mine["email"]), first)).status_code == 422
        # As people copy them.
        typed = f" {second.upper().replace('-', ' ')} "
        assert (await answer(http, await challenge(http, mine["email"]), typed)).status_code == 201
        async with acting(identity, begun.json()) as me:
            shown = (await me.get(ME)).json()
            assert shown["since"] is not None
            assert shown["recovery_codes_left"] == 8
            renewed = await me.post(f"{ME}/recovery-codes")
            assert renewed.status_code == 201
        assert (await answer(http, await challenge(http, mine["email"]), rest[0])).status_code == 422
        fresh = renewed.json()["recovery_codes"][0]
        assert (await answer(http, await challenge(http, mine["email"]), fresh)).status_code == 201


async def test_nothing_changes_without_the_password(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
        async with acting(identity, mine["session"]) as me:
            refused = await me.post(ME, json={"password": "not the password"})
            assert refused.status_code == 422
            assert refused.json()["errors"][0]["pointer"] == "/password"
            assert (await me.post(ME, json={"password": PASSWORD})).status_code == 409
            assert (await me.post(f"{ME}/removal")).status_code == 204
            assert (await me.get(ME)).json() == {"since": None, "recovery_codes_left": 0}
            assert (await me.post(f"{ME}/removal")).status_code == 404
            assert (await me.post(f"{ME}/recovery-codes")).status_code == 404
        assert (await sign_in(http, mine["email"])).status_code == 201
    told = [event.type for event in await identity.events(UUID(mine["id"]))]
    assert told[-1] == "identity.SecondFactorRemoved.v1"


async def test_it_is_asked_for_once_it_is_confirmed_and_not_before(identity: Running) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        session = (await sign_in(http, agency["email"])).json()
        async with acting(identity, session) as me:
            assert (await me.post(f"{ME}/confirmation", json={"code": "123456"})).status_code == 404
            first = (await me.post(ME, json={"password": PASSWORD})).json()["secret"]
            second = (await me.post(ME, json={"password": PASSWORD})).json()["secret"]
            assert (await sign_in(http, agency["email"])).status_code == 201
            assert (await me.post(f"{ME}/confirmation", json={"code": code(first)})).status_code == 422
            assert (await me.post(f"{ME}/confirmation", json={"code": code(second)})).status_code == 201
            assert (await me.post(f"{ME}/confirmation", json={"code": code(second)})).status_code == 409
        assert (await sign_in(http, agency["email"])).status_code == 202


async def test_those_who_only_read_may_secure_their_account(identity: Running, agency_id: UUID) -> None:
    async with identity.client(agency_id, role=Role.AUDITOR) as http:
        assert (await http.get(ME)).json() == {"since": None, "recovery_codes_left": 0}
        assert (await http.post(ME, json={"password": PASSWORD})).status_code == 422


async def test_an_admin_takes_it_away_for_who_lost_everything(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
    owner, agency_id = mine["owner_id"], UUID(mine["id"])
    path = f"/api/v1/users/{owner}/second-factor"
    async with identity.client(agency_id, role=Role.MANAGER) as manager:
        assert (await manager.delete(path)).status_code == 403
    async with identity.client(agency_id, role=Role.ADMIN) as admin:
        # An owner's is above them.
        assert (await admin.delete(path)).status_code == 403
    async with identity.client(UUID(int=7)) as stranger:
        assert (await stranger.delete(path)).status_code == 404
    async with identity.client(agency_id, role=Role.OWNER) as other_owner:
        assert (await other_owner.delete(path)).status_code == 204
        assert (await other_owner.delete(path)).status_code == 404
    async with identity.anonymous() as http:
        # Whoever has the telephone is out.
        assert (await refresh(http, mine["session"]["refresh_token"])).status_code == 401
        assert (await sign_in(http, mine["email"])).status_code == 201
    told = [event.type for event in await identity.events(agency_id)]
    assert told[-1] == "identity.SecondFactorRemoved.v1"


async def test_the_database_holds_no_secret(identity: Running) -> None:
    async with identity.anonymous() as http:
        mine = await enrolled(identity, http)
    (row,) = await identity.rows(UUID(mine["id"]), second_factors)
    assert mine["secret"].encode() not in row["secret"]
    for event in await identity.events(UUID(mine["id"])):
        assert mine["secret"] not in event.data.model_dump_json()


def test_a_secret_opens_where_it_belongs_alone() -> None:
    old, new = new_master_key(), new_master_key()
    agency, other, of = UUID(int=1), UUID(int=2), UUID(int=3)
    kept = seal(MasterKeys.parse(old), agency, of, "secret")
    # The master key was replaced; the old one is still named.
    assert unseal(MasterKeys.parse(f"{new},{old}"), agency, of, kept) == "secret"
    for keys, agency_id, owner in ((new, agency, of), (old, other, of), (old, agency, other)):
        with pytest.raises(BadMasterKey):
            unseal(MasterKeys.parse(keys), agency_id, owner, kept)
