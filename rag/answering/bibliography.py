"""Who wrote a paper, when, where it is found, how it is cited: from its record, never from a search."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.reply import Reply, head
from rag.text.bibtex import bibtex_entry
from rag.types import Paper

_BIBTEX = re.compile(r"\bbib ?tex\b|\bcit(?:e|ation)\b|\breference\b", re.IGNORECASE)
_LINK = re.compile(r"\b(?:link|url|pdf|doi|arxiv|download|online|where)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:link|url|pdf|doi|download)\b", re.IGNORECASE)
_WHEN = re.compile(r"\b(?:when|year|date|how old|newer|older|newest|oldest|came first|recent)\b", re.IGNORECASE)
_WHO = re.compile(r"\b(?:who|whom|whose|authors?|behind|wrote|researchers)\b", re.IGNORECASE)
_NEWEST = re.compile(r"\b(?:newer|newest|latest|(?:most|more) recent)\b", re.IGNORECASE)
_OLDEST = re.compile(r"\b(?:older|oldest|earliest|earlier|(?:came|was|is|published|written) first)\b", re.IGNORECASE)
_MAKER = re.compile(r"\bwho (?:invented|developed|made|created|proposed|introduced)\b", re.IGNORECASE)


def asks_for_record(question: str) -> bool:
    """Whether it names something that a record has: "Is it open source?" does not."""
    return any(pattern.search(question) for pattern in (_BIBTEX, _LINK, _WHEN, _WHO))


def asks_for_link(question: str) -> bool:
    """Whether it wants to be sent to the paper, or to cite it; no abstract answers that."""
    return bool(_ADDRESS.search(question) or _BIBTEX.search(question))


def asks_for_maker(question: str) -> bool:
    """Whether it asks who made a thing: the authors of what only speaks of it did not."""
    return bool(_MAKER.search(question))


def of_dates(question: str) -> bool:
    """Whether it asks which of several papers is newer or older."""
    return bool(_NEWEST.search(question) or _OLDEST.search(question))


def record_of(question: str, papers: Sequence[Paper]) -> Reply:
    """What the records of those papers say to the question."""
    if len(papers) > 1 and of_dates(question):
        return _dated(papers, oldest=bool(_OLDEST.search(question)))
    said = [_said(question, p) for p in papers]
    known = any(" known." not in text for text in said)
    lines = tuple((text, (p,)) for text, p in zip(said, papers, strict=True))
    return Reply(lines=lines, listing=len(papers) > 1, outcome="answered" if known else "not_stated")


def _said(question: str, paper: Paper) -> str:
    name = f"“{paper.title}”"
    if _BIBTEX.search(question):
        return bibtex_entry(paper).strip()
    parts = []
    if _WHO.search(question):
        parts.append(f"{name} is by {_listed(paper.authors)}." if paper.authors else f"No authors of {name} are known.")
    if _WHEN.search(question):
        parts.append(f"{name} is of {paper.year}." if paper.year else f"The year of {name} is not known.")
    if _LINK.search(question) and not parts:
        parts.append(f"{name}: {paper.url}" if paper.url else f"No link to {name} is known.")
    if not parts:
        by = f" by {_listed(paper.authors)}" if paper.authors else ""
        parts.append(" ".join(filter(None, [f"{name}{by}{f', {paper.year}' if paper.year else ''}.", paper.url])))
    return " ".join(parts)


def _dated(papers: Sequence[Paper], oldest: bool) -> Reply:
    told = [(f"{head(p)} is of {p.year}." if p.year else f"The year of {head(p)} is not known.", (p,)) for p in papers]
    years = [p.year for p in papers if p.year]
    message = ""
    if len(years) == len(papers):
        found = (min if oldest else max)(papers, key=lambda p: p.year or 0)
        word = ("older" if oldest else "newer") if len(papers) == 2 else ("the oldest" if oldest else "the newest")
        message = f"{head(found)} is {word}." if len(set(years)) > 1 else "They are of the same year."
    return Reply(message, tuple(told), outcome="answered" if years else "not_stated")


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
