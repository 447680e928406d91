"""What to answer from: the papers and sentences found for a question, and whether retrieval allows an answer."""

from __future__ import annotations

from dataclasses import dataclass

from rag.answering.answerability import Decision, decide
from rag.answering.evidence import select_evidence
from rag.answering.intent import asks_for_list, asks_to_compare, compared
from rag.library import Library, Where
from rag.retrieval.hybrid import Match, without_withdrawn
from rag.types import Evidence

MAX_EVIDENCE = 12  # sentences that a quoted answer may be chosen from
MAX_LISTED = 12  # papers looked at for a list


@dataclass(frozen=True)
class Plan:
    """What was found for one question.

    `standalone` is the question as it was searched, `evidence` the sentences to answer from, best first, none if
    nothing is near. `listing` tells that it asks for a list of papers, `compared` how many papers are set side by
    side, `known_topic` that its topic is in the collection: carried over from earlier turns, or both things compared
    were found. `notes` are said beside the answer.
    """

    standalone: str
    decision: Decision
    evidence: tuple[Evidence, ...] = ()
    listing: bool = False
    compared: int = 0
    known_topic: bool = False
    notes: tuple[str, ...] = ()

    @property
    def single(self) -> bool:
        """Whether one thing is asked, neither a list nor a comparison."""
        return not (self.listing or self.compared)


def find(library: Library, question: str, standalone: str, sources: int, where: Where | None) -> Plan:
    """Finds what answers the question, which stands alone as `standalone`, in at most `sources` papers."""
    listing = asks_for_list(standalone)
    retrieved = library.retrieve(standalone, MAX_LISTED if listing else sources, where)
    notes = [
        f"The closest paper, “{match.record.paper.title}”, has been withdrawn and is left out."
        for match in retrieved.matches[:1]
        if match.record.paper.withdrawn
    ]
    retrieved = without_withdrawn(retrieved)
    things = compared(standalone) if asks_to_compare(standalone) else ()
    about = {thing: paper_about(library, thing, standalone, sources, where) for thing in things}
    first = {match.record.paper.id: match for match in about.values() if match is not None}
    known_topic = standalone != question or len(first) > 1
    decision = decide(retrieved, known_topic)
    if decision.outcome == "nothing_relevant":
        return Plan(standalone, decision, listing=listing, known_topic=known_topic, notes=tuple(notes))
    matches = [*first.values(), *(m for m in retrieved.matches if m.record.paper.id not in first)]
    if first:
        notes += [f"Nothing in this collection is about {thing}." for thing, m in about.items() if m is None]
    limit = MAX_EVIDENCE if not (listing or first) else 8 * MAX_EVIDENCE
    evidence = tuple(select_evidence(standalone, matches, limit))
    return Plan(standalone, decision, evidence, listing, len(first), known_topic, tuple(notes))


def paper_about(library: Library, thing: str, question: str, sources: int, where: Where | None) -> Match | None:
    """The best paper that names the thing, in its title rather than its abstract, None if there is none."""
    matches = without_withdrawn(library.retrieve(f"{thing}: {question}", sources, where)).matches
    name = thing.lower()
    if titled := [m for m in matches if name in m.record.paper.title.lower()]:
        # "Uni-Perceiver" is also in "Uni-Perceiver v2": the shorter title is the thing itself.
        return min(titled, key=lambda m: len(m.record.paper.title.partition(":")[0]))
    return next((m for m in matches if name in m.record.paper.abstract.lower()), None)
