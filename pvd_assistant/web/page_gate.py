"""What stands before « Bonnes pratiques » and the documents: how many pages one address may ask for."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from pvd_assistant.french import french_wait
from pvd_assistant.messages import text
from pvd_assistant.web.api.limits import Rate
from pvd_assistant.web.pages import error_page

_COUNTED = re.compile(r"/(?:pratiques|sources|documents|pages)(?:/.*)?")
#: A Word file of every sheet takes as long as three hundred pages: ten a minute, not six hundred.
_HEAVY = "/pratiques/export.docx"
_WEIGHT = 60


class PageGate:
    """Refuses the pages, exports and pictures of pages that are asked for too fast.

    :param most: pages a minute from one address; 0 for any number.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._rate = Rate(most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        seconds = 0
        if scope["type"] == "http" and _COUNTED.fullmatch(scope["path"]):
            address = scope["client"][0] if scope.get("client") else ""
            weight = _WEIGHT if scope["path"] == _HEAVY else 1
            seconds = self._rate.wait(address, weight)
        if not seconds:
            await self._app(scope, receive, send)
            return
        said = text("web.too_many_pages", wait=french_wait(seconds))
        refusal = error_page(429, said, text("web.too_many_pages_title"))
        refusal.headers.update({"Retry-After": str(seconds), "Cache-Control": "no-store"})
        await refusal(scope, receive, send)
