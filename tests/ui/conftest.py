"""Scripted models and an answer made by hand."""

from __future__ import annotations

import asyncio
import threading

import pytest

from rag.answer import Answer, Citation, Claim
from rag.types import Paper, Sentence
from tests.ui.browsing import address, chromium, visit  # noqa: F401  # fixtures
from tests.ui.scripted import Scripted, echo


@pytest.fixture(autouse=True)
def no_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio makes an event loop for each lock, and never closes it; a lock needs none."""
    monkeypatch.setattr("gradio.utils.safe_get_lock", asyncio.Lock)
    monkeypatch.setattr("gradio.queueing.safe_get_lock", asyncio.Lock)
    monkeypatch.setattr("gradio.utils.safe_get_stop_event", asyncio.Event)


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is not served needs none of FastAPI's routes, which take most of the time to make a page."""
    monkeypatch.setattr("gradio.routes.App.create_app", lambda *_, **__: None)


@pytest.fixture
def model() -> Scripted:
    return Scripted(reply=echo)


@pytest.fixture
def gated() -> Scripted:
    return Scripted(reply=echo, go=threading.Semaphore(0))


ABSTRACT = "We introduce StreamingLLM. It keeps attention sinks at cost $O(n)$. It gives up to 22.2x speedup."


@pytest.fixture
def paper() -> Paper:
    return Paper("2309.17453", "Attention Sinks", ABSTRACT, ("Xiao", "Han"), 2023, "https://arxiv.org/abs/2309.17453")


@pytest.fixture
def answer(paper: Paper) -> Answer:
    """Two supported claims that cite one paper."""
    first = Sentence(1, 27, 67, ABSTRACT[27:67])
    second = Sentence(2, 68, 97, ABSTRACT[68:97])
    return Answer(
        question="How fast is it?",
        outcome="answered",
        claims=(
            Claim("It keeps sinks.", (1,), 0.9, 0, "supported", evidence=("1.2",)),
            Claim("It is 22.2x faster.", (1,), 0.8, 0, "supported", evidence=("1.3",)),
        ),
        citations=(Citation(1, paper, (first, second)),),
        standalone="How fast is StreamingLLM?",
        model="scripted",
        timings={"total": 1.25},
    )
