"""Single sign-on, against a provider that runs here: who gets in, as whom, and who does not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from accounts import PASSWORD, acting, refresh, register, sign_in
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.openid import CLIENT, SECRET, Provider, back, provider
from gardenos_chassis.testing.plugin import Start
from gardenos_contracts.values import Role
from gardenos_identity.app import create_service
from gardenos_identity.settings import IdentitySettings
from gardenos_identity.single_sign_on import providers
from gardenos_identity.single_sign_on.reaching import ProviderAway, Reach, is_public
from gardenos_identity.single_sign_on.tables import attempts, links, single_sign_on
from sqlalchemy import update
from trail import kept, refused

AT = "/api/v1/sessions/single-sign-on"


@pytest_asyncio.fixture(loop_scope="session")
async def theirs() -> AsyncIterator[Provider]:
    async with provider() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def identity(start: Start, signing_key: str) -> AsyncIterator[Running]:
    given: dict[str, Any] = {"single_sign_on_private": True, "public_url": "https://garden.example"}
    async with start(create_service, IdentitySettings, signing_key=signing_key, **given) as running:
        yield running


def wish(theirs: Provider, domain: str, **other: Any) -> dict[str, Any]:
    return {"issuer": theirs.issuer, "client": CLIENT, "secret": SECRET, "domains": [domain], **other}


def person(email: str, **other: Any) -> dict[str, Any]:
    return {"sub": uuid4().hex, "email": email, "email_verified": True, "name": "Pat Person", **other}


async def there_and_back(begun: dict[str, Any]) -> dict[str, str]:
    """What a browser does at the provider: with what it is back."""
    async with httpx.AsyncClient() as browser:
        sent = await browser.get(begun["address"])
    assert sent.status_code == 307, sent.text
    assert sent.headers["location"].startswith("https://garden.example/single-sign-on?")
    return {**back(sent.headers["location"]), "proof": begun["proof"]}


async def set_up(identity: Running, http: httpx.AsyncClient, theirs: Provider, **other: Any) -> dict[str, Any]:
    """An agency whose owner has set single sign-on up and tested it: its fields, `domain`, `owner` (their session)."""
    domain = f"{uuid4().hex}.example"
    agency = await register(http, f"owner@{domain}")
    owner = (await sign_in(http, agency["email"])).json()
    async with acting(identity, owner) as mine:
        settled = await mine.put(f"{AT}/settings", json=wish(theirs, domain, **other))
        assert settled.status_code == 200, settled.text
        assert (await test(mine, theirs, agency["email"])).status_code == 200
    return {**agency, "domain": domain, "owner": owner}


async def test(mine: httpx.AsyncClient, theirs: Provider, email: str) -> httpx.Response:
    theirs.person = person(email)
    begun = await mine.post(f"{AT}/test")
    assert begun.status_code == 201, begun.text
    return await mine.post(f"{AT}/test/completion", json=await there_and_back(begun.json()))


test.__test__ = False  # type: ignore[attr-defined]


async def enter(http: httpx.AsyncClient, email: str) -> httpx.Response:
    begun = await http.post(AT, json={"email": email})
    assert begun.status_code == 201, begun.text
    return await http.post(f"{AT}/completion", json=await there_and_back(begun.json()))


async def added(identity: Running, agency: dict[str, Any], email: str, role: str = "agent") -> str:
    async with identity.client(UUID(agency["id"])) as http:
        made = await http.post("/api/v1/users", json={"name": "A", "email": email, "password": PASSWORD, "role": role})
        assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_somebody_of_the_agency_is_signed_in_and_known_by_their_account_from_then_on(
    identity: Running, theirs: Provider
) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs)
        email = f"ann@{agency['domain']}"
        user_id = await added(identity, agency, email)
        theirs.person = person(email)
        begun = await enter(http, email)
        assert begun.status_code == 201, begun.text
        assert (begun.json()["user"]["id"], begun.json()["agency"]["id"]) == (user_id, agency["id"])
        assert (await refresh(http, begun.json()["refresh_token"])).status_code == 201
        # Another address, the same account: the same person.
        theirs.person["email"] = f"ann.other@{agency['domain']}"
        assert (await enter(http, email)).json()["user"]["id"] == user_id
        # The same address, another account: not them.
        theirs.person = person(email)
        assert (await enter(http, email)).status_code == 403
        # By the agency's own link.
        theirs.person = person(f"owner@{agency['domain']}")
        begun = await http.post(AT, json={"agency_id": agency["id"]})
        assert begun.status_code == 201
    told = [event.type for event in await identity.events(UUID(agency["id"]))]
    assert told.count("identity.SingleSignOnLinked.v1") == 2


async def test_what_is_sent_to_the_provider(identity: Running, theirs: Provider) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs)
        before = theirs.described
        sent = [(await http.post(AT, json={"email": f"nobody@{agency['domain']}"})).json() for _ in range(2)]
        # What it says of itself is remembered.
        assert theirs.described == before
        asked = [{k: v[0] for k, v in parse_qs(urlsplit(each["address"]).query).items()} for each in sent]
        assert asked[0]["redirect_uri"] == "https://garden.example/single-sign-on"
        assert asked[0]["login_hint"] == f"nobody@{agency['domain']}"
        for name in ("state", "nonce", "code_challenge"):
            assert len(asked[0][name]) >= 43
            assert asked[0][name] != asked[1][name]
            # What the browser keeps is not given away by what is sent.
            assert sent[0]["proof"] not in asked[0][name]
        (row, _) = await identity.rows(UUID(agency["id"]), attempts)
        assert not {asked[0]["state"].rpartition(".")[2], sent[0]["proof"]} & {str(value) for value in row.values()}


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("wrong nonce", {"claims": {"nonce": "another"}}, "nonce"),
    ("no nonce", {"claims": {"nonce": None}}, "nonce"),
    ("wrong audience", {"claims": {"aud": "somebody-else"}}, "aud"),
    ("several audiences, and for another", {"claims": {"aud": [CLIENT, "other"], "azp": "other"}}, "azp"),
    ("several audiences, for nobody", {"claims": {"aud": [CLIENT, "other"]}}, "azp"),
    ("wrong issuer", {"claims": {"iss": "https://elsewhere.example"}}, "iss"),
    ("expired", {"claims": {"exp": 1_600_000_000}}, "expired"),
    ("never expires", {"claims": {"exp": None}}, "exp"),
    ("from the future", {"claims": {"iat": 4_000_000_000, "exp": 4_000_000_300}}, "issued"),
    ("nobody", {"claims": {"sub": None}}, "sub"),
    ("unverified address", {"claims": {"email_verified": False}}, "verified"),
    ("nothing said of the address", {"claims": {"email_verified": None}}, "verified"),
    ("no address", {"claims": {"email": None}}, "address"),
    ("unsigned", {"unsigned": True}, "none"),
    ("signed by the public key", {"by_shared_secret": True}, "HS256"),
    ("signed by a stranger", {"foreign_key": True}, "does not hold"),
]


@pytest.mark.parametrize(("fault", "words"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS])
async def test_a_provider_that_breaks_the_protocol_vouches_for_nobody(
    identity: Running, theirs: Provider, fault: dict[str, Any], words: str
) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs)
        email = f"ann@{agency['domain']}"
        await added(identity, agency, email)
        theirs.person = person(email)
        for name, value in fault.items():
            setattr(theirs, name, value)
        refused = await enter(http, email)
        assert refused.status_code == 401, refused.text
        assert words in refused.json()["detail"]
        assert len(await identity.rows(UUID(agency["id"]), links)) == 1
        # And in a test it is said to whoever sets it up.
        async with acting(identity, agency["owner"]) as mine:
            told = await test(mine, theirs, agency["email"])
            assert told.status_code == 422
            assert words in told.json()["detail"]


async def test_several_audiences_for_us_are_right(identity: Running, theirs: Provider) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs)
        email = f"ann@{agency['domain']}"
        await added(identity, agency, email)
        theirs.person, theirs.claims = person(email), {"aud": ["other", CLIENT], "azp": CLIENT}
        assert (await enter(http, email)).status_code == 201


async def test_code_state_and_proof_are_good_once_together_and_for_a_while(identity: Running, theirs: Provider) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs)
        email = f"ann@{agency['domain']}"
        await added(identity, agency, email)
        theirs.person = person(email)

        async def begun() -> dict[str, str]:
            return await there_and_back((await http.post(AT, json={"email": email})).json())

        async def status(given: dict[str, str]) -> int:
            return (await http.post(f"{AT}/completion", json=given)).status_code

        mine, other = await begun(), await begun()
        # Another browser, without the proof or with its own: nothing, and nothing is used up by it.
        assert await status({**mine, "proof": other["proof"]}) == 401
        assert await status({**mine, "proof": ""}) == 401
        agency_id, id, _ = mine["state"].split(".")
        for forged in ("", "nonsense", f"{agency_id}.{id}.{'A' * 43}", f"{uuid4()}.{id}.{'A' * 43}"):
            assert await status({**mine, "state": forged}) == 401
        # A code that was given to another: the provider minds its verifier.
        assert await status({**other, "code": mine["code"]}) == 401
        fresh = await begun()
        both = await asyncio.gather(status(fresh), status(fresh))
        assert sorted(both) == [201, 401]
        assert await status(fresh) == 401
        late = await begun()
        async with identity.service.database.transaction(UUID(agency["id"])) as session:
            await session.execute(update(attempts).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        assert await status(late) == 401
        # A test's way back is no way in.
        async with acting(identity, agency["owner"]) as owner:
            tested = await there_and_back((await owner.post(f"{AT}/test")).json())
            assert await status(tested) == 401
            signing = await begun()
            assert (await owner.post(f"{AT}/test/completion", json=signing)).status_code == 422


async def test_changed_keys_are_asked_for_anew_and_not_at_each_token(
    identity: Running, theirs: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs)
        email = f"ann@{agency['domain']}"
        await added(identity, agency, email)
        theirs.person = person(email)
        asked = theirs.keys_asked
        assert (await enter(http, email)).status_code == 201
        assert theirs.keys_asked == asked
        theirs.rotate()
        # Just asked: whoever makes tokens up does not have us ask at each.
        assert (await enter(http, email)).status_code == 401
        assert theirs.keys_asked == asked
        monkeypatch.setattr(providers, "_REFETCH_SECONDS", 0.0)
        assert (await enter(http, email)).status_code == 201
        assert theirs.keys_asked == asked + 1


async def test_who_is_invited_joins_and_who_is_not_only_where_that_is_settled(
    identity: Running, theirs: Provider
) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs)
        invited, unknown = f"inge@{agency['domain']}", f"uli@{agency['domain']}"
        async with identity.client(UUID(agency["id"])) as admin:
            sent = await admin.post("/api/v1/invitations", json={"email": invited, "role": "manager"})
            token = sent.json()["link"].partition("#")[2]
        theirs.person = person(invited, name="Inge Invited")
        begun = await enter(http, invited)
        assert begun.status_code == 201, begun.text
        assert (begun.json()["user"]["name"], begun.json()["user"]["role"]) == ("Inge Invited", "manager")
        body = {"token": token, "name": "I", "password": PASSWORD}
        assert (await http.post("/api/v1/invitations/accept", json=body)).status_code == 404
        # There is no password, and none is to be had.
        assert (await sign_in(http, invited)).status_code == 401
        theirs.person = person(unknown)
        refused = await enter(http, unknown)
        assert refused.status_code == 403
        assert "nobody in this agency" in refused.json()["detail"]
        async with acting(identity, agency["owner"]) as mine:
            settled = await mine.put(
                f"{AT}/settings", json=wish(theirs, agency["domain"], joins_as="viewer") | {"secret": None}
            )
            assert settled.json()["tested_at"] is not None, settled.text
        both = await asyncio.gather(enter(http, unknown), enter(http, unknown))
        assert [each.status_code for each in both] == [201, 201]
        assert {each.json()["user"]["role"] for each in both} == {"viewer"}
        assert len({each.json()["user"]["id"] for each in both}) == 1
        # Of another domain nobody is taken, whatever the provider says.
        theirs.person = person("eve@elsewhere.example")
        assert (await enter(http, unknown)).status_code == 403


async def test_who_was_deactivated_stays_out(identity: Running, theirs: Provider) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs, joins_as="agent")
        email = f"ann@{agency['domain']}"
        user_id = await added(identity, agency, email)
        theirs.person = person(email)
        begun = (await enter(http, email)).json()
        async with identity.client(UUID(agency["id"])) as admin:
            assert (await admin.post(f"/api/v1/users/{user_id}/deactivate")).status_code == 200
        assert (await enter(http, email)).status_code == 401
        theirs.person = person(email)
        assert (await enter(http, email)).status_code == 401
        assert (await refresh(http, begun["refresh_token"])).status_code == 401


async def test_where_it_is_required_passwords_are_refused_but_of_owners(identity: Running, theirs: Provider) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs)
        email = f"ann@{agency['domain']}"
        await added(identity, agency, email, "admin")
        by_password = (await sign_in(http, email)).json()
        async with acting(identity, agency["owner"]) as mine:
            required = wish(theirs, agency["domain"], required=True) | {"secret": None}
            assert (await mine.put(f"{AT}/settings", json=required)).status_code == 200
        refused = await sign_in(http, email)
        assert refused.status_code == 403
        assert "Continue with single sign-on" in refused.json()["detail"]
        # To who does not know the password, nothing of it.
        assert (await sign_in(http, email, "a wrong long password")).status_code == 401
        assert (await refresh(http, by_password["refresh_token"])).status_code == 401
        assert (await sign_in(http, agency["email"])).status_code == 201
        theirs.person = person(email)
        assert (await enter(http, email)).status_code == 201
        async with acting(identity, agency["owner"]) as mine:
            assert (await mine.delete(f"{AT}/settings")).status_code == 204
        assert (await sign_in(http, email)).status_code == 201
        assert (await http.post(AT, json={"email": email})).status_code == 404


async def test_nobody_becomes_an_owner_by_who_settles_the_provider(identity: Running, theirs: Provider) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs)
        email = f"second@{agency['domain']}"
        user_id = await added(identity, agency, email, "owner")
        theirs.person = person(email)
        refused = await enter(http, email)
        assert refused.status_code == 403
        assert "owners sign in with their password" in refused.json()["detail"]
        # Until they have said themselves which account is theirs.
        second = (await sign_in(http, email)).json()
        async with acting(identity, second) as mine:
            assert (await test(mine, theirs, email)).status_code == 200
        assert (await enter(http, email)).json()["user"]["id"] == user_id
        # Who became an owner later is one by password too, until then.
        third = f"third@{agency['domain']}"
        third_id = await added(identity, agency, third)
        theirs.person = person(third)
        assert (await enter(http, third)).status_code == 201
        async with identity.client(UUID(agency["id"])) as owner:
            assert (await owner.patch(f"/api/v1/users/{third_id}", json={"role": "owner"})).status_code == 200
        assert (await enter(http, third)).status_code == 403


async def test_a_provider_vouches_in_its_own_agency_alone(identity: Running, theirs: Provider) -> None:
    async with identity.anonymous() as http:
        agency, other = await set_up(identity, http, theirs), await register(http)
        email = f"ann@{agency['domain']}"
        await added(identity, agency, email)
        own = (await sign_in(http, email)).json()
        async with identity.client(UUID(other["id"])) as admin:
            sent = [await admin.post("/api/v1/invitations", json={"email": email})]
            token = sent[0].json()["link"].partition("#")[2]
        theirs.person = person(email)
        vouched = (await enter(http, email)).json()
        async with acting(identity, vouched) as mine:
            assert (await mine.post("/api/v1/invitations/join", json={"token": token})).status_code == 403
        async with acting(identity, own) as mine:
            assert (await mine.post("/api/v1/invitations/join", json={"token": token})).status_code == 201
        async with acting(identity, vouched) as mine:
            listed = (await mine.get("/api/v1/users/me/agencies")).json()["items"]
            assert [each["id"] for each in listed] == [agency["id"]]
            refused = await mine.post("/api/v1/sessions/switch", json={"agency_id": other["id"]})
            assert refused.status_code == 403
        # And into an agency that requires its own provider, no password leads.
        async with acting(identity, agency["owner"]) as mine:
            required = wish(theirs, agency["domain"], required=True) | {"secret": None}
            assert (await mine.put(f"{AT}/settings", json=required)).status_code == 200
        begun = await sign_in(http, email)
        assert begun.json()["agency"]["id"] == other["id"]
        async with acting(identity, begun.json()) as mine:
            assert (await mine.post("/api/v1/sessions/switch", json={"agency_id": agency["id"]})).status_code == 403


async def test_an_address_tells_nothing_of_who_is_there(identity: Running, theirs: Provider) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs)
        strange = await register(http)
        for nobody in (f"nobody@{agency['domain']}", agency["email"]):
            begun = await http.post(AT, json={"email": nobody})
            assert (begun.status_code, set(begun.json())) == (201, {"address", "proof"})
        refusals = [
            await http.post(AT, json=asked)
            for asked in (
                {"email": f"ann@{uuid4().hex}.example"},
                {"email": strange["email"]},
                {"agency_id": strange["id"]},
                {"agency_id": str(uuid4())},
            )
        ]
        assert {(each.status_code, each.json()["detail"]) for each in refusals} == {(404, refusals[0].json()["detail"])}
        assert (await http.post(AT, json={})).status_code == 422
        # Two say that the domain is theirs: no one is believed.
        rival = await register(http)
        async with acting(identity, (await sign_in(http, rival["email"])).json()) as mine:
            await mine.put(f"{AT}/settings", json=wish(theirs, agency["domain"]))
            # Before it has passed a test it counts for nothing.
            assert (await http.post(AT, json={"email": agency["email"]})).status_code == 201
            await mine.put(f"{AT}/settings", json=wish(theirs, agency["domain"]))
            assert (await test(mine, theirs, f"a@{agency['domain']}")).status_code == 200
        assert (await http.post(AT, json={"email": agency["email"]})).status_code == 404
        assert (await http.post(AT, json={"agency_id": agency["id"]})).status_code == 201


async def test_who_sets_it_up_and_how(identity: Running, theirs: Provider) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        id = UUID(agency["id"])
        for role in Role:
            async with identity.client(id, role=role) as somebody:
                expected = 200 if role in (Role.OWNER, Role.ADMIN) else 403
                assert (await somebody.get(f"{AT}/settings")).status_code == expected
                if expected == 403:
                    assert (await somebody.put(f"{AT}/settings", json=wish(theirs, "a.example"))).status_code == 403
                    assert (await somebody.delete(f"{AT}/settings")).status_code == 403
                    assert (await somebody.post(f"{AT}/test")).status_code == 403
        async with acting(identity, (await sign_in(http, agency["email"])).json()) as mine:
            nothing = (await mine.get(f"{AT}/settings")).json()
            assert (nothing["issuer"], nothing["domains"], nothing["required"]) == (None, [], False)
            assert nothing["callback"] == "https://garden.example/single-sign-on"
            assert nothing["link"] == f"https://garden.example/single-sign-on?agency={agency['id']}"
            assert (await mine.post(f"{AT}/test")).status_code == 404

            async def put(**other: Any) -> httpx.Response:
                return await mine.put(f"{AT}/settings", json=wish(theirs, "a.example") | other)

            wrong_ones: dict[str, dict[str, Any]] = {
                "/issuer": {"issuer": "ftp://a.example"},
                "/secret": {"secret": None},
                "/domains": {"domains": ["not a domain"]},
                "/joins_as": {"joins_as": "admin"},
            }
            for pointer, wrong in wrong_ones.items():
                refused = await put(**wrong)
                assert refused.status_code == 422, refused.text
                assert refused.json()["errors"][0]["pointer"] == pointer
            assert (await put(domains=["gmail.com"])).status_code == 422
            # Not before it was tested, as it is.
            assert (await put(required=True)).status_code == 409
            settled = await put(domains=["@A.example", "b.example"])
            assert settled.json()["domains"] == ["a.example", "b.example"]
            assert settled.json()["tested_at"] is None
            assert SECRET not in settled.text
            assert (await put(secret=None, required=True)).status_code == 409
            assert (await test(mine, theirs, "who@a.example")).json() == {
                "email": "who@a.example",
                "name": "Pat Person",
            }
            assert (await put(secret=None, required=True)).json()["required"] is True
            # Another secret, client or provider is another thing, and the old secret goes to no other.
            assert (await put(required=True)).status_code == 409
            assert (await put(secret=None, issuer="https://other.example")).status_code == 422
            stale = {"If-Match": '"1"'}
            assert (await mine.put(f"{AT}/settings", json=wish(theirs, "a.example"), headers=stale)).status_code == 412
            begun = await there_and_back((await mine.post(f"{AT}/test")).json())
            assert (await put()).status_code == 200
            assert (await mine.post(f"{AT}/test/completion", json=begun)).status_code == 422
        (row,) = await identity.rows(id, single_sign_on)
        assert SECRET.encode() not in row["secret"]
    told = [event.type for event in await identity.events(id)]
    assert told.count("identity.SingleSignOnChanged.v1") == 3


async def test_a_provider_that_is_not_what_it_should_be_is_said_so_in_the_test(
    identity: Running, theirs: Provider
) -> None:
    async with identity.anonymous() as http:
        agency = await register(http)
        async with acting(identity, (await sign_in(http, agency["email"])).json()) as mine:

            async def begun(**other: Any) -> httpx.Response:
                settled = await mine.put(f"{AT}/settings", json=wish(theirs, "a.example") | other)
                assert settled.status_code == 200, settled.text
                return await mine.post(f"{AT}/test")

            theirs.calls_itself = "https://elsewhere.example"
            refused = await begun()
            assert refused.status_code == 422
            assert "calls itself https://elsewhere.example" in refused.json()["detail"]
            theirs.calls_itself, theirs.moved = None, True
            assert "answered 307" in (await begun()).json()["detail"]
            theirs.moved = False
            nowhere = f"http://127.0.0.1:{_free_port()}"
            assert "cannot be reached" in (await begun(issuer=nowhere)).json()["detail"]
            # A wrong secret is found out at the provider.
            way = await there_and_back((await begun(secret="wrong")).json())
            refused = await mine.post(f"{AT}/test/completion", json=way)
            assert "invalid_client" in refused.json()["detail"]


async def test_no_request_goes_into_our_own_network(theirs: Provider) -> None:
    port = urlsplit(theirs.issuer).port
    outward = Reach()
    for address in (f"{theirs.issuer}/keys", "ftp://garden.example", "https://user:word@garden.example"):
        with pytest.raises(ProviderAway):
            await outward.get(address)
    for host in ("127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0"):
        with pytest.raises(ProviderAway, match="not a public address"):
            await outward.get(f"https://{host}:{port}/keys")
    assert theirs.keys_asked == 0
    assert "keys" in await Reach(private=True).get(f"{theirs.issuer}/keys")
    assert [is_public(each) for each in ("93.184.216.34", "2606:2800:220:1::1")] == [True, True]
    private = ("192.168.1.1", "100.64.0.1", "fd00::1", "fe80::1%eth0", "224.0.0.1", "2002:7f00:1::", "::")
    assert not any(is_public(each) for each in private)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def test_who_is_refused_is_told_of_by_the_account_or_by_none(identity: Running, theirs: Provider) -> None:
    async with identity.anonymous() as http:
        agency = await set_up(identity, http, theirs)
        email = f"ann@{agency['domain']}"
        user_id = await added(identity, agency, email)
        theirs.person = person(email)
        assert (await enter(http, email)).status_code == 201
        # The same address by another account at the provider; then an address that nobody has here.
        theirs.person = person(email)
        assert (await enter(http, email)).status_code == 403
        theirs.person = person(f"stranger@{agency['domain']}")
        assert (await enter(http, email)).status_code == 403
    known, unknown = await refused(identity, agency["id"])
    assert known["type"] == unknown["type"] == "not signed in: single sign-on refused"
    assert (known["subject_id"], unknown["subject_id"]) == (user_id, None)
    outcomes = [each["outcome"] for each in await kept(identity, agency["id"], user_id)]
    assert outcomes == ["single sign-on refused", "signed in"]
