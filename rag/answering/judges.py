"""How far do these sentences support that one? Used by the assistant and by eval, with one protocol for all levels.

Level 0 needs no model beyond the index's own: it measures how much of a sentence the evidence covers, and is nearly
blind to contradiction. Level 1 reads a language model's log-probabilities of Yes and No. Level 2 is a classifier: a
cross-encoder trained on natural language inference, or a fact checker. Level 3 asks a language model for the word.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.answer import Verdict
from rag.errors import LLMError, SettingsError
from rag.library import Library
from rag.models.embedding import Embedder, Vectors
from rag.models.encoded_texts import EncodedTexts
from rag.models.entailment import is_classifier, load_classifier, pieces
from rag.models.examination import JUDGE, judge_message
from rag.models.llms import ChatModel
from rag.models.metering import Meter
from rag.models.providers import load_llm
from rag.models.token_vectors import QueryTokens, query_tokens
from rag.text.entities import warnings_for

COVERED = 0.63  # level 0: the share of a sentence that must be covered; 99 of 100 wrong citations cover less
MAX_MEASURED = 100  # sentences whose likeness to texts is kept, for the next question about them
NEAREST = 3  # sentences of the evidence that a model is shown

_PREPARING = threading.Lock()  # held while texts are embedded ahead: once in a process, or answers slow each other


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
    index = library.index
    return Coverage(library.embedder, index.frequency, len(library), index.encoded_texts)


class _Measured(NamedTuple):
    """A sentence's kept tokens, and by text the best cosine of each to the text's (tokens,)."""

    tokens: QueryTokens
    near: dict[str, Vectors]


class Coverage:
    """Level 0: the best cosine of each token of the sentence to any of the evidence, averaged with IDF weights."""

    level = 0
    name = "coverage"

    def __init__(
        self, embedder: Embedder, frequency: Mapping[int, int], papers: int, known: EncodedTexts | None = None
    ) -> None:
        """`known` are texts embedded before by the same model; own ones are kept if it is not given."""
        self._frequency, self._papers = frequency, max(papers, 1)
        self._known = known or EncodedTexts(embedder)
        self._measured: OrderedDict[str, _Measured] = OrderedDict()  # the sentences asked about last

    def score(self, evidence: Sequence[str], sentence: str) -> Support:
        value, each = self.measure(evidence, sentence)
        verdict: Verdict = "supported" if value >= COVERED else "unsupported"
        return Support(value, verdict, int(np.argmax(each)), self.level, warnings_for(sentence, evidence))

    def measure(self, evidence: Sequence[str], sentence: str) -> tuple[float, list[float]]:
        """The coverage by all the evidence, and by each of its sentences alone."""
        tokens, known = self._of(sentence, evidence)
        best = np.array([known[text] for text in evidence])
        return _unit(tokens.weights @ best.max(axis=0)), [_unit(value) for value in best @ tokens.weights]

    def _of(self, sentence: str, evidence: Sequence[str]) -> _Measured:
        """The sentence's tokens, and how near each is to the texts that it was held against, all of `evidence`."""
        measured = self._measured.get(sentence)
        new = [text for text in dict.fromkeys(evidence) if measured is None or text not in measured.near]
        if measured is not None and not new:
            return measured
        claim, *sources = self._known.encode([sentence, *new])
        claim = replace(claim, tokens=claim.tokens.astype(np.float32))
        if measured is None:
            measured = _Measured(query_tokens(sentence, claim, self._frequency, self._papers), {})
        near = dict(zip(new, _nearest(measured.tokens.vectors, [s.tokens for s in sources]), strict=True))
        # Replaced, not changed: other threads may be reading.
        measured = self._measured[sentence] = _Measured(measured.tokens, {**measured.near, **near})
        while len(self._measured) > MAX_MEASURED:
            self._measured.popitem(last=False)
        return measured

    @contextmanager
    def prepared(self, texts: Sequence[str]) -> Iterator[threading.Event]:
        """Has those texts embedded in a thread of its own meanwhile, the first ones first, until the event is set.

        One answer's at a time: where others are being embedded, each sentence has what it needs embedded itself.
        """
        stopped = threading.Event()
        free = _PREPARING.acquire(blocking=False)
        if free:
            threading.Thread(target=self._prepare, args=(texts, stopped), name="prepare evidence").start()
        try:
            yield stopped
        finally:
            stopped.set()

    def _prepare(self, texts: Sequence[str], stopped: threading.Event) -> None:
        try:
            self._known.prepare(texts, stopped)
        finally:
            _PREPARING.release()

    def nearest(self, evidence: Sequence[str], sentence: str) -> tuple[list[int], int]:
        """The evidence sentences worth showing to a model, in reading order, and the best of them."""
        if len(evidence) == 1:
            return [0], 0
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


def _nearest(tokens: Vectors, sources: Sequence[NDArray[Any]]) -> list[Vectors]:
    """For each source (m, d) the best cosine of each of the tokens (n, d) to any of it, (n,): one product for all."""
    starts = np.cumsum([0, *(len(s) for s in sources)])[:-1]
    together = np.concatenate(sources).astype(np.float32)
    return list(np.maximum.reduceat(tokens @ together.T, starts, axis=1).T)


def _unit(value: Any) -> float:
    return float(min(max(float(value), 0.0), 1.0))
