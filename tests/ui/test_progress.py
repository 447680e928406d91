from __future__ import annotations

import queue
import threading
from typing import Any

from ui.chat import _told


def test_pieces_that_come_close_together_are_shown_together_and_the_end_at_once() -> None:
    news: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    news.put(("pieces", "One."))
    told = _told(news, threading.Event())
    assert next(told).pieces == ("One.",)
    for kind, piece in (("pieces", "Two."), ("pieces", "Three."), ("answer", "all")):
        news.put((kind, piece))
    last = next(told)
    assert last.pieces == ("One.", "Two.", "Three.")
    assert last.answer
    assert next(told, None) is None
