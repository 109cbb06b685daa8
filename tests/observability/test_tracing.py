"""Traces, as a real collector receives them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from scripted_llm import ScriptedLlm

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.observability import request_id, tracing
from pvd_assistant.settings import Settings

_QUESTION = "Qui paie le poste de chef de projet, et combien ?"
_WRITTEN = (
    "Le cofinancement couvre 75 % du coût annuel chargé du poste de chef de projet {75 % du coût}."
)


class Collector:
    """An OTLP receiver over HTTP."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/v1/traces":
                    collector.raw.append(body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def spans(self) -> dict[str, Span]:
        """What was received, by name, once nothing is left to send."""
        tracing.stop()
        found = {}
        for body in self.raw:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    found |= {span.name: span for span in scope.spans}
        return found

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    tracing.start(Settings(otlp_endpoint=made.url))
    yield made
    tracing.stop()
    made.close()


def said(span: Span) -> dict[str, object]:
    return {a.key: a.value.string_value or a.value.int_value for a in span.attributes}


def test_an_answer_is_traced_step_by_step(collector: Collector, assistant: Assistant) -> None:
    with request_id.during("r-42"):
        answer = assistant.ask(_QUESTION)
    spans = collector.spans
    whole = spans["pvd.answer"]
    assert said(whole)["pvd.status"] == answer.status == "answered"
    assert said(whole)["pvd.engine"] == "extractive"
    assert said(whole)["pvd.request_id"] == "r-42"
    for name in ("pvd.understand", "pvd.search"):
        assert spans[name].parent_span_id == whole.span_id
        assert spans[name].end_time_unix_nano > spans[name].start_time_unix_nano
    for body in collector.raw:
        for word in ("paie", "poste", "combien", "cofinancement"):
            assert word.encode() not in body


def test_the_language_model_and_the_checks_are_traced_while_threads_take_turns(
    collector: Collector, sample_settings: Settings, llm: ScriptedLlm
) -> None:
    llm.says(_WRITTEN)
    more = {"llm_url": llm.url, "llm_model": "petit-modele"}
    steps = Assistant(sample_settings.model_copy(update=more)).stream(_QUESTION)

    def step() -> None:
        next(steps, None)

    for _ in range(3):
        thread = threading.Thread(target=step)
        thread.start()
        thread.join()
    spans = collector.spans
    whole, asked = spans["pvd.answer"], spans["pvd.llm"]
    assert said(asked)["gen_ai.request.model"] == "petit-modele"
    assert said(asked)["gen_ai.usage.input_tokens"] > 0  # type: ignore[operator]
    assert spans["pvd.ground"].parent_span_id == asked.parent_span_id == whole.span_id
    assert all(b"cofinancement" not in body for body in collector.raw)


def test_a_failure_is_marked_by_its_type_without_its_message(collector: Collector) -> None:
    with pytest.raises(ValueError, match="secrets"), tracing.span("fragile"):
        raise ValueError("mots secrets")
    failed = collector.spans["fragile"]
    assert failed.status.code == Status.STATUS_CODE_ERROR
    assert failed.status.message == "ValueError"
    assert not failed.events
    assert all(b"secrets" not in body for body in collector.raw)


def test_without_a_collector_nothing_is_traced_and_answers_are_the_same(
    assistant: Assistant,
) -> None:
    tracing.start(Settings())
    assert tracing._tracer is None
    assert assistant.ask(_QUESTION).status == "answered"


def test_a_collector_that_is_down_stops_no_answer(
    assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    tracing.start(Settings(otlp_endpoint="http://127.0.0.1:9"))
    try:
        assert assistant.ask(_QUESTION).status == "answered"
    finally:
        tracing.stop()
    assert "poste" not in caplog.text
