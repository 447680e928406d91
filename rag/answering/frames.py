"""Sentences that frame others, such as "Four papers do so:": checked by counting what follows them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer import Claim
from rag.text.entities import stated_count

_COUNTED = re.compile(
    r"\b(?:papers?|works?|studies|systems?|methods?|approaches|of them|ways?|models?)\b", re.IGNORECASE
)


def false_frames(claims: Sequence[Claim]) -> list[int]:
    """Places of the frames that count wrongly: neither the claims up to the next frame, nor the papers they cite."""
    frames = [i for i, claim in enumerate(claims) if claim.verdict == "no_claim"]
    wrong = []
    for i, following in zip(frames, [*frames, len(claims)][1:], strict=True):
        said = stated_count(claims[i].text) if _COUNTED.search(claims[i].text) else None
        below = claims[i + 1 : following]
        papers = {number for claim in below for number in claim.citations}
        if said is not None and said not in (len(below), len(papers)):
            wrong.append(i)
    return wrong
