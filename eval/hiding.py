"""A library in which some sentences are missing, so that a question they answer becomes a near miss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from eval.cases import normal
from rag.answering.own_calibration import without_sentence
from rag.library import Library
from rag.retrieval.hybrid import Match, Retrieved
from rag.retrieval.maxsim import MaxSimScores
from rag.types import Sentence


class _Hiding:
    """Passes everything on to a library, and takes sentences out of what it finds.

    The order in which papers are found stays: it rests on vectors of whole passages. So does what is known of names.
    """

    def __init__(self, library: Library, hidden: Sequence[tuple[str, str]]) -> None:
        self._library, self._hidden = library, [(normal(title), sentence) for title, sentence in hidden]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def __len__(self) -> int:
        return len(self._library)

    def retrieve(self, query: str, k: int, where: Any = None) -> Retrieved:
        """As Library.retrieve, without the hidden sentences."""
        found = self._library.retrieve(query, k, where)
        for title, text in self._hidden:
            for match in found.matches:
                paper = match.record.paper
                mine = [s for s in match.record.sentences if s.text == text] if normal(paper.title) == title else []
                if mine and len(match.record.sentences) > 1:
                    found = without_sentence(found, paper.id, mine[0])
                    cut = [_cut(m, mine[0]) if m.record.paper.id == paper.id else m for m in found.matches]
                    found = replace(found, matches=cut)
        return found


def hiding(library: Library, hidden: Sequence[tuple[str, str]]) -> Library:
    """The library as if no abstract had those (title, sentence); itself where nothing is hidden."""
    return cast(Library, _Hiding(library, hidden)) if hidden else library


def _cut(match: Match, sentence: Sentence) -> Match:
    """The match without the sentence; characters of the abstract stay where they are."""
    record, scores, at = match.record, match.maxsim, sentence.index
    abstract = record.paper.abstract
    blank = abstract[: sentence.start] + " " * (sentence.end - sentence.start) + abstract[sentence.end :]
    rest = [s for s in record.sentences if s.index != at]
    kept = tuple(replace(s, index=i) for i, s in enumerate(rest))
    left = MaxSimScores(
        scores.score, np.delete(scores.sentences, at), np.delete(scores.matches, at, axis=1), scores.title
    )
    return replace(
        match, record=replace(record, paper=replace(record.paper, abstract=blank), sentences=kept), maxsim=left
    )
