"""The dress of whoever runs the service: a stylesheet, a header, a footer of their own, by settings.

The header and the footer are HTML written by the person who runs the service: they are put in the page
as they are. They may name pictures as ``data:`` addresses; the pages load nothing from another host.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup
from starlette.types import ASGIApp, Receive, Scope, Send

from pvd_assistant.errors import SettingsError
from pvd_assistant.settings import Settings

_NONE = Markup("")

#: Address of the stylesheet.
STYLESHEET = "/habillage-propre.css"


@dataclass(frozen=True, slots=True)
class Dressing:
    """What replaces, or adds to, the pages' own dress.

    :ivar style: text of a stylesheet loaded after ours; ``None`` for none.
    :ivar header: HTML put above our own header; empty for none.
    :ivar footer: HTML put instead of the note of our footer; empty for none.
    """

    style: str | None = None
    header: Markup = _NONE
    footer: Markup = _NONE

    @property
    def stylesheet(self) -> str:
        """Address of the stylesheet; empty for none."""
        return "" if self.style is None else STYLESHEET

    @classmethod
    def of(cls, settings: Settings) -> Dressing:
        """Read the files named by the settings.

        :raises SettingsError: a file is missing or is not text in UTF-8.
        """
        return cls(
            style=_read("web_stylesheet", settings.web_stylesheet),
            header=Markup(_read("web_header", settings.web_header) or ""),
            footer=Markup(_read("web_footer", settings.web_footer) or ""),
        )


_worn: ContextVar[Dressing | None] = ContextVar("dressing", default=None)


def dressing() -> Dressing:
    """Return the dress of the page being written."""
    return _worn.get() or Dressing()


class Dressed:
    """Tells the templates which dress the pages of this application wear."""

    def __init__(self, app: ASGIApp, dress: Dressing) -> None:
        self.app = app
        self.dress = dress

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        before = _worn.set(self.dress)
        try:
            await self.app(scope, receive, send)
        finally:
            _worn.reset(before)


def router(dress: Dressing) -> APIRouter:
    """Return the route of the stylesheet, when there is one."""
    routes = APIRouter()
    if dress.style is not None:

        @routes.api_route(STYLESHEET, methods=["GET", "HEAD"])
        def send_stylesheet() -> Response:
            headers = {"Cache-Control": "no-cache"}
            return Response(dress.style, media_type="text/css; charset=utf-8", headers=headers)

    return routes


def _read(name: str, path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("settings.invalid", name=name, reason=error) from error
