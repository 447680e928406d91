"""Whether a question lacks a subject, though no word of it points back: "which datasets were used?".

Learned (`training/elliptical.py`) from questions that people ask of a paper they have before them, beside questions
that can be asked of any collection: the former are in the general words of research alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.answering.intent import asks_for_papers
from rag.answering.kinds import cue, guess
from rag.answering.wording import odds
from rag.indexing.index import Index
from rag.library import Library
from rag.text.entities import mentions, names_of
from rag.text.words import content_words
from rag.types import Paper

WEIGHTS = Path(__file__).with_name("elliptical.npz")
MAX_WORDS = 12  # a longer question says itself what it is about
SURE = 0.7  # probability from which it lacks one: docs/evaluation.md has what others would find
EVEN = 0.5  # from which it does where what was shown has most of its words: "what is the memory module?"
MOST = 0.5  # at least this share of its content words
_OF_NO_PAPER = ("small_talk", "collection", "comparison")  # kinds that need none, or name two


def lacks_subject(question: str, library: Library, shown: Sequence[str] = ()) -> bool:
    """Whether it is about the papers `shown` before, given by their ids, though it does not say so.

    False where no weights belong to the library's embedding model.
    """
    if len(question.split()) > MAX_WORDS or names_of(question) or asks_for_papers(question):
        return False
    if (cue(question) or guess(question, library.index)[0]) in _OF_NO_PAPER:
        return False
    told = probability(question, library.index)
    if told < EVEN or library.catalogue.entitled(question) is not None:
        return False
    words = content_words(question, of_papers=True)
    return told >= SURE or any(_has_most(paper, words) for paper in library.catalogue.papers(list(shown)))


def _has_most(paper: Paper, words: Sequence[str]) -> bool:
    text = f"{paper.title} {paper.abstract}"
    return bool(words) and sum(mentions(word, text) for word in words) >= MOST * len(words)


def probability(question: str, index: Index) -> float:
    """The probability in [0, 1] that it lacks a subject, 0 where no weights belong to the index's embedding model."""
    told = odds(question, index, WEIGHTS)
    return 0.0 if told is None else float(1 / (1 + np.exp(-told[0])))
