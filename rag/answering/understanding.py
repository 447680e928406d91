"""What a question asks for, read from its wording and from the turns before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.answering.intent import asks_for_list, asks_to_compare, carried_over, compared, needs_context

Kind = Literal["fact", "explanation", "overview", "list", "comparison"]
History = Sequence[Mapping[str, str]]  # earlier turns as {"role": "user" or "assistant", "content": text}


@dataclass(frozen=True)
class Query:
    """One question, understood.

    `standalone` is the question as it can be understood alone, `things` the two that a comparison names. `follows`
    tells that its topic was carried over from earlier turns.
    """

    question: str
    standalone: str
    kind: Kind = "fact"
    things: tuple[str, ...] = ()

    @property
    def follows(self) -> bool:
        return self.standalone != self.question


def read_offline(question: str, history: History, standalone: str = "") -> Query:
    """The question as its wording alone tells it; `standalone` is given where a model has rewritten it."""
    if not standalone:
        standalone = carried_over(question, history) if history and needs_context(question) else question
    comparing = asks_to_compare(standalone)
    if comparing and (things := compared(standalone)):
        return Query(question, standalone, "comparison", things)
    return Query(question, standalone, "list" if comparing or asks_for_list(standalone) else "fact")
