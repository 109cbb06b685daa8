"""The plain pages around the chat: about, legal notice, personal data, accessibility, errors."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from pvd_assistant.messages import text
from pvd_assistant.settings import Settings
from pvd_assistant.web.templating import render

#: Address of each page, which is also the name of its Markdown file.
NAMES = ("a-propos", "donnees-personnelles", "mentions-legales", "accessibilite")


def router(settings: Settings) -> APIRouter:
    """Return the routes of the plain pages."""
    routes = APIRouter()

    def show(name: str) -> HTMLResponse:
        source = _source(name, settings.data_dir / "pages")
        return render_page("page.html", title=_title(source), body=_html(source))

    for name in NAMES:
        routes.add_api_route(
            f"/{name}",
            lambda name=name: show(name),
            methods=["GET", "HEAD"],
            response_class=HTMLResponse,
        )
    return routes


def render_page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Return a whole page from a template."""
    return HTMLResponse(render(template, **values), status_code=status)


def error_page(status: int, message: str, title: str = "") -> HTMLResponse:
    """Return a page that says what went wrong, in French."""
    title = title or text("web.not_found" if status == 404 else "web.unavailable")
    return render_page("error.html", status, title=title, message=message)


def _source(name: str, replacements: Path) -> str:
    """Read a page; whoever runs the service may put its own in ``data/pages/NAME.md``."""
    own = replacements / f"{name}.md"
    if own.is_file():
        return own.read_text(encoding="utf-8")
    return _packaged(name)


@cache
def _packaged(name: str) -> str:
    folder = files("pvd_assistant").joinpath("data", "web", "pages")
    return folder.joinpath(f"{name}.md").read_text(encoding="utf-8")


def _title(source: str) -> str:
    return source.partition("\n")[0].lstrip("# ").strip()


def _html(source: str) -> Markup:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    page = markdown.render(source)
    # A table wider than the window scrolls by itself, with the keyboard too.
    label = escape(text("web.table_label"))
    region = f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}"><table>'
    return Markup(page.replace("<table>", region).replace("</table>", "</table></div>"))
