"""A library without papers, served at once: those that come with askpapers are read into it meanwhile."""

from __future__ import annotations

import threading
from pathlib import Path

from rag.errors import AskpapersError, BusyError
from rag.library import Library
from rag.readers import read_papers
from rag.shipped import COLLECTION, shipped

_AGAIN_SECONDS = 2.0  # after which it is tried again to write while another process does


def wants_first_papers(library: Library) -> bool:
    """Whether it holds no papers, or some of those that come with askpapers, whose reading was cut off."""
    if library.index.server:
        return False
    if not len(library):
        return True
    sources = library.index.forward_index.by_source()
    return library.index.ledger.last("read") is None and all(s.startswith(f"{COLLECTION}/") for s in sources)


class FirstPapers:
    """Reads them in a thread of its own. Thread-safe."""

    def __init__(self, library: Library, path: Path | None = None) -> None:
        """`path` is what is read, if not what comes with askpapers."""
        self._library, self._path = library, path or shipped(COLLECTION)
        self._read, self._failed = 0, ""
        self._thread = threading.Thread(target=self._work, name="first papers", daemon=True)
        if wants_first_papers(library):
            self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether they are being read."""
        return self._thread.is_alive()

    def why_not(self) -> str:
        """Why nothing can be asked now, and what to do; "" where it can."""
        if self.busy:
            return (
                f"The library holds no papers of yours yet. Those that come with askpapers are being read into it, "
                f"{self._read} so far: ask again in a minute or two. Your own: askpapers index PATH..."
            )
        if self._failed:
            return f"the papers that come with askpapers could not be read: {self._failed}"
        self._library.refresh()
        return "" if len(self._library) else "The library holds no papers: add some with askpapers index PATH..."

    def _work(self) -> None:
        while True:
            try:
                self._library.sync(read_papers(self._path), self._count)
                return
            except BusyError:  # by the same command, started twice
                threading.Event().wait(_AGAIN_SECONDS)
            except (AskpapersError, OSError) as error:
                self._failed = str(error)
                return

    def _count(self, papers: int) -> None:
        self._read += papers
