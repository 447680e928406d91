"""Work in a thread of its own, told about to whoever awaits it, and stopped when nobody does any more."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.errors import AskpapersError, QueueFullError
from rag.serving.running import Running, StoppedError
from rag.serving.watching import Watch

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
Tell = Callable[[Any], None]


@dataclass(frozen=True)
class Status:
    """What is being done, in a few words."""

    text: str


async def told(running: Running, work: Callable[[Tell, threading.Event], object]) -> AsyncGenerator[Any, None]:
    """What `work` tells, as it tells it. Closing the generator asks it to stop.

    Raises QueueFullError where too many wait or the server is closing, and what `work` raises.
    """
    loop, news, stop = asyncio.get_running_loop(), asyncio.Queue[tuple[str, Any]](), threading.Event()

    def tell(kind: str, value: Any) -> None:
        with suppress(RuntimeError):  # the loop was closed: nobody listens
            loop.call_soon_threadsafe(news.put_nowait, (kind, value))

    def run() -> None:
        try:
            with running.answer(uuid4().hex, stop) as allowed:
                if isinstance(allowed, str):
                    raise QueueFullError(allowed)
                work(lambda value: tell("told", value), stop)
            tell("end", None)
        except StoppedError:
            tell("error", QueueFullError("The server is shutting down: the answer was not finished."))
        except Exception as error:
            if not isinstance(error, (AskpapersError, ValueError)):
                _LOG.exception("a request failed")
            tell("error", error)

    threading.Thread(target=run, name="request", daemon=True).start()
    try:
        while True:
            kind, value = await news.get()
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value
    finally:
        stop.set()


async def answering(
    assistant: Assistant,
    running: Running,
    watch: Watch,
    protocol: str,
    question: str,
    history: Sequence[Mapping[str, Any]] = (),
    where: Mapping[str, Any] | None = None,
    exact: bool = False,
) -> AsyncGenerator[Status | str | Answer, None]:
    """As `Assistant.stream`, with its statuses among the pieces. Raises as `told` and `Assistant.ask` do."""

    def work(tell: Tell, stop: threading.Event) -> None:
        with watch.question(protocol) as noted:
            stream = assistant.stream(question, history, where, lambda status: tell(Status(status)), exact=exact)
            for event in stream:
                if isinstance(event, Answer):
                    noted(event)
                tell(event)
                if stop.is_set():
                    stream.close()  # lets go of the model's server
                    raise StoppedError

    events = told(running, work)
    try:
        async for event in events:
            yield event
    finally:
        await events.aclose()


async def done(running: Running, work: Callable[[threading.Event], _T]) -> _T:
    """What `work` gives, which looks at the event now and then and raises StoppedError. Raises as `told` does."""
    events = told(running, lambda tell, stop: tell(work(stop)))
    try:
        async for result in events:
            return result  # type: ignore[no-any-return]
    finally:
        await events.aclose()
    raise AssertionError("work tells its result")


async def unless_gone(gone: Callable[[], Coroutine[Any, Any, object]], wanted: Coroutine[Any, Any, _T]) -> _T | None:
    """What is wanted, or None, and its work is stopped, where `gone` ends first: nobody is there to be told."""
    work, leaving = asyncio.ensure_future(wanted), asyncio.ensure_future(gone())
    try:
        await asyncio.wait({work, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return await work if work.done() else None
    finally:
        for task in (work, leaving):
            task.cancel()
        await asyncio.gather(work, leaving, return_exceptions=True)
