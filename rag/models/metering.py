"""What was asked of models for one answer: every call with its tokens, its seconds and its price."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from rag.models.pricing import dollars

Purpose = Literal["examine", "understand", "read", "write", "judge"]


@dataclass(frozen=True)
class Call:
    """One request to a model. Tokens are 0 where the server told none; `cost` is in US dollars, None if unpriced."""

    purpose: Purpose
    model: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    cost: float | None


@dataclass
class Meter:
    """Collects calls. Thread-safe: sentences are judged side by side."""

    calls: list[Call] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, purpose: Purpose, model: str, address: str, told: Any, seconds: float) -> None:
        """Notes a call. `told` is the usage as the server gave it (OpenAI's names), None where it gave none."""
        prompt, completion = (_tokens(told, name) for name in ("prompt_tokens", "completion_tokens"))
        cost = dollars(address, model, prompt, completion)
        with self._lock:
            self.calls.append(Call(purpose, model, prompt, completion, round(seconds, 4), cost))

    def count(self, *purposes: Purpose) -> int:
        """How many calls had one of those purposes."""
        return sum(call.purpose in purposes for call in self.calls)

    @property
    def usage(self) -> dict[str, int]:
        """Tokens and calls, each left out where there is none of it."""
        sums = {
            "prompt_tokens": sum(call.prompt_tokens for call in self.calls),
            "completion_tokens": sum(call.completion_tokens for call in self.calls),
            "model_calls": len(self.calls),
        }
        return {name: n for name, n in sums.items() if n}

    @property
    def cost(self) -> float | None:
        """US dollars for all calls together; None where a price is not known, or nothing was asked."""
        return total([call.cost for call in self.calls if call.prompt_tokens])


def total(costs: Sequence[float | None]) -> float | None:
    """The sum of costs, None if one is not known or there is none."""
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known and len(known) == len(costs) else None


def _tokens(told: Any, name: str) -> int:
    value = told.get(name) if isinstance(told, dict) else getattr(told, name, None)
    return int(value or 0)
