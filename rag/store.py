"""Passages, vectors and papers in Chroma: the truth, in a folder or on a server.

This and `server.py` are the only files that know chromadb.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedding import Vectors
from rag.errors import LibraryError, NoIndexError
from rag.lease import Lease
from rag.server import Server, find_collection
from rag.types import Paper, Passage

_SPACE = {"hnsw": {"space": "cosine", "ef_search": 400}}
_NAME = "passages"
_PAGE = 5000


@dataclass(frozen=True)
class StoredPaper:
    """A paper as it stands in Chroma. Not `whole` when a write was cut off: rows missing or of two versions."""

    paper: Paper
    passages: tuple[Passage, ...]
    vectors: Vectors
    whole: bool


class Store:
    """One Chroma collection: a row a passage; the first row of a paper carries the whole paper as JSON."""

    def __init__(self, place: Path | Server, fingerprint: dict[str, Any], create: bool = True) -> None:
        """Opens the collection, made with `fingerprint` when absent and `create`.

        Raises LibraryError when they differ or the server does not answer, NoIndexError when absent and not to be made.
        """
        self._server = place if isinstance(place, Server) else None
        self._client = place.connect() if isinstance(place, Server) else _client(place)
        self._lease: Lease | None = None
        self._writes = 0  # the generation that is being written
        # get_or_create would keep another collection's space and metadata in silence: compare instead.
        self._rows = find_collection(self._client, _NAME)
        if self._rows is not None:
            _compare(self._rows.metadata or {}, fingerprint)
        elif create:
            self._rows = self._client.create_collection(
                _NAME, configuration=_SPACE, metadata=fingerprint, embedding_function=None
            )
        else:
            raise NoIndexError(f"no index at {place} yet; make one with: askpapers index PATH...")

    @property
    def id(self) -> str:
        """The collection's, given by Chroma when it was made."""
        return str(self._rows.id)

    def generation(self) -> int:
        """How often the server's collection was written to, from 1 on: readers compare it."""
        return int(self._state().get("generation", 1))

    @contextmanager
    def writing(self) -> Iterator[bool]:
        """Holds the server's lease, marks what is written, and tells the readers at the end.

        Gives whether an earlier write was cut off. Raises LibraryError while another machine is writing.
        """
        self._lease = Lease(self._client)
        self._lease.acquire()
        try:
            state = self._state()
            cut_off, self._writes = bool(state.get("writing")), int(state.get("generation", 1)) + 1
            self._rows.modify(metadata={**state, "writing": True})
            try:
                yield cut_off
            except BaseException:
                with suppress(LibraryError):  # the server may be gone, which is being said
                    self._rows.modify(metadata={**state, "writing": True, "generation": self._writes})
                raise
            self._rows.modify(metadata={**state, "writing": False, "generation": self._writes})
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
        if self._lease:
            self._lease.renew()
        ids, metadatas, documents, vectors = [], [], [], []
        for paper, passages, paper_vectors in papers:
            for passage, vector in zip(passages, paper_vectors, strict=True):
                ids.append(passage.id)
                documents.append(passage.text)
                vectors.append(vector)
                metadatas.append({**_metadata(paper, passage, len(passages)), "generation": self._writes})
        for start in range(0, len(ids), self.batch):
            part = slice(start, start + self.batch)
            self._rows.upsert(ids[part], np.array(vectors[part]), metadatas[part], documents[part])
        written = set(ids)
        if known:
            there = self._rows.get(where={"paper_id": {"$in": list(known)}}, include=[])["ids"]
            self._delete_rows([row for row in there if row not in written])

    def delete(self, paper_ids: Sequence[str]) -> None:
        """Removes papers; unknown ids are ignored."""
        if self._lease:
            self._lease.renew()
        for start in range(0, len(paper_ids), 500):
            part = list(paper_ids[start : start + 500])
            self._delete_rows(self._rows.get(where={"paper_id": {"$in": part}}, include=[])["ids"])

    def _delete_rows(self, ids: list[str]) -> None:
        for start in range(0, len(ids), self.batch):
            self._rows.delete(ids[start : start + self.batch])

    def search(self, vector: Vectors, n: int) -> list[tuple[str, float]]:
        """The nearest passages as (passage id, cosine), best first."""
        n = min(n, self.count())
        if n == 0:
            return []
        found = self._rows.query(query_embeddings=[vector], n_results=n, include=["distances"])
        return [(i, 1.0 - d) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def hashes(self) -> dict[str, str]:
        """Content hash by paper id, of papers that are whole; "" for the others."""
        hashes: dict[str, set[str]] = {}
        counts: dict[str, tuple[int, int]] = {}
        for page in self._pages(["metadatas"]):
            for row in page["metadatas"]:
                key = row["paper_id"]
                hashes.setdefault(key, set()).add(row["hash"])
                counts[key] = (counts.get(key, (0, 0))[0] + 1, row["passages"])
        return {k: h.pop() if len(h) == 1 and counts[k][0] == counts[k][1] else "" for k, h in hashes.items()}

    def changed(self, since: int) -> dict[str, str]:
        """Content hash by paper id, of papers whose rows were written after that generation; of all after 0."""
        first: dict[str, Any] = {"index": 0}
        where = {"$and": [first, {"generation": {"$gt": since}}]} if since else first
        return {r["paper_id"]: r["hash"] for page in self._pages(["metadatas"], where) for r in page["metadatas"]}

    def paper_ids(self) -> set[str]:
        """All papers. Cheaper than `hashes`: nothing but row ids is sent."""
        return {row.rpartition("#")[0] for page in self._pages([]) for row in page["ids"]}

    def get(self, paper_ids: Sequence[str]) -> list[StoredPaper]:
        """Those papers as stored; one whose first row is missing cannot be told and is left out."""
        found = self._rows.get(
            where={"paper_id": {"$in": list(paper_ids)}}, include=["metadatas", "embeddings", "documents"]
        )
        rows: dict[str, list[int]] = {}
        for position, metadata in enumerate(found["metadatas"]):
            rows.setdefault(metadata["paper_id"], []).append(position)
        stored = []
        for positions in rows.values():
            positions.sort(key=lambda i: int(found["metadatas"][i]["index"]))
            metadatas = [found["metadatas"][i] for i in positions]
            if "paper" not in metadatas[0]:
                continue
            paper = paper_from_json(metadatas[0]["paper"])
            passages = tuple(
                Passage(paper.id, m["index"], m["start"], m["end"], found["documents"][i])
                for i, m in zip(positions, metadatas, strict=True)
            )
            whole = len(positions) == metadatas[0]["passages"] and len({m["hash"] for m in metadatas}) == 1
            stored.append(StoredPaper(paper, passages, np.array(found["embeddings"])[positions], whole))
        return stored

    def _pages(self, include: list[str], where: dict[str, Any] | None = None) -> Iterator[Any]:
        size = min(_PAGE, self.batch)
        for offset in range(0, self.count(), size):
            page = self._rows.get(limit=size, offset=offset, include=include, where=where)
            if not page["ids"]:
                return
            yield page

    def close(self) -> None:
        """Lets go of the files, so that opening again sees what other processes wrote."""
        if self._server:
            self._server.disconnect(self._client)
        else:
            from chromadb.api.shared_system_client import SharedSystemClient

            SharedSystemClient.clear_system_cache()
        del self._rows, self._client


def _client(folder: Path) -> Any:
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    import chromadb
    from chromadb.config import Settings

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


def paper_to_json(paper: Paper) -> str:
    return json.dumps(asdict(paper), ensure_ascii=False)


def paper_from_json(text: str) -> Paper:
    paper = Paper(**json.loads(text))
    return replace(paper, authors=tuple(paper.authors), categories=tuple(paper.categories))


def _compare(stored: dict[str, Any], wanted: dict[str, Any]) -> None:
    different = [name for name in wanted if stored.get(name) != wanted[name]]
    if different:
        name = different[0]
        raise LibraryError(
            f"the index was made with {name} {stored.get(name)!r}, and this is {wanted[name]!r}: "
            "set ASKPAPERS_EMBEDDING back, or choose another --home and index again"
        )
