"""A small OpenID provider that speaks the protocol over HTTP, and can be told to break it."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from gardenos_chassis.testing.serving import served
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "gardenos-client", "the client's secret"


@dataclass
class Provider:
    """The provider: who is signed in there (`person`), and what is wrong with it (`claims`, `header`, …)."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
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
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}))

    def rotate(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})

    def app(self) -> FastAPI:
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
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorize")
        async def authorize(request: Request) -> Response:
            asked = dict(request.query_params)
            assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
            assert asked["code_challenge_method"] == "S256"
            assert "openid" in asked["scope"].split()
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

        @app.post("/token")
        async def token(
            request: Request, code: str = Form(), redirect_uri: str = Form(), code_verifier: str = Form()
        ) -> Response:
            basic = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
            if basic != f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}":
                return JSONResponse({"error": "invalid_client"}, 401)
            asked = self.codes.pop(code, None)
            challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
            if asked is None or asked["redirect_uri"] != redirect_uri or asked["code_challenge"] != challenge:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse(
                {"access_token": "a", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])},
            )

        return app

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        right = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.person}
        claims = {name: value for name, value in (right | self.claims).items() if value is not None}
        if self.unsigned:
            parts = (b'{"alg":"none"}', jwt.encode({"alg": "RS256"}, claims, self.key).split(".")[1].encode())
            return f"{base64.urlsafe_b64encode(parts[0]).decode().rstrip('=')}.{parts[1].decode()}."
        if self.by_shared_secret:
            # The public key taken for a shared secret: the oldest trick.
            return _by_shared_secret(claims, self.key.as_pem(private=False))
        key = RSAKey.generate_key(2048, {"kid": "first"}) if self.foreign_key else self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def _by_shared_secret(claims: dict[str, Any], secret: bytes) -> str:
    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    header = {"alg": "HS256", "kid": "first"}
    signed = ".".join(part(json.dumps(each).encode()) for each in (header, claims))
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), 'sha256'))}"


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """A provider on a free port, until the context ends."""
    made = Provider()
    async with served(made.app()) as made.issuer:
        yield made


def back(location: str) -> dict[str, str]:
    """What the provider sends somebody back with: `code` and `state`."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
