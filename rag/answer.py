"""What an answer is made of: claims with their citations, as plain frozen dataclasses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rag.types import Paper, Sentence

Outcome = Literal["answered", "not_stated", "nothing_relevant"]
Strength = Literal["strong", "partly", "related", ""]
Verdict = Literal["supported", "unsupported", "contradicted", "no_claim", "unchecked"]
Mode = Literal["quotes", "words", "reads"]  # how the answer was made: see Answer


@dataclass(frozen=True)
class Citation:
    """A cited paper, numbered from 1 in order of first use, with the sentences that the answer rests on."""

    number: int
    paper: Paper
    sentences: tuple[Sentence, ...]

    def to_dict(self) -> dict[str, Any]:
        """`offsets` are where each sentence stands in the abstract, in characters."""
        return {
            "number": self.number,
            "paper_id": self.paper.id,
            "title": self.paper.title,
            "url": self.paper.url,
            "sentences": [s.text for s in self.sentences],
            "offsets": [[s.start, s.end] for s in self.sentences],
        }


@dataclass(frozen=True)
class Claim:
    """One sentence of an answer and the numbers of the citations that it rests on.

    `support` is in [0, 1]: how far the cited sentences support it, by the scorer of `level` (0 offline coverage,
    1 a local model's log-probabilities, 2 a cross-encoder, 3 a remote model); None where it was not scored.
    `evidence` holds the sentences as `citation.sentence`, both from 1. `warnings` name numbers and names that the
    evidence does not contain. `quoted` tells that the text is the abstract's own; `lead`, not part of it, names what it
    is about, where it begins in mid-thought or is the line of a list; `catalogue` that it is said by the record of a
    paper, not by its abstract.
    """

    text: str
    citations: tuple[int, ...] = ()
    support: float | None = None
    level: int | None = None
    verdict: Verdict = "unchecked"
    warnings: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    quoted: bool = False
    lead: str = ""
    catalogue: bool = False

    def __str__(self) -> str:
        return (f"{self.lead} " if self.lead else "") + self.text + "".join(f" [{n}]" for n in self.citations)

    def to_dict(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


@dataclass(frozen=True)
class Table:
    """A comparison: `cells[row][column]` holds the places of claims among the answer's.

    It is None where nothing is stated, and empty where what was said there was withheld.
    """

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[tuple[int, ...] | None, ...], ...]

    def to_markdown(self, claims: Sequence[str]) -> str:
        """The table with the claims in its cells."""

        def line(cells: Sequence[str]) -> str:
            return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

        def said(cell: tuple[int, ...] | None) -> str:
            return "not stated" if cell is None else " ".join(claims[i] for i in cell) or "withheld"

        rows = [line([name, *map(said, cells)]) for name, cells in zip(self.rows, self.cells, strict=True)]
        return "\n".join([line(["", *self.columns]), line(["---"] * (len(self.columns) + 1)), *rows])


@dataclass(frozen=True)
class Answer:
    """What is shown for a question.

    `outcome` is `answered`; `not_stated` (related papers were found, but they do not say); or
    `nothing_relevant`. `related` lists papers worth reading when the question was not answered. `message`
    introduces the claims, or is said in their place. `standalone` is the question as it was searched, with what
    earlier turns add. `withheld` are sentences of the model that the abstracts do not support. `listing` tells that
    the claims are the lines of a list, a paper each. `strength` tells how far it answers, by what retrieval decided:
    "strong", "partly", only "related", or "" where nothing was looked for. `notes` tell how the question was taken,
    such as another spelling; `suggestions` are questions that lead on. `usage` counts tokens and calls, `cost` is what
    they cost in US dollars, None where no price is known. `timings` are seconds by step, with `total`.

    `mode` tells how it was made: the abstracts' own sentences ("quotes"), these put into words by a model ("words"), or
    by a model that read whole abstracts ("reads"). `missing` names what was asked and not found. `table` arranges the
    claims of a comparison. `sent` counts what a reading model was sent: papers, sentences, tokens (estimated), and
    sentences left out for want of room. `calls` are the requests to models, as `rag.models.metering.Call` tells them.
    """

    question: str
    outcome: Outcome
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    related: tuple[Paper, ...] = ()
    message: str = ""
    standalone: str = ""
    withheld: tuple[Claim, ...] = ()
    listing: bool = False
    strength: Strength = ""
    notes: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    model: str = "extractive"
    usage: dict[str, int] = field(default_factory=dict)
    cost: float | None = None
    timings: dict[str, float] = field(default_factory=dict)
    mode: Mode = "quotes"
    missing: tuple[str, ...] = ()
    table: Table | None = None
    sent: dict[str, int] = field(default_factory=dict)
    calls: tuple[dict[str, Any], ...] = ()

    @property
    def text(self) -> str:
        """The message and the claims with their markers."""
        claims = [str(claim) for claim in self.claims]
        lead = [self.message] if self.message else []
        if self.table:
            inside = {i for row in self.table.cells for cell in row for i in cell or ()}
            around = [claim for i, claim in enumerate(claims) if i not in inside]
            return "\n\n".join([*lead, self.table.to_markdown(claims), *([" ".join(around)] if around else [])])
        return ("\n- " if self.listing else " ").join([*lead, *claims])

    @property
    def papers(self) -> tuple[str, ...]:
        """Ids of the papers that it shows, in order: cited, or else named as related."""
        return tuple(c.paper.id for c in self.citations) or tuple(p.id for p in self.related)

    def __str__(self) -> str:
        listed = [f"[{c.number}] {c.paper.title}" for c in self.citations] or [
            f"- {p.display_title}" for p in self.related
        ]
        ways_on = [f"Try: {s}" for s in self.suggestions if self.outcome != "answered"]
        parts = [*(["", *listed] if listed else []), *(["", *ways_on] if ways_on else [])]
        return "\n".join([*self.notes, self.text, *parts])

    def to_dict(self) -> dict[str, Any]:
        """The shape that `askpapers ask --json` prints: plain lists, strings and numbers."""
        return {
            "question": self.question,
            "outcome": self.outcome,
            "answer": self.text,
            "claims": [c.to_dict() for c in self.claims],
            "citations": [c.to_dict() for c in self.citations],
            "related": [{"paper_id": p.id, "title": p.display_title} for p in self.related],
            "standalone": self.standalone,
            "strength": self.strength,
            "notes": list(self.notes),
            "suggestions": list(self.suggestions),
            "withheld": [c.to_dict() for c in self.withheld],
            "model": self.model,
            "usage": self.usage,
            "cost": self.cost,
            "timings": self.timings,
            "mode": self.mode,
            "missing": list(self.missing),
            "table": asdict(self.table) if self.table else None,
            "sent": self.sent,
            "calls": list(self.calls),
        }
