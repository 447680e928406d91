"""What to answer from: the papers and sentences found for a question, and whether retrieval allows an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.answerability import Decision, decide
from rag.answering.calibration import calibration_of
from rag.answering.evidence import select_evidence
from rag.answering.intent import asks_for_list
from rag.answering.languages import unread_language
from rag.answering.things import Named, named_things
from rag.answering.understanding import Query
from rag.library import Library, Where
from rag.retrieval.hybrid import Match, Retrieved, without_withdrawn
from rag.text.entities import mentions
from rag.text.words import content_words
from rag.types import Evidence

MAX_EVIDENCE = 12  # sentences that a quoted answer may be chosen from
MAX_LISTED = 20  # papers looked at for a list
NEAR_LISTED = 0.8  # a paper of a list has a sentence that scores this share of the best one
SURE = 0.8  # probability from which a question is answered in a language that the embedding model does not read
_NOT_READ = (
    "This question seems to be in {}, which the embedding model {} does not read: ask in English, or index with a "
    "multilingual model (ASKPAPERS_EMBEDDING)."
)
_ABOUT_ONE = ("overview", "explanation")


@dataclass(frozen=True)
class Plan:
    """What was found for one question.

    `matches` are the papers, best first, those of the things compared in front, and `compared` tells how many these
    are. `evidence` are the sentences to answer from, best first, none if nothing is near; its sources are numbered by
    their place among the matches. `subject` is the paper that the question names, and `cut` how many of the matches
    belong into a list. `notes` are said beside the answer; `unnamed` are things that the question names and no abstract
    does. `opening` is what a refusal begins with, and all that it says where the question's language is `unread`.
    """

    query: Query
    decision: Decision
    matches: tuple[Match, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    compared: int = 0
    notes: tuple[str, ...] = ()
    subject: Match | None = None
    cut: int = 0
    unnamed: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()
    unread: bool = False

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
        """Whether its topic is in the collection: from earlier turns, a paper named, or two things compared found."""
        return self.query.follows or self.compared > 1 or self.subject is not None


def find(library: Library, query: Query, sources: int, where: Where | None) -> Plan:
    """Finds what answers the question in at most `sources` papers."""
    kept = {**query.where, **(where or {})} or None
    asked = query.topic if query.kind == "list" and query.topic else query.standalone
    retrieved = library.retrieve(
        asked, max(MAX_LISTED, sources) + len(query.shown) if query.kind == "list" else sources, kept
    )
    notes = [
        f"The closest paper, “{match.record.paper.title}”, has been withdrawn and is left out."
        for match in retrieved.matches[:1]
        if match.record.paper.withdrawn
    ]
    retrieved = without_withdrawn(retrieved)
    if query.shown:
        retrieved = replace(retrieved, matches=[m for m in retrieved.matches if m.record.paper.id not in query.shown])
    named = named_things(library, query.standalone)
    language = unread_language(query.question, library.embedder)
    # What is asked of the paper is not understood, or a guess that cannot be; which paper is meant, is.
    guessed = query.kind == "bibliographic" or (query.kind == "list" and not asks_for_list(query.standalone))
    if named.titled and (language or guessed):
        query = replace(query, kind="overview")
    first = _compared(library, query, asked, sources, kept)
    notes += [
        f"Nothing in this collection is about {t}." for t, m in first.items() if m is None and any(first.values())
    ]
    found = {m.record.paper.id: m for m in first.values() if m is not None}
    subject = _subject(library, query, named, retrieved, asked, kept)
    if subject is not None:
        found = {subject.record.paper.id: subject}
    listed = _naming_all(query, retrieved)
    known = query.follows or bool(query.shown) or len(found) > 1 or subject is not None or bool(listed)
    decision = decide(retrieved, known, calibration_of(library))
    if subject is not None and subject.record.paper.id not in {p.id for p in decision.related}:
        decision = replace(decision, related=(subject.record.paper, *decision.related))
    if listed or (subject is not None and query.kind in _ABOUT_ONE):
        decision = replace(
            decision, outcome="answered"
        )  # a paper that we hold and that is named is known, and a word that papers have is
    opening: list[str] = []
    if language:
        opening.append(_NOT_READ.format(language, library.embedder.name))
        if not named.titled and decision.probability < SURE:
            outcome = "not_stated" if decision.outcome == "answered" else decision.outcome
            decision = replace(decision, outcome=outcome, related=())  # what is near is near by chance
    if where and decision.outcome != "answered":
        notes.append("Only the papers that the filter keeps were searched: lift it to search all.")
    decision, unnamed = _refused_if_unnamed(decision, named, query, bool(found))
    opening += [f"No abstract here mentions {thing}." for thing in unnamed]
    if decision.outcome == "nothing_relevant":
        return Plan(query, decision, notes=tuple(notes), unnamed=unnamed, opening=tuple(opening), unread=bool(language))
    matches = [*found.values(), *(m for m in retrieved.matches if m.record.paper.id not in found)]
    compared = len(found) if query.kind == "comparison" else 0
    evidence = select_evidence(asked, matches, MAX_EVIDENCE if query.kind == "fact" else 40 * MAX_EVIDENCE)
    cut = (
        _cut(evidence, {n for n, m in enumerate(matches, 1) if m.record.paper.id in listed})
        if query.kind in ("list", "comparison")
        else 0
    )
    return Plan(
        query,
        decision,
        tuple(matches),
        tuple(evidence),
        compared,
        (*opening, *notes) if decision.outcome == "answered" else tuple(notes),
        subject,
        cut,
        unnamed,
        tuple(opening),
        bool(language),
    )


def _compared(library: Library, query: Query, asked: str, sources: int, where: Where | None) -> dict[str, Match | None]:
    """The paper of each thing that is compared: named, or pointed at among those shown before."""
    if query.kind != "comparison":
        return {}
    if len(query.papers) > 1:
        return {i: match_of(library, i, asked) for i in query.papers}
    return {thing: paper_about(library, thing, asked, sources, where) for thing in query.things}


def _subject(
    library: Library, query: Query, named: Named, retrieved: Retrieved, asked: str, where: Where | None
) -> Match | None:
    """The one paper that an overview or explanation is about: named, pointed at, or else the best one found."""
    if query.kind not in _ABOUT_ONE:
        return None
    ids = [*query.papers[:1], *(p.id for p in named.titled.values())][:1]
    for wanted in ids:
        there = [m for m in retrieved.matches if m.record.paper.id == wanted]
        return there[0] if there else match_of(library, wanted, asked)
    return None


def match_of(library: Library, paper_id: str, question: str) -> Match | None:
    """That very paper, scored against the question."""
    records = library.index.forward_index.records([paper_id])
    if not records:
        return None
    title = records[0].paper.title
    matches = library.retrieve(f"{title}: {question}"[:4000], 20, None).matches
    return next((m for m in matches if m.record.paper.id == paper_id), None)


def _naming_all(query: Query, retrieved: Retrieved) -> set[str]:
    """Ids of the papers that have every content word of a list's topic: these at least are to be listed."""
    words = content_words(query.topic, of_papers=True) if query.kind == "list" else []
    texts = {m.record.paper.id: f"{m.record.paper.title} {m.record.paper.abstract}" for m in retrieved.matches}
    return {i for i, text in texts.items() if words and all(mentions(w, text) for w in words)}


def _refused_if_unnamed(
    decision: Decision, named: Named, query: Query, found: bool
) -> tuple[Decision, tuple[str, ...]]:
    """The decision, and the things of the question that no abstract names.

    What is asked about such a thing alone is not answered by quoting about another.
    """
    if query.follows or (query.kind == "list" and named.known):
        return decision, ()
    if not named.unknown or found or named.titled:
        return decision, named.unknown if query.kind != "comparison" else ()
    outcome = "not_stated" if decision.outcome == "answered" else decision.outcome
    return replace(decision, outcome=outcome), named.unknown


def _cut(evidence: Sequence[Evidence], listed: set[int]) -> int:
    """How many of the matches belong into a list: as long as each has a sentence near the best, or all of the topic."""
    near = {e.number for e in evidence if e.score >= NEAR_LISTED * evidence[0].score} | listed if evidence else set()
    return next((n for n in range(1, MAX_LISTED + 2) if n not in near), 1) - 1


def paper_about(library: Library, thing: str, question: str, sources: int, where: Where | None) -> Match | None:
    """The best paper that names the thing, in its title rather than its abstract, None if there is none."""
    matches = without_withdrawn(library.retrieve(f"{thing}: {question}", sources, where)).matches
    if titled := [m for m in matches if mentions(thing, m.record.paper.title)]:
        # "Uni-Perceiver" is also in "Uni-Perceiver v2": the shorter title is the thing itself.
        return min(titled, key=lambda m: len(m.record.paper.title.partition(":")[0]))
    return next((m for m in matches if mentions(thing, m.record.paper.abstract)), None)
