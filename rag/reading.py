"""Does the evidence answer the question? Read by the model that is to answer, before it does.

Retrieval alone cannot tell a near miss from an answer (`rag/gate.py`). A model's p(Yes) can: ROC-AUC 0.89 of answerable
questions against near misses with a model of 1.5 billion parameters, where the gate has 0.83 (docs/checking.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rag import prompts
from rag.llms import probability_of_yes
from rag.types import Evidence

WEIGHT = 2.0  # of the reading beside the gate, both as log-odds
LEAST = -0.5  # log-odds of the two together; `bench/gate.py --llm` prints what other values refuse
_MOST_SURE = 0.999  # a model that is quite sure must not overrule everything


def reading(llm: Any, question: str, evidence: Sequence[Evidence], usage: dict[str, int] | None = None) -> float | None:
    """p(Yes) in [0, 1] that the evidence answers; None where the model's server tells no probabilities.

    Raises LLMError.
    """
    return probability_of_yes(llm, prompts.READ, prompts.read_message(question, evidence), usage)


def enough(gate: float, read: float) -> bool:
    """Whether the gate's probability and the model's reading together allow an answer."""
    return odds(gate, read) >= LEAST


def odds(gate: float, read: float) -> float:
    """Both probabilities as one figure, in log-odds."""
    return _log_odds(gate) + WEIGHT * _log_odds(read)


def _log_odds(p: float) -> float:
    p = min(max(p, 1 - _MOST_SURE), _MOST_SURE)
    return math.log(p / (1 - p))
