"""Traces of what is done to answer, sent to an OpenTelemetry collector when the settings name one.

Attributes hold names and numbers of ours, never words of a question, of an answer or of an error. The
tracer is our own: a library that traces through the global one sends nothing.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from pvd_assistant.observability import request_id
from pvd_assistant.observability.steps import within
from pvd_assistant.settings import Settings
from pvd_assistant.version import package_version

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Attributes = Mapping[str, str | int | float | bool]
NONE: Attributes = MappingProxyType({})

Step = TypeVar("Step")
Result = TypeVar("Result")

#: Seconds an export may take; spans that a collector is late to take are dropped, answers go on.
_PATIENCE = 5

_provider: TracerProvider | None = None
_tracer: Tracer | None = None


def start(settings: Settings) -> None:
    """Trace from now on, if ``otlp_endpoint`` says where to send the traces."""
    global _provider, _tracer
    if not settings.otlp_endpoint or _provider is not None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    address = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(endpoint=address, timeout=_PATIENCE)
    named = {"service.name": "pvd-assistant", "service.version": package_version()}
    _provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = _provider.get_tracer("pvd_assistant")


def stop() -> None:
    """Send what is left and trace no more."""
    global _provider, _tracer
    if _provider is not None:
        _provider.shutdown()
    _provider = _tracer = None


@contextmanager
def span(name: str, attributes: Attributes = NONE) -> Iterator[None]:
    """Trace a ``with`` block. It must hold no ``yield``: see :func:`spanning`."""
    opened = _open(name, attributes)
    try:
        with _entered(opened):
            yield
    finally:
        if opened is not None:
            opened.end()


def spanning(
    name: str, steps: Generator[Step, None, Result], attributes: Attributes = NONE
) -> Generator[Step, None, Result]:
    """Trace a generator from its first step to its end: current while it runs, whichever thread runs it."""
    opened = _open(name, attributes)
    try:
        return (yield from within(partial(_entered, opened), steps))
    finally:
        if opened is not None:
            opened.end()


def note(attributes: Attributes, name: str | None = None) -> None:
    """Say more of the current span, and its name once it is known."""
    if _tracer is None:
        return
    from opentelemetry.trace import get_current_span

    current = get_current_span()
    current.set_attributes(attributes)
    if name is not None:
        current.update_name(name)


@contextmanager
def received(headers: Mapping[str, str]) -> Iterator[None]:
    """Go on, in a ``with`` block, with the trace of whoever sent a request (``traceparent``)."""
    if _tracer is None:
        yield
        return
    from opentelemetry import context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    token = context.attach(TraceContextTextMapPropagator().extract(headers))
    try:
        yield
    finally:
        context.detach(token)


def _open(name: str, attributes: Attributes) -> Span | None:
    if _tracer is None:
        return None
    opened = _tracer.start_span(name, attributes=attributes)
    if request_id.current():
        opened.set_attribute("pvd.request_id", request_id.current())
    return opened


@contextmanager
def _entered(opened: Span | None) -> Iterator[None]:
    """Make a span the current one; a failure marks it by its type alone, for its message may quote."""
    if opened is None:
        yield
        return
    from opentelemetry.trace import StatusCode, use_span

    try:
        with use_span(opened, record_exception=False, set_status_on_exception=False):
            yield
    except Exception as error:
        opened.set_status(StatusCode.ERROR, type(error).__name__)
        raise
