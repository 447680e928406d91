"""Writing to a library: one at a time, what was cut off before is mended first, and readers are told at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from rag.following import leading
from rag.home import close_to_others, sweep, writer_lock
from rag.sync import repair

if TYPE_CHECKING:
    from rag.library import Library


@contextmanager
def writing(library: Library) -> Iterator[None]:
    """Holds the one writer's lock, and on a server its lease. Raises as `Library.sync` does."""
    with writer_lock(library.home):
        sweep(library.home)
        with leading(library) if library.server else nullcontext(False) as cut_off:
            library.refresh()
            if cut_off or library.shelf.state("writing"):
                _mend(library)
            library.shelf.set_state("writing", "1")
            try:
                yield
            finally:
                library.forget_counts()
                if not library.server:
                    library.next_generation()
        if library.server:  # only now: what was cut off, the next `follow` fetches
            library.next_generation()
        library.shelf.set_state("writing", "")
        close_to_others(library.home)


def _mend(library: Library) -> None:
    """Finishes what a cut-off write left; not in place if it left Chroma's own files damaged."""
    from rag.probe import lost
    from rag.reindex import rebuild

    library.forget()
    if library.server or lost(library.folder) == []:
        repair(library)
    else:
        rebuild(library)
    library.ledger.note(library.shelf.size(), mended=True)
