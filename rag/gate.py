"""Enough to answer from? Decided from retrieval alone, before any model is called.

A logistic regression over a handful of features; `bench/gate.py` fits it by cross-validation on labelled questions and
prints the curve kept in docs/evaluation.md. It refuses nearly all far questions and about half of the near misses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.mismatch import NAME
from rag.retrieval import Retrieved
from rag.types import Outcome, Paper

RELATED = 3  # papers named when the question is not answered
LEAST_RELEVANCE = 0.36  # mean of cosine and late score of the best paper; far questions stay below
# cosine, weakest rare token, named but in no title, named in a title, coverage of what is not a name
WEIGHTS = (4.0830, 5.3277, 0.1072, -0.9396, 5.7853)
BIAS = -5.7199
LEAST_PROBABILITY = 0.36
_RARE = 5  # question tokens, the rarest, of which the weakest match counts
_TITLES = 3  # best papers whose titles are looked at
# Names that every other title has and that say nothing about which paper is meant.
_COMMON = frozenset("llm llms lm lms ai gpt nlp ap vlm vlms mllm mllms cnn rnn ml 2d 3d qa".split())


@dataclass(frozen=True)
class Decision:
    """Whether to answer, the papers to name if not, and the probability in [0, 1] that the collection says."""

    outcome: Outcome
    related: tuple[Paper, ...]
    probability: float


def decide(retrieved: Retrieved, known_topic: bool = False) -> Decision:
    """The outcome that retrieval alone allows.

    With a `known_topic` (a follow-up, or things compared that were both found) only the far questions are refused:
    the names carried over weigh more than what is asked of them.
    """
    if not retrieved.matches:
        return Decision("nothing_relevant", (), 0.0)
    related = tuple(m.record.paper for m in retrieved.matches[:RELATED])
    odds = float(np.dot(WEIGHTS, features(retrieved))) + BIAS
    probability = float(1 / (1 + np.exp(-odds)))
    relevance = max((m.cosine + m.late.score) / 2 for m in retrieved.matches)
    if relevance < LEAST_RELEVANCE:
        return Decision("nothing_relevant", (), probability)
    enough = known_topic or probability >= LEAST_PROBABILITY
    return Decision("answered" if enough else "not_stated", related, probability)


def features(retrieved: Retrieved) -> NDArray[np.float64]:
    """What WEIGHTS weigh, (5,)."""
    question, tokens, matches = retrieved.query, retrieved.tokens, retrieved.matches
    coverage = max(matches, key=lambda m: m.late.score).late.coverage
    rarest = np.argsort(-tokens.weights, kind="stable")[:_RARE]
    spans = [m.span() for m in NAME.finditer(question)]
    names = {question[s:e].lower().rstrip("s") for s, e in spans if question[s:e].lower() not in _COMMON}
    titles = " ".join(m.record.paper.title.lower() for m in matches[:_TITLES])
    in_title = any(name in titles for name in names)
    is_name = [any(s <= start and end <= e for s, e in spans) for start, end in tokens.spans.tolist()]
    plain = np.where(is_name, 0, tokens.weights)
    return np.array(
        [
            max(m.cosine for m in matches),
            coverage[rarest].min(),
            float(bool(names) and not in_title),
            float(in_title),
            float(plain @ coverage / plain.sum()) if plain.any() else 1.0,  # "What is X?" asks nothing else
        ]
    )
