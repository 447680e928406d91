"""The examination that a model must pass before its judgement counts: four claims against two sentences.

A model of half a billion parameters fails it, one of 1.5 billion passes. It is given once per model and process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

JUDGE = "You check claims against sentences of research abstracts. Reply with one word: Yes or No."

_SENTENCES = (
    "TinyNet prunes filters by their gradients and needs 40% less memory than MobileNet.",
    "We train it on 12,000 images of birds.",
)
_CLAIMS = (
    ("TinyNet uses 40% less memory than MobileNet.", True),
    ("TinyNet needs more memory than MobileNet.", False),
    ("TinyNet prunes filters according to gradients.", True),
    ("TinyNet was trained on speech recordings.", False),
)


def judge_message(evidence: Sequence[str], claim: str) -> str:
    """Asks whether the sentences support the claim."""
    listed = "\n".join(f"- {one_line(sentence)}" for sentence in evidence)
    return f"<sentences>\n{listed}\n</sentences>\n\nClaim: {one_line(claim)}\n\nDo the sentences support the claim?"


def one_line(text: str) -> str:
    """Text on one line, so that it is no source or id of its own, that cannot close the fence it stands in."""
    return " ".join(text.split()).replace("<", "‹").replace(">", "›")


def passes(supports: Callable[[str], float | None]) -> bool | None:
    """Whether the model gets every claim right; None where it cannot be told.

    `supports` asks the model one message and gives p(Yes) in [0, 1], None where it cannot be told.
    """
    for claim, right in _CLAIMS:
        probability = supports(judge_message(_SENTENCES, claim))
        if probability is None:
            return None
        if (probability >= 0.5) is not right:
            return False
    return True
