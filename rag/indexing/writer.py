"""Writing to an index: one at a time, what was cut off before is mended first, and readers are told at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from rag.errors import BusyError, LibraryError, NoIndexError
from rag.indexing.chroma_server import Server
from rag.indexing.folder import active, check_index, close_to_others, remove_inactive, writer_lock
from rag.indexing.forward_index import ForwardIndex
from rag.indexing.index import Index
from rag.indexing.rebuild import copy_records, embed_papers, fresh_index, rebuild, stored_papers
from rag.indexing.records import Progress, batches, counted, encode
from rag.indexing.replica import hold_lease, refresh
from rag.indexing.verify import probe_in_subprocess, rewrite_unreachable
from rag.models.embedding import Embedder


def open_index(
    home: Path,
    embedder: Embedder,
    server: Server | None = None,
    create: bool = True,
    progress: Progress | None = None,
) -> Index:
    """The index in that folder, a replica of the `server` if there is one; a write that was cut off is finished.

    Raises NoIndexError when absent and not to `create`, LibraryError when it was made in another way.
    """
    if not create and not server:
        check_index(home)
    index = Index(home, embedder, server)
    if server:
        index.open_vector_store(create)
        refresh(index, progress)
    if index.forward_index.state("writing"):
        with suppress(BusyError), writing(index, progress):  # while the writer lives, nothing was cut off
            pass
    return index


@contextmanager
def writing(index: Index, progress: Progress | None = None) -> Iterator[None]:
    """Holds the one writer's lock, and on a server its lease; `progress` counts papers while a cut-off write is mended.

    Raises BusyError while another process or machine is writing, LibraryError on a full disk or a lost server.
    """
    with writer_lock(index.home):
        remove_inactive(index.home)
        with hold_lease(index) if index.server else nullcontext(False) as cut_off:
            index.refresh()
            if cut_off or index.forward_index.state("writing"):
                _mend(index, progress)
            index.forward_index.set_state("writing", "1")
            try:
                yield
            finally:
                index.forget_counts()
                if not index.server:
                    index.next_generation()
        if index.server:  # only now: what was cut off, the next sync of the replica fetches
            index.next_generation()
        index.forward_index.set_state("writing", "")
        close_to_others(index.home)


def _mend(index: Index, progress: Progress | None) -> None:
    """Finishes what a cut-off write left; not in place if it left Chroma's own files damaged."""
    index.forget()
    found = None if index.server else probe_in_subprocess(index.folder, progress=progress)
    if index.server or (found and not found.missing):
        repair(index, progress)
    else:
        rebuild(index, progress)
    index.ledger.note(index.forward_index.size(), mended=True)


def repair(index: Index, progress: Progress | None = None) -> None:
    """Brings the derived stores back in step with Chroma, and finishes papers that were half written."""
    store, forward_index = index.vector_store, index.forward_index
    stored, known = store.hashes(progress=progress), forward_index.hashes()
    with forward_index.transaction():
        forward_index.delete([i for i in known if i not in stored])
    behind = [i for i, content in stored.items() if not content or known.get(i) != content]
    for part in batches(behind):
        papers = [s.paper for s in store.get(part)]
        store.delete(sorted(set(part) - {p.id for p in papers}))  # their first row was never written
        if papers:
            index.write(encode(index.embedder, papers))
    rewrite_unreachable(store, forward_index, behind, progress)
    index.bm25.write(counted(forward_index.papers(), progress), clear=True)


def reindex(home: Path, embedder: Embedder, progress: Progress | None = None) -> int:
    """Builds the index anew with `embedder` and switches to it at the end; gives how many papers it holds.

    The old one serves until then, and stays if this is interrupted. Where nothing would change its vectors they are
    copied. `progress` is called with the number of papers done since the last call, of each three times: when it is
    embedded, when its words are indexed and when its vectors are looked for. Raises NoIndexError, BusyError while
    another process is writing, LibraryError on a full disk.
    """
    try:
        open_index(home, embedder, create=False, progress=progress).close()  # finishes what a cut-off write left
    except NoIndexError:
        raise
    except LibraryError:  # made in another way, which is why we are here
        pass
    with writer_lock(home):
        remove_inactive(home)
        old = ForwardIndex(active(home) / "derived.sqlite", embedder.dimension)
        with fresh_index(home, embedder, progress) as fresh:
            same = old.state("fingerprint") == fresh.forward_index.state("fingerprint")
            if same and not old.state("writing"):
                copy_records(old, fresh, progress)
            else:
                embed_papers(stored_papers(home, old), fresh, progress)
            papers = fresh.forward_index.size()
        old.close()
        fresh.ledger.note(papers, reindexed=embedder.name)
    return papers
