"""An answer as it is made, in a thread of its own, so that its status is seen and it can be stopped."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from typing import Any

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.errors import AskpapersError
from rag.serving.watching import Watch

_POLLS = 10  # times a second that it is seen whether to stop
_BETWEEN = 0.2  # seconds from one update to the next: each costs the server as much as checking a sentence


@dataclass(frozen=True)
class Progress:
    """Where an answer stands after `seconds`. At the end one of `answer`, `error` and `stopped` is set."""

    pieces: tuple[str, ...] = ()
    status: str = ""
    answer: Answer | None = None
    error: str = ""
    stopped: bool = False
    seconds: float = 0.0


def follow(
    assistant: Assistant,
    question: str,
    history: Sequence[Mapping[str, str]],
    where: Mapping[str, Any] | None,
    stop: threading.Event,
    keep: Callable[[Answer], None],
    failed: Callable[[str], None] = lambda error: None,
    watch: Watch | None = None,
    exact: bool = False,
    during: AbstractContextManager[None] | None = None,
) -> Iterator[Progress]:
    """The answer's progress up to its end; `watch` counts it, `exact` takes words as they are spelt.

    `during` is entered by the thread while it works.

    Even if nobody waits, `keep` is given the answer, or `failed` why there is none.
    """
    news: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def work() -> None:
        try:
            with during or nullcontext(), (watch or Watch()).question("page") as noted:
                for piece in assistant.stream(question, history, where, status, exact):
                    if stop.is_set():
                        return  # the stream is closed with its last reference, which lets go of the model's server
                    if isinstance(piece, Answer):
                        noted(piece)
                        keep(piece)
                    news.put(("answer" if isinstance(piece, Answer) else "pieces", piece))
        except AskpapersError as error:
            tell(str(error))
        except Exception as error:  # else the page would wait for ever
            tell(f"something went wrong ({type(error).__name__}); see the server's log")
            raise

    def status(now: str) -> None:
        news.put(("status", now))

    def tell(error: str) -> None:
        failed(error)
        news.put(("error", error))

    threading.Thread(target=work, name="answer", daemon=True).start()
    yield from _told(news, stop)


def _told(news: queue.SimpleQueue[tuple[str, Any]], stop: threading.Event) -> Iterator[Progress]:
    """What the news come to so far, until there is an answer, an error, or a stop."""
    now, started = Progress(status="reading the question"), time.monotonic()
    again = 0.0  # when there may be something to see once more
    while True:
        for kind, value in _waiting(news, stop, again):
            told: dict[str, Any] = {kind: (*now.pieces, value) if kind == "pieces" else value}
            now = replace(now, **told)
        if stop.is_set() and not now.answer:
            now = replace(now, stopped=True)
        again = time.monotonic() + _BETWEEN
        yield (now := replace(now, seconds=time.monotonic() - started))
        if now.answer or now.error or now.stopped:
            return


def _waiting(news: queue.SimpleQueue[tuple[str, Any]], stop: threading.Event, again: float) -> list[tuple[str, Any]]:
    """What there is to tell, not before `again` unless it is the end; nothing when a stop is wanted or for a second."""
    told: list[tuple[str, Any]] = []
    patience = time.monotonic() + 1
    while not stop.is_set() and (left := (again if told else patience) - time.monotonic()) > 0:
        with suppress(queue.Empty):
            told.append(news.get(timeout=min(left, 1 / _POLLS)))
            if told[-1][0] in ("answer", "error"):
                break
    while not news.empty():
        told.append(news.get())
    return told
