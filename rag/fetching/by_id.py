"""Papers by their ids: arXiv's from arXiv, PubMed's from PubMed, DOIs from whoever has the abstract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.errors import FetchError
from rag.fetching.arxiv import Arxiv
from rag.fetching.crossref import BATCH, Crossref
from rag.fetching.openalex import OpenAlex
from rag.fetching.pubmed import PubMed
from rag.fetching.request import Access, Page, Request, as_lines
from rag.fetching.semantic_scholar import SemanticScholar
from rag.readers.identity import arxiv_id, doi_of, number

_SIZES = {"arxiv": 100, "pmid": 200, "doi": BATCH}


def parsed(texts: Sequence[str]) -> tuple[str, ...]:
    """Ids as they are asked for: "arxiv:2405.14831", "doi:10.5555/ab.1", "pmid:1". Raises FetchError for any other."""
    found = []
    for text in texts:
        arxiv, version = arxiv_id(text)
        if arxiv:
            found.append(f"arxiv:{arxiv}" + (f"v{version}" if version else ""))
        elif doi := doi_of(text):
            found.append(f"doi:{doi}")
        elif text.lower().startswith(("pmid:", "http")) and (pmid := number(text)):
            found.append(f"pmid:{pmid}")
        else:
            raise FetchError(
                f"not an id that papers can be fetched by: {text!r}; write arxiv:2405.14831, doi:10.1000/182 or "
                "pmid:31452104, or search with --from"
            )
    return tuple(dict.fromkeys(found))


class ById:
    """Each page is a batch of one kind of ids."""

    title = "arXiv, PubMed and Crossref"

    def __init__(self, access: Access) -> None:
        self._access = access
        self._open: dict[type, Any] = {}

    def page(self, request: Request, cursor: Any, wanted: int) -> Page:
        batches = _batches(request.ids)
        at = int(cursor or 0)
        kind, ids = batches[at]
        if kind == "arxiv":
            page = self._service(Arxiv).by_id(ids)
        elif kind == "pmid":
            page = self._service(PubMed).by_id(ids)
        else:
            page = self._by_doi(ids)
        more = at + 1 if at + 1 < len(batches) else None
        return Page(page.content, page.suffix, page.records, more, len(request.ids), page.missing, page.notes)

    def _by_doi(self, dois: list[str]) -> Page:
        """From Crossref; where it has no abstract from OpenAlex, then from Semantic Scholar, if these answer."""
        there = self._service(Crossref).by_doi(dois)
        works = [work for work in there.values() if work.get("abstract")]
        left = [doi for doi in dois if not there.get(doi, {}).get("abstract")]
        notes: list[str] = []
        for others in (self._from_openalex, self._from_semantic_scholar):
            if left:
                try:
                    more = others(left)
                except FetchError as error:
                    notes.append(f"abstracts that Crossref has not: {error}")
                else:
                    works += more.values()
                    left = [doi for doi in left if doi not in more]
        page = as_lines(works, len(works), None)
        missing = tuple(f"doi:{doi}" for doi in left)
        return Page(page.content, page.suffix, page.records, None, 0, missing, tuple(notes))

    def _from_openalex(self, dois: list[str]) -> dict[str, dict[str, Any]]:
        service = self._service(OpenAlex)
        return {doi: work for doi in dois if (work := service.by_doi(doi))}

    def _from_semantic_scholar(self, dois: list[str]) -> dict[str, dict[str, Any]]:
        papers = self._service(SemanticScholar).by_id([f"DOI:{doi}" for doi in dois])
        found = {doi_of(str((paper.get("externalIds") or {}).get("DOI", ""))): paper for paper in papers}
        return {doi: found[doi] for doi in dois if doi in found}

    def _service(self, kind: type) -> Any:
        """The service, opened when it is first needed: its pauses count from one request to the next."""
        if kind not in self._open:
            self._open[kind] = kind(self._access)
        return self._open[kind]


def _batches(ids: Sequence[str]) -> list[tuple[str, list[str]]]:
    batches = []
    for kind, size in _SIZES.items():
        names = [i.partition(":")[2] for i in ids if i.startswith(f"{kind}:")]
        batches += [(kind, names[start : start + size]) for start in range(0, len(names), size)]
    return batches
