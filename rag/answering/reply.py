"""An answer that needs no evidence sentence: what the catalogue says, or why the question cannot be answered."""

from __future__ import annotations

from dataclasses import dataclass

from rag.answer import Outcome
from rag.types import Paper


@dataclass(frozen=True)
class Reply:
    """`message` introduces `lines`, each a statement with the papers that it is about."""

    message: str = ""
    lines: tuple[tuple[str, tuple[Paper, ...]], ...] = ()
    listing: bool = False
    outcome: Outcome = "answered"
    suggestions: tuple[str, ...] = ()


def head(paper: Paper) -> str:
    """How a paper is called in a sentence: its title up to the colon."""
    short = paper.title.partition(":")[0].strip()
    return short if len(short) > 2 else paper.title


def by_whom(paper: Paper, most: int = 3) -> str:
    """Authors and year in a few words, "" where neither is known."""
    names = ", ".join(paper.authors[:most]) + (" and others" if len(paper.authors) > most else "")
    return ", ".join(filter(None, [names, str(paper.year or "")]))


def paper_line(paper: Paper) -> str:
    """A paper in a list of the catalogue."""
    about = by_whom(paper)
    return f"{paper.display_title} ({about})" if about else paper.display_title
