"""What every response carries, and which addresses exist at all.

Gradio offers routes that this service has no use for (upload, file reading, proxy, monitoring, a
public API): only those that the page needs are let through; the rest is « page introuvable ».
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pvd_assistant.messages import text
from pvd_assistant.web.api.gate import is_api
from pvd_assistant.web.api.problems import problem
from pvd_assistant.web.pages import error_page

#: Largest body accepted, in bytes: a question with its conversation is far below.
LARGEST_BODY = 1_000_000

_GRADIO_ROUTES = re.compile(
    r"/(?:config|theme\.css|assets/.+|static/.+|favicon\.ico|robots\.txt)"
    r"|/gradio_api/(?:queue/(?:join|data)|heartbeat/\w+|reset|cancel|startup-events|app_id|info)/?"
)
_OWN_ROUTES = re.compile(
    r"/|/health|/ready|/metrics|/habillage/.+|/habillage-propre\.css|/(?:sources|documents|pages)/.+"
    r"|/(?:a-propos|donnees-personnelles|mentions-legales|accessibilite)"
    r"|/pratiques(?:/comparables|/fiche/.+|/export\.(?:docx|md|csv))?"
    r"|/equipe(?:/.+)?"
)

#: No row of a database has such a number, and drivers break on it.
_TOO_LARGE_ID = re.compile(r"^/equipe/(?:.*/)?[0-9]{10,}(?:/|$)")

#: For anything that is not the chat page: no script but ours, nothing from elsewhere.
PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

#: For the pages with a form of ours, sent to ourselves.
FORM_CSP = PAGE_CSP.replace("form-action 'none'", "form-action 'self'")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Content-Security-Policy": PAGE_CSP,
}


#: A style block that holds nothing.
_EMPTY = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"

#: Where a file can be sent: its size is bounded by ``max_file_mb``, and only staff may send one.
_UPLOADS = re.compile(r"/equipe/(?:bibliotheque/(?:ajouter|remplacer/.+)|demandes/nouvelle)")


class Security:
    """Puts the headers on, and refuses unknown addresses and bodies that are too large.

    :param largest_file: largest file that staff may send, in bytes.
    :param hsts_seconds: how long browsers that came by https must do so; 0 not to tell them.
    """

    def __init__(
        self, app: ASGIApp, largest_file: int = LARGEST_BODY, hsts_seconds: int = 0
    ) -> None:
        self.app = app
        self._largest_file = largest_file
        self._encrypted = dict(_HEADERS)
        if hsts_seconds:
            self._encrypted["Strict-Transport-Security"] = f"max-age={hsts_seconds}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        upload = _UPLOADS.fullmatch(scope["path"]) is not None
        refusal = _refusal(scope, self._largest_file + LARGEST_BODY if upload else LARGEST_BODY)
        headers = self._encrypted if scope.get("scheme") == "https" else _HEADERS
        if scope["path"].startswith("/equipe"):  # a page, a file, a refusal, a redirection
            headers = headers | {"Cache-Control": "no-store"}
        await (refusal or self.app)(scope, receive, _with_headers(send, headers))


def _refusal(scope: Scope, largest: int) -> Response | None:
    path = scope["path"]
    api = is_api(path)
    known = not _TOO_LARGE_ID.search(path)
    if not known or not (api or _OWN_ROUTES.fullmatch(path) or _GRADIO_ROUTES.fullmatch(path)):
        return error_page(404, text("web.unknown_page"))
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    if b"transfer-encoding" in headers or not length.isdigit() or int(length) > largest:
        if api:
            return problem(413, "api.too_large", text("api.too_large"))
        return error_page(413, text("web.too_large"))
    return None


def _with_headers(send: Send, added: Mapping[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in added.items():
                headers.setdefault(name, value)
            if "server" in headers:
                del headers["server"]
        await send(message)

    return sending


def chat_csp(nonce: str) -> str:
    """Return the policy of the chat page.

    Scripts and style blocks are limited to our files and to those that carry the nonce, so that injected
    markup runs nothing and dresses nothing. Gradio needs ``'unsafe-eval'`` for the templates of
    ``gr.HTML``, ``style`` attributes, and an empty style block that it fills through the CSSOM.
    """
    styles = f"'self' 'nonce-{nonce}' {_EMPTY}"
    directives: dict[str, Any] = {
        "default-src": "'none'",
        "script-src": f"'self' 'nonce-{nonce}' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",  # for browsers that do not know the next two
        "style-src-elem": styles,
        "style-src-attr": "'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "frame-src": "'self'",
        "base-uri": "'self'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())
