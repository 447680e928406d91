"""Which sentences matter for a question, and which of them an answer without a model quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.intent import asks_for_number
from rag.retrieval.hybrid import Match
from rag.types import Evidence

PAPER_SHARE = 0.5  # how much a sentence's paper counts beside the sentence itself
NUMBER_BONUS = 0.08  # for a sentence with a number, where the question asks for one
LEAD = "In the abstracts' own words:"
INSTEAD = f"The model found no answer. {LEAD}"
MAX_QUOTED = 4  # sentences of an answer
MAX_COMPARED = 2  # sentences of each paper compared
MAX_LISTED = 8  # papers of a list
NEAR = 0.75  # a further sentence of the best paper must score this share of the best one,
NEAR_OTHER = 0.95  # one of another paper this share,
NEAR_LISTED = 0.8  # and a further paper of a list this

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


def select_quotes(evidence: Sequence[Evidence], papers: int = 0, listing: bool = False) -> list[Evidence]:
    """What an answer without a model quotes, in the order to quote it. `evidence` comes best first and is not empty.

    `papers` is how many of the first sources are being compared, 0 if none; `listing` takes a sentence a paper.
    """
    if papers:
        picked = [e for n in range(1, papers + 1) for e in [x for x in evidence if x.number == n][:MAX_COMPARED]]
        return _in_reading_order(picked)
    best = evidence[0].score
    if listing:
        first_of_paper = {e.number: e for e in reversed(evidence)}.values()
        listed = [e for e in first_of_paper if e.score >= NEAR_LISTED * best]
        return sorted(listed, key=lambda e: -e.score)[:MAX_LISTED]
    near = [e for e in evidence if e.score >= best * (NEAR if e.number == evidence[0].number else NEAR_OTHER)]
    return _in_reading_order(near[:MAX_QUOTED])


def _in_reading_order(picked: Sequence[Evidence]) -> list[Evidence]:
    """Papers apart, in the order in which they came; each one's sentences as they stand."""
    papers = list(dict.fromkeys(e.number for e in picked))
    return sorted(picked, key=lambda e: (papers.index(e.number), e.sentence.index))
