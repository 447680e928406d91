"""Example questions drawn from the papers at hand, each tried before it is offered."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from rag.answer import Answer
from rag.answering.assistant import Assistant
from rag.answering.roles import mid_thought
from rag.library import Library
from rag.retrieval.per_state import PerState
from rag.text.entities import name_in_title
from rag.types import Paper

_ASKED = ("What is {}?", "How does {} work?", "What results does {} report?")
_TRIES = 40
_SAMPLE = 400  # papers that examples are made of
_COUNT = 4  # questions
_KEPT: PerState[list[str]] = PerState("examples", __file__)


def examples(library: Library) -> list[str]:
    """Up to four questions that are answered by the papers that they were made from; worked out once for these."""
    return _KEPT(library.index, lambda: _drawn(library))


def _drawn(library: Library) -> list[str]:
    rows = library.index.forward_index.ids("1", ())
    random.Random(len(rows)).shuffle(rows)
    papers = library.catalogue.papers(rows[:_SAMPLE])
    quoting = Assistant(library, "extractive")
    good: list[str] = []
    for question, paper in _candidates(papers):
        answer = quoting.ask(question)
        if answer.outcome == "answered" and answer.strength == "strong" and _begins_well(answer, paper):
            good.append(question)
        if len(good) == _COUNT:
            break
    return good


def _begins_well(answer: Answer, paper: Paper) -> bool:
    """Whether it begins with the paper asked about, and not in mid-thought."""
    begins = answer.claims[0].text
    return answer.papers[0] == paper.id and begins[:1].isalnum() and not mid_thought(begins)


def _candidates(papers: Sequence[Paper]) -> Iterator[tuple[str, Paper]]:
    """Papers with a name of their own come first: they are asked about as people would."""
    named = [(name, p) for p in papers if (name := name_in_title(p.title))]
    for number, (name, paper) in enumerate(named[:_TRIES]):
        yield _ASKED[number % len(_ASKED)].format(name), paper
    for paper in papers[: max(_COUNT, _TRIES - len(named))]:
        yield f"What is found in “{paper.title}”?", paper
