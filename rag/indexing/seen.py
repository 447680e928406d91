"""What an import has met so far, on disk where it grows: so that its memory stays the same however long it is."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable

from rag.types import Paper, paper_from_json, paper_to_json


class Seen:
    """The papers of one import by id, and by what else they are known by. Thread-safe."""

    def __init__(self) -> None:
        # The name "" is a private database in a temporary file, which SQLite removes.
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._lock = threading.Lock()
        self._db.executescript(
            "CREATE TABLE papers (id TEXT PRIMARY KEY, hash TEXT, source TEXT, line INTEGER, paper TEXT) WITHOUT ROWID;"
            "CREATE TABLE known (name TEXT PRIMARY KEY, id TEXT) WITHOUT ROWID;"
            "BEGIN"
        )

    def put(self, paper: Paper, names: Iterable[str]) -> None:
        """Adds or replaces a paper; a name that another one has already stays that one's."""
        row = (paper.id, paper.content_hash, paper.source, paper.line, paper_to_json(paper))
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO papers VALUES (?, ?, ?, ?, ?)", row)
            self._db.executemany("INSERT OR IGNORE INTO known VALUES (?, ?)", [(name, paper.id) for name in names])

    def get(self, paper_id: str) -> Paper | None:
        rows = self._query("SELECT paper FROM papers WHERE id = ?", paper_id)
        return paper_from_json(rows[0]) if rows else None

    def hash(self, paper_id: str) -> str:
        """The content hash of the last record of that paper, "" where there is none."""
        return next(iter(self._query("SELECT hash FROM papers WHERE id = ?", paper_id)), "")

    def known_as(self, name: str) -> str:
        """The id of the paper that is known by that, "" where there is none."""
        return next(iter(self._query("SELECT id FROM known WHERE name = ?", name)), "")

    def _query(self, sql: str, value: str) -> list[str]:
        with self._lock:
            return [row[0] for row in self._db.execute(sql, (value,))]

    def close(self) -> None:
        self._db.close()
