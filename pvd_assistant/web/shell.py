"""Our page around Gradio's: French, our header and footer, no trace of another host.

Gradio writes ``index.html`` from a template of its own; it is rewritten on its way out. What is
replaced is plain markup of Gradio 6.31, pinned in ``pyproject.toml`` and checked by the tests.
"""

from __future__ import annotations

import json
import re
import secrets

from markupsafe import Markup
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pvd_assistant.messages import load_data
from pvd_assistant.web.security import chat_csp
from pvd_assistant.web.templating import render

_META = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>', re.DOTALL)
_MANIFEST = re.compile(r'<link rel="manifest"[^>]*>')
_HTML = re.compile(r'<html\s+lang="en"')
_APP = re.compile(r"<gradio-app\b.*?</gradio-app>", re.DOTALL)
_BLOCK = re.compile(r"<(script|style)\b")


class ChatPage:
    """Passes everything to Gradio and dresses the page it answers at ``/``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        caught = _Caught()
        await self.app(scope, receive, caught.send)
        if caught.start["status"] != 200 or scope["method"] == "HEAD":
            await caught.replay(send)
            return
        nonce = secrets.token_urlsafe(16)
        page = HTMLResponse(
            dressed(caught.body.decode(), nonce),
            headers={"Content-Security-Policy": chat_csp(nonce), "Cache-Control": "no-store"},
        )
        await page(scope, receive, send)


class _Caught:
    """A response kept instead of being sent."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.chunks: list[Message] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.chunks.append(message)

    async def replay(self, send: Send) -> None:
        for message in (self.start, *self.chunks):
            await send(message)

    @property
    def body(self) -> bytes:
        return b"".join(chunk.get("body", b"") for chunk in self.chunks)


def dressed(page: str, nonce: str) -> str:
    """Return Gradio's page with our language, head, header and footer; its blocks carry the nonce."""
    page = _MANIFEST.sub("", _META.sub("", page))
    page = _HTML.sub('<html id="pvd" lang="fr"', page, count=1)
    page = page.replace("</head>", f"{render('head.html', wording=_wording())}</head>", 1)
    inside = _APP.search(page)
    if inside is not None:
        before, after = (
            render("header.html", home=True),
            render("shell_after.html") + render("footer.html"),
        )
        page = f"{page[: inside.start()]}{before}{inside.group()}{after}{page[inside.end() :]}"
    return _BLOCK.sub(rf'<\1 nonce="{nonce}"', page)


def _wording() -> Markup:
    """Return what the page's script says, as JSON that cannot close its ``<script>``."""
    said = {k: v for k, v in load_data("messages/web").items() if k in _SAID}
    names = load_data("web/gradio")
    data = json.dumps({"text": said, "names": names}, ensure_ascii=False)
    return Markup(data.replace("<", "\\u003c"))


_SAID = (
    "announce_writing",
    "announce_done",
    "announce_failed",
    "copied",
    "copy_failed",
    "new_window",
    "panel_loading",
    "panel_failed",
    "connection_lost",
    "busy",
    "too_many_events",
    "unexpected",
    "message_copied",
    "message_opened",
    "message_pasted",
    "message_saved",
    "saved",
    "own_erase_all",
    "own_erase_and_off",
    "own_on",
    "own_off",
    "own_erased",
    "own_deleted",
    "own_full",
    "own_refused",
    "own_opened",
    "own_facts",
    "own_questions_one",
    "own_questions_many",
    "own_conversations_one",
    "own_conversations_many",
    "own_delete_name",
)
