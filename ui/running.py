"""The answers being made at this moment: one a session, each can be stopped, and all are brought to an end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_STOP_SECONDS = 2.0  # seconds in which a page that is stopped says so


class Running:
    """Thread-safe. After `finish` no answer is begun."""

    def __init__(self) -> None:
        self._stops: dict[str, threading.Event] = {}
        self._left: set[threading.Event] = set()
        self._changed = threading.Condition()
        self._closed = False

    @contextmanager
    def answer(self, session: str) -> Iterator[threading.Event | str]:
        """While an answer is made: the event that asks it to stop; or a line that says why none can be begun."""
        stop = threading.Event()
        with self._changed:
            why = "The server is shutting down: ask again when it is back." if self._closed else ""
            why = why or ("One question at a time: stop the answer first." if session in self._stops else "")
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
            if not self._wait(seconds):
                for stop in self._stops.values():
                    stop.set()
                self._wait(_STOP_SECONDS)

    def _wait(self, seconds: float) -> bool:
        """Whether all answers ended in that time. In pieces, so that Ctrl-C is heard."""
        until = time.monotonic() + seconds
        while self._stops and time.monotonic() < until:
            self._changed.wait(0.2)
        return not self._stops
