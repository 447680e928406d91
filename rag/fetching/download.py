"""From a service to disk, and from there to papers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rag.errors import FetchError
from rag.fetching.request import Service
from rag.fetching.services import IDS
from rag.fetching.spool import Spool
from rag.readers import PaperStream
from rag.types import Paper, Rejected

_WHERE = {"doi:": "Crossref, OpenAlex or Semantic Scholar with its abstract", "arxi": "arXiv", "pmid": "PubMed"}


def download(service: Service, spool: Spool, progress: Callable[[int], object] = lambda done: None) -> None:
    """Fetches the pages that are missing; `progress` is told the records of each. Raises FetchError.

    The library is not locked meanwhile: it may take long.
    """
    resumed = spool.cursor is not None
    while not spool.done:
        wanted = spool.request.number - spool.records
        try:
            page = service.page(spool.request, spool.cursor, wanted)
        except FetchError as error:
            if resumed and "HTTP 4" in str(error):  # the place where it stood is not known there any more
                spool.remove()
                raise FetchError(f"{error}; the same command again begins anew") from None
            raise FetchError(f"{error}{_kept(spool)}") from None
        resumed = False
        spool.add(page)
        progress(page.records)


def _kept(spool: Spool) -> str:
    return f"; {spool.records:,} papers are kept, the same command again fetches the rest" if spool.records else ""


class FetchedPapers(PaperStream):
    """The papers of a spool, numbered through, and what was asked for and not found."""

    def __init__(self, spool: Spool, title: str) -> None:
        super().__init__(*spool.pages, source=spool.request.source)
        self._spool, self._title = spool, title

    def __iter__(self) -> Iterator[Paper]:
        yield from super().__iter__()
        spool, request = self._spool, self._spool.request
        for name in spool.missing:
            self.read += 1
            self.rejected.append(Rejected(request.source, self.read, f"not found at {_WHERE[name[:4]]} ({name[:100]})"))
        self.notes += spool.notes
        if request.service != IDS and spool.total > spool.records:
            more = ": more with -n" if spool.records >= request.number else ", more it does not give"
            said = f"{self._title} has {spool.total:,} on that, of which {spool.records:,} were fetched"
            self.notes.append(said + more)
