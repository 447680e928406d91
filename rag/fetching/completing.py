"""What a citation lacks, looked up by DOI at Crossref, and by arXiv id at arXiv."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag.fetching.arxiv import Arxiv
from rag.fetching.crossref import BATCH, Crossref
from rag.fetching.request import Access
from rag.readers import read_papers
from rag.readers.identity import arxiv_id
from rag.readers.json_shapes import flat
from rag.readers.people import people
from rag.readers.text import readable
from rag.types import Paper

_KINDS = {
    "journal-article": "article", "proceedings-article": "inproceedings", "book-chapter": "incollection",
    "book": "book", "monograph": "book", "edited-book": "book", "dissertation": "phdthesis", "report": "techreport",
}  # fmt: skip


def completed(papers: Iterable[Paper], access: Access) -> Iterator[tuple[Paper, dict[str, str]]]:
    """Each paper with the fields of BibTeX that were found for it, as plain text. Raises FetchError."""
    crossref, arxiv, rest = Crossref(access), Arxiv(access), iter(papers)
    while batch := list(islice(rest, BATCH)):
        works = crossref.by_doi(sorted({paper.doi for paper in batch if paper.doi}))
        lacking = [paper.id for paper in batch if arxiv_id(paper.id)[0] and not (paper.authors and paper.year)]
        preprints = _preprints(arxiv, lacking) if lacking else {}
        for paper in batch:
            if paper.doi in works:
                yield paper, fields_of(works[paper.doi])
            else:
                found = preprints.get(paper.id)
                yield paper, _of_paper(found) if found else {}


def fields_of(work: Mapping[str, Any]) -> dict[str, str]:
    """The fields of BibTeX that a work of Crossref's tells, and its "ENTRYTYPE"."""
    record = flat(dict(work))
    kind = _KINDS.get(str(work.get("type")), "misc")
    venue = "booktitle" if kind in ("inproceedings", "incollection") else "journal"
    parts = {"volume": "volume", "number": "issue", "pages": "page", "publisher": "publisher"}
    date = work.get("issued") or work.get("published") or {}
    year = date.get("date-parts") if isinstance(date, dict) else None
    while isinstance(year, list):
        year = year[0] if year else ""
    fields = {
        "author": " and ".join(_braced(name) for name in people(record.get("authors"))),
        "year": str(year or ""),
        venue: record.get("venue"),
        **{name: work.get(theirs) for name, theirs in parts.items()},
        "doi": work.get("DOI"),
    }
    shown = {name: readable(value) for name, value in fields.items() if isinstance(value, str)}
    shown = {name: value[:2000] for name, value in shown.items() if value}
    shown["pages"] = shown.get("pages", "").replace("-", "--")
    return {"ENTRYTYPE": kind, **{name: value for name, value in shown.items() if value}}


def _braced(name: str) -> str:
    """A name that "and" would part in two is left out of the list as it is: BibTeX parts there."""
    return name.replace(" and ", " & ")


def _preprints(arxiv: Arxiv, ids: list[str]) -> dict[str, Paper]:
    with TemporaryDirectory() as folder:
        page = arxiv.by_id(ids)
        file = Path(folder) / f"page{page.suffix}"
        file.write_bytes(page.content)
        return {paper.id: paper for paper in read_papers(file)}


def _of_paper(paper: Paper) -> dict[str, str]:
    fields = {"author": " and ".join(map(_braced, paper.authors)), "year": str(paper.year or "")}
    return {name: value for name, value in fields.items() if value}
