"""The library: papers in a folder, kept in step between Chroma (the truth) and what is derived from it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

from rag.embedding import DEFAULT, Embedder, load_embedder
from rag.errors import BusyError, LibraryError, NoIndexError, QuestionError
from rag.following import check_home, follow, follow_if_free
from rag.passages import CHUNKER
from rag.reranker import Reranker, load_reranker
from rag.server import Server
from rag.shelf import Shelf
from rag.sync import Progress, Sync, SyncReport, repair
from rag.types import Hit, Paper

_MAX_QUESTION = 4000  # characters


class Library:
    """Papers in a folder: `sync` writes, `search` reads. Safe to share between threads."""

    def __init__(
        self,
        home: Path,
        embedder: Embedder | None = None,
        embedding: str = DEFAULT,
        runtime: str = "auto",
        reranker: str | Reranker = "",
        server: Server | None = None,
    ) -> None:
        self.home = home
        self.server = server
        self.ledger = home / "ledger.jsonl"
        self._embedding, self._runtime, self._reranker = embedding, runtime, reranker
        self._given_embedder = embedder
        self._lock = threading.RLock()
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.shelf = Shelf(home / "derived.sqlite", self.embedder.dimension)
        self._generation = self.shelf.state("generation", "0")

    @classmethod
    def open(
        cls,
        home: str | Path,
        *,
        embedding: str = DEFAULT,
        embedder: Embedder | None = None,
        runtime: str = "auto",
        reranker: str | Reranker = "",
        server: Server | None = None,
        create: bool = True,
        progress: Progress | None = None,
    ) -> Library:
        """Opens the library in that folder, made when absent and `create`.

        With a `server` the papers lie there, and the folder is brought in step with it (`progress` counts papers).
        `runtime` is what runs the embedding model (`load_embedder`); `reranker` a CrossEncoder's name or folder,
        or any object with its `predict`, "" for none.
        Raises NoIndexError when absent and not to be made, LibraryError when it was made with another model or
        the server does not answer.
        """
        home = Path(home).expanduser()
        if not create and not server and not (home / "derived.sqlite").exists():
            raise NoIndexError(f"no index in {home} yet; make one with: askpapers index PATH...")
        if home.exists() and not home.is_dir():
            raise LibraryError(f"{home} is not a folder (ASKPAPERS_HOME, --home)")
        library = cls(home, embedder, embedding, runtime, reranker, server)
        check_home(library)
        if server:
            library.store = library._open_store(create)
        library._check_fingerprint()
        if library.shelf.state("writing"):
            library._repair_if_free()
        library.refresh(progress)
        return library

    @cached_property
    def embedder(self) -> Embedder:
        return self._given_embedder or load_embedder(self._embedding, self._runtime)

    @cached_property
    def reranker(self) -> Reranker | None:
        if isinstance(self._reranker, str):
            return load_reranker(self._reranker) if self._reranker else None
        return self._reranker

    @cached_property
    def store(self) -> Any:
        return self._open_store()

    def _open_store(self, create: bool = True) -> Any:
        from rag.store import Store  # chromadb takes most of a second to import

        return Store(self.server or self.home / "chroma", self.fingerprint, create)

    @cached_property
    def lexical(self) -> Any:
        from rag.lexical import Lexical

        return Lexical(self.home / "lexical")

    @cached_property
    def frequency(self) -> dict[int, int]:
        """In how many papers each token of the embedding model occurs."""
        return self.shelf.frequency()

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What made the vectors: an index is only ever used with what it was made with."""
        return {
            "embedding": self.embedder.fingerprint,
            "dimension": self.embedder.dimension,
            "chunker": CHUNKER,
            "space": "cosine",
        }

    def _check_fingerprint(self) -> None:
        known = self.shelf.state("fingerprint")
        if not known:
            self.shelf.set_state("fingerprint", json.dumps(self.fingerprint))
        elif json.loads(known) != self.fingerprint:
            _ = self.store  # says what differs
            raise LibraryError(f"the index in {self.home} was made in another way: {known}; index again elsewhere")

    # -- reading ------------------------------------------------------------------------------------------------

    def search(self, query: str, k: int = 10, where: Mapping[str, Any] | None = None) -> list[Hit]:
        """The k best papers for a query, best first, each with its best passage and sentence.

        `where` keeps papers with the given year, category or source; a list means any of them. Raises
        QuestionError for a blank or overlong query, ValueError for an unknown name in `where`.
        """
        from rag.retrieval import retrieve

        return [match.hit for match in retrieve(self, check_question(query), k, where).matches]

    def papers(self) -> Iterator[Paper]:
        """All papers, ordered by id."""
        return self.shelf.papers()

    def __len__(self) -> int:
        return self._size

    @cached_property
    def _size(self) -> int:
        return self.shelf.size()

    def refresh(self, progress: Progress | None = None) -> None:
        """Sees what another process or machine has written since. Cheap when nothing was."""
        if self.server:
            follow_if_free(self, progress)
        generation = self.shelf.state("generation", "0")
        with self._lock:
            if generation != self._generation:
                self._forget()
                self._generation = generation

    def _forget(self) -> None:
        """Drops what was cached of the stores; they open anew on next use."""
        if not self.server:
            self._close_store()  # Chroma does not see another process's vectors until reopened
        self._forget_counts()
        if "lexical" in self.__dict__:
            self.lexical.reload()

    def _close_store(self) -> None:
        if "store" in self.__dict__:
            self.__dict__.pop("store").close()

    def _forget_counts(self) -> None:
        for name in ("frequency", "_size"):
            self.__dict__.pop(name, None)

    def status(self) -> dict[str, Any]:
        """What is in the library and what it was made with."""
        papers, passages = self.shelf.counts()
        return {
            "home": str(self.home),
            **({"server": self.server.url} if self.server else {}),
            "papers": papers,
            "passages": passages,
            "sources": self.shelf.by_source(),
            "embedding": self.embedder.name,
            "runtime": self.embedder.runtime,
            "dimension": self.embedder.dimension,
            "chunker": CHUNKER,
            "last_import": self.last_import(),
            "megabytes": round(sum(f.stat().st_size for f in self.home.rglob("*") if f.is_file()) / 1e6, 1),
        }

    def last_import(self) -> dict[str, Any] | None:
        """The ledger's last entry, None when nothing was ever imported."""
        lines = self.ledger.read_text(encoding="utf-8").splitlines() if self.ledger.exists() else []
        return json.loads(lines[-1]) if lines else None

    # -- writing ------------------------------------------------------------------------------------------------

    def sync(self, papers: Iterable[Paper], progress: Progress | None = None) -> SyncReport:
        """Brings the papers in: new ones are added, changed ones updated, the rest is left as it is.

        Papers already in the library that do not come by are kept. `progress` is called with the number of
        papers done since the last call. Raises BusyError while another process or machine is writing.
        """
        with self.writing():
            return Sync(self, progress).run(papers)

    def remove(self, paper_ids: Sequence[str]) -> int:
        """Removes papers everywhere; gives how many there were."""
        with self.writing():
            there = [i for i in paper_ids if self.shelf.hash(i) is not None]
            if there:
                self.store.delete(there)
                with self.shelf.transaction():
                    self.shelf.delete(there)
                self.lexical.write([], removed=there)
        return len(there)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the one writer's lock; repairs first what a cut-off write left; tells readers at the end."""
        with self.locked():
            whole = False
            try:
                with self.store.writing() if self.server else nullcontext(False) as cut_off:
                    if self.server:
                        follow(self)
                    self.refresh()
                    if cut_off or self.shelf.state("writing"):
                        repair(self)
                    self.shelf.set_state("writing", "1")
                    yield
                whole = True
            finally:
                self._forget_counts()
                if whole or not self.server:  # else the next `follow` finds how far the server got
                    self._generation = str(int(self.shelf.state("generation", "0")) + 1)
                    self.shelf.set_state("generation", self._generation)
            self.shelf.set_state("writing", "")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds this home's lock, for one writer at a time. Raises BusyError while another process holds it."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.home / "write.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            holder = (self.home / "writer").read_text() if (self.home / "writer").exists() else "?"
            raise BusyError(f"process {holder} is writing to {self.home}; try again when it is done") from None
        try:
            (self.home / "writer").write_text(str(os.getpid()))
            yield
        finally:
            lock.release()

    def _repair_if_free(self) -> None:
        try:
            with self.writing():
                pass
        except BusyError:
            pass  # the writer is alive: nothing was cut off

    def close(self) -> None:
        """Lets go of the files."""
        self._forget()
        self._close_store()
        self.shelf.close()


def check_question(text: str) -> str:
    """The question, trimmed. Raises QuestionError when blank or longer than 4,000 characters."""
    text = " ".join(text.split())
    if not text:
        raise QuestionError("the question is blank: type one")
    if len(text) > _MAX_QUESTION:
        raise QuestionError(f"the question has {len(text):,} characters; at most {_MAX_QUESTION:,} can be asked")
    return text
