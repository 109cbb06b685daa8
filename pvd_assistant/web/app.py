"""The web application: our routes, then Gradio mounted at the root; the API beside them.

::

    OPENBLAS_NUM_THREADS=1 uvicorn --factory 'pvd_assistant.web.app:create_app'
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from pvd_assistant.errors import PvdError
from pvd_assistant.library.worker import Worker
from pvd_assistant.messages import text
from pvd_assistant.observability import request_id, tracing
from pvd_assistant.privacy.retention import forgetting
from pvd_assistant.settings import Settings, load_settings
from pvd_assistant.storage.database import Database
from pvd_assistant.version import package_version
from pvd_assistant.web import dressing, metrics, pages, practices, sources
from pvd_assistant.web.api.application import Api
from pvd_assistant.web.api.gate import Faces
from pvd_assistant.web.blocks import build
from pvd_assistant.web.chat_gate import ChatGate
from pvd_assistant.web.feedback import FeedbackStore
from pvd_assistant.web.gradio_loading import load_gradio
from pvd_assistant.web.health import health, readiness
from pvd_assistant.web.page_gate import PageGate
from pvd_assistant.web.security import Security
from pvd_assistant.web.service import Service
from pvd_assistant.web.shell import ChatPage
from pvd_assistant.web.staff.rooms import add_rooms
from pvd_assistant.web.theme import theme
from pvd_assistant.web.watching import HEADER, Watch

if TYPE_CHECKING:
    from pvd_assistant.answer.assistant import Assistant


def create_app(settings: Settings | None = None, assistant: Assistant | None = None) -> FastAPI:
    """Return the application.

    :param settings: read from ``pvd.toml`` and the environment when not given.
    :param assistant: one that is ready; otherwise it is loaded in the background once the server
        runs, and a missing index is said on the page.
    :raises SettingsError: a file of ``web_stylesheet``, ``web_header`` or ``web_footer`` is missing.
    """
    settings = settings or load_settings()
    dress = dressing.Dressing.of(settings)
    service = Service(settings, assistant)
    database = Database(settings)
    store = FeedbackStore(database)
    api = Api(service, store)
    worker = Worker(settings, database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tracing.start(settings)
        service.warm_up()
        with worker.running(), forgetting(database, settings):
            async with api.running():
                yield
        database.close()
        tracing.stop()

    app = FastAPI(
        title="pvd-assistant",
        version=package_version(),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    _add_routes(app, service, database)
    add_rooms(app, service, database, worker)
    app.include_router(dressing.router(dress))
    blocks = build(service, store)
    load_gradio().mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=theme(),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        max_file_size=1,
    )
    app.add_middleware(ChatPage)
    app.add_middleware(ChatGate, questions=settings.chat_rate_limit)
    app.add_middleware(PageGate, most=settings.page_rate_limit)
    app.add_middleware(Faces, api=api.application, settings=settings, slots=api.slots)
    app.add_middleware(
        Security,
        largest_file=settings.max_file_mb * 1_000_000,
        hsts_seconds=settings.hsts_seconds,
    )
    app.add_middleware(dressing.Dressed, dress=dress)
    app.add_middleware(Watch)
    return app


def _add_routes(app: FastAPI, service: Service, database: Database) -> None:
    @app.api_route("/health", methods=["GET", "HEAD"])
    def report_health() -> JSONResponse:
        status, report = health(service)
        return JSONResponse(report, status, headers={"Cache-Control": "no-store"})

    @app.api_route("/ready", methods=["GET", "HEAD"])
    def report_readiness() -> JSONResponse:
        status, report = readiness(service, database)
        return JSONResponse(report, status, headers={"Cache-Control": "no-store"})

    @app.exception_handler(PvdError)
    async def explain(_: Request, error: PvdError) -> HTMLResponse:
        return pages.error_page(503, str(error))

    @app.exception_handler(Exception)
    async def apologise(_: Request, __: Exception) -> HTMLResponse:
        page = pages.error_page(500, text("web.broken_page"))
        page.headers[HEADER] = request_id.current()  # sent from outside of what adds it elsewhere
        return page

    assets = Path(str(files("pvd_assistant").joinpath("web", "assets")))
    app.mount("/habillage", StaticFiles(directory=assets))
    app.include_router(metrics.router(service, database))
    app.include_router(pages.router(service.settings))
    app.include_router(sources.router(service))
    app.include_router(practices.router(service))
