"""Questions about the collection itself: how many, which years, lists, the newest, authors, themes, what is new."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from rag.answering.reply import Reply, head, paper_line
from rag.answering.themes import themes
from rag.answering.understanding import Query
from rag.library import Library
from rag.text.entities import folded
from rag.text.words import content_words
from rag.types import Paper

LISTED = 10
TYPICAL = 2  # papers shown of a theme
_NO_YEAR = Reply("The papers here have no year.", outcome="not_stated", suggestions=("List all papers",))
_COUNT = re.compile(r"\bhow (?:many|big|large)\b|\bnumber of\b|\bcount\b|\bsize of\b", re.IGNORECASE)
_AUTHORS = re.compile(r"\b(?:authors|who wrote (?:the )?most|most papers here|frequent)\b", re.IGNORECASE)
_YEARS = re.compile(r"\b(?:(?:which|what) years?|per year|by year|time ?(?:span|range)|how recent)\b", re.IGNORECASE)
_NEW = re.compile(
    r"\bwhat(?:'s| is| came)? (?:new|in with)\b|\b(?:last|latest|recent) (?:import|update|additions?)\b|\bnew papers\b|"
    r"\b(?:added|imported)\b|\bsince (?:the )?last\b",
    re.IGNORECASE,
)
_NEWEST = re.compile(r"\b(?:newest|latest|most recent|recent|youngest)\b", re.IGNORECASE)
_OLDEST = re.compile(r"\b(?:oldest|earliest|first)\b", re.IGNORECASE)
_THEMES = re.compile(
    r"\b(?:themes?|topics?|subjects?|fields?|areas|about|what (?:is|can)|kind of papers|overview|what do you know)\b",
    re.IGNORECASE,
)


def about_collection(library: Library, query: Query, where: Mapping[str, Any] | None) -> Reply | None:
    """The catalogue's answer, None where the question is about a subject, and so about papers."""
    if content_words(query.topic, of_papers=True):
        return None
    asked, catalogue = query.topic, library.catalogue
    kept = {**(where or {}), **query.where}
    total = catalogue.count(kept)
    if not total:
        return _none(library, kept)
    if _NEW.search(asked):
        return _news(library)
    if _YEARS.search(asked) and not kept:
        return _years(library)
    if _AUTHORS.search(asked) and not kept:
        return _authors(library, bool(_COUNT.search(asked)))
    if _COUNT.search(asked):
        return Reply(f"{_papers(total)}{_by_filter(kept)}.", suggestions=_ways_on(library, kept))
    if _NEWEST.search(asked) or _OLDEST.search(asked):
        if not catalogue.by_year():
            return _NO_YEAR
        oldest = not _NEWEST.search(asked)
        one = bool(re.search(r"\b(?:paper|publication|study)\b(?!s)", asked)) and not re.search(r"\bpapers\b", asked)
        shown = catalogue.newest(1 if one else LISTED, kept, oldest)
        return _list(f"The {'oldest' if oldest else 'newest'}{_by_filter(kept)}:", shown, 0)
    if not kept and _THEMES.search(asked):
        return _themes(library)
    shown = catalogue.newest(LISTED, kept)
    order = ", the newest first" if catalogue.by_year() else ""
    return _list(f"{_papers(total)}{_by_filter(kept)}{order}:", shown, total - len(shown))


def _list(message: str, papers: list[Paper], more: int) -> Reply:
    lines = tuple((paper_line(p), (p,)) for p in papers)
    ways = tuple(f"Summarise {head(p)}" for p in papers[:1])
    return Reply(message + (f" ({more:,} more)" if more > 0 else ""), lines, True, suggestions=ways)


def none_kept(library: Library, kept: Mapping[str, Any]) -> Reply | None:
    """Why a filter keeps no paper at all, None where it keeps some."""
    return None if library.catalogue.count(kept) else _none(library, kept)


def _none(library: Library, kept: Mapping[str, Any]) -> Reply:
    if "year" in kept and not library.catalogue.by_year():
        return _NO_YEAR
    if "author" in kept and not library.catalogue.authors(1):
        return Reply("The papers here name no authors.", outcome="not_stated", suggestions=("List all papers",))
    ways = ("Which years do the papers cover?",) if "year" in kept else ("Who are the most frequent authors?",)
    return Reply(f"No paper here is{_by_filter(kept)}.", outcome="not_stated", suggestions=ways)


def _news(library: Library) -> Reply:
    at, added, ids = library.catalogue.new_ids()
    papers = library.catalogue.papers(ids[:LISTED])
    if not added:
        return Reply("No import is on record.", outcome="not_stated")
    day = at.partition("T")[0]
    said = f"The last import that brought something, on {day}, added {_papers(added)}"
    return _list(f"{said}:", papers, added - len(papers)) if papers else Reply(f"{said}.")


def _years(library: Library) -> Reply:
    years = library.catalogue.by_year()
    if not years:
        return _NO_YEAR
    counts = ", ".join(f"{y}: {n:,}" for y, n in years.items())
    span = f"{min(years)} to {max(years)}" if len(years) > 1 else str(min(years))
    without = library.catalogue.count() - sum(years.values())
    unknown = f" {_papers(without)} without a year." if without else ""
    return Reply(
        f"The papers are of {span}. By year: {counts}.{unknown}", suggestions=(f"List all papers from {max(years)}",)
    )


def _authors(library: Library, counting: bool) -> Reply:
    most = library.catalogue.authors(LISTED)
    if not most:
        return Reply("The papers here name no authors.", outcome="not_stated")
    named = [(_spelt(library, name), n) for name, n in most]
    said = ", ".join(f"{name} ({n})" for name, n in named)
    total = f"{library.catalogue.count_authors():,} authors. " if counting else ""
    return Reply(f"{total}Most papers are by: {said}.", suggestions=(f"Papers by {named[0][0]}",))


def _spelt(library: Library, name: str) -> str:
    """An author's name as a paper writes it."""
    papers = library.catalogue.newest(1, {"author": name})
    return next((a for p in papers for a in p.authors if folded(a) == name), name)


def _themes(library: Library) -> Reply:
    found = themes(library)
    if not found:
        return _list(f"{_papers(len(library))}:", library.catalogue.newest(LISTED), 0)
    typical = [tuple(library.catalogue.papers(list(t.ids[:TYPICAL]))) for t in found]
    named = [f"{', '.join(t.words)} ({t.share:.0%} of the papers)" for t in found]
    lines = tuple(zip(named, typical, strict=True))
    ways = (f"Which papers are about {found[0].words[0]}?", "Which years do the papers cover?")
    return Reply(
        f"{_papers(len(library))}. The main themes, by the words that set them apart:", lines, True, suggestions=ways
    )


def _ways_on(library: Library, kept: Mapping[str, Any]) -> tuple[str, ...]:
    return ("What are the main themes?", "Which years do the papers cover?") if not kept else ("List them",)


def _papers(n: int) -> str:
    return "1 paper" if n == 1 else f"{n:,} papers"


def _by_filter(kept: Mapping[str, Any]) -> str:
    parts = []
    if years := kept.get("year"):
        listed = sorted(int(y) for y in (years if isinstance(years, (list, tuple, set)) else [years]))
        run = len(listed) > 1 and listed == list(range(listed[0], listed[-1] + 1))
        later = run and listed[-1] > datetime.date.today().year
        until = f"since {listed[0]}" if later else f"from {listed[0]} to {listed[-1]}"
        parts.append(f" {until}" if run else f" from {', '.join(map(str, listed))}")
    for name, word in (("author", "by"), ("category", "in"), ("source", "of")):
        if value := kept.get(name):
            parts.append(f" {word} {', '.join(map(str, value)) if isinstance(value, (list, tuple)) else value}")
    return "".join(parts)
