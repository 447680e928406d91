"""The services by name."""

from __future__ import annotations

from collections.abc import Callable

from rag.fetching.arxiv import Arxiv
from rag.fetching.by_id import ById
from rag.fetching.hf_daily import HfDaily
from rag.fetching.openalex import OpenAlex
from rag.fetching.pubmed import PubMed
from rag.fetching.request import Access, Service
from rag.fetching.semantic_scholar import SemanticScholar
from rag.fetching.zotero import Zotero

SERVICES: dict[str, Callable[[Access], Service]] = {
    "openalex": OpenAlex,
    "arxiv": Arxiv,
    "semanticscholar": SemanticScholar,
    "pubmed": PubMed,
    "hf-daily": HfDaily,
    "zotero": Zotero,
}
IDS = "ids"  # the name of what is fetched by ids


def open_service(name: str, access: Access) -> Service:
    """The service of that name."""
    return ById(access) if name == IDS else SERVICES[name](access)
