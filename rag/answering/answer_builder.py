"""An answer as it comes about: its claims, its citations, what it took."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rag.models import pricing
from rag.models.llms import name_of
from rag.types import Answer, Citation, Claim, Evidence, Outcome, Paper


class Claims:
    """The claims of one answer as they come, its cited papers numbered in order of first use, and what was withheld."""

    def __init__(self) -> None:
        self.shown: list[Claim] = []
        self.withheld: list[Claim] = []
        self._cited: dict[str, list[Evidence]] = {}

    def quote(self, e: Evidence) -> Claim:
        """Adds a sentence of an abstract as it stands."""
        claim = Claim(e.sentence.text, support=1.0, level=0, verdict="supported", quoted=True)
        return self.add(claim, [e])

    def add(self, claim: Claim, evidence: Sequence[Evidence]) -> Claim:
        """Adds a claim with its citations, which are numbered here."""
        for e in evidence:
            mine = self._cited.setdefault(e.paper.id, [])
            if e not in mine:
                mine.append(e)
        order = {paper_id: number for number, paper_id in enumerate(self._cited, 1)}
        numbered = replace(
            claim,
            citations=tuple(sorted({order[e.paper.id] for e in evidence})),
            evidence=tuple(f"{order[e.paper.id]}.{e.sentence.index + 1}" for e in evidence),
        )
        self.shown.append(numbered)
        return numbered

    def withhold(self, why: str) -> None:
        """Takes everything said so far back, with the reason as a warning."""
        self.withheld += [replace(claim, warnings=(*claim.warnings, why)) for claim in self.shown]
        self.shown, self._cited = [], {}

    def has_quoted(self, e: Evidence) -> bool:
        """Whether that sentence already is shown in its own words."""
        return any(c.quoted and c.text == e.sentence.text for c in self.shown)

    def cites(self, paper: Paper) -> bool:
        """Whether the paper is cited already."""
        return paper.id in self._cited

    def citations(self) -> tuple[Citation, ...]:
        """The cited papers, each with the sentences that were cited, in the abstract's order."""
        return tuple(
            Citation(number, mine[0].paper, tuple(sorted((e.sentence for e in mine), key=lambda s: s.index)))
            for number, mine in enumerate(self._cited.values(), 1)
        )


@dataclass
class AnswerBuilder:
    """What is known so far of one question, and at the end its Answer."""

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
    claims: Claims = field(default_factory=Claims)
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
            claims=tuple(self.claims.shown),
            citations=self.claims.citations(),
            related=related,
            message=message,
            standalone=self.standalone or self.question,
            withheld=tuple(self.claims.withheld),
            listing=outcome == "answered" and self.listing and not self.compared,
            model=name_of(llm),
            usage=self.usage,
            cost=pricing.dollars(llm, self.usage),
            timings={**self.timings, "total": round(time.perf_counter() - self.started, 4)},
        )
