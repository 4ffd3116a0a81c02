"""Access tokens as every service verifies them: by the keys that identity publishes, and by nothing a token says of itself."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from accounts import register, sign_in
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from gardenos_chassis.auth import AUDIENCE, ISSUER, Keys
from gardenos_chassis.errors import Unauthorized
from gardenos_chassis.testing import Running
from gardenos_chassis.testing.plugin import Start
from gardenos_contracts.values import Role
from gardenos_identity.app import create_service
from gardenos_identity.settings import IdentitySettings
from gardenos_identity.tokens import Signer
from jwt.algorithms import OKPAlgorithm
from jwt.utils import base64url_encode


def new_key() -> tuple[Ed25519PrivateKey, str]:
    """A key, and its PEM."""
    private = Ed25519PrivateKey.generate()
    return private, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def as_setting(*pems: str) -> str:
    return ",".join(base64.b64encode(pem.encode()).decode() for pem in pems)


def claims(**others: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(uuid4()), "agency_id": str(uuid4()), "role": "owner"}
    return {**usual, "iat": now, "exp": now + 600, **others}


@asynccontextmanager
async def keys_of(running: Running) -> AsyncIterator[Keys]:
    """What another service knows of identity's keys: nothing yet."""
    transport = httpx.ASGITransport(app=running.service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://identity") as http:
        yield Keys("http://identity/.well-known/jwks.json", http)


def unsigned(header: dict[str, Any], body: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(body).encode(), signature)
    return b".".join(base64url_encode(part) for part in parts).decode()


OF_A_KEY = {"role": "service", "maker_role": "agent", "key_id": str(uuid4()), "scope": "records:read people:read"}

Forge = Callable[[Ed25519PrivateKey, str], str]


def _signed(private: Ed25519PrivateKey, kid: str, **others: Any) -> str:
    return jwt.encode(claims(**others), private, algorithm="EdDSA", headers={"kid": kid})


def _of_none(_: Ed25519PrivateKey, kid: str) -> str:
    return unsigned({"alg": "none", "kid": kid, "typ": "JWT"}, claims())


def _by_public_key_as_secret(private: Ed25519PrivateKey, kid: str) -> str:
    # The confusion: what everybody may read, taken for a secret that two share.
    import hashlib
    import hmac

    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    header = base64url_encode(json.dumps({"alg": "HS256", "kid": kid, "typ": "JWT"}).encode())
    body = base64url_encode(json.dumps(claims()).encode())
    signature = hmac.new(public, header + b"." + body, hashlib.sha256).digest()
    return b".".join((header, body, base64url_encode(signature))).decode()


def _by_rsa(_: Ed25519PrivateKey, kid: str) -> str:
    return jwt.encode(claims(), generate_private_key(65537, 2048), algorithm="RS256", headers={"kid": kid})


def _by_a_stranger(_: Ed25519PrivateKey, kid: str) -> str:
    return jwt.encode(claims(), new_key()[0], algorithm="EdDSA", headers={"kid": kid})


def _with_a_key_of_its_own(_: Ed25519PrivateKey, __: str) -> str:
    private, _pem = new_key()
    public = jwt.algorithms.OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
    headers = {"kid": "theirs", "jwk": public, "jku": "http://evil.example/jwks.json", "x5u": "http://evil.example/c"}
    return jwt.encode(claims(), private, algorithm="EdDSA", headers=headers)


def _critical(private: Ed25519PrivateKey, kid: str) -> str:
    header = {"alg": "EdDSA", "kid": kid, "crit": ["not-understood"], "not-understood": True}
    said = b".".join(base64url_encode(json.dumps(part).encode()) for part in (header, claims()))
    return b".".join((said, base64url_encode(private.sign(said)))).decode()


@pytest.mark.parametrize(
    "forge",
    [
        _of_none,
        _by_public_key_as_secret,
        _by_rsa,
        _by_a_stranger,
        _with_a_key_of_its_own,
        _critical,
        lambda private, _: _signed(private, "unknown"),
        lambda private, _: jwt.encode(claims(), private, algorithm="EdDSA"),
        lambda private, kid: _signed(private, kid, exp=int(time.time()) - 1),
        lambda private, kid: _signed(private, kid, aud="somebody else"),
        lambda private, kid: _signed(private, kid, iss="https://evil.example"),
        lambda private, kid: _signed(private, kid, iat=int(time.time()) + 3600),
        lambda private, kid: _signed(private, kid, role="king"),
        lambda private, kid: _signed(private, kid, agency_id="all"),
        lambda private, kid: _signed(private, kid)[:-4] + "AAAA",
        lambda private, kid: _signed(private, kid, role="service"),
        lambda private, kid: _signed(private, kid, **{**OF_A_KEY, "key_id": "all"}),
        lambda private, kid: _signed(private, kid, **{**OF_A_KEY, "maker_role": "king"}),
        lambda private, kid: _signed(private, kid, **{**OF_A_KEY, "maker_role": "service"}),
    ],
    ids=[
        "alg none", "public key as secret", "RSA", "a stranger's key", "a key it brings", "crit", "unknown kid", "no kid",
        "expired", "wrong audience", "wrong issuer", "from the future", "no such role", "no agency", "signature changed",
        "a key without a key", "no such key", "no such maker", "a key of a key",
    ],
)  # fmt: skip
async def test_what_is_forged_or_stale_is_refused(start: Start, forge: Forge) -> None:
    private, pem = new_key()
    async with (
        start(create_service, IdentitySettings, signing_key=as_setting(pem)) as running,
        keys_of(running) as keys,
    ):
        kid = Signer(pem).kid
        # The same, honestly signed, is accepted: so each is refused for what is wrong with it.
        assert (await keys.caller(_signed(private, kid))).role == Role.OWNER
        with pytest.raises(Unauthorized):
            await keys.caller(forge(private, kid))


async def test_a_token_of_an_api_key_says_what_it_is(start: Start) -> None:
    private, pem = new_key()
    async with (
        start(create_service, IdentitySettings, signing_key=as_setting(pem)) as running,
        keys_of(running) as keys,
    ):
        found = await keys.caller(_signed(private, Signer(pem).kid, **OF_A_KEY))
        assert found.role is Role.AGENT
        assert found.key is not None
        assert str(found.key.id) == OF_A_KEY["key_id"]
        assert found.key.scopes == frozenset({"records:read", "people:read"})
        # What a person's token says of a key makes it none.
        person = await keys.caller(_signed(private, Signer(pem).kid, **{**OF_A_KEY, "role": "agent"}))
        assert person.key is None


async def test_a_key_is_replaced_without_anybody_being_signed_out(start: Start) -> None:
    (old_private, old), (new_private, new) = new_key(), new_key()
    old_token, new_token = _signed(old_private, Signer(old).kid), _signed(new_private, Signer(new).kid)
    async with start(create_service, IdentitySettings, signing_key=as_setting(old, new)) as first:
        async with first.anonymous() as http:
            agency = await register(http)
            session = (await sign_in(http, agency["email"])).json()
            assert jwt.get_unverified_header(session["access_token"])["kid"] == Signer(old).kid
            published = (await http.get("/.well-known/jwks.json")).json()["keys"]
            assert [key["kid"] for key in published] == [Signer(old).kid, Signer(new).kid]
        async with keys_of(first) as keys:
            # Known before it signs: nobody need be asked when it does.
            assert await keys.caller(old_token)
            assert await keys.caller(new_token)
    async with start(create_service, IdentitySettings, signing_key=as_setting(new, old)) as second:
        async with second.anonymous() as http:
            session = (await sign_in(http, agency["email"])).json()
            assert jwt.get_unverified_header(session["access_token"])["kid"] == Signer(new).kid
        async with keys_of(second) as keys:
            assert await keys.caller(old_token)
    async with start(create_service, IdentitySettings, signing_key=as_setting(new)) as third, keys_of(third) as keys:
        assert await keys.caller(new_token)
        with pytest.raises(Unauthorized):
            await keys.caller(old_token)


def test_keys_are_named_as_pem_or_base64_and_no_private_part_is_shown() -> None:
    (_, first), (_, second) = new_key(), new_key()
    kids = [Signer(first).kid, Signer(second).kid]
    for setting in (first + second, as_setting(first, second), f" {as_setting(first)} , {as_setting(second)} "):
        signer = Signer(setting)
        assert [key["kid"] for key in signer.jwks["keys"]] == kids
        assert signer.kid == kids[0]
        assert all(set(key) == {"kty", "crv", "x", "kid", "alg", "use"} for key in signer.jwks["keys"])
    assert len(Signer(as_setting(first, first)).jwks["keys"]) == 1
    rsa = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for wrong in ("", ",", rsa, as_setting(first, rsa)):
        with pytest.raises(ValueError, match="signing key"):
            Signer(wrong)


async def test_a_connection_that_is_closed_as_it_is_used_refuses_nobody() -> None:
    private, _ = new_key()
    published = {**OKPAlgorithm.to_jwk(private.public_key(), as_dict=True), "kid": "k"}
    body = json.dumps({"keys": [published]}).encode()
    asked = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.readuntil(b"\r\n\r\n")
        if asked > 1:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server, httpx.AsyncClient() as http:
        port = server.sockets[0].getsockname()[1]
        keys = Keys(f"http://127.0.0.1:{port}/", http)
        assert (await keys.caller(_signed(private, "k"))).role is Role.OWNER
    assert asked == 2
