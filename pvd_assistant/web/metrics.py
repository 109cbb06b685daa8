"""``/metrics``: the figures of this process, and what it sees of the index and of the database."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pvd_assistant.errors import StorageError
from pvd_assistant.helpdesk.model import State as RequestState
from pvd_assistant.library.jobs import JobState
from pvd_assistant.library.report import RunState
from pvd_assistant.messages import text
from pvd_assistant.observability.metrics import REGISTRY
from pvd_assistant.storage.account_tables import SessionRow
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import RequestRow
from pvd_assistant.storage.library_tables import EvaluationRunRow, JobRow
from pvd_assistant.version import package_version
from pvd_assistant.web.api.gate import from_here, has_key
from pvd_assistant.web.health import readiness
from pvd_assistant.web.pages import error_page
from pvd_assistant.web.service import Service

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Work:
    """What the database keeps with a state."""

    name: str
    said: str
    row: type[RequestRow | EvaluationRunRow | JobRow]
    states: type[StrEnum]


_WORK = (
    _Work("helpdesk_requests", "Requests of the helpdesk.", RequestRow, RequestState),
    _Work("evaluations", "Evaluations of the answers.", EvaluationRunRow, RunState),
    _Work("jobs", "Background work.", JobRow, JobState),
)


def router(service: Service, database: Database) -> APIRouter:
    """Return the route; it is « page introuvable » unless ``metrics`` is set."""
    routes = APIRouter()
    settings = service.settings
    state = state_of(service, database)

    @routes.get("/metrics")
    def show_metrics(request: Request) -> Response:
        if not settings.metrics:
            return error_page(404, text("web.unknown_page"))
        if not _may_read(request, settings.metrics_key.get_secret_value()):
            return PlainTextResponse(text("web.metrics_refused"), 403)
        figures = generate_latest(REGISTRY) + generate_latest(state)
        kept = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
        return Response(figures, headers=kept)

    return routes


def state_of(service: Service, database: Database) -> CollectorRegistry:
    """Return the figures of the index and of the database, read each time they are asked."""
    registry = CollectorRegistry()
    registry.register(_State(service, database))
    return registry


def _may_read(request: Request, key: str) -> bool:
    if key:
        return has_key(request.headers, key.encode())
    return from_here(request.client.host if request.client else "", request.headers)


class _State(Collector):
    """What the index and the database are when Prometheus asks."""

    def __init__(self, service: Service, database: Database) -> None:
        self._service = service
        self._database = database

    def describe(self) -> Iterator[Metric]:
        """Give nothing: what is there is only known when it is asked."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Give the figures."""
        build = GaugeMetricFamily("pvd_build_info", "Version of the program.", labels=["version"])
        build.add_metric([package_version()], 1)
        yield build
        ready = GaugeMetricFamily(
            "pvd_ready", "Whether each component works (1) or not (0).", labels=["component"]
        )
        for name, component in readiness(self._service, self._database)[1]["components"].items():
            ready.add_metric([name], int(component["ok"]))
        yield ready
        yield from self._index()
        try:
            with self._database.transaction() as session:
                yield from self._people(session)
        except StorageError as error:
            logger.warning("%s", error)

    def _index(self) -> Iterator[Metric]:
        _, assistant, _ = self._service.check()
        if assistant is None:
            return
        manifest = assistant.index.manifest
        built = dt.datetime.fromisoformat(manifest.built).timestamp()
        for name, said, value in (
            ("built_timestamp_seconds", "When the index was built.", built),
            ("documents", "Documents of the index.", manifest.documents),
            ("passages", "Passages of the index.", manifest.passages),
        ):
            yield GaugeMetricFamily(f"pvd_index_{name}", said, value=value)

    def _people(self, session: Session) -> Iterator[Metric]:
        oldest = dt.datetime.now(dt.UTC) - dt.timedelta(
            minutes=self._service.settings.session_idle_minutes
        )
        count = select(func.count()).select_from(SessionRow).where(SessionRow.seen > oldest)
        yield GaugeMetricFamily(
            "pvd_staff_sessions", "Signed-in browsers.", value=session.scalar(count) or 0
        )
        for work in _WORK:
            counted = select(work.row.state, func.count()).group_by(work.row.state)
            # Every state is there from the start: a count that appears is no count that rises.
            found: dict[str, int] = dict.fromkeys(work.states, 0)
            for value, number in session.execute(counted):
                found[value] = number
            states = GaugeMetricFamily(f"pvd_{work.name}", work.said, labels=["state"])
            for state, number in found.items():
                states.add_metric([state], number)
            yield states
