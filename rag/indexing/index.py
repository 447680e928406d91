"""The open index of one folder: Chroma, what is derived from it, the embedding model, and whether all that is fresh."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from rag.errors import LibraryError
from rag.indexing.bm25 import Bm25Index
from rag.indexing.chroma_server import Server
from rag.indexing.folder import active
from rag.indexing.forward_index import ForwardIndex
from rag.indexing.ledger import Ledger
from rag.indexing.records import Record
from rag.indexing.vector_store import VectorStore, compare
from rag.models.embedding import Embedder, Encoded
from rag.models.encoded_texts import EncodedTexts
from rag.models.question_side import QuestionSide, load_question_side
from rag.text.chunking import CHUNKER


class Index:
    """The handles, opened on first use, and their freshness. Safe to share between threads."""

    def __init__(
        self, home: Path, embedder: Embedder, server: Server | None = None, folder: Path | None = None
    ) -> None:
        """Opens the index in `home`, made when absent; `folder` is another than the one in use.

        Raises LibraryError when it was made with another model, or belongs to another server.
        """
        self.home, self.embedder, self.server = home, embedder, server
        self.ledger = Ledger(home / "ledger.jsonl")
        self._lock = threading.RLock()
        self._last_query: tuple[str, Encoded] | None = None
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder or active(home)
        self.folder.mkdir(exist_ok=True, mode=0o700)
        self.forward_index = self._open_forward_index(self.folder)
        self._check_server()
        self._check_fingerprint()
        self._generation = self.forward_index.state("generation", "0")

    def _open_forward_index(self, folder: Path) -> ForwardIndex:
        return ForwardIndex(folder / "derived.sqlite", self.embedder.dimension)

    def open_vector_store(self, create: bool = True) -> VectorStore:
        """Opens Chroma now, its collection made when absent and `create`. Raises NoIndexError, LibraryError."""
        self.vector_store = VectorStore(self.server or self.folder / "chroma", self.fingerprint, create)
        return self.vector_store

    @cached_property
    def vector_store(self) -> VectorStore:
        return self.open_vector_store()

    @cached_property
    def bm25(self) -> Bm25Index:
        return Bm25Index(self.folder / "lexical")

    @cached_property
    def question_side(self) -> QuestionSide | None:
        """What was learned of questions, None for another embedding model than it was for; no part of the index."""
        return load_question_side(self.embedder.fingerprint)

    @cached_property
    def encoded_texts(self) -> EncodedTexts:
        """Texts that the embedding model has lately been given when answers were checked."""
        return EncodedTexts(self.embedder)

    @cached_property
    def frequency(self) -> dict[int, int]:
        """In how many papers each token of the embedding model occurs."""
        return self.forward_index.frequency()

    def encode_query(self, text: str) -> Encoded:
        """A question to vectors; the last one is kept, for understanding it and searching for it need the same."""
        last = self._last_query
        if last is None or last[0] != text:
            last = self._last_query = (text, self.embedder.encode_query(text))
        return last[1]

    def __len__(self) -> int:
        return self._size

    @cached_property
    def _size(self) -> int:
        return self.forward_index.size()

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
        known = self.forward_index.state("fingerprint")
        if known:
            compare(json.loads(known), self.fingerprint)
            return
        if (self.folder / "chroma" / "chroma.sqlite3").exists():  # the forward index was lost, or is of an older layout
            self.open_vector_store()  # compares
            self.forward_index.set_state("writing", "1")
        self.forward_index.set_state("fingerprint", json.dumps(self.fingerprint))

    def _check_server(self) -> None:
        """Notes which server this home is a replica of; raises LibraryError when it is derived from something else."""
        server = self.forward_index.state("server")
        if self.server and (self.folder / "chroma").exists():
            raise LibraryError(
                f"{self.home} holds an index of its own: choose another --home for {self.server}, or unset "
                "ASKPAPERS_CHROMA_URL"
            )
        if server and not self.server:
            raise LibraryError(
                f"{self.home} is a replica of {server}: set ASKPAPERS_CHROMA_URL, or choose another --home"
            )
        if self.server:
            self.forward_index.set_state("server", self.server.url)

    def refresh(self) -> None:
        """Sees what another process has written to these files since. Cheap when nothing was.

        Raises LibraryError when it built the index anew in another way.
        """
        with self._lock:
            folder = active(self.home)
            if folder != self.folder:
                self._move(folder)
            generation = self.forward_index.state("generation", "0")
            if generation != self._generation:
                self.forget()
                self._generation = generation

    def _move(self, folder: Path) -> None:
        """Opens the index that was activated in place of this one."""
        forward_index = self._open_forward_index(folder)
        known = json.loads(forward_index.state("fingerprint"))
        if known != self.fingerprint:
            made = str(known["embedding"]).rpartition("@")[0]
            raise LibraryError(
                f"the index in {self.home} was built anew with {made}: set ASKPAPERS_EMBEDDING={made} and restart"
            )
        self.forget()
        self.__dict__.pop("bm25", None)
        self.folder, self.forward_index = folder, forward_index

    def forget(self) -> None:
        """Drops what was cached of the stores; they open anew on next use."""
        if not self.server:
            self._close_vector_store()  # Chroma's files do not show another process's vectors until reopened
        self.forget_counts()
        if "bm25" in self.__dict__:
            self.bm25.reload()

    def _close_vector_store(self) -> None:
        if "vector_store" in self.__dict__:
            self.__dict__.pop("vector_store").close()

    def forget_counts(self) -> None:
        """Drops the counts that were cached; they are made anew on next use."""
        for name in ("frequency", "_size"):
            self.__dict__.pop(name, None)

    def next_generation(self) -> None:
        """Tells the other processes that something was written."""
        self._generation = str(int(self.forward_index.state("generation", "0")) + 1)
        self.forward_index.set_state("generation", self._generation)

    def write(self, records: Sequence[Record]) -> None:
        """Writes the records of different papers to Chroma, then to the forward index. Call inside `writing`."""
        if not records:
            return
        known = [r.paper.id for r in records if self.forward_index.hash(r.paper.id) is not None]
        self.vector_store.put([(r.paper, r.passages, r.vectors) for r in records], known)
        with self.forward_index.transaction():
            self.forward_index.put(records)

    def close(self) -> None:
        """Closes the files."""
        self._close_vector_store()
        self.forward_index.close()
