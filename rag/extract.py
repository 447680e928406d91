"""The answerer without a model: quotes the sentences that answer, and says that it quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Evidence

LEAD = "In the abstracts' own words:"
MOST = 3  # sentences of an answer
MOST_LISTED = 6  # papers of a list
NEAR = 0.85  # a further sentence must score this share of the best one
NEAR_LISTED = 0.7

_ASKS_FOR_LIST = re.compile(
    r"^(?:(?:list|name|show|find)\b|papers?\b|works?\b)|\b(?:which|what|any|the|who|some)\s+(?:\w+\s+){0,2}?"
    r"(?:papers|studies|works|systems|models|methods|approaches|surveys|benchmarks|articles)\b"
    r"|\bwhat has been done\b|\bwho\b",
    re.IGNORECASE,
)
_ASKS_TO_COMPARE = re.compile(
    r"\b(?:compare|comparison|versus|vs\.?|differ(?:s|ences?|ent)?|same thing|that \w+ (?:\w+ )*cannot)\b"
    r"|\bbetween\b.*\band\b",
    re.IGNORECASE,
)


def asks_for_list(question: str) -> bool:
    """Whether the question wants several papers: "Which papers ...", "What has been done on ..."."""
    return bool(_ASKS_FOR_LIST.search(question))


def extract(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences to quote, in the order to quote them. `evidence` comes best first and is not empty."""
    best = evidence[0].score
    if asks_for_list(question) or _ASKS_TO_COMPARE.search(question):
        near = NEAR_LISTED if asks_for_list(question) else 0.6
        first_of_paper = {e.number: e for e in reversed(evidence)}.values()
        return sorted((e for e in first_of_paper if e.score >= near * best), key=lambda e: -e.score)[:MOST_LISTED]
    picked = [e for e in evidence if e.score >= NEAR * best][:MOST]
    papers = list(dict.fromkeys(e.number for e in picked))
    return sorted(picked, key=lambda e: (papers.index(e.number), e.sentence.index))
