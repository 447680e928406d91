"""How far do these sentences support that one? Used by the assistant and by eval, with one protocol for all levels.

Level 0 needs no model beyond the index's own: it measures how much of a sentence the evidence covers, and is nearly
blind to contradiction. Level 1 reads a language model's log-probabilities of Yes and No. Level 2 is a classifier: a
cross-encoder trained on natural language inference, or a fact checker. Level 3 asks a language model for the word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from rag.answer import Verdict
from rag.errors import LLMError, SettingsError
from rag.library import Library
from rag.models.embedding import Embedder, Encoded
from rag.models.entailment import is_classifier, load_classifier, pieces
from rag.models.examination import JUDGE, judge_message
from rag.models.llms import ChatModel
from rag.models.metering import Meter
from rag.models.providers import load_llm
from rag.models.token_vectors import query_tokens
from rag.text.entities import warnings_for

COVERED = 0.63  # level 0: the share of a sentence that must be covered; 99 of 100 wrong citations cover less
MAX_KNOWN = 1000  # evidence sentences whose vectors are kept
NEAREST = 3  # sentences of the evidence that a model is shown


@dataclass(frozen=True)
class Support:
    """`score` in [0, 1], the verdict at the judge's threshold, the index of the best evidence sentence."""

    score: float
    verdict: Verdict
    best: int
    level: int
    warnings: tuple[str, ...] = ()


class Judge(Protocol):
    """Anything that scores support. `evidence` is never empty. Level 1 to 3 raise LLMError when their model fails."""

    level: int
    name: str

    def score(self, evidence: Sequence[str], sentence: str) -> Support:
        """How far the evidence sentences together support the sentence."""


def load_judge(spec: str, library: Library, llm: ChatModel | None = None) -> Judge:
    """A judge for `coverage`, `llm` (the model that answers), a classifier (rag.models.entailment), or any LLM setting.

    Raises SettingsError for a setting that cannot be used.
    """
    coverage = coverage_by(library)
    if spec == "coverage":
        return coverage
    if is_classifier(spec):
        return ClassifierJudge(spec, coverage)
    model = load_llm(spec) if spec != "llm" else llm
    if model is None:
        raise SettingsError(f"ASKPAPERS_JUDGE={spec!r} needs a language model; coverage needs none")
    told = model.probability_of_yes(JUDGE, judge_message(["It rains."], "It rains."), "examine")
    return WordJudge(model, coverage) if told is None else LogprobJudge(model, coverage)


def coverage_by(library: Library) -> Coverage:
    """Level 0 with the library's own embedding model and token frequencies."""
    return Coverage(library.embedder, library.index.frequency, len(library))


class Coverage:
    """Level 0: the best cosine of each token of the sentence to any of the evidence, averaged with IDF weights."""

    level = 0
    name = "coverage"

    def __init__(self, embedder: Embedder, frequency: Mapping[int, int], papers: int) -> None:
        self._embedder, self._frequency, self._papers = embedder, frequency, max(papers, 1)
        self._known: dict[str, Encoded] = {}  # evidence is embedded once, however many sentences rest on it

    def score(self, evidence: Sequence[str], sentence: str) -> Support:
        value, each = self.measure(evidence, sentence)
        verdict: Verdict = "supported" if value >= COVERED else "unsupported"
        return Support(value, verdict, int(np.argmax(each)), self.level, warnings_for(sentence, evidence))

    def measure(self, evidence: Sequence[str], sentence: str) -> tuple[float, list[float]]:
        """The coverage by all the evidence, and by each of its sentences alone."""
        claim, sources = self._encoded(sentence, evidence)
        tokens = query_tokens(sentence, claim, self._frequency, self._papers)
        best = np.array([(tokens.vectors @ s.tokens.T).max(axis=1) for s in sources])
        return _unit(tokens.weights @ best.max(axis=0)), [_unit(tokens.weights @ b) for b in best]

    def _encoded(self, sentence: str, evidence: Sequence[str]) -> tuple[Encoded, list[Encoded]]:
        known = self._known
        new = [text for text in dict.fromkeys(evidence) if text not in known]
        claim, *fresh = self._embedder.encode([sentence, *new])
        found = {**known, **dict(zip(new, fresh, strict=True))}
        self._known = found if len(found) <= MAX_KNOWN else {}  # replaced, not changed: other threads may be reading
        return claim, [found[text] for text in evidence]

    def nearest(self, evidence: Sequence[str], sentence: str) -> tuple[list[int], int]:
        """The evidence sentences worth showing to a model, in reading order, and the best of them."""
        _, each = self.measure(evidence, sentence)
        order = sorted(range(len(each)), key=lambda i: -each[i])
        return sorted(order[:NEAREST]), order[0]


class ModelJudge:
    """A language model as judge, shown the evidence sentences that cover the claim best."""

    level: int
    how: str  # it judges, as part of its name

    def __init__(self, model: ChatModel, coverage: Coverage) -> None:
        self.name = f"{self.how} of {model.name}"
        self._model, self._coverage = model, coverage

    def metered(self, meter: Meter) -> Judge:
        """The same judge, whose calls are noted in that meter."""
        return type(self)(self._model.metered(meter), self._coverage)

    def score(self, evidence: Sequence[str], sentence: str) -> Support:
        shown, best = self._coverage.nearest(evidence, sentence)
        value = self._ask(judge_message([evidence[i] for i in shown], sentence))
        verdict: Verdict = "supported" if value >= 0.5 else "unsupported"
        return Support(value, verdict, best, self.level, warnings_for(sentence, evidence))

    def _ask(self, message: str) -> float:
        raise NotImplementedError


class LogprobJudge(ModelJudge):
    """Level 1: p(Yes) against p(No) as the first token of a model's reply."""

    level = 1
    how = "logprobs"

    def _ask(self, message: str) -> float:
        value = self._model.probability_of_yes(JUDGE, message, "judge")
        if value is None:
            raise LLMError(f"{self.name}: neither Yes nor No among its first tokens; set ASKPAPERS_JUDGE to another")
        return value


class WordJudge(ModelJudge):
    """Level 3: the word that a model replies."""

    level = 3
    how = "word"

    def _ask(self, message: str) -> float:
        word = self._model.complete(JUDGE, message, "judge").lower().lstrip("*\"' ")
        if not word.startswith(("yes", "no")):
            raise LLMError(f"{self.name}: replied neither Yes nor No; set ASKPAPERS_JUDGE to another")
        return float(word.startswith("yes"))


class ClassifierJudge:
    """Level 2: a classifier trained to tell what a text supports; fact checkers read all the evidence as one text."""

    level = 2

    def __init__(self, spec: str, coverage: Coverage) -> None:
        self.name = spec.replace(":", " ", 1)
        self._coverage = coverage
        self._model = load_classifier(spec)
        self.contradictions = self._model.contradictions  # whether it tells them apart from what is not said

    def score(self, evidence: Sequence[str], sentence: str) -> Support:
        shown, best = self._coverage.nearest(evidence, sentence)
        if self._model.words:
            texts = pieces(evidence, self._model.words)
        else:
            texts = [*(evidence[i] for i in shown), " ".join(evidence[i] for i in shown)]
        support, against = self._model.scores([(text, sentence) for text in texts]).max(axis=0)
        value = _unit(support)
        verdict: Verdict = "supported" if value >= 0.5 else "unsupported"
        if value < 0.5 <= against:
            verdict = "contradicted"
        return Support(value, verdict, best, self.level, warnings_for(sentence, evidence))


def _unit(value: Any) -> float:
    return float(min(max(float(value), 0.0), 1.0))
