"""Which one paper a question is about, and whether it asks for anything in particular."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.things import Named, needs_beside
from rag.answering.understanding import Query
from rag.library import Library, Where
from rag.models.token_vectors import QueryTokens
from rag.retrieval.hybrid import Match, Retrieved, without_withdrawn
from rag.text.entities import mentions

ABOUT_ONE = ("overview", "explanation")
# Share of what a question needs, besides the name of its subject, up to which it asks for nothing in particular. Of 45
# labelled questions about a named paper the least has .24; "What were the contributions of the X authors?" has .16.
NOTHING_ELSE = 0.22


def subject_of(
    library: Library, query: Query, named: Named, retrieved: Retrieved, asked: str, where: Where | None
) -> Match | None:
    """The one paper that an overview or explanation is about: pointed at, or named."""
    if query.kind not in ABOUT_ONE:
        return None
    wanted = next(iter([*query.papers[:1], *(p.id for p in named.titled.values())]), None)
    if wanted is None:
        return None
    there = next((m for m in retrieved.matches if m.record.paper.id == wanted), None)
    return there or match_of(library, wanted, asked, where)


def put_to_shown(library: Library, query: Query, where: Where | None) -> Retrieved | None:
    """The papers that were just shown, as the question alone finds them: a name would weigh more than what is asked.

    None where the question is not for a fact of them, or a filter leaves the one paper out; of several it may leave
    none.
    """
    if not query.each and (query.kind != "fact" or not query.papers):
        return None
    asked_of = query.papers if query.each else query.papers[:1]
    retrieved = _put_to(library, asked_of, query.spelt or query.question, where)
    return retrieved if retrieved.matches or query.each else None


def asks_for_nothing_else(question: str, tokens: QueryTokens, names: Sequence[str]) -> bool:
    """Whether a question wants nothing but to be told of what it names, as the learned question side reads it."""
    if tokens.needs is None or not names:
        return False
    named = [name for name in names if name.lower() in question.lower()]
    return bool(named) and float(needs_beside(tokens.needs, tokens.spans, question, named).sum()) <= NOTHING_ELSE


def match_of(library: Library, paper_id: str, question: str, where: Where | None = None) -> Match | None:
    """That very paper, scored against the question; None where the filter leaves it out."""
    return next(iter(_put_to(library, [paper_id], question, where).matches), None)


def _put_to(library: Library, ids: Sequence[str], question: str, where: Where | None) -> Retrieved:
    return library.retrieve(question, len(ids), {**(where or {}), "id": list(ids)})


def paper_about(library: Library, thing: str, question: str, sources: int, where: Where | None) -> Match | None:
    """The best paper that names the thing, in its title rather than its abstract, None if there is none."""
    matches = without_withdrawn(library.retrieve(f"{thing}: {question}", sources, where)).matches
    if titled := [m for m in matches if mentions(thing, m.record.paper.title)]:
        # "Uni-Perceiver" is also in "Uni-Perceiver v2": the shorter title is the thing itself.
        return min(titled, key=lambda m: len(m.record.paper.title.partition(":")[0]))
    return next((m for m in matches if mentions(thing, m.record.paper.abstract)), None)
