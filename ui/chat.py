"""An answer as it is made, in a thread of its own, so that its status is seen and it can be stopped."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.assistant import Assistant
from rag.errors import AskpapersError
from rag.types import Answer

_TICK = 0.1  # seconds between looks at whether to stop


@dataclass(frozen=True)
class Progress:
    """Where an answer stands. At the end one of `answer`, `error` and `stopped` is set."""

    pieces: tuple[str, ...] = ()
    status: str = ""
    answer: Answer | None = None
    error: str = ""
    stopped: bool = False


def follow(
    assistant: Assistant,
    question: str,
    history: Sequence[Mapping[str, str]],
    where: Mapping[str, Any] | None,
    stop: threading.Event,
    keep: Callable[[Answer], None],
) -> Iterator[Progress]:
    """The answer's progress up to its end. `keep` is given the answer even if nobody waits for it."""
    news: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def work() -> None:
        try:
            stream = assistant.stream(question, history, where, on_status=lambda status: news.put(("status", status)))
            for piece in stream:
                if stop.is_set():
                    stream.close()  # type: ignore[attr-defined]  # a generator: lets go of the model's server
                    return
                if isinstance(piece, Answer):
                    keep(piece)
                news.put(("answer" if isinstance(piece, Answer) else "piece", piece))
        except AskpapersError as error:
            news.put(("error", str(error)))
        except Exception as error:  # else the page would wait for ever
            news.put(("error", f"something went wrong ({type(error).__name__}); see the server's log"))
            raise

    threading.Thread(target=work, name="answer", daemon=True).start()
    pieces: tuple[str, ...] = ()
    status = ""
    while True:
        try:
            kind, value = news.get(timeout=_TICK)
        except queue.Empty:
            kind, value = "", None
        if kind in ("answer", "error"):
            yield Progress(pieces, status, **{kind: value})
            return
        if stop.is_set():
            yield Progress(pieces, status, stopped=True)
            return
        if kind == "status":
            status = value
        elif kind == "piece":
            pieces += (value,)
        if kind:
            yield Progress(pieces, status)
