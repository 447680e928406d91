"""Passages, vectors and papers in Chroma: the truth, in a folder or on a server.

This and `chroma_server.py` are the only files that know chromadb.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import LibraryError, NoIndexError
from rag.indexing.chroma_server import Server, find_collection
from rag.indexing.lease import Lease
from rag.indexing.records import Progress
from rag.models.embedding import Vectors
from rag.types import Paper, Passage, paper_from_json, paper_of, paper_to_json

_SPACE = {"hnsw": {"space": "cosine", "ef_search": 400}}
_NAME = "passages"
_PAGE = 5000
_NEIGHBOURS = 10  # rows among which a vector must find its own,
_SAME_DISTANCE = 1e-4  # unless all of them are as near as this (cosine distance)


@dataclass(frozen=True)
class StoredPaper:
    """A paper as it stands in Chroma. Not `whole` when a write was cut off: rows missing or of two versions."""

    paper: Paper
    passages: tuple[Passage, ...]
    vectors: Vectors
    whole: bool


class VectorStore:
    """One Chroma collection: a row a passage; the first row of a paper carries the whole paper as JSON."""

    def __init__(self, place: Path | Server, fingerprint: dict[str, Any] | None, create: bool = True) -> None:
        """Opens the collection, made with `fingerprint` when absent and `create`; None opens any.

        Raises LibraryError when they differ or the server does not answer, NoIndexError when absent and not to be made.
        """
        self._place = place
        self._lease: Lease | None = None
        self._generation = 0  # the one that is being written to a server
        # Who opens Chroma's files replays their log, and may write them as the writer does: never both at once.
        self._file_lock = _lock_of(place)
        with self._file_lock:
            self._client = place.connect() if isinstance(place, Server) else _open(place)
            # get_or_create would keep another collection's space and metadata in silence: compare instead.
            self._rows = find_collection(self._client, _NAME)
            if self._rows is not None:
                space = self._rows.configuration_json["hnsw"]["space"]
                compare({**(self._rows.metadata or {}), "space": space}, fingerprint or {})
            elif create and fingerprint:
                self._rows = self._client.create_collection(
                    _NAME, configuration=_SPACE, metadata=fingerprint, embedding_function=None
                )
            else:
                raise NoIndexError(f"no index at {place} yet; make one with: askpapers index PATH...")
            self._rows.count()  # the log is replayed now

    @property
    def id(self) -> str:
        """The collection's, given by Chroma when it was made."""
        return str(self._rows.id)

    def generation(self) -> int:
        """How often the server's collection was written to, from 1 on: readers compare it."""
        return int(self._state().get("generation", 1))

    @contextmanager
    def leased(self) -> Iterator[bool]:
        """Makes this the server's one writer, marks what is written, and tells the readers at the end.

        Gives whether an earlier write was cut off. Raises BusyError while another machine is writing.
        """
        self._lease = Lease(self._client)
        self._lease.acquire()
        try:
            state = self._state()
            cut_off, self._generation = bool(state.get("writing")), int(state.get("generation", 1)) + 1
            self._rows.modify(metadata={**state, "writing": True})
            try:
                yield cut_off
            except BaseException:
                with suppress(LibraryError):  # the server may be gone, which is being said
                    self._rows.modify(metadata={**state, "writing": True, "generation": self._generation})
                raise
            self._rows.modify(metadata={**state, "writing": False, "generation": self._generation})
        finally:
            with suppress(LibraryError):  # then it expires
                self._lease.release()
            self._lease = None

    def _state(self) -> dict[str, Any]:
        return dict(find_collection(self._client, _NAME).metadata)

    @property
    def batch(self) -> int:
        """The most rows that one write may have."""
        return int(self._client.get_max_batch_size())

    def count(self) -> int:
        """Rows, that is passages."""
        return int(self._rows.count())

    def put(self, papers: Sequence[tuple[Paper, Sequence[Passage], Vectors]], known: Sequence[str]) -> None:
        """Writes papers with all their passages; rows that the `known` ones had before and have no more are deleted."""
        ids, metadatas, documents, vectors = [], [], [], []
        for paper, passages, paper_vectors in papers:
            for passage, vector in zip(passages, paper_vectors, strict=True):
                ids.append(passage.id)
                documents.append(passage.text)
                vectors.append(vector)
                metadatas.append({**_metadata(paper, passage, len(passages)), "generation": self._generation})
        for start in range(0, len(ids), self.batch):
            part = slice(start, start + self.batch)
            with self._writing():
                self._rows.upsert(ids[part], np.array(vectors[part]), metadatas[part], documents[part])
        written = set(ids)
        if known:
            there = self._rows.get(where={"paper_id": {"$in": list(known)}}, include=[])["ids"]
            self._delete_rows([row for row in there if row not in written])

    def delete(self, paper_ids: Sequence[str]) -> None:
        """Removes papers; unknown ids are ignored."""
        for start in range(0, len(paper_ids), 500):
            part = list(paper_ids[start : start + 500])
            self._delete_rows(self._rows.get(where={"paper_id": {"$in": part}}, include=[])["ids"])

    def _delete_rows(self, ids: list[str]) -> None:
        for start in range(0, len(ids), self.batch):
            with self._writing():
                self._rows.delete(ids[start : start + self.batch])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Alone with the files, or on the server. Raises LibraryError when Chroma cannot write; why, it seldom says."""
        from chromadb.errors import ChromaError

        with self._file_lock:
            if self._lease:
                self._lease.renew()
            try:
                yield
            except ChromaError as error:
                free = shutil.disk_usage(str(self._place)).free / 1e6
                said = str(error).splitlines()[0][:200]
                raise LibraryError(
                    f"Chroma cannot write to {self._place} ({said}): is its disk full ({free:,.0f} MB are free)? "
                    "make room, then do the same again; nothing is lost"
                ) from error

    def search(self, vector: Vectors, n: int) -> list[tuple[str, float]]:
        """The nearest passages as (passage id, cosine), best first."""
        # Not counted first: Chroma goes through all rows to count them, and gives fewer where there are fewer.
        result = self._rows.query(query_embeddings=[vector], n_results=n, include=["distances"])
        return [(i, 1.0 - d) for i, d in zip(result["ids"][0], result["distances"][0], strict=True)]

    def unreachable(self, rows: Sequence[tuple[str, Vectors]]) -> list[str]:
        """Those of the passages, given as (id, vector (d,)), whose own vectors do not find them."""
        if not rows:
            return []
        ids, vectors = [i for i, _ in rows], np.array([v for _, v in rows])
        result = self._rows.query(query_embeddings=vectors, n_results=_NEIGHBOURS, include=["distances"])
        nearest = zip(ids, result["ids"], result["distances"], strict=True)
        # Where many have the same vector, any of them may be given.
        return [i for i, near, far in nearest if i not in near and far[-1] > _SAME_DISTANCE]

    def hashes(self, paper_ids: Sequence[str] | None = None, progress: Progress | None = None) -> dict[str, str]:
        """Content hash by paper id, of papers that are whole; "" for the others. `progress` counts papers.

        Of some thousands of papers, or of all where none are named.
        """
        hashes: dict[str, set[str]] = {}
        counts: dict[str, tuple[int, int]] = {}
        pages = self._pages(["metadatas"])
        if paper_ids is not None:
            pages = iter([self._rows.get(where={"paper_id": {"$in": list(paper_ids)}}, include=["metadatas"])])
        for page in pages:
            known = len(hashes)
            for row in page["metadatas"]:
                key = row["paper_id"]
                hashes.setdefault(key, set()).add(row["hash"])
                counts[key] = (counts.get(key, (0, 0))[0] + 1, row["passages"])
            if progress:
                progress(len(hashes) - known)
        return {k: h.pop() if len(h) == 1 and counts[k][0] == counts[k][1] else "" for k, h in hashes.items()}

    def changed(self, since: int) -> dict[str, str]:
        """Content hash by paper id, of papers whose rows were written after that generation; of all after 0."""
        first: dict[str, Any] = {"index": 0}
        where = {"$and": [first, {"generation": {"$gt": since}}]} if since else first
        return {r["paper_id"]: r["hash"] for page in self._pages(["metadatas"], where) for r in page["metadatas"]}

    def paper_ids(self) -> set[str]:
        """All papers. Cheaper than `hashes`: nothing but row ids is sent."""
        return {paper_of(row) for page in self._pages([]) for row in page["ids"]}

    def get(self, paper_ids: Sequence[str]) -> list[StoredPaper]:
        """Those papers as stored; one whose first row is missing cannot be told and is left out."""
        result = self._rows.get(
            where={"paper_id": {"$in": list(paper_ids)}}, include=["metadatas", "embeddings", "documents"]
        )
        rows: dict[str, list[int]] = {}
        for position, metadata in enumerate(result["metadatas"]):
            rows.setdefault(metadata["paper_id"], []).append(position)
        stored = []
        for positions in rows.values():
            positions.sort(key=lambda i: int(result["metadatas"][i]["index"]))
            metadatas = [result["metadatas"][i] for i in positions]
            if "paper" not in metadatas[0]:
                continue
            paper = paper_from_json(metadatas[0]["paper"])
            passages = tuple(
                Passage(paper.id, m["index"], m["start"], m["end"], result["documents"][i])
                for i, m in zip(positions, metadatas, strict=True)
            )
            whole = len(positions) == metadatas[0]["passages"] and len({m["hash"] for m in metadatas}) == 1
            stored.append(StoredPaper(paper, passages, np.array(result["embeddings"])[positions], whole))
        return stored

    def papers(self) -> Iterator[Paper]:
        """All papers whose first rows are there."""
        for page in self._pages(["metadatas"]):
            for row in page["metadatas"]:
                if "paper" in row:
                    yield paper_from_json(row["paper"])

    def _pages(self, include: list[str], where: dict[str, Any] | None = None) -> Iterator[Any]:
        size = min(_PAGE, self.batch)
        for offset in range(0, self.count(), size):
            page = self._rows.get(limit=size, offset=offset, include=include, where=where)
            if not page["ids"]:
                return
            yield page

    def close(self) -> None:
        """Closes the connections, or the files, so that opening again sees what other processes wrote."""
        if isinstance(self._place, Server):
            self._place.disconnect(self._client)
            return
        from chromadb.api.shared_system_client import SharedSystemClient

        SharedSystemClient.clear_system_cache()  # a search under way in another thread keeps what it has


def _lock_of(place: Path | Server) -> AbstractContextManager[Any]:
    if isinstance(place, Server):
        return nullcontext()
    from filelock import FileLock

    return FileLock(place.parent / "chroma.lock")


def _open(folder: Path) -> Any:
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    import chromadb
    from chromadb.config import Settings

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))


def _metadata(paper: Paper, passage: Passage, passages: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "paper_id": paper.id,
        "hash": paper.content_hash,
        "index": passage.index,
        "passages": passages,
        "start": passage.start,
        "end": passage.end,
    }
    if passage.index == 0:
        row["paper"] = paper_to_json(paper)
    return row


def compare(stored: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Raises LibraryError, with what mends it, for the first difference of two fingerprints."""
    for name in wanted:
        if stored.get(name) != wanted[name]:
            back = "set ASKPAPERS_EMBEDDING back, or " if name in ("embedding", "dimension") else ""
            raise LibraryError(
                f"the index was made with {name} {stored.get(name)!r}, and this is {wanted[name]!r}: "
                f"{back}build the index anew with: askpapers reindex"
            )
