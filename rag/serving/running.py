"""The answers being made at this moment, of the page and of all protocols: how many, who waits, and how all end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_STOP_SECONDS = 2.0  # seconds in which a page that is stopped says so
AT_ONCE = 16  # answers made at the same time, as many as the page's events
MAX_WAITING = 64  # that wait for one of them to end; who comes then is told that the server is busy

CLOSING = "The server is shutting down: ask again when it is back."
BUSY = "The server is busy: ask again in a moment."
ONE_AT_A_TIME = "One question at a time: stop the answer first."
STOPPED = "Stopped."


class StoppedError(Exception):
    """The work was asked to stop."""


class Running:
    """Thread-safe. After `finish` no answer is begun."""

    def __init__(self, at_once: int = AT_ONCE, max_waiting: int = MAX_WAITING) -> None:
        self._stops: dict[str, threading.Event] = {}
        self._left: set[threading.Event] = set()
        self._making: set[threading.Event] = set()  # in threads of their own, whether or not somebody waits
        self._changed = threading.Condition()
        self._closed = False
        self._at_once, self._max_waiting = at_once, max_waiting
        self._waiting = 0

    @contextmanager
    def answer(self, session: str, stop: threading.Event | None = None) -> Iterator[threading.Event | str]:
        """While an answer is made: the event that asks it to stop; or a line that says why none can be begun.

        Where `at_once` are being made it waits for one of them to end, unless `stop` is set or too many wait already.
        """
        stop = stop or threading.Event()
        with self._changed:
            why = self._refused(session) or self._waited(session, stop)
            if not why:
                self._stops[session] = stop
        try:
            yield why or stop
        finally:
            if not why:
                with self._changed:
                    if self._stops.get(session) is stop:
                        del self._stops[session]
                    self._left.discard(stop)
                    self._changed.notify_all()

    @contextmanager
    def making(self, stop: threading.Event) -> Iterator[None]:
        """While a thread makes the answer that `stop` ends: it counts, also when its session has left."""
        with self._changed:
            self._making.add(stop)
        try:
            yield
        finally:
            with self._changed:
                self._making.discard(stop)
                self._changed.notify_all()

    @property
    def _busy(self) -> set[threading.Event]:
        return {*self._stops.values(), *self._making}

    def _refused(self, session: str) -> str:
        if self._closed:
            return CLOSING
        return ONE_AT_A_TIME if session in self._stops else ""

    def _waited(self, session: str, stop: threading.Event) -> str:
        """Waits for a place; why there is none, "" once there is one."""
        if len(self._busy) < self._at_once:
            return ""
        if self._waiting >= self._max_waiting:
            return BUSY
        self._waiting += 1
        try:
            while len(self._busy) >= self._at_once:
                self._changed.wait(0.2)
                if why := STOPPED if stop.is_set() else self._refused(session):
                    return why
        finally:
            self._waiting -= 1
        return ""

    @property
    def counts(self) -> tuple[int, int]:
        """Answers being made, and questions that wait."""
        with self._changed:
            return len(self._busy), self._waiting

    def leave(self, session: str) -> None:
        """The session looks at something else: its answer is finished and kept, but no longer shown as it comes."""
        with self._changed:
            if stop := self._stops.pop(session, None):
                self._left.add(stop)

    def is_left(self, stop: threading.Event) -> bool:
        """Whether the session that waited for that answer looks at something else now."""
        return stop in self._left

    def stop(self, session: str) -> None:
        """Ends the session's answer, if there is one."""
        if stop := self._stops.get(session):
            stop.set()

    def finish(self, seconds: float) -> None:
        """Lets no answer begin, waits for those being made, and stops what is left after `seconds`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            if not self._wait(seconds, lambda: self._busy):
                for stop in self._busy:
                    stop.set()
                # Their pages are told; a thread may hang on a model, and is not waited for.
                self._wait(_STOP_SECONDS, lambda: set(self._stops.values()))

    def _wait(self, seconds: float, busy: Callable[[], set[threading.Event]]) -> bool:
        """Whether all of them ended in that time. In pieces, so that Ctrl-C is heard."""
        until = time.monotonic() + seconds
        while busy() and time.monotonic() < until:
            self._changed.wait(0.2)
        return not busy()
