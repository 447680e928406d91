"""References to papers of the library: by arXiv id, DOI or PubMed's number, else by the title that stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from rapidfuzz import fuzz

from rag.errors import SourceError
from rag.library import Library
from rag.readers.identity import arxiv_id, doi_of, normalised
from rag.readers.lines import DAMAGED, Lines
from rag.readers.text import readable
from rag.text.entities import mentions
from rag.types import Paper, Rejected

LIKE = 92  # of 100: how like a title a part of the reference must be, which may hold a typing error
MIN_LETTERS = 20  # of a title that is looked for by likeness
TITLES = 8  # papers whose titles share the most words with a reference
MAX_BIB = 50_000_000  # bytes
_NOTED = 20  # broken entries that are told

_ARXIV = re.compile(r"(?:arxiv[:./]\s*(?:abs/|pdf/)?|\b)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?\b", re.I)
_PMID = re.compile(r"(?:pmid:?\s*|pubmed\.ncbi\.nlm\.nih\.gov/)(\d{1,9})\b", re.IGNORECASE)


def read_bibliographies(paths: Iterable[Path]) -> tuple[dict[str, str], list[str]]:
    """What the entries of .bib files refer to, by key, and notes on what could not be read.

    Raises SourceError for a file that is missing.
    """
    from rag.readers.bibtex import entries  # and the parser, which a check without such files does without

    found: dict[str, str] = {}
    notes: list[str] = []
    for path in paths:
        try:
            if path.stat().st_size > MAX_BIB:
                raise SourceError(f"{path} has more than {MAX_BIB // 1_000_000} MB: it is not read")
            with closing(Lines(path)) as lines:
                for entry in entries(lines, str(path)):
                    if isinstance(entry, Rejected):
                        notes.append(str(entry))
                    else:
                        found.setdefault(entry[0], _told(entry[2]))
        except DAMAGED as error:
            raise SourceError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    more = [f"... and {len(notes) - _NOTED} more entries that cannot be read"] if len(notes) > _NOTED else []
    return found, notes[:_NOTED] + more


def _told(fields: dict[str, object]) -> str:
    """An entry on one line: authors, title, year, and what identifies it."""
    people = fields["authors"]
    names = people if isinstance(people, str) else " and ".join(map(str, people if isinstance(people, list) else []))
    parts = [names, str(fields["title"]), str(fields["year"] or "")]
    ids = [f"arXiv:{fields['eprint']}" if fields["eprint"] else "", str(fields["doi"] or ""), str(fields["url"] or "")]
    return ". ".join(p for p in (*(readable(part, latex=True) for part in parts), *dict.fromkeys(ids)) if p)


def find_paper(library: Library, reference: str) -> Paper | None:
    """The paper of the library that the reference names, None where there is none."""
    index = library.index.forward_index
    wanted = [arxiv_id(match[1])[0] for match in _ARXIV.finditer(reference)]
    doi = doi_of(reference)
    names = [f"arxiv:{i}" for i in wanted if i]
    names += [f"doi:{doi}"] if doi else []
    names += [f"pmid:{match[1]}" for match in _PMID.finditer(reference)]
    ids = [*wanted, *([doi, arxiv_id(doi)[0]] if doi else []), *(n for n in names if n.startswith("pmid:"))]
    # An index made before this was kept has no such table until its next import.
    ids += [i for name in names for i in index.known_as(name)] if index.state("known") else []
    if reference.strip() and index.hash(reference.strip()) is not None:
        ids.insert(0, reference.strip())
    records = index.records(list(dict.fromkeys(i for i in ids if i)))
    return records[0].paper if records else _titled(library, reference)


def _titled(library: Library, reference: str) -> Paper | None:
    """The paper whose title stands in the reference, the longest where several do."""
    index = library.index
    found = [r.paper for r in index.forward_index.records(index.bm25.in_titles(reference, TITLES))]
    standing = [p for p in found if len(normalised(p.title)) >= MIN_LETTERS // 2 and mentions(p.title, reference)]
    whole = normalised(reference)
    near = [p for p in found if MIN_LETTERS <= len(p.title) <= len(whole) + 5 and _like(normalised(p.title), whole)]
    best: Sequence[Paper] = standing or near
    return max(best, key=lambda p: len(p.title), default=None)


def _like(title: str, reference: str) -> bool:
    return fuzz.partial_ratio(title, reference) >= LIKE
