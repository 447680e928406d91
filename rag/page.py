"""Claims as they come, with the cited papers numbered in order of first use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.types import Citation, Claim, Evidence, Paper


class Page:
    """What is shown of one answer so far, and what was withheld."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
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
        self.claims.append(numbered)
        return numbered

    def withhold(self, why: str) -> None:
        """Takes everything said so far back, with the reason as a warning."""
        self.withheld += [replace(claim, warnings=(*claim.warnings, why)) for claim in self.claims]
        self.claims, self._cited = [], {}

    def has_quoted(self, e: Evidence) -> bool:
        """Whether that sentence already stands on the page in its own words."""
        return any(c.quoted and c.text == e.sentence.text for c in self.claims)

    def cites(self, paper: Paper) -> bool:
        """Whether the paper is cited already."""
        return paper.id in self._cited

    def citations(self) -> tuple[Citation, ...]:
        """The cited papers, each with the sentences that were cited, in the abstract's order."""
        return tuple(
            Citation(number, mine[0].paper, tuple(sorted((e.sentence for e in mine), key=lambda s: s.index)))
            for number, mine in enumerate(self._cited.values(), 1)
        )
