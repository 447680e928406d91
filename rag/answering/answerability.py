"""Enough to answer from? Decided from retrieval alone, then by the model that is to answer, where it can tell.

A logistic regression over a handful of features; `bench/answerability.py` fits it by cross-validation on labelled
questions and prints the curve kept in docs/evaluation.md. It refuses nearly all far questions and about half of the
near misses. A model's p(Yes) tells more: ROC-AUC 0.89 of answerable questions against near misses with a model of
1.5 billion parameters, where retrieval has 0.83 (docs/checking.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering import prompts
from rag.models.llms import ChatModel
from rag.retrieval.hybrid import Retrieved
from rag.text.entities import NAME, mentions
from rag.types import Evidence, Outcome, Paper

RELATED = 3  # papers named when the question is not answered
MIN_RELEVANCE = 0.36  # mean of cosine and late score of the best paper; far questions stay below
# cosine, weakest rare token, named but in no title, named in a title, coverage of what is not a name
WEIGHTS = (4.0830, 5.3277, 0.1072, -0.9396, 5.7853)
BIAS = -5.7199
MIN_PROBABILITY = 0.36
READING_WEIGHT = 2.0  # of the model's reading beside the probability from retrieval, both as log-odds
MIN_ODDS = -0.5  # log-odds of the two together; `bench/answerability.py --llm` prints what other values refuse
_MAX_SURE = 0.999  # a model that is quite sure must not overrule everything
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
    relevance = max((m.cosine + m.maxsim.score) / 2 for m in retrieved.matches)
    if relevance < MIN_RELEVANCE:
        return Decision("nothing_relevant", (), probability)
    enough = known_topic or probability >= MIN_PROBABILITY
    return Decision("answered" if enough else "not_stated", related, probability)


def features(retrieved: Retrieved) -> NDArray[np.float64]:
    """What WEIGHTS weigh, (5,)."""
    question, tokens, matches = retrieved.query, retrieved.tokens, retrieved.matches
    coverage = max(matches, key=lambda m: m.maxsim.score).maxsim.coverage
    rarest = np.argsort(-tokens.weights, kind="stable")[:_RARE]
    spans = [m.span() for m in NAME.finditer(question)]
    names = {question[s:e] for s, e in spans if question[s:e].lower() not in _COMMON}
    titles = " ".join(m.record.paper.title for m in matches[:_TITLES])
    in_title = any(mentions(name, titles) for name in names)
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


def read_evidence(model: ChatModel, question: str, evidence: Sequence[Evidence]) -> float | None:
    """p(Yes) in [0, 1] that the evidence answers, as the model reads it; None where its server tells no probabilities.

    Raises LLMError.
    """
    return model.probability_of_yes(prompts.READ, prompts.read_message(question, evidence), "read")


def enough(retrieval: float, read: float) -> bool:
    """Whether the probability from retrieval and the model's reading together allow an answer."""
    return odds(retrieval, read) >= MIN_ODDS


def odds(retrieval: float, read: float) -> float:
    """Both probabilities as one figure, in log-odds."""
    return _log_odds(retrieval) + READING_WEIGHT * _log_odds(read)


def _log_odds(p: float) -> float:
    p = min(max(p, 1 - _MAX_SURE), _MAX_SURE)
    return math.log(p / (1 - p))
