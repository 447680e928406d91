"""What can be watched: counts and seconds as Prometheus text, a line of JSON a question, spans where wanted."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from rag.answer import Answer
from rag.serving.running import Running, StoppedError
from rag.serving.tracing import trace

LOG = logging.getLogger("askpapers.questions")
_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


class Watch:
    """Counts of one server. Questions and answers themselves are neither counted by their text nor logged."""

    def __init__(self, running: Running | None = None) -> None:
        self._registry = CollectorRegistry()
        self._questions = Counter(
            "askpapers_questions", "Questions by protocol and outcome", ["protocol", "outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "askpapers_seconds", "Seconds to a whole answer", ["protocol"], buckets=_BUCKETS, registry=self._registry
        )
        self._tokens = Counter("askpapers_tokens", "Tokens of the model", ["kind"], registry=self._registry)
        if running is not None:
            making = Gauge("askpapers_answers_running", "Answers being made", registry=self._registry)
            making.set_function(lambda: running.counts[0])
            waiting = Gauge("askpapers_questions_waiting", "Questions that wait", registry=self._registry)
            waiting.set_function(lambda: running.counts[1])

    @contextmanager
    def question(self, protocol: str) -> Iterator[Callable[[Answer], None]]:
        """While a question is answered; the answer is noted by calling what is given. An error counts as an outcome."""
        started, wall = time.monotonic(), time.time_ns()
        answers: list[Answer] = []
        outcome = "stopped"
        try:
            yield answers.append
            outcome = answers[-1].outcome if answers else "stopped"
        except Exception as error:
            outcome = "stopped" if isinstance(error, StoppedError) else type(error).__name__
            raise
        finally:
            seconds = time.monotonic() - started
            self._questions.labels(protocol, outcome).inc()
            self._seconds.labels(protocol).observe(seconds)
            self._note(protocol, outcome, seconds, answers[-1] if answers else None)
            if answers:
                trace(answers[-1], wall)

    def _note(self, protocol: str, outcome: str, seconds: float, answer: Answer | None) -> None:
        line = {"event": "question", "protocol": protocol, "outcome": outcome, "seconds": round(seconds, 3)}
        if answer:
            tokens = {kind: n for kind, n in answer.usage.items() if kind.endswith("_tokens")}
            for kind, n in tokens.items():
                self._tokens.labels(kind).inc(n)
            line |= {"model": answer.model, "mode": answer.mode, "claims": len(answer.claims), **tokens}
        LOG.info(json.dumps(line))

    def metrics(self) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(self._registry)


def log_to_stderr() -> None:
    """Writes a line of JSON for each question to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
