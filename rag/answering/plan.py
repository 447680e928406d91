"""What to answer from: the papers and sentences found for a question, and whether retrieval allows an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answering.answerability import RELATED, Decision, decide, decide_of_shown, relevance
from rag.answering.calibration import calibration_of
from rag.answering.evidence import select_evidence
from rag.answering.intent import asks_for_list, asks_for_papers
from rag.answering.kinds import cue
from rag.answering.languages import unread_language
from rag.answering.subject import ABOUT_ONE, asks_for_nothing_else, match_of, paper_about, put_to_shown, subject_of
from rag.answering.things import Named, has_all, named_things, with_unheard, without_written_out
from rag.answering.understanding import Query
from rag.library import Library, Where
from rag.retrieval.hybrid import Match, Retrieved, without_withdrawn
from rag.text.entities import mentions
from rag.text.words import content_words
from rag.types import Evidence, Paper

MAX_EVIDENCE = 12  # sentences that the answer to one fact may be chosen from
WHOLE = 480  # those of the others: all sentences of the papers looked at
FAR_FOR_A_READER = 0.24  # relevance below which a model that reads is not asked either (fitted on dev)
MAX_LISTED = 20  # papers looked at for a list
NEAR_LISTED = 0.8  # a paper of a list has a sentence that scores this share of the best one
SPELLING_OUT = 5  # best papers that are looked through for what an acronym stands for
SURE = 0.8  # probability from which a question is answered in a language that the embedding model does not read
_NOT_READ = (
    "This question seems to be in {}, which the embedding model {} does not read: ask in English, or index with a "
    "multilingual model (ASKPAPERS_EMBEDDING)."
)


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
        """Whether papers are listed: asked for in so many words, or several have what is asked."""
        return self.query.kind == "list" and (self.cut != 1 or asks_for_papers(self.query.standalone))

    @property
    def single(self) -> bool:
        """Whether one thing is asked, neither a list nor a comparison."""
        return self.query.kind not in ("list", "comparison")

    @property
    def about(self) -> tuple[Paper, ...]:
        """The papers that the question names or points at, none where it may be answered by any."""
        shown = len(self.query.papers) if self.query.each else int(self.subject is not None)
        return tuple(m.record.paper for m in self.matches[:shown]) or self.decision.related[:shown]

    @property
    def known_topic(self) -> bool:
        """Whether its topic is in the collection: from earlier turns, a paper named, or two things compared found."""
        return self.query.follows or self.compared > 1 or self.subject is not None


def find(library: Library, query: Query, sources: int, where: Where | None, reads: bool = False) -> Plan:
    """Finds what answers the question in at most `sources` papers.

    For a model that `reads` nothing but what is far is refused here: it says itself whether they answer, in whatever
    language it is asked.
    """
    kept = {**query.where, **(where or {})} or None
    asked = query.topic if query.kind == "list" and query.topic else query.standalone
    each = put_to_shown(library, query, kept) if query.each else None
    retrieved, notes = (each, []) if each and not reads else _retrieved(library, query, asked, sources, kept)
    near_texts = (f"{m.record.paper.title}. {m.record.paper.abstract}" for m in retrieved.matches[:SPELLING_OUT])
    named = without_written_out(named_things(library, query.standalone), near_texts)
    if not (named.titled and cue(query.standalone) in ABOUT_ONE):  # "Explain MossNet to Grandma"
        overview = bool(named.titled) and query.kind in ABOUT_ONE  # a guess: "What are the takeaways from MossNet?"
        said = query.spelt or query.question
        said = said if query.standalone.startswith(said) else query.standalone
        named = with_unheard(named, library, said, retrieved.tokens, only_names=overview)
    language = "" if reads else unread_language(query.question, library.embedder)
    query = _as_overview(query, named, retrieved, bool(language))
    first = _compared(library, query, asked, sources, kept)
    notes += [
        f"Nothing in this collection is about {t}." for t, m in first.items() if m is None and any(first.values())
    ]
    found = {m.record.paper.id: m for m in first.values() if m is not None}
    of_shown = each or put_to_shown(library, query, kept)
    if of_shown:  # whether these very papers say it
        subject = None if each else of_shown.matches[0]
    else:
        subject = subject_of(library, query, named, retrieved, asked, kept)
    if subject is not None:
        found = {subject.record.paper.id: subject}
    if each and reads:  # a model may find in the others what these do not say
        others = [m for m in retrieved.matches if m.record.paper.id not in query.papers]
        retrieved = replace(each, matches=[*each.matches, *others])
    listed = _naming_all(query, retrieved)
    if of_shown:
        decision = decide_of_shown(of_shown, calibration_of(library))
    else:
        known = query.follows or bool(query.shown) or len(found) > 1 or bool(listed)
        decision = decide(retrieved, known, calibration_of(library))
    if query.each and not decision.related:  # a filter leaves none of them
        decision = Decision("not_stated", tuple(library.catalogue.papers(list(query.papers[:RELATED]))), 0.0)
    decision = _with_the_named(decision, named, subject)
    # A paper that we hold and that is named is known, so are two that are compared, and a word that papers have.
    pointed = not of_shown and (subject is not None or len(query.papers) > 1)
    if pointed or listed or _held_apart(first):
        decision = replace(decision, outcome="answered")
    opening = [_NOT_READ.format(language, library.embedder.name)] if language else []
    if language and not named.titled and decision.probability < SURE:
        outcome = "not_stated" if decision.outcome == "answered" else decision.outcome
        decision = replace(decision, outcome=outcome, related=())  # what is near is near by chance
    if where and decision.outcome != "answered":
        notes.append("Only the papers that the filter keeps were searched: lift it to search all.")
    decision, unnamed = _refused_if_unnamed(decision, named, query, bool(found))
    opening += [f"No abstract here mentions {thing}." for thing in unnamed]
    near = reads and retrieved.matches and relevance(retrieved) >= FAR_FOR_A_READER
    if decision.outcome == "nothing_relevant" and not near:
        return Plan(query, decision, notes=tuple(notes), unnamed=unnamed, opening=tuple(opening), unread=bool(language))
    matches = [*found.values(), *(m for m in retrieved.matches if m.record.paper.id not in found)]
    evidence = select_evidence(asked, matches, MAX_EVIDENCE if query.kind == "fact" and not of_shown else WHOLE)
    sure = {n for n, m in enumerate(matches, 1) if m.record.paper.id in listed}
    return Plan(
        query,
        decision,
        matches=tuple(matches),
        evidence=tuple(evidence),
        compared=len(found) if query.kind == "comparison" else 0,
        notes=(*opening, *notes) if decision.outcome == "answered" else tuple(notes),
        subject=subject,
        cut=_cut(evidence, sure) if query.kind in ("list", "comparison") else 0,
        unnamed=unnamed,
        opening=tuple(opening),
        unread=bool(language),
    )


def _retrieved(
    library: Library, query: Query, asked: str, sources: int, where: Where | None
) -> tuple[Retrieved, list[str]]:
    """The papers found without those that were withdrawn or shown before, and what is to be said of that."""
    wanted = max(MAX_LISTED, sources) + len(query.shown) if query.kind == "list" else sources
    retrieved = library.retrieve(asked, wanted, where)
    notes = [
        f"The closest paper, “{match.record.paper.title}”, has been withdrawn and is left out."
        for match in retrieved.matches[:1]
        if match.record.paper.withdrawn
    ]
    retrieved = without_withdrawn(retrieved)
    if query.shown:
        retrieved = replace(retrieved, matches=[m for m in retrieved.matches if m.record.paper.id not in query.shown])
    return retrieved, notes


def _as_overview(query: Query, named: Named, retrieved: Retrieved, unread: bool) -> Query:
    """The query as one for an overview, where it names a paper's subject and what it asks of it is nothing more.

    So it is also where what is asked cannot be understood. A guess that cannot be right is taken for a fact.
    """
    if query.kind == "bibliographic" or (named.titled and query.kind == "list" and not asks_for_list(query.standalone)):
        query = replace(query, kind="fact")
    nothing_else = query.kind == "fact" and asks_for_nothing_else(query.standalone, retrieved.tokens, [*named.titled])
    return replace(query, kind="overview") if named.titled and (unread or nothing_else) else query


def _held_apart(compared: Mapping[str, Match | None]) -> bool:
    """Whether two things are compared that have a paper each, by its title."""
    titled = {m.record.paper.id for t, m in compared.items() if m and mentions(t, m.record.paper.title)}
    return len(titled) == len(compared) > 1


def _with_the_named(decision: Decision, named: Named, subject: Match | None) -> Decision:
    """The decision with the papers that the question names in front of what is related; those are near in any case."""
    papers = [subject.record.paper] if subject is not None else list(named.titled.values())
    if not papers:
        return decision
    outcome = "not_stated" if decision.outcome == "nothing_relevant" else decision.outcome
    related = tuple({p.id: p for p in [*papers, *decision.related]}.values())[:RELATED]
    return replace(decision, outcome=outcome, related=related)


def _compared(library: Library, query: Query, asked: str, sources: int, where: Where | None) -> dict[str, Match | None]:
    """The paper of each thing that is compared: named, or pointed at among those shown before."""
    if query.kind != "comparison":
        return {}
    if len(query.papers) > 1:
        return {i: match_of(library, i, asked) for i in query.papers}
    return {thing: paper_about(library, thing, asked, sources, where) for thing in query.things}


def _naming_all(query: Query, retrieved: Retrieved) -> set[str]:
    """Ids of the papers that have every content word of a list's topic: these at least are to be listed."""
    words = content_words(query.topic, of_papers=True) if query.kind == "list" else []
    return {m.record.paper.id for m in retrieved.matches if has_all(m.record.paper, words)}


def _refused_if_unnamed(
    decision: Decision, named: Named, query: Query, found: bool
) -> tuple[Decision, tuple[str, ...]]:
    """The decision, and the things of the question that no abstract names.

    What is asked about such a thing alone is not answered by quoting about another.
    """
    if (query.follows and not named.unheard) or (query.kind == "list" and named.known):
        return decision, ()
    if not named.unknown or (not named.unheard and (found or named.titled)):
        return decision, named.unknown if query.kind != "comparison" else ()
    outcome = "not_stated" if decision.outcome == "answered" else decision.outcome
    return replace(decision, outcome=outcome), named.unknown


def _cut(evidence: Sequence[Evidence], listed: set[int]) -> int:
    """How many of the matches belong into a list: as long as each has a sentence near the best, or all of the topic."""
    near = {e.number for e in evidence if e.score >= NEAR_LISTED * evidence[0].score} | listed if evidence else set()
    return next((n for n in range(1, MAX_LISTED + 2) if n not in near), 1) - 1
