"""What was found of a text: each sentence with its verdict, what it rests on, and what became of its citations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

from rag.types import Evidence, Paper

Finding = Literal["supported", "doubtful", "contradicted", "not_found", "unchecked", "no_claim"]
CitationFinding = Literal["stands", "does_not_say", "withdrawn", "not_in_library", "no_entry"]

WORDS: dict[Finding, str] = {
    "supported": "supported",
    "doubtful": "said, but something differs",
    "contradicted": "contradicted",
    "not_found": "not in the library",
    "unchecked": "the judge failed",
    "no_claim": "claims nothing",
}
CITATION_WORDS: dict[CitationFinding, str] = {
    "stands": "stands",
    "does_not_say": "does not clearly say it",
    "withdrawn": "was withdrawn",
    "not_in_library": "is not in the library",
    "no_entry": "has no entry among the references",
}
WRONG: tuple[CitationFinding, ...] = ("does_not_say", "withdrawn", "no_entry")


@dataclass(frozen=True)
class CheckedCitation:
    """A key that a sentence cites, what it refers to, the paper where the library has it, and whether it stands."""

    key: str
    finding: CitationFinding
    reference: str = ""
    paper: Paper | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "finding": self.finding,
            "reference": self.reference,
            "paper_id": self.paper.id if self.paper else None,
            "title": self.paper.display_title if self.paper else None,
        }


@dataclass(frozen=True)
class CheckedStatement:
    """A sentence of the text, held against the library.

    `support` is in [0, 1] by the judge of `level`. `evidence` are the sentences that say it, or come nearest; `differs`
    names numbers, names and directions that they do not have. `missing` is the paper that says it where none is cited.
    """

    text: str
    finding: Finding
    support: float | None = None
    level: int | None = None
    evidence: tuple[Evidence, ...] = ()
    differs: tuple[str, ...] = ()
    citations: tuple[CheckedCitation, ...] = ()
    missing: Paper | None = None
    heading: bool = False

    @property
    def right(self) -> bool:
        """Whether nothing is to be mended: it is supported, or claims nothing, and none of its citations is wrong."""
        return self.finding in ("supported", "no_claim") and not any(c.finding in WRONG for c in self.citations)

    def to_dict(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "finding": self.finding,
            "support": self.support,
            "level": self.level,
            "evidence": [evidence_to_dict(e) for e in self.evidence],
            "differs": list(self.differs),
            "citations": [c.to_dict() for c in self.citations],
            "missing": {"paper_id": self.missing.id, "title": self.missing.title} if self.missing else None,
        }


@dataclass(frozen=True)
class TextReport:
    """The whole text: `paragraphs` of checked sentences. `judge` names who decided, `tells` what that is worth."""

    paragraphs: tuple[tuple[CheckedStatement, ...], ...]
    judge: str
    tells: str
    papers: int  # in the library
    notes: tuple[str, ...] = ()

    @property
    def statements(self) -> list[CheckedStatement]:
        return [s for paragraph in self.paragraphs for s in paragraph]

    @property
    def right(self) -> bool:
        """Whether every sentence is supported or claims nothing, and no citation is wrong."""
        return all(s.right for s in self.statements)

    @property
    def counts(self) -> dict[str, int]:
        """Sentences by finding, and citations by theirs; only what there is."""
        found = Counter[str](s.finding for s in self.statements if not s.heading)
        cited = Counter[str](c.finding for s in self.statements for c in s.citations)
        counts = {name: found[name] for name in WORDS if found[name]}
        return counts | {f"citations_{name}": cited[name] for name in CITATION_WORDS if cited[name]}

    @property
    def summary(self) -> str:
        """The counts in a line."""
        found = [f"{n} {WORDS[name]}" for name in WORDS if (n := self.counts.get(name, 0)) and name != "no_claim"]
        wrong = sum(self.counts.get(f"citations_{name}", 0) for name in WRONG)
        sentences = sum(self.counts.get(name, 0) for name in WORDS if name != "no_claim")
        cited = [f"{wrong} wrong citation{'s' if wrong != 1 else ''}"] if wrong else []
        return f"{sentences} sentence{'s' if sentences != 1 else ''}: {', '.join([*found, *cited]) or 'no claim'}"

    def to_dict(self) -> dict[str, Any]:
        """The shape that `askpapers check --json` prints: plain lists, strings and numbers."""
        return {
            "right": self.right,
            "summary": self.summary,
            "counts": self.counts,
            "judge": self.judge,
            "tells": self.tells,
            "papers": self.papers,
            "notes": list(self.notes),
            "paragraphs": [[s.to_dict() for s in p if not s.heading] for p in self.paragraphs if not p[0].heading],
        }


def evidence_to_dict(e: Evidence) -> dict[str, Any]:
    """A sentence of an abstract, and its paper."""
    return {"paper_id": e.paper.id, "title": e.paper.display_title, "url": e.paper.url, "sentence": e.sentence.text}
