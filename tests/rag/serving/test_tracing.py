"""Spans are sent to a real OTLP receiver on loopback, and to nobody where no endpoint is set."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from rag.answering.assistant import Assistant
from rag.library import Library
from rag.serving import tracing
from rag.serving.watching import Watch
from tests.llm_server import Script, serving

QUESTION = "Which theory inspired HippoRAG?"


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """The endpoint's address, and what was sent there."""
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    tracing._tracer.cache_clear()
    yield
    tracing._tracer.cache_clear()


def asked(library: Library, llm: str = "extractive") -> None:
    with Watch().question("test") as noted:
        noted(Assistant(library, llm).ask(QUESTION))


def sent(got: list[bytes]) -> dict[str, dict[str, Any]]:
    """Attributes by the names of the spans."""
    spans = {}
    for body in got:
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in group.scope_spans:
                for span in scope.spans:
                    spans[span.name] = {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}
                    assert span.end_time_unix_nano >= span.start_time_unix_nano
    return spans


def test_spans_with_tokens(
    library: Library, receiver: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, got = receiver
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    usage = {"prompt_tokens": 30, "completion_tokens": 7, "total_tokens": 37}
    with serving(Script("HippoRAG is a retrieval framework. [1.1]", usage=usage)) as server:
        asked(library, server.url)
    tracer: Any = tracing._tracer()
    tracer.span_processor.force_flush()
    spans = sent(got)
    assert {"ask", "retrieve", "write"} <= set(spans)
    assert spans["ask"]["input.value"] == QUESTION
    assert spans["retrieve"]["openinference.span.kind"] == "RETRIEVER"
    assert spans["retrieve"]["retrieval.documents.0.document.id"] == "t-hippo"
    assert spans["write"]["llm.token_count.prompt"] == 30
    tracer.span_processor.shutdown()


def test_texts_are_left_out_where_that_is_wished(
    library: Library, receiver: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, got = receiver
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    monkeypatch.setenv("OPENINFERENCE_HIDE_INPUTS", "true")
    monkeypatch.setenv("OPENINFERENCE_HIDE_OUTPUTS", "true")
    asked(library)
    tracer: Any = tracing._tracer()
    tracer.span_processor.force_flush()
    assert sent(got)["ask"]["askpapers.outcome"] == "answered"
    assert b"HippoRAG" not in b"".join(got)
    tracer.span_processor.shutdown()


def test_off_by_default(library: Library, receiver: tuple[str, list[bytes]]) -> None:
    asked(library)
    assert tracing._tracer.cache_info().currsize == 0
    assert receiver[1] == []
