"""Who agrees with a claim, and who disagrees: sentences of the library on either side, each judged by who can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.answering.judges import COVERED, coverage_by
from rag.library import Library
from rag.retrieval.query import check_question
from rag.types import Evidence
from rag.verification.deciding import Decider
from rag.verification.report import evidence_to_dict
from rag.verification.text_check import gather

PAPERS = 12  # that are looked at
NEAR = 0.40  # coverage from which a sentence is about the same
MAX_ASKED = 16  # sentences that are judged

CANNOT_TELL = (
    "Coverage cannot tell who disagrees: a sentence that denies a claim covers it as well as one that says it. These "
    "are the sentences about the same; for the sides set a judge that can tell contradictions (--llm, --judge)."
)
UNDECIDED = "{} tells support, but not contradiction: who disagrees is not told apart from who says nothing of it."


@dataclass(frozen=True)
class Sides:
    """Sentences for and against a claim, and those about the same that are neither; `tells` what that is worth."""

    claim: str
    support: tuple[Evidence, ...]
    contrast: tuple[Evidence, ...]
    about: tuple[Evidence, ...]
    judge: str
    tells: str

    def to_dict(self) -> dict[str, Any]:
        """The shape that `askpapers disagree --json` prints."""
        sides = {"support": self.support, "contrast": self.contrast, "about": self.about}
        told = {name: [evidence_to_dict(e) for e in side] for name, side in sides.items()}
        return {"claim": self.claim, **told, "judge": self.judge, "tells": self.tells}

    def __str__(self) -> str:
        lines = [self.claim]
        for name, side in (("Say so", self.support), ("Disagree", self.contrast), ("About the same", self.about)):
            if side:
                lines += ["", f"{name}:", *(f"- {e.paper.display_title}: {e.sentence.text}" for e in side)]
        if not (self.support or self.contrast or self.about):
            lines += ["", "No sentence of the library is about it."]
        return "\n".join([*lines, "", self.tells])


def sides_of(claim: str, library: Library, decider: Decider | None = None) -> Sides:
    """Who says the claim, and who contradicts it. Raises QuestionError for a blank or overlong one, LLMError."""
    claim = check_question(claim)
    near = _nearest(claim, library)
    if decider is None:
        return Sides(claim, (), (), tuple(near), "coverage", CANNOT_TELL)
    asked = [(claim, [e.titled]) for e in near]
    verdicts = [ruling.verdict for ruling in decider.decide(asked)]
    by = {v: tuple(e for e, found in zip(near, verdicts, strict=True) if found == v) for v in set(verdicts)}
    rest = tuple(e for e, found in zip(near, verdicts, strict=True) if found not in ("supported", "contradicted"))
    tells = decider.tells if decider.contradictions else UNDECIDED.format(decider.name)
    return Sides(claim, by.get("supported", ()), by.get("contradicted", ()), rest, decider.name, tells)


def _nearest(claim: str, library: Library) -> list[Evidence]:
    """The sentences about the same as the claim, those that cover it best first, at most two of a paper."""
    evidence = gather(library, claim, papers=PAPERS)
    if not evidence:
        return []
    _, each = coverage_by(library).measure([e.sentence.text for e in evidence], claim)
    order = sorted(range(len(each)), key=lambda i: -each[i])
    kept: list[Evidence] = []
    for i in order:
        same_paper = sum(e.paper.id == evidence[i].paper.id for e in kept)
        if each[i] >= min(NEAR, COVERED) and same_paper < 2 and len(kept) < MAX_ASKED:
            kept.append(evidence[i])
    return kept
