"""What to answer from: the papers and sentences found for a question, and whether retrieval allows an answer."""

from __future__ import annotations

from dataclasses import dataclass

from rag.answering.answerability import Decision, decide
from rag.answering.calibration import calibration_of
from rag.answering.evidence import select_evidence
from rag.answering.understanding import Query
from rag.library import Library, Where
from rag.retrieval.hybrid import Match, without_withdrawn
from rag.text.entities import mentions
from rag.types import Evidence

MAX_EVIDENCE = 12  # sentences that a quoted answer may be chosen from
MAX_LISTED = 12  # papers looked at for a list


@dataclass(frozen=True)
class Plan:
    """What was found for one question.

    `matches` are the papers, best first, those of the things compared in front, and `compared` tells how many these
    are. `evidence` are the sentences to answer from, best first, none if nothing is near; its sources are numbered by
    their place among the matches. `notes` are said beside the answer.
    """

    query: Query
    decision: Decision
    matches: tuple[Match, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    compared: int = 0
    notes: tuple[str, ...] = ()

    @property
    def listing(self) -> bool:
        """Whether papers are listed: asked for, or what was to be compared was not found."""
        return self.query.kind == "list" or (self.query.kind == "comparison" and not self.compared)

    @property
    def single(self) -> bool:
        """Whether one thing is asked, neither a list nor a comparison."""
        return self.query.kind not in ("list", "comparison")

    @property
    def known_topic(self) -> bool:
        """Whether its topic is in the collection: from earlier turns, or two things compared were found."""
        return self.query.follows or self.compared > 1


def find(library: Library, query: Query, sources: int, where: Where | None) -> Plan:
    """Finds what answers the question in at most `sources` papers."""
    asked = query.standalone
    retrieved = library.retrieve(asked, max(MAX_LISTED, sources) if query.kind == "list" else sources, where)
    notes = [
        f"The closest paper, “{match.record.paper.title}”, has been withdrawn and is left out."
        for match in retrieved.matches[:1]
        if match.record.paper.withdrawn
    ]
    retrieved = without_withdrawn(retrieved)
    about = {thing: paper_about(library, thing, asked, sources, where) for thing in query.things}
    first = {match.record.paper.id: match for match in about.values() if match is not None}
    decision = decide(retrieved, query.follows or len(first) > 1, calibration_of(library))
    if decision.outcome == "nothing_relevant":
        return Plan(query, decision, notes=tuple(notes))
    matches = [*first.values(), *(m for m in retrieved.matches if m.record.paper.id not in first)]
    if first:
        notes += [f"Nothing in this collection is about {thing}." for thing, m in about.items() if m is None]
    limit = 8 * MAX_EVIDENCE if query.kind in ("list", "comparison") else MAX_EVIDENCE
    evidence = select_evidence(asked, matches, limit)
    return Plan(query, decision, tuple(matches), tuple(evidence), len(first), tuple(notes))


def paper_about(library: Library, thing: str, question: str, sources: int, where: Where | None) -> Match | None:
    """The best paper that names the thing, in its title rather than its abstract, None if there is none."""
    matches = without_withdrawn(library.retrieve(f"{thing}: {question}", sources, where)).matches
    if titled := [m for m in matches if mentions(thing, m.record.paper.title)]:
        # "Uni-Perceiver" is also in "Uni-Perceiver v2": the shorter title is the thing itself.
        return min(titled, key=lambda m: len(m.record.paper.title.partition(":")[0]))
    return next((m for m in matches if mentions(thing, m.record.paper.abstract)), None)
