"""An OpenID provider for tests: it speaks the protocol over HTTP, and breaks it where it is told to."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jwt.algorithms import RSAAlgorithm

from gardenos_chassis.testing.serving import served

CLIENT, SECRET = "gardenos-client", "the client's secret"


@dataclass
class Provider:
    """The provider: who is signed in there (`person`), and what is wrong with it (`claims`, `unsigned`, …)."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    asks: bool = False
    """Nobody is signed in there: a page asks each time for an email address."""
    claims: dict[str, Any] = field(default_factory=dict)
    """Put into the next ID tokens in place of what is right; None takes a claim away."""
    unsigned: bool = False
    foreign_key: bool = False
    by_shared_secret: bool = False
    calls_itself: str | None = None
    moved: bool = False
    """Its description is somewhere else: it redirects."""
    described: int = 0
    keys_asked: int = 0
    codes: dict[str, "_Code"] = field(default_factory=dict)
    kid: str = "first"
    key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 2048))

    def rotate(self) -> None:
        """Another key, by another name."""
        self.kid, self.key = secrets.token_hex(4), generate_private_key(65537, 2048)

    def app(self) -> FastAPI:
        """What it answers."""
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def describe() -> Response:
            self.described += 1
            if self.moved:
                return RedirectResponse(f"{self.issuer}/elsewhere")
            return JSONResponse(
                {
                    "issuer": self.calls_itself or self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )

        @app.get("/keys")
        async def keys() -> dict[str, Any]:
            self.keys_asked += 1
            public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return {"keys": [{**public, "kid": self.kid, "use": "sig"}]}

        @app.get("/authorize")
        async def authorize(request: Request) -> Response:
            asked = dict(request.query_params)
            assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
            assert asked["code_challenge_method"] == "S256"
            assert "openid" in asked["scope"].split()
            typed = asked.pop("email", None)
            if self.asks and typed is None:
                return HTMLResponse(_asking(asked))
            code = secrets.token_urlsafe(16)
            self.codes[code] = _Code(asked, self.person if typed is None else _known_as(typed))
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

        @app.post("/token")
        async def token(
            request: Request, code: str = Form(), redirect_uri: str = Form(), code_verifier: str = Form()
        ) -> Response:
            basic = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
            if basic != f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}":
                return JSONResponse({"error": "invalid_client"}, 401)
            given = self.codes.pop(code, None)
            if given is None or not given.answers(redirect_uri, code_verifier):
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": self._id_token(given)})

        return app

    def _id_token(self, code: "_Code") -> str:
        now = int(time.time())
        right = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": code.asked["nonce"]}
        claims = {name: value for name, value in (right | code.person | self.claims).items() if value is not None}
        if self.unsigned:
            return jwt.encode(claims, "", "none")
        if self.by_shared_secret:
            # The public key taken for a shared secret: the oldest trick.
            pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            return _by_shared_secret(claims, pem)
        key = generate_private_key(65537, 2048) if self.foreign_key else self.key
        return jwt.encode(claims, key, "RS256", {"kid": self.kid})


@dataclass(frozen=True, slots=True)
class _Code:
    """What a code was given out for: what was asked with it, and who was signed in."""

    asked: dict[str, str]
    person: dict[str, Any]

    def answers(self, redirect_uri: str, code_verifier: str) -> bool:
        """Whether whoever shows the code is whoever asked for it."""
        digest = hashlib.sha256(code_verifier.encode()).digest()
        return (self.asked["redirect_uri"], self.asked["code_challenge"]) == (redirect_uri, _part(digest))


def _known_as(email: str) -> dict[str, Any]:
    """Whoever has typed an address is known by it, each time as the same account."""
    return {
        "sub": f"account of {email}",
        "email": email,
        "email_verified": True,
        "name": email.partition("@")[0].title(),
    }


def _asking(asked: dict[str, str]) -> str:
    kept = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(asked[name])}">' for name in asked)
    return f"""<!doctype html><html lang="en"><title>The provider</title><form action="/authorize">{kept}
    <label>Who are you? <input name="email" type="email" required autofocus></label> <button>That is me</button></form>"""


def _by_shared_secret(claims: dict[str, Any], secret: bytes) -> str:
    """By hand: no library signs with a public key."""
    header = {"alg": "HS256", "kid": "first"}
    signed = ".".join(_part(json.dumps(each).encode()) for each in (header, claims))
    return f"{signed}.{_part(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@asynccontextmanager
async def provider(*, asks: bool = False) -> AsyncIterator[Provider]:
    """A provider on a free port, until the context ends."""
    made = Provider(asks=asks)
    async with served(made.app()) as made.issuer:
        yield made


def back(location: str) -> dict[str, str]:
    """What the provider sends somebody back with: `code` and `state`."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
