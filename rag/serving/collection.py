"""The library as programs are told of it: counts, pages of papers, one paper. No paths of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.answering.themes import themes
from rag.library import Library
from rag.types import Paper


def described(library: Library) -> dict[str, Any]:
    """How many papers there are, of which years, and what they are about."""
    library.refresh()
    return {
        "papers": len(library),
        "years": {str(year): n for year, n in library.catalogue.by_year().items()},
        "themes": [{"words": list(theme.words), "share": round(theme.share, 3)} for theme in themes(library)],
        "embedding": library.embedder.name,
    }


def papers_page(library: Library, offset: int, limit: int, where: Mapping[str, Any] | None) -> dict[str, Any]:
    """Papers `offset` to `offset + limit` by their ids, without abstracts. Raises ValueError for an unknown filter."""
    library.refresh()
    found = library.catalogue.listed("id", limit, where, offset)
    return {"total": library.catalogue.count(where), "offset": offset, "papers": [_head(paper) for paper in found]}


def paper_dict(library: Library, paper_id: str) -> dict[str, Any] | None:
    """The paper of that id with its abstract, None where there is none."""
    found = find(library, paper_id)
    return {**_head(found), "abstract": found.abstract, "doi": found.doi, "venue": found.venue} if found else None


def find(library: Library, paper_id: str) -> Paper | None:
    """The paper of that id, an arXiv id with or without its version."""
    library.refresh()
    return library.paper(paper_id)


def _head(paper: Paper) -> dict[str, Any]:
    return {
        "id": paper.id,
        "title": paper.display_title,
        "authors": list(paper.authors),
        "year": paper.year,
        "url": paper.url,
        "categories": list(paper.categories),
        "withdrawn": paper.withdrawn,
    }
