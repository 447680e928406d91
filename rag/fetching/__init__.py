"""Papers from services on the network, only when asked: their replies lie on disk, then go through the readers."""

from __future__ import annotations

from rag.fetching.download import FetchedPapers, download
from rag.fetching.request import Access, Request
from rag.fetching.searches import Searches
from rag.fetching.services import SERVICES
from rag.fetching.spool import Spool

__all__ = ["SERVICES", "Access", "FetchedPapers", "Request", "Searches", "Spool", "download"]
