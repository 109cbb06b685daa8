"""What this process counts, for Prometheus. Labels hold names of ours, never words of a question."""

from __future__ import annotations

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)

from pvd_assistant.model import Answer

# A third of the lines, which nothing reads.
disable_created_metrics()  # type: ignore[no-untyped-call]

#: Every counter of this process: one process serves one replica.
REGISTRY = CollectorRegistry()
for _collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
    REGISTRY.register(_collector)

REQUESTS = Counter(
    "pvd_http_requests", "Requests answered.", ("method", "route", "status"), registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "pvd_http_request_seconds",
    "Time to answer a request, its whole body sent.",
    ("route",),
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
    registry=REGISTRY,
)
REQUESTS_IN_PROGRESS = Gauge(
    "pvd_http_requests_in_progress", "Requests being answered.", registry=REGISTRY
)
ANSWER_SECONDS = Histogram(
    "pvd_answer_seconds",
    "Time to answer a question.",
    ("status", "engine"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    registry=REGISTRY,
)
ANSWERS_IN_PROGRESS = Gauge(
    "pvd_answers_in_progress", "Questions being answered.", registry=REGISTRY
)
REFUSALS = Counter(
    "pvd_refusals",
    "Questions and requests that got no answer: unknown, out_of_scope, too_many, unavailable.",
    ("reason",),
    registry=REGISTRY,
)
OPINIONS = Counter("pvd_opinions", "Opinions left by readers.", ("useful",), registry=REGISTRY)
LLM_ANSWERS = Counter(
    "pvd_llm_answers",
    "Answers asked of the language model: written, unsupported, or the code of a failure.",
    ("outcome",),
    registry=REGISTRY,
)

_REFUSED_STATUSES = {429: "too_many", 503: "unavailable"}

# Rates are computed from what is there at first: a counter that appears with its first failure hides it.
for _reason in ("unknown", "out_of_scope", *_REFUSED_STATUSES.values()):
    REFUSALS.labels(_reason)
for _useful in ("yes", "no"):
    OPINIONS.labels(_useful)


def count_answer(answer: Answer, seconds: float) -> None:
    """Count an answer and how long it took."""
    ANSWER_SECONDS.labels(answer.status, answer.engine).observe(seconds)
    if answer.status in ("unknown", "out_of_scope"):
        REFUSALS.labels(answer.status).inc()


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request and how long it took.

    :param route: template of its address, ``"-"`` for one that is not served.
    """
    REQUESTS.labels(method, route, str(status)).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)
    if status in _REFUSED_STATUSES:
        REFUSALS.labels(_REFUSED_STATUSES[status]).inc()
