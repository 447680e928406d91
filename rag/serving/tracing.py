"""Answers as OpenTelemetry spans by OpenInference's conventions; off unless an OTLP endpoint is set in the environment.

Needs the extra `otel`. The spans are made when the answer is done, from what it tells of itself: its steps stand one
after the other, though judges work side by side with the writing.
"""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rag.answer import Answer

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_LOG = logging.getLogger(__name__)
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_HIDE_INPUTS, _HIDE_OUTPUTS = "OPENINFERENCE_HIDE_INPUTS", "OPENINFERENCE_HIDE_OUTPUTS"
_KINDS = {"examine": "LLM", "understand": "LLM", "read": "LLM", "write": "LLM", "judge": "EVALUATOR"}
_NAMES = {"judge": "check"}


def trace(answer: Answer, started: int, tracer: Tracer | None = None) -> None:
    """Sends the spans of an answer begun at `started` (nanoseconds since 1970); nothing where no endpoint is set."""
    tracer = tracer or (_tracer() if any(os.environ.get(name) for name in _ENDPOINTS) else None)
    if tracer is None:
        return
    from opentelemetry.trace import set_span_in_context

    end = started + _nanoseconds(answer.timings.get("total", 0.0))
    root = tracer.start_span("ask", start_time=started, attributes=_root(answer))
    inside = set_span_in_context(root)
    at = started
    if seconds := answer.timings.get("retrieve"):
        at = started + _nanoseconds(seconds)
        retrieve = tracer.start_span("retrieve", inside, start_time=started, attributes=_retrieved(answer))
        retrieve.end(at)
    for call in answer.calls:
        begun, at = at, min(end, at + _nanoseconds(call["seconds"]))
        name = _NAMES.get(call["purpose"], call["purpose"])
        tracer.start_span(name, inside, start_time=begun, attributes=_called(call)).end(max(at, begun))
    root.end(max(end, at))


def _root(answer: Answer) -> dict[str, Any]:
    shown = {
        "openinference.span.kind": "CHAIN",
        "askpapers.outcome": answer.outcome,
        "askpapers.mode": answer.mode,
        "askpapers.claims": len(answer.claims),
        "askpapers.withheld": len(answer.withheld),
    }
    if not _hidden(_HIDE_INPUTS):
        shown["input.value"] = answer.question
    if not _hidden(_HIDE_OUTPUTS):
        shown["output.value"] = answer.text
    return shown


def _retrieved(answer: Answer) -> dict[str, Any]:
    found = {f"retrieval.documents.{i}.document.id": paper for i, paper in enumerate(answer.papers)}
    asked = {} if _hidden(_HIDE_INPUTS) else {"input.value": answer.standalone or answer.question}
    return {"openinference.span.kind": "RETRIEVER", **asked, **found}


def _called(call: dict[str, Any]) -> dict[str, Any]:
    prompt, completion = int(call["prompt_tokens"]), int(call["completion_tokens"])
    return {
        "openinference.span.kind": _KINDS.get(call["purpose"], "LLM"),
        "llm.model_name": call["model"],
        "llm.token_count.prompt": prompt,
        "llm.token_count.completion": completion,
        "llm.token_count.total": prompt + completion,
    }


def _hidden(name: str) -> bool:
    return os.environ.get(name, "").lower() in ("1", "true")


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)


@lru_cache(1)
def _tracer() -> Tracer | None:
    """Sends spans to the endpoint in a thread of its own; None, and a warning, where the extra is not installed."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _LOG.warning("an OTLP endpoint is set, but the packages are missing: pip install 'askpapers[otel]'")
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": "askpapers"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("askpapers")
