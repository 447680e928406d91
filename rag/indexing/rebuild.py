"""An index built anew beside the one in use: for another model, or because Chroma's files were damaged."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.errors import LibraryError
from rag.indexing.folder import activate, active, close_to_others, next_folder
from rag.indexing.forward_index import ForwardIndex
from rag.indexing.index import Index
from rag.indexing.records import Progress, Record, batches, counted, encode
from rag.indexing.vector_store import VectorStore
from rag.indexing.verify import probe_in_subprocess, rewrite_unreachable
from rag.models.embedding import Embedder
from rag.types import Paper


def rebuild(index: Index, progress: Progress | None = None) -> None:
    """Builds the index anew from its forward index, Chroma's files being damaged. Call while holding the writer's lock.

    Raises LibraryError when the forward index is empty too, and the ledger tells of papers.
    """
    if not index.forward_index.size() and any(entry.get("papers") for entry in index.ledger):
        raise LibraryError(f"the index in {index.home} is damaged and cannot be mended: move it away, index again")
    with fresh_index(index.home, index.embedder, progress) as fresh:
        copy_records(index.forward_index, fresh, progress)
    index.refresh()


@contextmanager
def fresh_index(home: Path, embedder: Embedder, progress: Progress | None = None) -> Iterator[Index]:
    """An empty index to fill, activated at the end; removed if that is not reached.

    `progress` counts papers once more while their words are indexed, and while their vectors are looked for.
    """
    folder = next_folder(home)
    try:
        fresh = Index(home, embedder, folder=folder)
        yield fresh
        fresh.bm25.write(counted(fresh.forward_index.papers(), progress), clear=True)
        rewrite_unreachable(fresh.vector_store, fresh.forward_index, list(fresh.forward_index.hashes()), progress)
        fresh.close()
        close_to_others(home)
        activate(home, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def copy_records(old: ForwardIndex, fresh: Index, progress: Progress | None = None) -> None:
    """Fills an index with what the old one holds, vectors included."""
    for ids in batches(sorted(old.hashes())):
        _write(fresh, old.records(ids), progress)


def embed_papers(papers: Iterable[Paper], fresh: Index, progress: Progress | None = None) -> None:
    """Fills an index with papers, embedded with its own model."""
    for batch in batches(papers):
        _write(fresh, encode(fresh.embedder, batch), progress)


def _write(fresh: Index, records: Sequence[Record], progress: Progress | None) -> None:
    fresh.write(records)
    if progress:
        progress(len(records))


def stored_papers(home: Path, forward_index: ForwardIndex) -> Iterator[Paper]:
    """All papers of the index in use, from Chroma, or from the forward index where Chroma cannot be read."""
    if probe_in_subprocess(active(home)) is None:
        yield from forward_index.papers()
    else:
        yield from VectorStore(active(home) / "chroma", None).papers()
