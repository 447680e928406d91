"""Which sentences matter for a question, and how near to the best one others must be to be quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.intent import asks_for_number
from rag.retrieval.hybrid import Match
from rag.types import Evidence

PAPER_SHARE = 0.5  # how much a sentence's paper counts beside the sentence itself
NUMBER_BONUS = 0.08  # for a sentence with a number, where the question asks for one
LEAD = "In the abstracts' own words:"
MAX_LISTED = 8  # papers of a list
NEAR = 0.75  # a further sentence of the best paper must score this share of the best one,
NEAR_OTHER = 0.95  # one of another paper this share,

_NUMBER = re.compile(r"(?<![\w-])\d")


def select_evidence(question: str, matches: Sequence[Match], limit: int) -> list[Evidence]:
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
        for sentence, score in zip(match.record.sentences, match.maxsim.sentences, strict=True)
    ]
    return sorted(chosen, key=lambda e: (-e.score, e.number, e.sentence.index))[:limit]
