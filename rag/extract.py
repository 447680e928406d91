"""The answerer without a model: quotes the sentences that answer, and says that it quotes."""

from __future__ import annotations

from collections.abc import Sequence

from rag.intent import asks_for_list, asks_to_compare
from rag.types import Evidence

LEAD = "In the abstracts' own words:"
INSTEAD = f"The model found no answer. {LEAD}"
MOST = 4  # sentences of an answer
MOST_COMPARED = 2  # sentences of each paper compared
MOST_LISTED = 8  # papers of a list
NEAR = 0.75  # a further sentence of the best paper must score this share of the best one,
NEAR_OTHER = 0.95  # one of another paper this share,
NEAR_LISTED = 0.8  # and a further paper of a list this


def extract(question: str, evidence: Sequence[Evidence], papers: int = 0) -> list[Evidence]:
    """The sentences to quote, in the order to quote them. `evidence` comes best first and is not empty.

    `papers` is how many of the first sources are being compared, 0 if none.
    """
    if papers:
        picked = [e for n in range(1, papers + 1) for e in [x for x in evidence if x.number == n][:MOST_COMPARED]]
        return _in_reading_order(picked)
    best = evidence[0].score
    if asks_for_list(question) or asks_to_compare(question):
        first_of_paper = {e.number: e for e in reversed(evidence)}.values()
        listed = [e for e in first_of_paper if e.score >= NEAR_LISTED * best]
        return sorted(listed, key=lambda e: -e.score)[:MOST_LISTED]
    near = [e for e in evidence if e.score >= best * (NEAR if e.number == evidence[0].number else NEAR_OTHER)]
    return _in_reading_order(near[:MOST])


def _in_reading_order(picked: Sequence[Evidence]) -> list[Evidence]:
    """Papers apart, in the order in which they came; each one's sentences as they stand."""
    papers = list(dict.fromkeys(e.number for e in picked))
    return sorted(picked, key=lambda e: (papers.index(e.number), e.sentence.index))
