"""What a question asks for, read from its wording and from the turns before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rag.answering.bibliography import of_dates
from rag.answering.filters import read_filters
from rag.answering.follow_ups import (
    ONES,
    History,
    Reference,
    carried_over,
    last_alone,
    only_points,
    referred,
)
from rag.answering.intent import asks_for_list, asks_for_papers, asks_to_compare, compared
from rag.answering.kinds import Kind, cue, guess
from rag.answering.languages import unread_language
from rag.answering.reply import head
from rag.answering.spelling import spelt_right
from rag.answering.standing_alone import needs_context
from rag.indexing.index import Index
from rag.library import Library
from rag.text.entities import names_of
from rag.text.words import content_words

__all__ = ["History", "Kind", "Query", "read_offline"]


@dataclass(frozen=True)
class Query:
    """One question, understood.

    `standalone` is the question as it can be understood alone, and as it is searched; `things` the two that a
    comparison names. `papers` are the ids of those that it refers back to, in the order meant. `where` is the filter
    that its words set, `topic` what is left of it without them. `notes` tell how it was taken, `spelt` is
    the question with its misspelt words put right; `shown` are papers that
    a list has shown already, when more is asked; `each` tells that it is asked of all `papers`, and of no others.
    """

    question: str
    standalone: str
    kind: Kind = "fact"
    things: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    topic: str = ""
    notes: tuple[str, ...] = ()
    spelt: str = ""
    shown: tuple[str, ...] = ()
    each: bool = False

    @property
    def follows(self) -> bool:
        """Whether its topic was carried over from earlier turns."""
        return bool(self.papers) or self.standalone != (self.spelt or self.question)


def read_offline(question: str, history: History, library: Library | None = None, exact: bool = False) -> Query:
    """The question as its wording alone tells it.

    A `library` adds what its papers tell: the kind by the vectors of its embedding model, the papers that are referred
    to, its authors' names, and the spelling of rare words, unless `exact`.
    """
    notes: tuple[str, ...] = ()
    spelt = question
    read = library is not None and not unread_language(question, library.embedder)
    if library is not None and read and not exact:
        spelt, notes = spelt_right(library, question)
    meant = referred(spelt, history, library) if history else Reference()
    if meant.more:
        before = read_offline(last_alone(history, library), (), library, exact)
        return replace(before, question=question, shown=meant.papers)
    if meant.similar and library is not None:
        title = library.catalogue.papers(list(meant.papers))[0].title
        return Query(question, f"Papers like “{title}”", "list", topic=title, spelt=spelt, shown=meant.papers)
    kind = kind_of(spelt, library.index if library is not None and read else None)
    if kind in ("small_talk", "collection") and cue(spelt) is None and library is not None:
        # A guess that what stands in a title, if in small letters, makes wrong: "crabtag".
        kind = "fact" if library.catalogue.entitled(spelt) else kind
    if meant.each:
        notes += (f"Asked of the {len(meant.papers)} papers just shown.",)
        return _of_each(Query(question, spelt, papers=meant.papers, notes=notes, spelt=spelt, each=True), library)
    asked, papers = spelt, meant.papers
    if meant.pointed:
        kind = _kind_of_shown(kind, spelt, len(papers))
    elif history:
        # A plain question after an answer may well turn to other papers: names are carried over, no paper.
        papers = papers if kind in _OF_SHOWN else ()
        if kind != "collection" and needs_context(spelt, library):  # "How many are there?" means all
            asked = carried_over(spelt, history, library)
            # So few words tell too little for a guess: "on which datasets?" wants no list of papers.
            worded = last_alone(history, library) if ONES.search(spelt) else spelt
            kind = kind if kind in _OF_SHOWN else kind_by_wording(worded)
    if papers and library is not None:
        asked = f"{spelt} ({', '.join(head(p) for p in library.catalogue.papers(list(papers)))})"
    where, topic = read_filters(asked, library) if kind in ("list", "collection") else ({}, asked)
    if kind == "collection" and content_words(topic, of_papers=True):
        kind = "list"  # "How many papers are about moss?" asks for papers
    query = Query(question, asked, kind, (), papers, where, topic, notes, spelt)
    return _with_sides(query, library) if kind == "comparison" and len(papers) < 2 else query


def _of_each(query: Query, library: Library | None) -> Query:
    """The query as one for a fact of each of its papers, or for those of them that have something."""
    if not asks_for_list(query.spelt):
        return replace(query, topic=query.spelt)
    where, topic = read_filters(query.spelt, library)
    return replace(query, kind="list", where=where, topic=topic)


def _with_sides(query: Query, library: Library | None) -> Query:
    """The comparison with the two things that it sets side by side; a list or a fact where they cannot be told."""
    things, asked = compared(query.standalone), query.standalone
    if query.papers and library is not None:
        # "Is it better than MoH?": what was shown beside what is named.
        named = names_of(query.spelt) or [name for name, _ in filter(None, [library.catalogue.entitled(query.spelt)])]
        things = (head(library.catalogue.papers(list(query.papers))[0]), *named)[:2]
    if things:
        return replace(query, things=things)
    return replace(query, kind="list" if asks_for_list(asked) or asked.lower().startswith("compar") else "fact")


def _kind_of_shown(kind: Kind, question: str, papers: int) -> Kind:
    """The kind of a question about papers that were shown."""
    if papers == 1 and only_points(question):
        return "overview"
    if of_dates(question):
        return "bibliographic"
    if papers > 1:
        return "comparison" if kind in ("fact", "list", "collection") else kind
    return (
        "fact" if kind in ("collection", "small_talk") or (kind == "list" and not asks_for_papers(question)) else kind
    )


_OF_SHOWN = frozenset({"overview", "explanation", "bibliographic", "comparison"})


def kind_by_wording(question: str) -> Kind:
    """The kind that the words alone tell, with no vectors."""
    if told := cue(question):
        return told
    if asks_to_compare(question):
        return "comparison"
    return "list" if asks_for_list(question) else "fact"


def kind_of(question: str, index: Index | None) -> Kind:
    """The kind by sure words, else by the vectors of the wording, else by what is left of wording."""
    worded = kind_by_wording(question)
    sure = cue(question) is not None or (worded == "comparison" and bool(compared(question)))
    if sure or index is None:
        return worded
    guessed, surely_fact = guess(question, index)
    if surely_fact and worded == "list" and not asks_for_papers(question):
        return "fact"  # "On which benchmarks was it tested?"
    # "Which methods keep part of the cache?" may be both; a list that holds the fact serves either.
    if guessed in (None, "fact"):
        return worded
    # A question that names a thing is neither chat nor about the collection as a whole.
    return worded if guessed in ("small_talk", "collection") and names_of(question) else guessed or worded
