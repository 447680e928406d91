"""A model that is not asked more often than its server allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from eval.proxies import ModelProxy
from rag.errors import LLMError


class Pace:
    """Lets at most so many requests begin a minute, evenly spread; shared by the threads that ask one server.

    After `stop` none begins any more.
    """

    def __init__(
        self,
        per_minute: float,
        sleep: Callable[[float], object] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gap, self._sleep, self._now = 60 / per_minute, sleep, now
        self._next = 0.0
        self._stopped = False
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Returns when the next request may begin. Raises LLMError once it is stopped."""
        if self._stopped:
            raise LLMError("stopped")
        with self._lock:
            begin = max(self._next, self._now())
            self._next = begin + self._gap
        if (seconds := begin - self._now()) > 0:
            self._sleep(seconds)

    def stop(self) -> None:
        """Lets no further request begin."""
        self._stopped = True


class Paced(ModelProxy[Pace]):
    """Passes everything on to a ChatModel, each request when the pace allows it."""

    def stream(self, *rest: Any, **named: Any) -> Generator[str, None, str]:
        """As ChatModel.stream. Raises LLMError."""
        self._beside.wait()
        return (yield from self._model.stream(*rest, **named))

    def complete(self, *rest: Any, **named: Any) -> str:
        """As ChatModel.complete. Raises LLMError."""
        self._beside.wait()
        return self._model.complete(*rest, **named)

    def probability_of_yes(self, *rest: Any, **named: Any) -> float | None:
        """As ChatModel.probability_of_yes. Raises LLMError."""
        self._beside.wait()
        return self._model.probability_of_yes(*rest, **named)
