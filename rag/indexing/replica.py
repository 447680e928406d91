"""A home that is a replica of a Chroma server: its derived stores brought in step with what other machines wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rag.errors import BusyError
from rag.indexing.folder import writer_lock
from rag.indexing.index import Index
from rag.indexing.records import Progress, batches, encode


def refresh(index: Index, progress: Progress | None = None) -> None:
    """Sees what another process or machine has written since. Cheap when nothing was.

    With a server the replica is synced first, unless another thread or process is at it, or writing: this one then
    goes on with what is there. `progress` counts papers. Raises LibraryError when the index was built in another way.
    """
    if index.server and _reached(index) != index.vector_store.generation():
        with suppress(BusyError), writer_lock(index.home):
            sync_replica(index, progress)
    index.refresh()


def sync_replica(index: Index, progress: Progress | None = None) -> None:
    """Brings the derived stores in step with the server: only what changed, told by content hash.

    Call while the home's lock is held. Cut off, it is done again from the last generation that was reached.
    """
    store, forward_index = index.vector_store, index.forward_index
    generation, since = store.generation(), _reached(index)
    if generation == since:
        return
    changed = store.changed(since if since < generation else 0)
    behind = [i for i, content in changed.items() if forward_index.hash(i) != content]
    for part in batches(behind):
        records = encode(index.embedder, [s.paper for s in store.get(part)])
        with forward_index.transaction():
            forward_index.put(records)
        if progress:
            progress(len(part))
    gone: list[str] = []
    if store.count() != forward_index.counts()[1]:
        there = store.paper_ids()
        gone = [i for i in forward_index.hashes() if i not in there]
        with forward_index.transaction():
            forward_index.delete(gone)
    texts = (r.paper for i in changed for r in forward_index.records([i]))
    index.bm25.write(texts, removed=gone)
    with forward_index.transaction():
        forward_index.set_state("collection", store.id)
        forward_index.set_state("generation", str(generation))


@contextmanager
def hold_lease(index: Index) -> Iterator[bool]:
    """Makes this home the server's one writer, from where the others left it; gives whether a write was cut off.

    Raises BusyError while another is writing.
    """
    with index.vector_store.leased() as cut_off:
        sync_replica(index)
        yield cut_off


def _reached(index: Index) -> int:
    """The generation of the server that this home has reached, 0 for none of it."""
    forward_index = index.forward_index
    same = forward_index.state("collection") == index.vector_store.id
    return int(forward_index.state("generation", "0")) if same else 0
