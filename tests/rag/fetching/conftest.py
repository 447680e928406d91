"""A service on loopback, and time that does not pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from rag.fetching import Access, FetchedPapers, Request, Spool, download
from rag.fetching.services import open_service
from rag.types import Paper, Rejected
from tests.service_server import Answer, Service, serving

MODULES = ("arxiv", "crossref", "hf_daily", "openalex", "pubmed", "semantic_scholar", "zotero")
Serve = Callable[[Answer], Service]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited for a service; they take none."""
    waited: list[float] = []
    monkeypatch.setattr("rag.fetching.http.Client.sleep", staticmethod(waited.append))
    monkeypatch.setattr("rag.fetching.http.Client.clock", staticmethod(lambda: 1000.0))
    return waited


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> Iterator[Serve]:
    """Puts a service of the test's own in the place of all."""
    monkeypatch.setenv("NO_PROXY", "*")
    with ExitStack() as stack:

        def start(answer: Answer) -> Service:
            service = stack.enter_context(serving(answer))
            for module in MODULES:
                monkeypatch.setattr(f"rag.fetching.{module}.URL", service.url)
            return service

        yield start


@pytest.fixture
def fetched(tmp_path: Path) -> Any:
    """(request, access) -> the papers, the rejected records and the notes of one fetch."""

    def run(request: Request, access: Access | None = None) -> tuple[list[Paper], list[Rejected], list[str]]:
        service = open_service(request.service, access or Access())
        spool = Spool(tmp_path / "home", request)
        download(service, spool)
        stream = FetchedPapers(spool, service.title)
        papers = list(stream)
        assert stream.read == len(papers) + len(stream.rejected)
        assert [*range(1, len(papers) + len(stream.rejected) + 1)] == sorted(
            [p.line for p in papers] + [r.line for r in stream.rejected]
        )
        return papers, stream.rejected, stream.notes

    return run
