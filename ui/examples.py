"""Example questions drawn from the papers at hand, each tried before it is offered."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.answering.roles import mid_thought
from rag.library import Library
from rag.text.entities import name_in_title
from rag.types import Paper

_ASKED = ("What is {}?", "How does {} work?", "What results does {} report?")
_TRIES = 40
_SAMPLE = 400  # papers that examples are made of


class Examples:
    """Called, tells how many papers there are and gives questions to try; drawn anew when the papers have changed."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._drawn: tuple[int, list[str]] = (0, [])

    def __call__(self) -> tuple[int, list[str]]:
        with self._lock:
            if self._drawn[0] != (papers := len(self._library)):
                self._drawn = papers, examples(self._library)
            return self._drawn


def examples(library: Library, count: int = 4) -> list[str]:
    """Up to `count` questions that are answered by the paper that they were made from; the same for the same papers."""
    rows = library.index.forward_index.ids("1", ())
    random.Random(len(rows)).shuffle(rows)
    papers = library.catalogue.papers(rows[:_SAMPLE])
    quoting = Assistant(library, "extractive")
    good: list[str] = []
    for question, paper in _candidates(papers, count):
        answer = quoting.ask(question)
        if answer.outcome == "answered" and answer.strength == "strong" and _begins_well(answer, paper):
            good.append(question)
        if len(good) == count:
            break
    return good


def _begins_well(answer: Answer, paper: Paper) -> bool:
    """Whether it begins with the paper asked about, and not in mid-thought."""
    begins = answer.claims[0].text
    return answer.papers[0] == paper.id and begins[:1].isalnum() and not mid_thought(begins)


def _candidates(papers: Sequence[Paper], count: int) -> Iterator[tuple[str, Paper]]:
    """Papers with a name of their own come first: they are asked about as people would."""
    named = [(name, p) for p in papers if (name := name_in_title(p.title))]
    for number, (name, paper) in enumerate(named[:_TRIES]):
        yield _ASKED[number % len(_ASKED)].format(name), paper
    for paper in papers[: max(count, _TRIES - len(named))]:
        yield f"What is found in “{paper.title}”?", paper
