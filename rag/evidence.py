"""Which sentences matter for a question, and whether they are enough to answer it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rag.retrieval import Retrieved
from rag.types import Evidence, Outcome, Paper

PAPER_SHARE = 0.3  # how much a sentence's paper counts beside the sentence itself
LEAST_RELEVANCE = 0.36  # mean of cosine and late score of the best paper; labelled far questions stay below
RELATED = 3  # papers named when the question is not answered


def choose(retrieved: Retrieved, papers: int, limit: int) -> list[Evidence]:
    """The `limit` best sentences of the best `papers`, best first; sources are numbered by their papers' rank."""
    chosen = [
        Evidence(number, match.record.paper, sentence, float(score) + PAPER_SHARE * match.score)
        for number, match in enumerate(retrieved.matches[:papers], 1)
        for sentence, score in zip(match.record.sentences, match.late.sentences, strict=True)
    ]
    return sorted(chosen, key=lambda e: (-e.score, e.number, e.sentence.index))[:limit]


@dataclass(frozen=True)
class Verdict:
    """Whether to answer, and the papers to name if not."""

    outcome: Outcome
    related: tuple[Paper, ...]


def judge(retrieved: Retrieved) -> Verdict:
    """Decides before any model is called whether the collection can answer."""
    if not retrieved.matches:
        return Verdict("nothing_relevant", ())
    related = tuple(m.record.paper for m in retrieved.matches[:RELATED])
    relevance = float(np.max([(m.cosine + m.late.score) / 2 for m in retrieved.matches]))
    if relevance < LEAST_RELEVANCE:
        return Verdict("nothing_relevant", ())
    return Verdict("answered", related)
