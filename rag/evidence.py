"""Which sentences matter for a question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.intent import asks_for_number
from rag.retrieval import Match
from rag.types import Evidence

PAPER_SHARE = 0.3  # how much a sentence's paper counts beside the sentence itself
NUMBER_BONUS = 0.08  # for a sentence with a number, where the question asks for one

_NUMBER = re.compile(r"(?<![\w-])\d")


def choose(question: str, matches: Sequence[Match], limit: int) -> list[Evidence]:
    """The `limit` best sentences of those papers, best first; sources are numbered by their papers' rank."""
    bonus = NUMBER_BONUS if asks_for_number(question) else 0.0
    chosen = [
        Evidence(
            number,
            match.record.paper,
            sentence,
            float(score) + PAPER_SHARE * match.score + bonus * bool(_NUMBER.search(sentence.text)),
        )
        for number, match in enumerate(matches, 1)
        for sentence, score in zip(match.record.sentences, match.late.sentences, strict=True)
    ]
    return sorted(chosen, key=lambda e: (-e.score, e.number, e.sentence.index))[:limit]
