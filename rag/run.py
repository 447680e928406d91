"""What is known so far of one question, and at the end its Answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from rag import cost
from rag.llms import name_of
from rag.page import Page
from rag.types import Answer, Outcome, Paper


@dataclass
class Run:
    """One question on its way to an answer."""

    question: str
    standalone: str = ""
    message: str = ""
    cut: str = ""
    said: bool = False
    listing: bool = False  # asks for a list of papers
    known: bool = False  # its topic is: carried over from earlier turns, or both things compared were found
    compared: int = 0  # papers being compared
    notes: list[str] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    page: Page = field(default_factory=Page)
    started: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        """Notes what went by since the last step."""
        passed = time.perf_counter() - self.started
        self.timings[step] = round(passed - sum(v for k, v in self.timings.items() if k != "first_word"), 4)

    def first_word(self) -> None:
        """Notes the seconds to the first word, once."""
        self.timings.setdefault("first_word", round(time.perf_counter() - self.started, 4))

    def answer(self, outcome: Outcome, message: str, llm: Any, related: tuple[Paper, ...] = ()) -> Answer:
        return Answer(
            question=self.question,
            outcome=outcome,
            claims=tuple(self.page.claims),
            citations=self.page.citations(),
            related=related,
            message=message,
            standalone=self.standalone or self.question,
            withheld=tuple(self.page.withheld),
            listing=outcome == "answered" and self.listing and not self.compared,
            model=name_of(llm),
            usage=self.usage,
            cost=cost.dollars(llm, self.usage),
            timings={**self.timings, "total": round(time.perf_counter() - self.started, 4)},
        )
