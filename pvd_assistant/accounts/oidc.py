"""OpenID Connect: authorization code with PKCE, state and nonce; tokens checked before they are believed.

What is pending between the two halves of a sign-in is in a cookie of the browser, signed with a key
drawn from the client's secret: any replica can finish what another began.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from pvd_assistant.accounts.identity import Identity, read_identity
from pvd_assistant.accounts.roles import Role
from pvd_assistant.errors import AccessError, SettingsError
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings

#: How long somebody may take at the provider's.
PENDING_SECONDS = 600
_DISCOVERY_SECONDS = 3600
_TIMEOUT = 5.0
#: How far apart our clock and the provider's may be.
_LEEWAY = 30
#: Signatures made with a private key of the provider: never ``none``, nor a secret we share.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_LOCAL = ("localhost", "127.0.0.1", "::1")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in begun: where to send the browser, and what its cookie keeps until it is back."""

    url: str
    pending: str


class Provider:
    """The provider of the settings.

    :param now: seconds since 1970, replaced by the tests.
    :raises SettingsError: a setting is missing or wrong.
    """

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        _check(settings)
        self._settings = settings
        self._issuer = settings.oidc_issuer.rstrip("/")
        secret = settings.oidc_client_secret.get_secret_value()
        key = hmac.digest(secret.encode(), b"pvd-assistant pending sign-in", "sha256")
        self._key = OctKey.import_key(key)
        self._now = now
        self._read: tuple[float, dict[str, Any]] = (0.0, {})

    @property
    def name(self) -> str:
        """What the provider is called on the page."""
        return self._settings.oidc_name or text("accounts.provider_name")

    def start(self, callback: str, back: str) -> Started:
        """Begin a sign-in.

        :param callback: our address where the provider sends the browser back.
        :param back: page to show once signed in.
        :raises AccessError: the provider cannot be reached.
        """
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        verifier = secrets.token_urlsafe(48) if self._settings.oidc_pkce else ""
        with self._explained():
            url = str(self._metadata()["authorization_endpoint"])
            with self._client(callback) as client:
                address, _ = client.create_authorization_url(
                    url, state=state, nonce=nonce, code_verifier=verifier or None
                )
        claims = {"state": state, "nonce": nonce, "verifier": verifier, "back": back}
        expires = int(self._now()) + PENDING_SECONDS
        pending = jwt.encode({"alg": "HS256"}, {**claims, "exp": expires}, self._key)
        return Started(str(address), pending)

    def finish(
        self, callback: str, pending: str, answer: Mapping[str, str]
    ) -> tuple[Identity, str]:
        """Return who came back, checked, and the page to show them.

        :param answer: what the provider put in the address.
        :raises AccessError: they gave up, took too long, came back twice, or something is not as it
            should be.
        """
        with self._explained():
            kept = self._pending(pending)
            if not hmac.compare_digest(kept["state"].encode(), answer.get("state", "").encode()):
                raise ValueError("another state")
            if answer.get("iss", self._issuer).rstrip("/") != self._issuer:
                raise ValueError("another issuer")
            if "error" in answer:
                raise ValueError(f"the provider says {answer['error'][:60]!r}")
            identity = self._identity(callback, answer["code"], kept)
        return identity, kept["back"]

    def sign_out_url(self, id_token: str, back: str) -> str | None:
        """Return where to sign out of the provider too; ``None`` when it cannot be done there.

        :param back: our address where the provider sends the browser back.
        """
        try:
            with self._explained():
                end = str(self._metadata().get("end_session_endpoint") or "")
        except AccessError:
            return None
        if not end:
            return None
        values = {
            "id_token_hint": id_token,
            "client_id": self._settings.oidc_client_id,
            "post_logout_redirect_uri": back,
            "state": secrets.token_urlsafe(32),
        }
        return f"{end}{'&' if '?' in end else '?'}{urlencode(values)}"

    def _identity(self, callback: str, code: str, kept: Mapping[str, str]) -> Identity:
        metadata = self._metadata()
        with self._client(callback) as client:
            verifier = {"code_verifier": kept["verifier"]} if kept["verifier"] else {}
            token = client.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                redirect_uri=callback,
                **verifier,
            )
            id_token = str(token["id_token"])
            claims = self._checked(id_token, kept["nonce"], str(token["access_token"]))
            if userinfo := metadata.get("userinfo_endpoint"):
                answer = client.get(str(userinfo)).raise_for_status()
                said = self._userinfo(answer)
                if said.get("sub") != claims["sub"]:
                    raise ValueError("somebody else's userinfo")
                claims = {**said, **claims}
        return read_identity(claims, id_token, self._settings)

    def _checked(self, id_token: str, nonce: str, access_token: str) -> dict[str, Any]:
        signed = jwt.decode(id_token, self._keys(), algorithms=_ALGORITHMS)
        options = {
            "iss": {"essential": True, "value": self._metadata()["issuer"]},
            "aud": {"essential": True, "value": self._settings.oidc_client_id},
        }
        client = self._settings.oidc_client_id
        params = {"nonce": nonce, "client_id": client, "access_token": access_token}
        claims = CodeIDToken(signed.claims, signed.header, options, params)
        claims.validate(int(self._now()), _LEEWAY)
        return {**claims, "iss": self._issuer}

    def _userinfo(self, answer: httpx2.Response) -> dict[str, Any]:
        """Return what is said of somebody: JSON, or a signed token as ProConnect sends."""
        if "jwt" not in answer.headers.get("content-type", ""):
            return dict(answer.json())
        claims = jwt.decode(answer.text, self._keys(), algorithms=_ALGORITHMS).claims
        registry = jwt.JWTClaimsRegistry(
            int(self._now()),
            _LEEWAY,
            iss={"value": self._metadata()["issuer"]},
            aud={"value": self._settings.oidc_client_id},
        )
        registry.validate(claims)
        return claims

    def _pending(self, pending: str) -> dict[str, str]:
        claims = jwt.decode(pending, self._key, algorithms=["HS256"]).claims
        jwt.JWTClaimsRegistry(int(self._now()), exp={"essential": True}).validate(claims)
        return {name: str(claims[name]) for name in ("state", "nonce", "verifier", "back")}

    def _metadata(self) -> dict[str, Any]:
        """Read what the provider says of itself, again after an hour."""
        read_at, read = self._read
        if read and self._now() - read_at < _DISCOVERY_SECONDS:
            return read
        read = _get(f"{self._issuer}/.well-known/openid-configuration")
        if str(read["issuer"]).rstrip("/") != self._issuer:
            raise ValueError("another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _check_address(str(read[name]))
        for name in ("userinfo_endpoint", "end_session_endpoint"):
            if read.get(name):
                _check_address(str(read[name]))
        self._read = self._now(), read
        return read

    def _keys(self) -> KeySet:
        """Read the keys anew: providers change them, and people sign in seldom."""
        given = _get(str(self._metadata()["jwks_uri"]))
        keys = [dict(key) for key in given["keys"]]
        signing = [k for k in keys if k.get("kty") in ("RSA", "EC") and k.get("use") != "enc"]
        return KeySet.import_key_set({"keys": signing})

    def _client(self, callback: str) -> OAuth2Client:
        methods = self._metadata().get("token_endpoint_auth_methods_supported")
        by_form = methods is not None and "client_secret_basic" not in methods
        return OAuth2Client(
            self._settings.oidc_client_id,
            self._settings.oidc_client_secret.get_secret_value(),
            token_endpoint_auth_method="client_secret_post" if by_form else "client_secret_basic",
            scope=self._settings.oidc_scopes,
            redirect_uri=callback,
            code_challenge_method="S256",
            leeway=0,  # ProConnect's tokens live a minute: they are not out of date yet
            timeout=_TIMEOUT,
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn whatever goes wrong into one message; the reason goes to the logs, without tokens."""
        try:
            yield
        except (
            AuthlibBaseError,
            JoseError,
            httpx2.HTTPError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:
            said = error.error if isinstance(error, AuthlibBaseError) else error
            logger.warning("OIDC refused: %s: %s", type(error).__name__, said)
            raise AccessError("accounts.provider_failed", provider=self.name) from error


def _get(url: str) -> dict[str, Any]:
    with httpx2.Client(timeout=_TIMEOUT) as client:
        return dict(client.get(url).raise_for_status().json())


def _check(settings: Settings) -> None:
    if not _safe(settings.oidc_issuer):
        raise _wrong("oidc_issuer", "settings.oidc_https")
    if not settings.oidc_client_id:
        raise _wrong("oidc_client_id", "settings.oidc_needed")
    if not settings.oidc_client_secret.get_secret_value():
        raise _wrong("oidc_client_secret", "settings.oidc_needed")
    if unknown := set(settings.oidc_roles.values()) - {role.value for role in Role}:
        raise _wrong("oidc_roles", "settings.oidc_role", role=min(unknown), roles=", ".join(Role))


def _wrong(name: str, reason: str, **values: str) -> SettingsError:
    return SettingsError("settings.invalid", name=name, reason=text(reason, **values))


def _safe(url: str) -> bool:
    """Tell whether an address is encrypted, or of this very machine."""
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in _LOCAL
    return bool(parts.hostname) and (parts.scheme == "https" or local)


def _check_address(url: str) -> None:
    if not _safe(url):
        raise ValueError("an address of the provider is not encrypted")
