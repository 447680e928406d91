"""What a reading model is sent: the best abstracts whole, as far as the model's context window goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.types import Evidence

REPLY_TOKENS = 1500  # kept free for the reply: a table of a comparison is the longest
INSTRUCTION_TOKENS = 600  # the system prompt, the question and the form
PER_SENTENCE = 8  # tokens of its id, the line break and what titles add
SAFETY = 1.15  # other tokenizers make more of a text than the embedding model's


@dataclass(frozen=True)
class Sources:
    """The sentences sent, in reading order, and what that comes to: `tokens` is estimated, `left_out` had no room."""

    sentences: tuple[Evidence, ...]
    tokens: int
    left_out: int

    def told(self) -> dict[str, int]:
        """As the Answer tells it."""
        papers = len({e.number for e in self.sentences})
        counts = {"papers": papers, "sentences": len(self.sentences), "tokens": self.tokens}
        return {**counts, "left_out": self.left_out}


def fit(sentences: Sequence[Evidence], count: Callable[[str], int], window: int) -> Sources:
    """The sentences that fit, the least relevant left out first; `window` is the model's context in tokens.

    `count` gives the tokens of a text by the embedding model, which are near enough. None may fit: then none is sent.
    """
    room = window - REPLY_TOKENS - INSTRUCTION_TOKENS
    used, kept = 0, []
    for e in sorted(sentences, key=lambda e: -e.score):
        cost = int(SAFETY * count(e.sentence.text)) + PER_SENTENCE
        if used + cost <= room:
            used += cost
            kept.append(e)
    ordered = tuple(sorted(kept, key=lambda e: (e.number, e.sentence.index)))
    return Sources(ordered, used, len(sentences) - len(kept))
