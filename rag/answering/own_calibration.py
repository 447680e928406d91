"""A calibration made from a collection's own sentences, for an embedding model that none is shipped for.

A question is drawn from a sentence: some of its words. The paper that holds the sentence answers it; with the sentence
taken out, the collection holds only a near miss. Drawn questions are easier than those that people ask, for they share
the sentence's words, so what is refused of people's near misses will be less than what is printed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.answering.answerability import features, relevance
from rag.answering.calibration import Calibration, made_for
from rag.errors import LibraryError
from rag.indexing.records import Features
from rag.library import Library
from rag.models.token_vectors import is_stopword
from rag.retrieval.hybrid import Match, Retrieved
from rag.retrieval.maxsim import MaxSim
from rag.types import Sentence

SOURCES = 6  # papers looked at for each question
MIN_QUESTIONS = 40
_MIN_WORDS = 6  # of a sentence that a question is drawn from
_SHARE = 0.4  # of its words that the question has
_REFUSED = 0.04  # share of answerable questions that may be refused
_FOLDS = 5
_WORD = re.compile(r"[^\W_][\w-]*")

# Questions that hardly a collection of papers answers: they place the floor of relevance.
FAR = tuple(
    "How long do I boil an egg?|What is the capital of Australia?|Who won the 2014 World Cup final?"
    "|best pizza dough recipe|How do I renew my passport?|When was the Eiffel Tower built?"
    "|train from Berlin to Prague timetable|How tall is Mount Kilimanjaro?|Which wine goes with salmon?"
    "|How do I remove a coffee stain from a shirt?|Who wrote Pride and Prejudice?"
    "|What is the exchange rate of the euro to the yen?|How do I change a bicycle tyre?|rules of cricket"
    "|weather in Lisbon tomorrow|What are the tax brackets in Canada?|Who was the first emperor of Rome?"
    "|how to prune roses in winter|What is the plot of Hamlet?|Which chess opening is best against 1.e4?"
    "|How many strings has a cello?|What is the speed limit on German motorways?|cheap hotels in Kyoto"
    "|When does daylight saving time end?|Which countries border Paraguay?|How do I knit a scarf?"
    "|Who painted The Night Watch?|What did Napoleon do at Austerlitz?|What is the recipe for sourdough bread?"
    "|How do I file for divorce?|When is the next solar eclipse?|Which guitar should a beginner buy?"
    "|What does a plumber earn?|How do I train my dog to sit?|Who invented the telephone?"
    "|What is the population of Peru?|How does a carburettor work?|Explain the offside rule"
    "|What is the GDP of Norway?|Summarize War and Peace|How do I water orchids?|lyrics of Yesterday"
    "|Who is the president of France?|What are the opening hours of the Louvre?|how to fold a paper crane"
    "|translate good morning into Japanese|write a birthday poem for my niece".split("|")
)


@dataclass(frozen=True)
class Trial:
    """What a calibration does, each as (refused, of): answerable questions, near misses, far questions."""

    calibration: Calibration
    answerable: tuple[int, int]
    near: tuple[int, int]
    far: tuple[int, int]


@dataclass(frozen=True)
class _Drawn:
    """Features and relevance of questions, (n, FEATURES) and (n,)."""

    x: NDArray[np.float64]
    relevance: NDArray[np.float64]

    @classmethod
    def of(cls, found: list[Retrieved]) -> _Drawn:
        return cls(np.array([features(r) for r in found]), np.array([relevance(r) for r in found]))


def calibrate(
    library: Library, questions: int = 200, seed: int = 0, progress: Callable[[int], object] = lambda n: None
) -> Trial:
    """A calibration for the library's models, and what it refuses when it is fitted to other papers' questions.

    `progress` is called with the number of questions done. Raises LibraryError when the library has too few sentences.
    """
    whole, cut = _questions(library, questions, seed, progress)
    if len(whole) < MIN_QUESTIONS:
        raise LibraryError(
            f"the index in {library.home} is too small to calibrate: {len(whole)} questions could be drawn, "
            f"{MIN_QUESTIONS} are needed; add papers with: askpapers index PATH..."
        )
    yes, near = _Drawn.of(whole), _Drawn.of(cut)
    far = _Drawn.of([r for text in FAR if (r := library.retrieve(text, SOURCES)).matches])
    held = _held_out(yes, near)
    floor = float(min(np.quantile(far.relevance, 0.98), np.quantile(yes.relevance, 0.02)))
    least = float(np.quantile(held[: len(whole)], _REFUSED))
    weights, bias = _fit(np.concatenate([yes.x, near.x]), len(whole))
    calibration = Calibration(tuple(weights.tolist()), bias, least, floor, "own", made_for(library))

    def refused(drawn: _Drawn, probability: NDArray[np.float64]) -> tuple[int, int]:
        return int(((probability < least) | (drawn.relevance < floor)).sum()), len(probability)

    of_far = np.array([calibration.probability(x.tolist()) for x in far.x])
    return Trial(calibration, refused(yes, held[: len(whole)]), refused(near, held[len(whole) :]), refused(far, of_far))


def _questions(
    library: Library, wanted: int, seed: int, progress: Callable[[int], object]
) -> tuple[list[Retrieved], list[Retrieved]]:
    """What is found for drawn questions, a paper each, and for the same with the sentence taken out."""
    chance = random.Random(seed)
    ids = sorted(library.index.forward_index.ids("1", []))
    whole: list[Retrieved] = []
    cut: list[Retrieved] = []
    for paper_id in chance.sample(ids, len(ids)):
        if len(whole) >= wanted:
            break
        record = library.index.forward_index.records([paper_id])[0]
        long_enough = [s for s in record.sentences if len(words(s.text)) >= _MIN_WORDS]
        if not long_enough or len(record.sentences) < 2:
            continue
        sentence = chance.choice(long_enough)
        found = library.retrieve(drawn(sentence.text, chance), SOURCES)
        if any(m.record.paper.id == paper_id for m in found.matches):
            whole.append(found)
            cut.append(without_sentence(found, paper_id, sentence))
        progress(1)
    return whole, cut


def words(text: str) -> list[str]:
    """The words of a text that carry meaning."""
    return [w for w in _WORD.findall(text) if not is_stopword(w)]


def drawn(text: str, chance: random.Random) -> str:
    """A question of some of a sentence's words, in their order."""
    return thinned(words(text), 3, _SHARE, chance)


def thinned(carrying: Sequence[str], least: int, share: float, chance: random.Random) -> str:
    """That share of the words drawn by lot, `least` of them at the least, in their order."""
    kept = sorted(chance.sample(range(len(carrying)), max(least, round(share * len(carrying)))))
    return " ".join(carrying[i] for i in kept)


def without_sentence(found: Retrieved, paper_id: str, sentence: Sentence) -> Retrieved:
    """The same as if the paper did not have that sentence."""

    def cut(match: Match) -> Match:
        if match.record.paper.id != paper_id:
            return match
        record = match.record
        rest = record.tokens.sentences != sentence.index
        tokens = replace(
            record.tokens,
            ids=record.tokens.ids[rest],
            sentences=record.tokens.sentences[rest],
            codes=record.tokens.codes[rest],
        )
        left = Features(paper_id, record.vectors, len(record.sentences), tokens)
        return replace(match, maxsim=MaxSim(found.tokens, [left]).of(0))

    return replace(found, matches=[cut(m) for m in found.matches])


def _held_out(yes: _Drawn, near: _Drawn) -> NDArray[np.float64]:
    """Probabilities of all questions, each by a fit to other papers' questions."""
    count, x = len(yes.x), np.concatenate([yes.x, near.x])
    paper = np.concatenate([np.arange(count), np.arange(count)])
    probability = np.zeros(len(x))
    for fold in range(_FOLDS):
        mine = paper % _FOLDS == fold
        weights, bias = _fit(x[~mine], int((~mine[:count]).sum()))
        probability[mine] = 1 / (1 + np.exp(-(x[mine] @ weights + bias)))
    return probability


def _fit(x: NDArray[np.float64], answerable: int) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic regression; the first `answerable` rows are answered."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    model = LogisticRegression(C=0.3, max_iter=1000).fit((x - mean) / spread, np.arange(len(x)) < answerable)
    weights: NDArray[np.float64] = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def wilson(count: int, of: int) -> tuple[float, float]:
    """The 95% interval of a share (Wilson 1927)."""
    from scipy.stats import binomtest

    found = binomtest(count, of).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)
