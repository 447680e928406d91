"""A home that follows a Chroma server: its shelf and words brought in step with what other machines wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from rag.errors import BusyError, LibraryError
from rag.home import writer_lock
from rag.sync import Progress, batches, encode

if TYPE_CHECKING:
    from rag.library import Library


def check_home(library: Library) -> None:
    """Notes which server the home follows.

    Raises LibraryError when its shelf and words are derived from something else than its store.
    """
    followed = library.shelf.state("server")
    if library.server and (library.folder / "chroma").exists():
        raise LibraryError(
            f"{library.home} holds an index of its own: choose another --home for {library.server}, or unset "
            "ASKPAPERS_CHROMA_URL"
        )
    if followed and not library.server:
        raise LibraryError(f"{library.home} follows {followed}: set ASKPAPERS_CHROMA_URL, or choose another --home")
    if library.server:
        library.shelf.set_state("server", library.server.url)


def is_behind(library: Library) -> bool:
    """Whether the server was written to since this home was brought in step."""
    return bool(_followed(library) != library.store.generation())


def follow(library: Library, progress: Progress | None = None) -> None:
    """Brings the shelf and the words in step with the server: only what changed, told by content hash.

    Called while the home's lock is held. Cut off, it is done again from the last generation that was reached.
    """
    store, shelf = library.store, library.shelf
    generation, since = store.generation(), _followed(library)
    if generation == since:
        return
    changed = store.changed(since if since < generation else 0)
    behind = [i for i, content in changed.items() if shelf.hash(i) != content]
    for part in batches(behind):
        records = encode(library.embedder, [s.paper for s in store.get(part)])
        with shelf.transaction():
            shelf.put(records)
        if progress:
            progress(len(part))
    gone: list[str] = []
    if store.count() != shelf.counts()[1]:
        there = store.paper_ids()
        gone = [i for i in shelf.hashes() if i not in there]
        with shelf.transaction():
            shelf.delete(gone)
    words = (r.paper for i in changed for r in shelf.records([i]))
    library.lexical.write(words, removed=gone)
    with shelf.transaction():
        shelf.set_state("collection", store.id)
        shelf.set_state("generation", str(generation))


@contextmanager
def leading(library: Library) -> Iterator[bool]:
    """Makes this home the one that writes to the server, from where the others left it; gives whether one was cut off.

    Raises BusyError while another is writing.
    """
    with library.store.leased() as cut_off:
        follow(library)
        yield cut_off


def follow_if_free(library: Library, progress: Progress | None = None) -> None:
    """`follow`, unless another thread or process is at it, or writing: this one then goes on with what is there."""
    if is_behind(library):
        with suppress(BusyError), writer_lock(library.home):
            follow(library, progress)


def _followed(library: Library) -> int:
    """The generation of the server that this home has reached, 0 for none of it."""
    shelf = library.shelf
    return int(shelf.state("generation", "0")) if shelf.state("collection") == library.store.id else 0
