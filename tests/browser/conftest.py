"""A real server on the fake assistant, and a real Chromium that watches what leaves the page."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))

from fakes import GUIDE, SHEET, FakeAssistant, guide_pdf
from staff_people import session_of

from pvd_assistant.accounts.roles import Role
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.settings import Settings
from pvd_assistant.web.server import listen

WIDE = {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser last: Playwright keeps an event loop running, which others want to start."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@dataclass
class Site:
    """A running server, what it keeps and what it was asked."""

    url: str
    settings: Settings
    assistant: FakeAssistant = field(default_factory=FakeAssistant)
    stop: Callable[[], None] = lambda: None


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with the fake assistant."""
    root = tmp_path_factory.mktemp("site")
    sheet, guide = root / "corpus" / f"{SHEET}.md", root / "corpus" / f"{GUIDE}.pdf"
    for path in (sheet, guide):
        path.parent.mkdir(parents=True)
    sheet.write_text("# Chef de projet\n", "utf-8")
    guide.write_bytes(guide_pdf())
    settings = Settings(corpus_dir=root / "corpus", data_dir=root / "data")
    yield from _running(settings, FakeAssistant())


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application as it is before any index was built."""
    root = tmp_path_factory.mktemp("empty")
    settings = Settings(corpus_dir=root, index_dir=root / "index", data_dir=root / "data")
    yield from _running(settings, None)


@pytest.fixture(scope="session")
def practices_site(practices_settings: Settings) -> Iterator[Site]:
    """The application on a dozen of the real project sheets."""
    yield from _running(practices_settings, Assistant(practices_settings))  # type: ignore[arg-type]


@pytest.fixture
def doomed_site(tmp_path: Path) -> Iterator[Site]:
    """A server that the test stops, with ``site.stop()``."""
    yield from _running(Settings(corpus_dir=tmp_path, data_dir=tmp_path / "data"), FakeAssistant())


@pytest.fixture
def start_site() -> Iterator[Callable[..., Site]]:
    """A function that runs a server with settings of its own until the test ends.

    ``real``: on the assistant of its own index, loaded as it is in service.
    """
    running: list[Iterator[Site]] = []

    def start(settings: Settings, *, real: bool = False) -> Site:
        running.append(_running(settings, None if real else FakeAssistant()))
        return next(running[-1])

    yield start
    for one in running:
        next(one, None)


def _running(settings: Settings, assistant: FakeAssistant | None) -> Iterator[Site]:
    import uvicorn

    from pvd_assistant.web import chat
    from pvd_assistant.web.app import create_app

    chat.PACE = 0.03
    # Every page has the address of this machine: together they ask more than one visitor may.
    limits = ("chat_rate_limit", "page_rate_limit", "staff_rate_limit")
    unlimited = settings.model_copy(update=dict.fromkeys(limits, 0))
    app = create_app(unlimited, assistant)  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    with listen("127.0.0.1", 0) as listening:
        # Connections wait in the socket until the server takes them: nothing to poll for.
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"

        def stop() -> None:
            server.should_exit = True
            thread.join(20)

        yield Site(url, settings, assistant or FakeAssistant(), stop)
        stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no « chromium » on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visitor(chromium: Any) -> Iterator[Any]:
    """An English browser, kept for all the tests so that Gradio's files are loaded once."""
    context = chromium.new_context(viewport=WIDE, locale="en-US", reduced_motion="reduce")
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def open_page(visitor: Any, site: Site) -> Iterator[Any]:
    """A function that opens a page; nothing may go wrong in it, nor be asked of another host."""
    pages: list[Any] = []
    elsewhere: list[str] = []
    problems: list[str] = []

    def open_(path: str = "/", base: str = site.url, scheme: str = "light", width: int = 0) -> Any:
        page = visitor.new_page()
        pages.append(page)
        page.emulate_media(color_scheme=scheme)
        if width:
            page.set_viewport_size({"width": width, "height": 640})
        page.on("request", lambda r: _note(r.url, base, elsewhere))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.goto(base + path)
        if path == "/":
            page.get_by_label("Votre question", exact=True).wait_for()
        return page

    yield open_
    for page in pages:
        page.close()
    assert elsewhere == [], "requests to another host"
    assert problems == [], "errors in the page"


@pytest.fixture
def signed_in(open_page: Any, visitor: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """A function that opens a page of the staff's rooms as somebody of a role.

    The last role asked for is the one of every page opened: ``signed_in("editeur", "/equipe/comptes")``.
    """

    def open_(role: Role | str, path: str = "/equipe", base: str = "", **options: Any) -> Any:
        cookie = {"domain": "127.0.0.1", "path": "/equipe", "httpOnly": True, "sameSite": "Lax"}
        token = session_of(Role(role), options.pop("settings", site.settings))
        visitor.add_cookies([{"name": "pvd_session", "value": token, **cookie}])
        return open_page(path, base or site.url, **options)

    yield open_
    visitor.clear_cookies()


@pytest.fixture
def page(open_page: Any, site: Site) -> Any:
    """The chat page, wide."""
    site.assistant.asked.clear()
    return open_page()


def _note(url: str, base: str, elsewhere: list[str]) -> None:
    # A « mailto: » link is given to the mail program: nothing is asked over the network.
    if not url.startswith((base + "/", "data:", "blob:", "mailto:")):
        elsewhere.append(url)
