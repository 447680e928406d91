"""Conversations on disk, in the library's home: what was asked, the whole answers, and what people thought of them.

An answer is kept with the papers it cites, so it reads the same after the library has changed.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from rag.answer import Answer
from rag.errors import LibraryError

_ANSWERS = TypeAdapter(Answer)
_NAME = 60  # characters of a conversation's name
# What each version of the file adds to the one before; PRAGMA user_version tells which were done.
_MIGRATIONS = (
    """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, changed REAL NOT NULL);
CREATE TABLE IF NOT EXISTS turns (
    id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE, asked REAL NOT NULL,
    question TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'asked', said TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '', answer TEXT, replaced INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS ratings (
    turn TEXT NOT NULL REFERENCES turns ON DELETE CASCADE, citation INTEGER NOT NULL, good INTEGER NOT NULL,
    reason TEXT NOT NULL, rated REAL NOT NULL, PRIMARY KEY (turn, citation));
CREATE INDEX IF NOT EXISTS conversations_of ON conversations (owner, changed);
CREATE INDEX IF NOT EXISTS turns_of ON turns (conversation, asked);
""",
)


@dataclass(frozen=True)
class Turn:
    """A question and what came of it: an answer, or what was said before it was stopped or failed.

    `ratings` tell by citation (0 for the answer itself) whether it was found right.
    """

    id: str
    conversation: str
    question: str
    state: str  # asked, answered, stopped or failed
    said: str
    error: str
    answer: Answer | None
    ratings: Mapping[int, bool]


@dataclass(frozen=True)
class Rating:
    """What somebody thought of an answer (citation 0) or of one of its citations."""

    turn: Turn
    citation: int
    good: bool
    reason: str


class Conversations:
    """Each belongs to an owner, who alone sees it in a list. Thread-safe."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)  # before SQLite makes it: what it puts beside it is open to whom the file is
        path.chmod(0o600)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA foreign_keys=ON")
        self._db.create_function("fold", 1, str.casefold)  # SQLite folds ASCII only
        self._migrate(path)

    def _migrate(self, path: Path) -> None:
        """Brings the tables to the newest version. Raises LibraryError for a file of a newer askpapers."""
        done = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if done > len(_MIGRATIONS):
            self._db.close()
            raise LibraryError(f"{path} was written by a newer askpapers (version {done}): update, or move it away")
        for number, script in enumerate(_MIGRATIONS[done:], done + 1):
            self._db.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")

    def start(self, owner: str, question: str) -> str:
        """A new conversation, named after its first question; gives its id."""
        made = secrets.token_urlsafe(9)
        self._do("INSERT INTO conversations VALUES (?, ?, ?, ?)", made, owner, _short(question), time.time())
        return made

    def listed(self, owner: str, search: str = "") -> list[tuple[str, str]]:
        """(id, name) of the owner's conversations that contain the words searched for, last used first."""
        found = (
            "instr(fold(name), fold(?1)) OR EXISTS (SELECT 1 FROM turns WHERE conversation = conversations.id "
            "AND (instr(fold(question), fold(?1)) OR instr(fold(said), fold(?1))))"
        )
        sql = f"SELECT id, name FROM conversations WHERE ({found}) AND owner = ?2 ORDER BY changed DESC"
        return self._do(sql, search.strip(), owner)

    def name(self, conversation: str, owner: str) -> str | None:
        """Its name; None when the owner has no such conversation."""
        rows = self._do("SELECT name FROM conversations WHERE id = ? AND owner = ?", conversation, owner)
        return str(rows[0][0]) if rows else None

    def rename(self, conversation: str, owner: str, name: str) -> None:
        if name.strip():
            self._do("UPDATE conversations SET name = ? WHERE id = ? AND owner = ?", _short(name), conversation, owner)

    def delete(self, conversation: str, owner: str) -> None:
        self._do("DELETE FROM conversations WHERE id = ? AND owner = ?", conversation, owner)

    def turns(self, conversation: str, owner: str) -> list[Turn]:
        """Its turns in order, without those that were replaced."""
        return self._turns("conversation = ? AND owner = ? AND NOT replaced", conversation, owner)

    def turn(self, turn: str) -> Turn | None:
        """One turn, for whoever knows its id."""
        return next(iter(self._turns("turns.id = ?", turn)), None)

    def ask(self, conversation: str, question: str) -> str:
        """Notes a question before it is answered, so that it is never lost; gives the turn's id."""
        turn = secrets.token_urlsafe(9)
        self._do(
            "INSERT INTO turns (id, conversation, asked, question) VALUES (?, ?, ?, ?)",
            *(turn, conversation, time.time(), question),
        )
        self._do("UPDATE conversations SET changed = ? WHERE id = ?", time.time(), conversation)
        return turn

    def answered(self, turn: str, answer: Answer) -> None:
        sql = "UPDATE turns SET state = 'answered', said = ?, answer = ? WHERE id = ?"
        self._do(sql, answer.text, _ANSWERS.dump_json(answer), turn)

    def broke_off(self, turn: str, said: str, error: str = "") -> None:
        """Keeps what was said of an answer that was stopped, or failed for a reason."""
        state = "failed" if error else "stopped"
        self._do("UPDATE turns SET state = ?, said = ?, error = ? WHERE id = ?", state, said, error, turn)

    def replace(self, turn: str, owner: str) -> None:
        """Hides a turn that is asked again; it stays on disk with its ratings."""
        owned = "conversation IN (SELECT id FROM conversations WHERE owner = ?)"
        self._do(f"UPDATE turns SET replaced = 1 WHERE id = ? AND {owned}", turn, owner)

    def rate(self, turn: str, owner: str, citation: int, good: bool, reason: str = "") -> bool:
        """Takes the place of an earlier rating of the same thing; False when the owner has no such turn."""
        if not self._turns("turns.id = ? AND owner = ?", turn, owner):
            return False
        row = (turn, citation, int(good), reason.strip(), time.time())
        self._do("INSERT OR REPLACE INTO ratings VALUES (?, ?, ?, ?, ?)", *row)
        return True

    def ratings(self, owner: str) -> list[Rating]:
        """All ratings of the owner's answers, in the order given."""
        rows = self._do(
            "SELECT turn, citation, good, reason FROM ratings JOIN turns ON turns.id = turn JOIN conversations "
            "ON conversations.id = conversation WHERE owner = ? ORDER BY rated",
            owner,
        )
        turns = {t.id: t for t in self._turns("owner = ?", owner)} if rows else {}
        return [Rating(turns[turn], citation, bool(good), reason) for turn, citation, good, reason in rows]

    def _turns(self, where: str, *values: Any) -> list[Turn]:
        columns = "turns.id, conversation, question, state, said, error, answer"
        join = "turns JOIN conversations ON conversations.id = conversation"
        rows = self._do(f"SELECT {columns} FROM {join} WHERE {where} ORDER BY asked", *values)
        mine = f"turn IN (SELECT turns.id FROM {join} WHERE {where})"
        rated = self._do(f"SELECT turn, citation, good FROM ratings WHERE {mine}", *values) if rows else []
        ratings: dict[str, dict[int, bool]] = {row[0]: {} for row in rows}
        for turn, citation, good in rated:
            ratings[turn][citation] = bool(good)
        return [
            Turn(
                turn,
                of,
                question,
                state,
                said,
                error,
                _ANSWERS.validate_json(answer) if answer else None,
                ratings[turn],
            )
            for turn, of, question, state, said, error, answer in rows
        ]

    def _do(self, sql: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def close(self) -> None:
        self._db.close()


def history(turns: Sequence[Turn], last: int = 6) -> list[dict[str, Any]]:
    """Earlier turns as the assistant takes them, with the papers that were shown."""
    answered = [t for t in turns if t.answer][-last:]
    return [
        message
        for t in answered
        for message in (
            {"role": "user", "content": t.question},
            {"role": "assistant", "content": t.said, "papers": list(t.answer.papers) if t.answer else []},
        )
    ]


def _short(name: str) -> str:
    words = " ".join(name.split())
    return words if len(words) <= _NAME else words[: _NAME - 1].rstrip() + "…"
