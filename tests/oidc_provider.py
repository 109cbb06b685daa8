"""A real OpenID Connect provider on this machine: signed tokens, PKCE, codes used once. It can misbehave."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT, SECRET = "pvd", "a-secret-of-the-tests"


@dataclass
class Provider:
    """What it says of whoever signs in, and how it misbehaves.

    :ivar person: claims of userinfo.
    :ivar wrong: claims of the ID token, replaced.
    :ivar signed_userinfo: userinfo is a token, as ProConnect does.
    :ivar denies: error it sends back instead of a code.
    :ivar forged: tokens are signed with a key that is not published.
    :ivar asked: what it was asked at its authorization address.
    """

    person: dict[str, Any] = field(default_factory=lambda: {"sub": "u1", "email": "lea@exemple.fr"})
    wrong: dict[str, Any] = field(default_factory=dict)
    signed_userinfo: bool = False
    denies: str = ""
    forged: bool = False
    auth_methods: list[str] | None = None
    asked: dict[str, str] = field(default_factory=dict)
    url: str = ""
    key: ECKey = field(
        default_factory=lambda: ECKey.generate_key("P-256", {"kid": "k", "use": "sig"})
    )
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    def metadata(self) -> dict[str, Any]:
        paths = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "userinfo_endpoint": "/userinfo",
            "jwks_uri": "/keys",
            "end_session_endpoint": "/end",
        }
        said: dict[str, Any] = {"issuer": self.url, **{k: self.url + v for k, v in paths.items()}}
        if self.auth_methods is not None:
            said["token_endpoint_auth_methods_supported"] = self.auth_methods
        return said

    def authorize(self, asked: dict[str, str]) -> str:
        self.asked = asked
        back = {"state": asked["state"]}
        if self.denies:
            back["error"] = self.denies
        else:
            back["code"] = secrets.token_urlsafe(8)
            self.codes[back["code"]] = asked
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        if not self._client_known(form, authorization):
            return 401, {"error": "invalid_client"}
        if asked is None or asked["redirect_uri"] != form["redirect_uri"] or not _pkce(asked, form):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(8)
        self.tokens.add(access)
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": self.person["sub"],
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
        }
        signed = self._signed({**claims, "nonce": asked.get("nonce", ""), **self.wrong})
        said = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": signed,
        }
        return 200, said

    def userinfo(self, authorization: str) -> tuple[int, str, str]:
        if authorization.removeprefix("Bearer ") not in self.tokens:
            return 401, "application/json", "{}"
        if self.signed_userinfo:
            signed = self._signed({**self.person, "iss": self.url, "aud": CLIENT})
            return 200, "application/jwt", signed
        return 200, "application/json", json.dumps(self.person)

    def _signed(self, claims: dict[str, Any]) -> str:
        key = ECKey.generate_key("P-256", {"kid": "k"}) if self.forged else self.key
        return jwt.encode({"alg": "ES256", "kid": "k"}, claims, key)

    def _client_known(self, form: dict[str, str], authorization: str) -> bool:
        if self.auth_methods == ["client_secret_post"]:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        kept = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        return kept == f"{CLIENT}:{SECRET}"


def _pkce(asked: dict[str, str], form: dict[str, str]) -> bool:
    if "code_challenge" not in asked:
        return "code_verifier" not in form
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    """Serve a provider on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self._redirect(provider.authorize(dict(parse_qsl(parts.query))))
            elif parts.path == "/userinfo":
                self._send(*provider.userinfo(self.headers.get("authorization", "")))
            elif parts.path == "/keys":
                keys = KeySet([provider.key]).as_dict(private=False)
                self._send(200, "application/json", json.dumps(keys))
            else:
                self._send(200, "application/json", json.dumps(provider.metadata()))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, said = provider.token(form, self.headers.get("authorization", ""))
            self._send(status, "application/json", json.dumps(said))

        def _redirect(self, address: str) -> None:
            self.send_response(302)
            self.send_header("location", address)
            self.end_headers()

        def _send(self, status: int, kind: str, body: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        provider.url = f"http://127.0.0.1:{server.server_port}"
        yield provider
        server.shutdown()
        thread.join()
