"""Enough to answer from? Decided from retrieval alone, then by the model that is to answer, where it can tell.

A calibrated probability over a handful of features (rag/answering/calibration.py) and three bands: the collection
answers, it only holds related papers, or nothing is near. docs/evaluation.md has what it refuses. A model's p(Yes)
tells more (docs/checking.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.answer import Outcome
from rag.answering import prompts
from rag.answering.calibration import Band, Calibration, shipped
from rag.models.embedding import Vectors
from rag.models.llms import ChatModel
from rag.retrieval.hybrid import Match, Retrieved
from rag.retrieval.maxsim import TITLE_SHARE
from rag.text.entities import mentions, name_spans
from rag.types import Evidence, Paper

SHOWN = 0.8  # log-odds that a question gains by being put to the paper that was just shown (docs/evaluation.md)
RELATED = 3  # papers named when the question is not answered
READING_WEIGHT = 2.0  # of the model's reading beside the probability from retrieval, both as log-odds
MIN_ODDS = -1.35  # log-odds of the two together; `bench/answerability.py --llm` prints what other values refuse
_MAX_SURE = 0.999  # a model that is quite sure must not overrule everything
_RARE = 5  # question tokens, the rarest, of which the weakest match counts
_TITLES = 3  # best papers whose titles are looked at
_SOFTNESS = 8.0  # of the soft minimum over what an answer needs, as the question side was trained with
# Names that every other title has and that say nothing about which paper is meant.
_COMMON = frozenset("llm llms lm lms ai gpt nlp ap vlm vlms mllm mllms cnn rnn ml 2d 3d qa".split())


@dataclass(frozen=True)
class Decision:
    """Whether to answer, the papers to name if not, the probability in [0, 1] that the collection says, and its band.

    A question whose topic is known is answered in the band "related", too. `relevance` is that of the nearest paper.
    """

    outcome: Outcome
    related: tuple[Paper, ...]
    probability: float
    band: Band = "nothing"
    relevance: float = 0.0


def decide(retrieved: Retrieved, known_topic: bool = False, calibration: Calibration | None = None) -> Decision:
    """The outcome that retrieval alone allows, by the calibration, the shipped one if not given.

    With a `known_topic` (a follow-up, or things compared that were both found) only the far questions are refused:
    the names carried over weigh more than what is asked of them.
    """
    if not retrieved.matches:
        return Decision("nothing_relevant", (), 0.0)
    related = tuple(m.record.paper for m in retrieved.matches[:RELATED])
    calibration = calibration or shipped(retrieved.tokens.side)
    probability = calibration.probability(features(retrieved).tolist())
    near = relevance(retrieved)
    band = calibration.band(probability, near)
    if band == "nothing":
        return Decision("nothing_relevant", (), probability, band, near)
    answered = known_topic or band == "answers"
    return Decision("answered" if answered else "not_stated", related, probability, band, near)


def decide_of_shown(retrieved: Retrieved, calibration: Calibration) -> Decision:
    """As `decide`, for a question put to the one paper that was shown before.

    That paper is near in any case, and a question that says "it" has no name that raises the probability.
    """
    return decide(retrieved, calibration=replace(calibration, bias=calibration.bias + SHOWN, min_relevance=0.0))


def relevance(retrieved: Retrieved) -> float:
    """How near the nearest paper is: the mean of its cosine and its MaxSim."""
    return max((m.cosine + m.maxsim.score) / 2 for m in retrieved.matches)


def features(retrieved: Retrieved) -> NDArray[np.float64]:
    """The figures that a calibration weighs, as `calibration.FEATURES` names them."""
    question, tokens, matches = retrieved.query, retrieved.tokens, retrieved.matches
    coverage = max(matches, key=lambda m: m.maxsim.score).maxsim.coverage
    rarest = np.argsort(-tokens.weights, kind="stable")[:_RARE]
    spans = name_spans(question)
    names = {question[s:e] for s, e in spans if question[s:e].lower() not in _COMMON}
    titles = " ".join(m.record.paper.title for m in matches[:_TITLES])
    in_title = any(mentions(name, titles) for name in names)
    texts = [f"{m.record.paper.title}\n{m.record.paper.abstract}" for m in matches]
    missing = any(not any(mentions(name, text) for text in texts) for name in names)
    needs = tokens.weights if tokens.needs is None else tokens.needs
    sentence, found = _best_sentence(matches)
    is_name = [any(s <= start and end <= e for s, e in spans) for start, end in tokens.spans.tolist()]
    plain = np.where(is_name, 0, tokens.weights)
    return np.array(
        [
            max(m.cosine for m in matches),
            coverage[rarest].min(),
            float(bool(names) and not in_title),
            float(in_title),
            float(plain @ coverage / plain.sum()) if plain.any() else 1.0,  # "What is X?" asks nothing else
            max(m.maxsim.score for m in matches),
            sentence,
            _weakest(needs, coverage),
            _weakest(needs, found),
            float(missing),
        ]
    )


def _best_sentence(matches: Sequence[Match]) -> tuple[float, Vectors]:
    """The score of the best sentence, and how well it matches each token of the question."""
    scores = max((m.maxsim for m in matches), key=lambda s: float(s.sentences.max()))
    best = int(scores.sentences.argmax())
    matched: Vectors = np.maximum(scores.matches[:, best], TITLE_SHARE * scores.title)
    return float(scores.sentences[best]), matched


def _weakest(needs: Vectors, matched: Vectors) -> float:
    """A soft minimum of what is matched, over the tokens that an answer needs."""
    return float(-np.log(max(float(needs @ np.exp(-_SOFTNESS * matched)), 1e-9)) / _SOFTNESS)


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
