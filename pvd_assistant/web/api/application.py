"""The API as one application: its routes, its errors, its description."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.routing import Route

from pvd_assistant.messages import load_data
from pvd_assistant.version import package_version
from pvd_assistant.web.api import completions, problems, rest
from pvd_assistant.web.api.engine import Engine
from pvd_assistant.web.api.limits import Slots, api_at_once
from pvd_assistant.web.api.mcp_server import McpEndpoint
from pvd_assistant.web.feedback import FeedbackStore
from pvd_assistant.web.service import Service

#: Where programs read what the API offers.
OPENAPI = "/api/openapi.json"


class Api:
    """What is behind ``/api``, ``/v1`` and ``/mcp``.

    :ivar application: answers the requests; who may send them is checked before.
    :ivar engine: what every face does.
    :ivar slots: requests answered at the same time.
    """

    def __init__(self, service: Service, store: FeedbackStore) -> None:
        self.engine = Engine(service)
        self.slots = Slots(api_at_once(service.settings))
        self._mcp = McpEndpoint(self.engine, self.slots)
        said: dict[str, Any] = load_data("web/api")
        self.application = FastAPI(
            title=said["title"],
            description=said["description"],
            version=package_version(),
            openapi_url=OPENAPI,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
        )
        problems.explain(self.application)
        self.application.include_router(rest.router(self.engine, store))
        self.application.include_router(completions.router(self.engine))
        self.application.router.routes.append(Route("/mcp", endpoint=self._mcp))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve for as long as the web application runs."""
        async with self._mcp.running():
            yield
