"""What an OpenID provider says of itself and of people, and whether that holds.

OpenID Connect Core 1.0, section 3.1, and Discovery 1.0. Authlib knows the protocol: what a provider's description must
have, what an ID token must claim, PKCE; joserfc verifies signatures. What is stricter here says so.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from gardenos_identity.single_sign_on.reaching import ProviderAway, Reach

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Public keys alone: a shared secret signs nothing here, and nothing is taken unsigned."""

LEEWAY_SECONDS = 60

_DISCOVERED_SECONDS = 3600.0
_KEYS_SECONDS = 3600.0
_REFETCH_SECONDS = 5.0
_CACHED = 200


class NotVouched(Exception):
    """What came back from the provider vouches for nobody; its words are for people."""


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider knows us by, and where it sends people back to."""

    issuer: str
    id: str
    secret: str
    callback: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody whom the provider vouches for, by a verified address."""

    issuer: str
    subject: str
    email: str
    """Normalised."""
    name: str


@dataclass(frozen=True, slots=True)
class _Provider:
    authorization: str
    token: str
    keys: str
    by_form: bool
    """Whether it takes our secret in the form alone."""


@dataclass(slots=True)
class _Kept:
    fetched: float
    value: Any


@dataclass(frozen=True, slots=True)
class Providers:
    """Asks providers, and remembers for an hour what they say of themselves."""

    reach: Reach
    _described: "OrderedDict[str, _Kept]" = field(default_factory=OrderedDict)
    _keys: "OrderedDict[str, _Kept]" = field(default_factory=OrderedDict)

    async def address(self, client: Client, *, state: str, nonce: str, verifier: str, hint: str | None) -> str:
        """Where to send somebody who signs in. Raises ProviderAway."""
        provider = await self._describe(client.issuer)
        more = {"login_hint": hint} if hint else {}
        return str(
            prepare_grant_uri(
                provider.authorization,
                client.id,
                "code",
                redirect_uri=client.callback,
                scope="openid email profile",
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
                **more,
            )
        )

    async def vouch(self, client: Client, code: str, *, nonce: str, verifier: str) -> Vouched:
        """Whom the provider vouches for, by the code with which it sent them back. Raises ProviderAway, NotVouched."""
        provider = await self._describe(client.issuer)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.callback,
            "code_verifier": verifier,
        }
        if provider.by_form:
            form |= {"client_id": client.id, "client_secret": client.secret}
        # Both are encoded as a form has them: RFC 6749, 2.3.1.
        auth = None if provider.by_form else (quote_plus(client.id), quote_plus(client.secret))
        status, answer = await self.reach.post(provider.token, form, auth)
        if status != 200:
            told = str(answer.get("error", status))[:100]
            raise NotVouched(f"the provider does not take the code it gave: {told}")
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotVouched("the provider does not say who it is: there is no ID token")
        return _vouched(await self._claims(client, provider, token, nonce))

    async def _describe(self, issuer: str) -> _Provider:
        kept = self._described.get(issuer)
        if kept is None or time.monotonic() - kept.fetched > _DISCOVERED_SECONDS:
            told = OpenIDProviderMetadata(await self.reach.get(get_well_known_url(issuer, external=True)))
            kept = _keep(self._described, issuer, self._provider(issuer, told))
        provider: _Provider = kept.value
        return provider

    def _provider(self, issuer: str, told: OpenIDProviderMetadata) -> _Provider:
        if told.get("issuer") != issuer:
            raise ProviderAway(f"the provider calls itself {told.get('issuer')}, not {issuer}")
        found = {}
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            try:
                found[name] = self.reach.check(str(told[name]))
            except (KeyError, ValueError) as broken:
                raise ProviderAway(f"the provider names no {name} that can be used") from broken
        ways = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        by_form = "client_secret_basic" not in ways
        return _Provider(found["authorization_endpoint"], found["token_endpoint"], found["jwks_uri"], by_form)

    async def _claims(self, client: Client, provider: _Provider, token: str, nonce: str) -> CodeIDToken:
        try:
            header = jws.extract_compact(token.encode()).headers()
        except Exception as broken:
            raise NotVouched("the provider's ID token cannot be read") from broken
        if header.get("alg") not in ALGORITHMS:
            raise NotVouched(f"the provider's ID token is signed by {header.get('alg')}, which is not taken")
        key = await self._key(provider, header.get("kid"))
        try:
            read = jwt.decode(token, key, algorithms=[header["alg"]])
            must = {"iss": {"essential": True, "value": client.issuer}, "aud": {"essential": True, "value": client.id}}
            claims = CodeIDToken(read.claims, read.header, must, {"nonce": nonce, "client_id": client.id})
            claims.validate(leeway=LEEWAY_SECONDS)
        except Exception as broken:
            raise NotVouched(f"the provider's ID token does not hold: {_why(broken)}") from broken
        if claims["iat"] > time.time() + LEEWAY_SECONDS:
            raise NotVouched("the provider's ID token does not hold: it was issued in the future")
        return claims

    async def _key(self, provider: _Provider, kid: Any) -> RSAKey | ECKey | OKPKey:
        """The key that a token names. One that is not known is asked for anew, at most every few seconds."""
        kept = self._keys.get(provider.keys)
        for again in (False, True):
            age = time.monotonic() - kept.fetched if kept else float("inf")
            if kept is None or age > (_REFETCH_SECONDS if again else _KEYS_SECONDS):
                kept = _keep(self._keys, provider.keys, _public_keys(await self.reach.get(provider.keys)))
            found: list[RSAKey | ECKey | OKPKey] = [key for key in kept.value if kid is None or key.kid == kid]
            if len(found) == 1:
                return found[0]
        raise NotVouched("the provider's ID token is signed by a key that it does not publish")


def _keep(cache: "OrderedDict[str, _Kept]", name: str, value: Any) -> _Kept:
    cache[name] = kept = _Kept(time.monotonic(), value)
    cache.move_to_end(name)
    if len(cache) > _CACHED:
        cache.popitem(last=False)
    return kept


def _public_keys(told: dict[str, Any]) -> list[RSAKey | ECKey | OKPKey]:
    """Those that may sign: what is meant for encryption, or is a shared secret, is left out."""
    found = []
    for each in told.get("keys") or ():
        try:
            keys = KeySet.import_key_set({"keys": [each]}).keys if each.get("use", "sig") == "sig" else []
        except Exception:  # noqa: S112 - a key of a kind that is not known signs nothing here
            continue
        found += [key for key in keys if isinstance(key, RSAKey | ECKey | OKPKey)]
    return found


def _vouched(claims: CodeIDToken) -> Vouched:
    """Stricter than the protocol: an address must be there, and verified."""
    subject, email = claims["sub"], claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise NotVouched("the provider's ID token does not hold: it names nobody")
    if not isinstance(email, str) or "@" not in email:
        raise NotVouched("the provider does not say by which address it knows this person; let it give the claim email")
    # Some send it as text.
    if claims.get("email_verified") not in (True, "true"):
        raise NotVouched("the provider has not verified this person's address (the claim email_verified)")
    address = email.strip().lower()
    name = claims.get("name")
    called = name.strip() if isinstance(name, str) and name.strip() else address.partition("@")[0]
    return Vouched(claims["iss"], subject, address, called[:200])


def _why(fault: Exception) -> str:
    return str(getattr(fault, "description", "") or fault or type(fault).__name__)[:200]
