"""Many at once, over the real server: nobody sees another's answer, a full queue says so, SIGTERM ends in order."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from bench.page_client import BusyError, Visitor
from rag.answering.assistant import Assistant
from rag.library import Library
from rag.serving.running import Running
from tests.llm_server import Script
from tests.llm_server import serving as model_serving
from tests.ui.scripted import Scripted
from tests.ui.serving import server_process
from ui import app

ASKED = {
    "What does StreamingLLM keep as attention sinks?": "a framework that keeps attention sinks.",
    "Which theory inspired HippoRAG, the retrieval framework?": "HippoRAG is a retrieval framework inspired by",
    "What does DuoAttention apply to retrieval heads?": "DuoAttention applies a full cache only to retrieval heads.",
}


@pytest.fixture
def address(library: Library, gated: Scripted, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A page with room for one answer and two that wait."""
    monkeypatch.setattr(app, "_MAX_CONCURRENT", 1)
    monkeypatch.setattr(app, "_MAX_QUEUED", 2)
    page = app.build_app(Assistant(library, gated))
    app.launch(page, "127.0.0.1", app._free_port("127.0.0.1", 7790))
    yield page.local_url
    gated.go.release(99)
    page.close(verbose=False)


def test_a_full_queue_says_so_and_those_in_it_are_answered(address: str, gated: Scripted) -> None:
    visitors = [Visitor(address) for _ in range(4)]
    streams = [visitor.ask(question) for visitor, question in zip(visitors, ASKED, strict=False)]
    while next(streams[0])["msg"] != "process_starts":
        pass
    for waiting in streams[1:]:
        assert next(waiting)["msg"] == "estimation"
    with pytest.raises(BusyError, match="Queue is full"):
        next(visitors[3].ask("Am I late?"))
    gated.go.release(99)
    for question, stream in zip(ASKED, streams, strict=True):
        said = json.dumps(list(stream))
        assert ASKED[question] in said
        assert not [other for other in ASKED if other != question and other in said]
    for visitor in visitors:
        visitor.close()


def test_answers_being_made_end_or_are_stopped() -> None:
    running = Running()
    with running.answer("a") as stop:
        assert isinstance(stop, threading.Event)
        with running.answer("a") as second:
            assert "One question at a time" in str(second)
        ending = threading.Thread(target=running.finish, args=(0.1,))
        ending.start()
        assert stop.wait(5)
        with running.answer("b") as late:
            assert "shutting down" in str(late)
    ending.join(5)
    assert not ending.is_alive()


def test_an_answer_that_ends_in_time_is_not_stopped() -> None:
    running = Running()
    with running.answer("a") as stop:
        ending = threading.Thread(target=running.finish, args=(30,))
        ending.start()
        ending.join(0.1)
        assert isinstance(stop, threading.Event)
        assert not stop.is_set()
    ending.join(5)
    assert not ending.is_alive()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGTERM ends a process at once on Windows")
@pytest.mark.parametrize(("delay", "shown"), [(2.0, "hippocampal indexing theory"), (60.0, "Stopped before the end.")])
def test_sigterm_lets_an_answer_end_or_tells_its_page(library: Library, delay: float, shown: str) -> None:
    reply = "HippoRAG is a retrieval framework inspired by hippocampal indexing theory. [1.2]"
    with model_serving(Script(reply, delay=delay)) as model, server_process(library.home, 7890, model.url) as server:
        assert server.stdout
        visitor = Visitor(server.stdout.readline().strip())
        messages = visitor.ask("Which theory inspired HippoRAG, the retrieval framework?")
        while next(messages)["msg"] != "process_generating":
            pass
        asked = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert shown in json.dumps(list(messages))
        assert server.wait(15) == 0
        assert time.monotonic() - asked < 12
        visitor.close()
