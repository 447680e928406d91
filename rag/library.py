"""The library: papers in a folder. `sync` writes, `search` reads; the index behind it is in rag/indexing/."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import LibraryError
from rag.indexing.chroma_server import Server
from rag.indexing.folder import check_index
from rag.indexing.index import Index
from rag.indexing.records import Encode, Progress
from rag.indexing.replica import refresh
from rag.indexing.writer import open_index, writing
from rag.models.embedding import DEFAULT, Embedder, load_embedder
from rag.models.reranker import Reranker, load_reranker
from rag.readers.identity import arxiv_id
from rag.retrieval.catalogue import Catalogue
from rag.retrieval.hybrid import Retrieved, retrieve
from rag.retrieval.query import check_question, condition
from rag.settings import Settings
from rag.text.chunking import CHUNKER
from rag.types import Hit, Paper

if TYPE_CHECKING:
    from rag.indexing.sync import SyncReport

Where = Mapping[str, Any]  # a filter by "year", "category", "source" or "author"; a list means any of them

MAX_NAME = 6  # words of an author's name


class Library:
    """Papers in a folder: `sync` writes, `search` reads. Safe to share between threads."""

    def __init__(self, index: Index, reranker: str | Reranker = "") -> None:
        """Use `open`."""
        self.index = index
        self._reranker = reranker

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
        embedder = embedder or load_embedder(embedding, runtime)
        try:
            return cls(open_index(home, embedder, server, create, progress), reranker)
        except PermissionError as error:
            raise LibraryError(f"{error.filename}: {error.strerror}; see to its permissions, or set --home") from None

    @classmethod
    def from_settings(cls, settings: Settings, create: bool = False, progress: Progress | None = None) -> Library:
        """Opens the library that the settings describe. Raises as `open` does."""
        return cls.open(
            settings.home,
            embedding=settings.embedding,
            runtime=settings.embedding_runtime,
            reranker=settings.reranker,
            server=settings.server,
            create=create,
            progress=progress,
        )

    @property
    def home(self) -> Path:
        return self.index.home

    @property
    def embedder(self) -> Embedder:
        return self.index.embedder

    @cached_property
    def catalogue(self) -> Catalogue:
        """What the papers' records tell without a search by meaning."""
        return Catalogue(self.index)

    @cached_property
    def reranker(self) -> Reranker | None:
        if isinstance(self._reranker, str):
            return load_reranker(self._reranker) if self._reranker else None
        return self._reranker

    # -- reading ------------------------------------------------------------------------------------------------

    def retrieve(self, query: str, k: int, where: Where | None = None) -> Retrieved:
        """The k best papers for a query with all their scores, which are comparable within one result only."""
        self.refresh()
        return retrieve(self.index, query, k, where, self.reranker)

    def search(self, query: str, k: int = 10, where: Where | None = None) -> list[Hit]:
        """The k best papers for a query, best first, each with its best passage and sentence.

        `where` keeps papers with the given year, category, source or author; a list means any of them. A query that
        is an author's whole name finds that author's papers. Raises QuestionError for a blank or overlong query,
        ValueError for an unknown name in `where`.
        """
        query, where = check_question(query), dict(where or {})
        if 2 <= len(query.split()) <= MAX_NAME and "author" not in where and self.catalogue.has_author(query):
            where["author"] = query
        return [match.hit for match in self.retrieve(query, k, where).matches]

    def papers(self, where: Where | None = None) -> Iterator[Paper]:
        """All papers that the filter keeps, ordered by id. Raises ValueError for an unknown name in `where`."""
        self.refresh()
        return self.index.forward_index.papers(*condition(where or {}))

    def paper(self, paper_id: str) -> Paper | None:
        """The paper of that id, of arXiv's with or without its version; None where there is none."""
        records = self.index.forward_index.records([arxiv_id(paper_id)[0] or paper_id])
        return records[0].paper if records else None

    def __len__(self) -> int:
        return len(self.index)

    def refresh(self) -> None:
        """Sees what another process or machine has written since. Cheap when nothing was.

        Raises LibraryError when it built the index anew in another way.
        """
        refresh(self.index)

    def status(self) -> dict[str, Any]:
        """What is in the library and what it was made with."""
        self.refresh()
        index = self.index
        papers, passages = index.forward_index.counts()
        return {
            "home": str(self.home),
            **({"server": index.server.url} if index.server else {}),
            "papers": papers,
            "passages": passages,
            "sources": index.forward_index.by_source(),
            "embedding": self.embedder.name,
            "runtime": self.embedder.runtime,
            "dimension": self.embedder.dimension,
            "question_side": index.question_side.digest if index.question_side else "untrained",
            "chunker": CHUNKER,
            "last_import": index.ledger.last("read"),
            "megabytes": round(sum(f.stat().st_size for f in self.home.rglob("*") if f.is_file()) / 1e6, 1),
        }

    # -- writing ------------------------------------------------------------------------------------------------

    def sync(
        self, papers: Iterable[Paper], progress: Progress | None = None, embed: Encode | None = None
    ) -> SyncReport:
        """Brings the papers in: new ones are added, changed ones updated, the rest is left as it is.

        Papers already in the library that do not come by are kept. `progress` is called with the number of
        papers done since the last call. `embed` turns batches of papers into records somewhere else
        (`rag.indexing.ray_embedding`). Raises BusyError while another process or machine is writing, LibraryError on
        a full disk or when the server is gone.
        """
        from rag.indexing.sync import Sync  # its readers take a while to load, and asking needs none

        with writing(self.index):
            return Sync(self.index, progress, embed).run(papers)

    def remove(self, paper_ids: Sequence[str]) -> int:
        """Removes papers everywhere; gives how many there were. Raises as `sync` does."""
        index = self.index
        with writing(index):
            there = [i for i in paper_ids if index.forward_index.hash(i) is not None]
            if there:
                index.vector_store.delete(there)
                with index.forward_index.transaction():
                    index.forward_index.delete(there)
                index.bm25.write([], removed=there)
            index.ledger.note(index.forward_index.size(), removed=len(there))
        return len(there)

    def repair(self, progress: Progress | None = None) -> None:
        """Brings everything in step with Chroma, whether or not a write was cut off.

        Where Chroma itself is damaged, or finds not all of its vectors, the index is built anew from what is derived
        of it. `progress` counts papers, some of them twice. Raises as `sync` does.
        """
        self.index.forward_index.set_state("writing", "1")
        with writing(self.index, progress):
            pass

    def close(self) -> None:
        """Closes the files."""
        self.index.close()
