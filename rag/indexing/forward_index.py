"""What the read side needs of each paper, one SQLite row each. Derived from Chroma and rebuilt from it."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import LibraryError, disk_trouble
from rag.indexing.records import Features, Record
from rag.models.embedding import Vectors
from rag.models.token_vectors import TokenCodes
from rag.text.entities import folded
from rag.types import Paper, Passage, Sentence, paper_from_json, paper_to_json

_PAGE = 1000  # papers read at once
_PATIENCE = 30  # seconds to wait while another process writes
_LAYOUT = 2  # raise it when the tables change: an older file is dropped, and built anew from Chroma
_SCHEMA = """
CREATE TABLE IF NOT EXISTS papers (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL, title TEXT NOT NULL, year INTEGER, source TEXT NOT NULL,
    categories TEXT NOT NULL, passages INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS features (
    id TEXT PRIMARY KEY, vectors BLOB NOT NULL, tokens BLOB NOT NULL, sentences BLOB NOT NULL, passages BLOB NOT NULL,
    paper TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS frequency (token INTEGER PRIMARY KEY, papers INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS papers_by_year ON papers (year);
"""
# Who wrote what. It came later than the rest: an older file gets it when it is opened.
_AUTHORS = """
CREATE TABLE IF NOT EXISTS authors (name TEXT NOT NULL, paper TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS papers_by_author ON authors (name);
CREATE INDEX IF NOT EXISTS authors_by_paper ON authors (paper);
"""
# What papers are known by besides their ids. It came later than the rest: an older file gets it at its next import.
_KNOWN = """
CREATE TABLE IF NOT EXISTS known (name TEXT, id TEXT, PRIMARY KEY (name, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS known_by_id ON known (id);
"""
KnownBy = Callable[[Paper], list[str]]


class ForwardIndex:
    """The rows, the token frequencies and a few named states. Thread-safe; other processes may read along."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._dimension = dimension
        self._lock = threading.RLock()
        self._known_by: KnownBy | None = None
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=_PATIENCE)
        # Not closed while another thread may be asking: closed when nobody holds it any more.
        weakref.finalize(self, self._db.close)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            mend = disk_trouble(error, path.parent) or "move it away; it is built anew from the rest"
            raise LibraryError(f"{path} cannot be read ({error}): {mend}") from None

    def _prepare(self) -> None:
        """Makes the tables; those of an older layout are dropped, and the library then brings it back in step."""
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        old = self._db.execute("PRAGMA user_version").fetchone()[0]
        if old == _LAYOUT:
            self._add_authors()
            return
        stale = self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in stale:
            self._db.execute(f"DROP TABLE {table}")
        self._db.executescript(_SCHEMA + _AUTHORS)
        if stale:
            self.set_state("writing", "1")
        self._db.execute(f"PRAGMA user_version = {_LAYOUT}")

    def _add_authors(self) -> None:
        """Adds who wrote what to a file that was made before this was kept."""
        there = "SELECT 1 FROM sqlite_master WHERE name = 'authors'"
        if self._query(there):
            return
        with self.transaction():
            if self._query(there):  # another process was faster
                return
            for statement in filter(str.strip, _AUTHORS.split(";")):
                self._db.execute(statement)
            for paper in self.papers():
                self._put_authors(paper)

    def _put_authors(self, paper: Paper) -> None:
        names = [(folded(name), paper.id) for name in paper.authors]
        self._db.executemany("INSERT INTO authors VALUES (?, ?)", names)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are kept, or none."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def put(self, records: Sequence[Record]) -> None:
        """Adds or replaces papers. Call inside a transaction."""
        self.delete([r.paper.id for r in records])
        counts: Counter[int] = Counter()
        for r in records:
            p = r.paper
            categories = f" {' '.join(p.categories)} "
            self._db.execute(
                "INSERT INTO papers VALUES (?, ?, ?, ?, ?, ?, ?)",
                (p.id, p.content_hash, p.title, p.year, p.source, categories, len(r.passages)),
            )
            sentences = np.array([(s.start, s.end) for s in r.sentences], np.uint32)
            passages = np.array([(s.start, s.end) for s in r.passages], np.uint32)
            vectors = r.vectors.astype(np.float16)
            blobs = (vectors.tobytes(), r.tokens.to_bytes(), sentences.tobytes(), passages.tobytes())
            self._db.execute("INSERT INTO features VALUES (?, ?, ?, ?, ?, ?)", (p.id, *blobs, paper_to_json(p)))
            self._put_authors(p)
            counts.update(np.unique(r.tokens.ids).tolist())
            self._know(p)
        self._count(counts, 1)

    def delete(self, paper_ids: Sequence[str]) -> None:
        """Removes papers; unknown ids are ignored. Call inside a transaction."""
        counts: Counter[int] = Counter()
        for paper_id in paper_ids:
            for (blob,) in self._db.execute("SELECT tokens FROM features WHERE id = ?", (paper_id,)):
                counts.update(np.unique(TokenCodes.from_bytes(blob, self._dimension).ids).tolist())
            self._db.execute("DELETE FROM papers WHERE id = ?", (paper_id,))
            self._db.execute("DELETE FROM features WHERE id = ?", (paper_id,))
            if self._known_by:
                self._db.execute("DELETE FROM known WHERE id = ?", (paper_id,))
            self._db.execute("DELETE FROM authors WHERE paper = ?", (paper_id,))
        self._count(counts, -1)

    def know_all(self, known_by: KnownBy) -> None:
        """Keeps from now on what papers are known by (`known_by`), those that are here already among them."""
        with self._lock:
            self._db.executescript(_KNOWN)
        self._known_by = known_by
        if self.state("known"):
            return
        with self.transaction():
            self._db.execute("DELETE FROM known")
            for paper in self.papers():
                self._know(paper)
            self.set_state("known", "1")

    def _know(self, paper: Paper) -> None:
        if self._known_by:
            names = [(name, paper.id) for name in self._known_by(paper)]
            self._db.executemany("INSERT OR IGNORE INTO known VALUES (?, ?)", names)
        else:  # the next import fills it anew
            self.set_state("known", "")

    def known_as(self, name: str) -> list[str]:
        """Ids of the papers that are known by that."""
        return [row[0] for row in self._query("SELECT id FROM known WHERE name = ? LIMIT 5", (name,))]

    def _count(self, counts: Mapping[int, int], sign: int) -> None:
        self._db.executemany(
            "INSERT INTO frequency VALUES (?, ?) ON CONFLICT (token) DO UPDATE SET papers = papers + excluded.papers",
            [(token, sign * n) for token, n in counts.items()],
        )

    def records(self, paper_ids: Sequence[str]) -> list[Record]:
        """Those papers in the order asked for; unknown ids are left out."""
        rows = self._rows("id, paper, sentences, passages, vectors, tokens", paper_ids)
        by_id = {row[0]: self._record(*row[1:]) for row in rows}
        return [by_id[i] for i in paper_ids if i in by_id]

    def _record(self, paper_json: str, sentences: bytes, passages: bytes, vectors: bytes, tokens: bytes) -> Record:
        paper = paper_from_json(paper_json)
        text = paper.abstract
        spans = np.frombuffer(sentences, np.uint32).reshape(-1, 2).tolist()
        parts = np.frombuffer(passages, np.uint32).reshape(-1, 2).tolist()
        return Record(
            paper,
            tuple(Sentence(i, s, e, text[s:e]) for i, (s, e) in enumerate(spans)),
            tuple(Passage(paper.id, i, s, e, text[s:e]) for i, (s, e) in enumerate(parts)),
            self._vectors(vectors),
            TokenCodes.from_bytes(tokens, self._dimension),
        )

    def papers(self, where: str = "1", values: Sequence[Any] = ()) -> Iterator[Paper]:
        """Papers by a condition on the columns, ordered by id; read in pages, so that memory stays flat."""
        sql = f"SELECT id, paper FROM papers JOIN features USING (id) WHERE ({where}) AND id > ? ORDER BY id LIMIT ?"
        last = ""
        while page := self._query(sql, (*values, last, _PAGE)):
            yield from (paper_from_json(text) for _, text in page)
            last = page[-1][0]

    def papers_of(self, paper_ids: Sequence[str]) -> list[Paper]:
        """Those papers in the order asked for; unknown ids are left out. Cheaper than their records."""
        by_id = {i: paper_from_json(text) for i, text in self._rows("id, paper", paper_ids)}
        return [by_id[i] for i in paper_ids if i in by_id]

    def ids(self, where: str, values: Sequence[Any], limit: int = -1) -> list[str]:
        """Ids of papers by a condition on the columns, of at most `limit` where it is not negative."""
        return [row[0] for row in self._query(f"SELECT id FROM papers WHERE {where} LIMIT ?", (*values, limit))]

    def among(self, paper_ids: Sequence[str], where: str, values: Sequence[Any]) -> set[str]:
        """Those of the papers that meet a condition on the columns."""
        # CROSS JOIN: the papers asked for are looked up, where SQLite might go through all of a year.
        sql = f"SELECT p.id FROM json_each(?) AS asked CROSS JOIN papers AS p ON p.id = asked.value WHERE {where}"
        return {row[0] for row in self._query(sql, (json.dumps(list(paper_ids)), *values))}

    def vectors(self, paper_ids: Sequence[str]) -> tuple[list[str], list[Vectors]]:
        """Those of the papers that are there, in the order asked for, and their passage vectors, (passages, d) each."""
        by_id = {i: self._vectors(blob) for i, blob in self._rows("id, vectors", paper_ids)}
        ids = [i for i in paper_ids if i in by_id]
        return ids, [by_id[i] for i in ids]

    def features(self, paper_ids: Sequence[str]) -> list[Features]:
        """What scoring needs of those papers, in the order asked for; unknown ids are left out."""
        rows = self._rows("id, vectors, length(sentences) / 8, tokens", paper_ids)
        by_id = {i: Features(i, self._vectors(v), n, TokenCodes.from_bytes(t, self._dimension)) for i, v, n, t in rows}
        return [by_id[i] for i in paper_ids if i in by_id]

    def _vectors(self, blob: bytes) -> Vectors:
        return np.frombuffer(blob, np.float16).reshape(-1, self._dimension).astype(np.float32)

    def _rows(self, columns: str, paper_ids: Sequence[str]) -> list[Any]:
        sql = f"SELECT {columns} FROM features WHERE id IN (SELECT value FROM json_each(?))"
        return self._query(sql, (json.dumps(list(paper_ids)),))

    def by_source(self) -> dict[str, int]:
        """Papers by the file they were read from."""
        return dict(self._query("SELECT source, COUNT(*) FROM papers GROUP BY source ORDER BY source"))

    def hash(self, paper_id: str) -> str | None:
        """The content hash of a paper, None when it is not there."""
        rows = self._query("SELECT hash FROM papers WHERE id = ?", (paper_id,))
        return rows[0][0] if rows else None

    def hashes(self) -> dict[str, str]:
        """Content hash by paper id."""
        return dict(self._query("SELECT id, hash FROM papers"))

    def counts(self) -> tuple[int, int]:
        """Papers and passages."""
        row = self._query("SELECT COUNT(*), COALESCE(SUM(passages), 0) FROM papers")[0]
        return int(row[0]), int(row[1])

    def size(self) -> int:
        """Papers. Faster than `counts`: an index has the answer."""
        return int(self._query("SELECT COUNT(*) FROM papers")[0][0])

    def frequency(self) -> dict[int, int]:
        """In how many papers each token occurs."""
        return dict(self._query("SELECT token, papers FROM frequency WHERE papers > 0"))

    def state(self, name: str, default: str = "") -> str:
        rows = self._query("SELECT value FROM state WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else default

    def set_state(self, name: str, value: str) -> None:
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))

    def keep(self, name: str, value: str) -> None:
        """As `set_state`, of what can be worked out again: nothing while somebody else writes, or nobody may."""
        with self._lock, suppress(sqlite3.OperationalError):
            self._db.execute("PRAGMA busy_timeout = 0")
            try:
                self.set_state(name, value)
            finally:
                self._db.execute(f"PRAGMA busy_timeout = {1000 * _PATIENCE}")

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Rows of a SELECT over the tables `papers` and `authors`, for the questions of `rag.retrieval.catalogue`."""
        return self._query(sql, values)

    def _query(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, tuple(values)).fetchall()

    def close(self) -> None:
        self._db.close()
