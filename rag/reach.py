"""Whether Chroma finds what it holds: its graph now and then has a row that no way leads to, mostly after many updates.

See chroma-core/chroma #7758. It happens to a fresh index too, to a row in some thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.types import paper_of, passage_id

if TYPE_CHECKING:
    from rag.shelf import Shelf
    from rag.store import Store

_BATCH = 250  # papers compared at a time
_ROUNDS = 3  # of writing again; nearly always one is enough


def not_found(store: Store, shelf: Shelf, paper_ids: Sequence[str]) -> list[str]:
    """Ids of those papers' passages whose own vectors do not find them. The shelf must hold what the store does."""
    missing = []
    for start in range(0, len(paper_ids), _BATCH):
        papers, vectors = shelf.vectors(paper_ids[start : start + _BATCH])
        own = zip(papers, vectors, strict=True)
        missing += store.not_found([(passage_id(paper, i), row) for paper, rows in own for i, row in enumerate(rows)])
    return missing


def settle(store: Store, shelf: Shelf, paper_ids: Sequence[str]) -> list[str]:
    """Writes again what is not found, so that ways lead to it; gives the passages that are not found even so."""
    missing = not_found(store, shelf, paper_ids)
    for _ in range(_ROUNDS):
        if not missing:
            break
        papers = sorted({paper_of(passage) for passage in missing})
        store.put([(s.paper, s.passages, s.vectors) for s in store.get(papers)], [])
        missing = not_found(store, shelf, papers)
    return missing
