"""The library: papers in a folder, kept in step between Chroma (the truth) and what is derived from it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from rag.embedding import DEFAULT, Embedder, load_embedder
from rag.errors import BusyError, LibraryError
from rag.following import check_home, follow_if_free
from rag.home import check_index, current
from rag.ledger import Ledger
from rag.passages import CHUNKER
from rag.question import check_question
from rag.reranker import Reranker, load_reranker
from rag.server import Server
from rag.shelf import Shelf
from rag.store import compare
from rag.sync import Encode, Progress, Sync, SyncReport
from rag.types import Hit, Paper
from rag.writing import writing


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
        folder: Path | None = None,
    ) -> None:
        """Use `open`. `folder` is that of the index, the one in use if not given."""
        self.home = home
        self.server = server
        self.ledger = Ledger(home / "ledger.jsonl")
        self._embedding, self._runtime, self._reranker = embedding, runtime, reranker
        self._given_embedder = embedder
        self._lock = threading.RLock()
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder or current(home)
        self.folder.mkdir(exist_ok=True, mode=0o700)
        self.shelf = Shelf(self.folder / "derived.sqlite", self.embedder.dimension)
        check_home(self)
        self._check_fingerprint()
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
        Raises NoIndexError when absent and not to be made, LibraryError when it was made with another model or the
        server does not answer.
        """
        home = Path(home).expanduser()
        if home.exists() and not home.is_dir():
            raise LibraryError(f"{home} is not a folder (ASKPAPERS_HOME, --home)")
        if not create and not server:
            check_index(home)
        try:
            library = cls(home, embedder, embedding, runtime, reranker, server)
        except PermissionError as error:
            raise LibraryError(f"{error.filename}: {error.strerror}; see to its permissions, or set --home") from None
        if server:
            library.store = library._open_store(create)
            library.refresh(progress)
        if library.shelf.state("writing"):
            with suppress(BusyError), writing(library):  # while the writer lives, nothing was cut off
                pass
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

        return Store(self.server or self.folder / "chroma", self.fingerprint, create)

    @cached_property
    def lexical(self) -> Any:
        from rag.lexical import Lexical

        return Lexical(self.folder / "lexical")

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
        if known:
            compare(json.loads(known), self.fingerprint)
            return
        if (self.folder / "chroma" / "chroma.sqlite3").exists():  # the shelf was lost, or is of an older layout
            _ = self.store  # compares
            self.shelf.set_state("writing", "1")
        self.shelf.set_state("fingerprint", json.dumps(self.fingerprint))

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
        self.refresh()
        return self.shelf.papers()

    def __len__(self) -> int:
        return self._size

    @cached_property
    def _size(self) -> int:
        return self.shelf.size()

    def refresh(self, progress: Progress | None = None) -> None:
        """Sees what another process or machine has written since. Cheap when nothing was.

        Raises LibraryError when it built the index anew in another way.
        """
        if self.server:
            follow_if_free(self, progress)
        with self._lock:
            folder = current(self.home)
            if folder != self.folder:
                self._move(folder)
            generation = self.shelf.state("generation", "0")
            if generation != self._generation:
                self.forget()
                self._generation = generation

    def _move(self, folder: Path) -> None:
        """Goes over to another index of the same kind."""
        shelf = Shelf(folder / "derived.sqlite", self.embedder.dimension)
        known = json.loads(shelf.state("fingerprint"))
        if known != self.fingerprint:
            made = str(known["embedding"]).rpartition("@")[0]
            raise LibraryError(
                f"the index in {self.home} was built anew with {made}: set ASKPAPERS_EMBEDDING={made} and restart"
            )
        self.forget()
        self.__dict__.pop("lexical", None)
        self.folder, self.shelf = folder, shelf

    def forget(self) -> None:
        """Drops what was cached of the stores; they open anew on next use."""
        if not self.server:
            self._close_store()  # Chroma's files do not show another process's vectors until reopened
        self.forget_counts()
        if "lexical" in self.__dict__:
            self.lexical.reload()

    def _close_store(self) -> None:
        if "store" in self.__dict__:
            self.__dict__.pop("store").close()

    def forget_counts(self) -> None:
        for name in ("frequency", "_size"):
            self.__dict__.pop(name, None)

    def next_generation(self) -> None:
        """Tells the other processes that something was written."""
        self._generation = str(int(self.shelf.state("generation", "0")) + 1)
        self.shelf.set_state("generation", self._generation)

    def status(self) -> dict[str, Any]:
        """What is in the library and what it was made with."""
        self.refresh()
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
            "last_import": self.ledger.last("read"),
            "megabytes": round(sum(f.stat().st_size for f in self.home.rglob("*") if f.is_file()) / 1e6, 1),
        }

    # -- writing ------------------------------------------------------------------------------------------------

    def sync(
        self, papers: Iterable[Paper], progress: Progress | None = None, embed: Encode | None = None
    ) -> SyncReport:
        """Brings the papers in: new ones are added, changed ones updated, the rest is left as it is.

        Papers already in the library that do not come by are kept. `progress` is called with the number of
        papers done since the last call. `embed` turns batches of papers into records somewhere else
        (`rag.ray_embedding`). Raises BusyError while another process or machine is writing, LibraryError on a full
        disk or when the server is gone.
        """
        with writing(self):
            return Sync(self, progress, embed).run(papers)

    def remove(self, paper_ids: Sequence[str]) -> int:
        """Removes papers everywhere; gives how many there were."""
        with writing(self):
            there = [i for i in paper_ids if self.shelf.hash(i) is not None]
            if there:
                self.store.delete(there)
                with self.shelf.transaction():
                    self.shelf.delete(there)
                self.lexical.write([], removed=there)
            self.ledger.note(self.shelf.size(), removed=len(there))
        return len(there)

    def mend(self) -> None:
        """Brings everything in step with Chroma, whether or not a write was cut off.

        Where Chroma itself is damaged, or finds not all of its vectors, the index is built anew from the shelf.
        Raises as `sync` does.
        """
        self.shelf.set_state("writing", "1")
        with writing(self):
            pass

    def close(self) -> None:
        """Lets go of the files."""
        self._close_store()
        self.shelf.close()
