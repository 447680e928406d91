"""MaxSim of a question against papers and each of their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.indexing.records import Features
from rag.models.embedding import Vectors
from rag.models.token_vectors import TITLE, QueryTokens, max_by_run, sentence_vectors, similarities

TITLE_SHARE = 0.7  # a sentence seldom repeats the name in its title: how much of the title's match it is given


@dataclass(frozen=True)
class MaxSimScores:
    """MaxSim scores of one paper: IDF-weighted means in about [0, 1], and what they are made of.

    `score` is the paper's; `sentences` (s,) one a sentence of the abstract, read with the title in mind, to which a
    learned question side adds how near the sentence as a whole is to the question; `matches`
    (question tokens, s) the best similarity of each question token in each sentence; `title` (question tokens,)
    the same in the title.
    """

    score: float
    sentences: Vectors
    matches: Vectors
    title: Vectors

    @property
    def coverage(self) -> Vectors:
        """The best similarity of each question token anywhere in the paper, (question tokens,)."""
        best: Vectors = np.maximum(self.matches.max(axis=1), self.title)
        return best


class MaxSim:
    """The question against some papers at once: `scores` (papers,), and `of` one of them what its score is made of."""

    def __init__(self, query: QueryTokens, papers: Sequence[Features]) -> None:
        self._query, self._papers = query, papers
        codes = np.concatenate([p.tokens.codes for p in papers])
        groups = np.concatenate([p.tokens.sentences.astype(np.int64) + (i << 16) for i, p in enumerate(papers)])
        # One column a run of tokens of one sentence; one that two passages share has two.
        self._runs, self._maxima = max_by_run(similarities(query, codes), groups)
        there, best = max_by_run(self._maxima, self._runs >> 16)
        self.scores = np.zeros(len(papers), np.float32)
        self.scores[there] = query.weights @ np.maximum(best, 0.0)

    def of(self, number: int) -> MaxSimScores:
        """The paper of that place in the sequence."""
        start, end = np.searchsorted(self._runs, [number << 16, (number + 1) << 16])
        sentences = self._papers[number].sentences
        columns = np.zeros((len(self._query.weights), sentences + 1), np.float32)  # the last one is the title's
        at = np.minimum(self._runs[start:end] & TITLE, sentences)
        np.maximum.at(columns.T, at, self._maxima[:, start:end].T)
        matches, title = columns[:, :-1], columns[:, -1]
        scores = self._query.weights @ np.maximum(matches, TITLE_SHARE * title[:, None])
        if self._query.meaning is not None:
            mine = sentence_vectors(self._papers[number].tokens, sentences, len(self._query.meaning))
            scores = scores + mine @ self._query.meaning
        return MaxSimScores(float(self.scores[number]), scores, matches, title)
