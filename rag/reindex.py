"""An index built anew beside the one in use: for another model, or because Chroma's files were damaged."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.embedding import Embedder
from rag.errors import LibraryError
from rag.home import beside, check_index, close_to_others, current, sweep, switch, writer_lock
from rag.library import Library
from rag.reach import settle
from rag.shelf import Record, Shelf
from rag.sync import Progress, batches, encode, write
from rag.types import Paper


def reindex(home: Path, embedder: Embedder, progress: Progress | None = None) -> int:
    """Builds the index anew with `embedder` and switches to it at the end; gives how many papers it holds.

    The old one serves until then, and stays if this is interrupted. Where nothing would change its vectors they are
    copied. `progress` is called with the number of papers done since the last call. Raises NoIndexError, BusyError
    while another process is writing, LibraryError on a full disk.
    """
    with suppress(LibraryError):  # made in another way, which is why we are here
        Library.open(home, embedder=embedder, create=False).close()  # finishes what a cut-off write left
    check_index(home)
    with writer_lock(home):
        sweep(home)
        old = Shelf(current(home) / "derived.sqlite", embedder.dimension)
        with _built(home, embedder) as fresh:
            if old.state("fingerprint") == fresh.shelf.state("fingerprint") and not old.state("writing"):
                _copy(old, fresh, progress)
            else:
                _embed(_papers(home, old), fresh, progress)
            papers = fresh.shelf.size()
        old.close()
        fresh.ledger.note(papers, reindexed=embedder.name)
    return papers


def rebuild(library: Library) -> None:
    """Builds the index anew from the shelf, Chroma's files being damaged. Call while holding the writer's lock.

    Raises LibraryError when the shelf is empty too, and the ledger tells of papers.
    """
    if not library.shelf.size() and any(entry.get("papers") for entry in library.ledger):
        raise LibraryError(f"the index in {library.home} is damaged and cannot be mended: move it away, index again")
    with _built(library.home, library.embedder) as fresh:
        _copy(library.shelf, fresh, None)
    library.refresh()


@contextmanager
def _built(home: Path, embedder: Embedder) -> Iterator[Library]:
    """An empty index to fill, put to use at the end; removed if that is not reached."""
    folder = beside(home)
    try:
        fresh = Library(home, embedder, folder=folder)
        yield fresh
        fresh.lexical.write(fresh.shelf.papers(), clear=True)
        settle(fresh.store, fresh.shelf, list(fresh.shelf.hashes()))
        fresh.close()
        close_to_others(home)
        switch(home, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _copy(old: Shelf, fresh: Library, progress: Progress | None) -> None:
    for ids in batches(sorted(old.hashes())):
        _write(fresh, old.records(ids), progress)


def _embed(papers: Iterable[Paper], fresh: Library, progress: Progress | None) -> None:
    for batch in batches(papers):
        _write(fresh, encode(fresh.embedder, batch), progress)


def _write(fresh: Library, records: Sequence[Record], progress: Progress | None) -> None:
    write(fresh, records)
    if progress:
        progress(len(records))


def _papers(home: Path, shelf: Shelf) -> Iterator[Paper]:
    """All papers of the index in use, from Chroma, or from the shelf where Chroma cannot be read."""
    from rag.probe import lost
    from rag.store import Store

    if lost(current(home)) is None:
        yield from shelf.papers()
    else:
        yield from Store(current(home) / "chroma", None).papers()
