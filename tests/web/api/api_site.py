"""The API behind its gate and its safety headers, without the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.web.api.application import Api
from pvd_assistant.web.api.gate import Faces
from pvd_assistant.web.feedback import FeedbackStore
from pvd_assistant.web.security import Security
from pvd_assistant.web.service import Service

QUESTION = "Qui paie le poste de chef de projet, et combien ?"
LOCAL = {"base_url": "http://127.0.0.1:7860", "client": ("127.0.0.1", 50000)}


class Site:
    """The API of some settings and an assistant, and what it keeps."""

    def __init__(self, settings: Settings, assistant: Any) -> None:
        self.settings = settings
        self.database = Database(settings)
        self.store = FeedbackStore(self.database)
        self.api = Api(Service(settings, assistant), self.store)
        pages = FastAPI(lifespan=self._running)  # there is none: any address is unknown to it
        faces = Faces(pages, self.api.application, settings, self.api.slots)
        self.application = Security(faces)

    @asynccontextmanager
    async def _running(self, _: FastAPI) -> AsyncIterator[None]:
        async with self.api.running():
            yield

    def client(self, **changes: Any) -> TestClient:
        return TestClient(self.application, **(LOCAL | changes))
