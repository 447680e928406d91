"""Conversations on disk, in the library's home: what was asked, the whole answers, and what people thought of them.

An answer is kept with the papers it cites, so it reads the same after the library has changed.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from rag.answer import Answer
from rag.errors import LibraryError

_ANSWERS = TypeAdapter(Answer)
_ID = re.compile(r"[\w-]{12}", re.ASCII)  # as token_urlsafe(9) makes them
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
    # Turns as a tree: those that follow the same turn are versions of one another, and the one shown last counts.
    """
ALTER TABLE conversations ADD COLUMN deleted REAL;
ALTER TABLE turns ADD COLUMN after TEXT NOT NULL DEFAULT '';
ALTER TABLE turns ADD COLUMN shown REAL NOT NULL DEFAULT 0;
UPDATE turns SET shown = asked, after = COALESCE((
    SELECT before.id FROM turns AS before WHERE before.conversation = turns.conversation AND NOT before.replaced
    AND before.asked < turns.asked ORDER BY before.asked DESC LIMIT 1), '');
""",
    # Papers that somebody wants to read, whole, and what was noted on them.
    """
CREATE TABLE reading (
    owner TEXT NOT NULL, paper TEXT NOT NULL, content TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
    added REAL NOT NULL, PRIMARY KEY (owner, paper));
""",
    # What an answer was made with, as rag.verification.answer_export says it.
    "ALTER TABLE turns ADD COLUMN made_with TEXT NOT NULL DEFAULT '{}';",
)
_KEPT_SECONDS = 86_400  # that a deleted conversation can be brought back
_CUT_OFF = "The server ended before it was answered: ask again."


@dataclass(frozen=True)
class Turn:
    """A question and what came of it: an answer, or what was said before it was stopped or failed.

    `ratings` tell by citation (0 for the answer itself) whether it was found right. `asked` is in seconds since 1970.
    `versions` are the ids of all that were asked in this place, the oldest first, this one among them. `made_with` is
    what verifying needs to know, empty where it was not kept.
    """

    id: str
    conversation: str
    question: str
    state: str  # asked, answered, stopped or failed
    said: str
    error: str
    answer: Answer | None
    ratings: Mapping[int, bool]
    asked: float = 0.0
    after: str = ""
    versions: tuple[str, ...] = ()
    made_with: Mapping[str, Any] = field(default_factory=dict)


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
        self._purge()
        self.do("UPDATE turns SET state = 'failed', error = ? WHERE state = 'asked'", _CUT_OFF)

    def _purge(self) -> None:
        """Conversations deleted long ago go for good."""
        self.do("DELETE FROM conversations WHERE deleted < ?", time.time() - _KEPT_SECONDS)

    def _migrate(self, path: Path) -> None:
        """Brings the tables to the newest version. Raises LibraryError for a file of a newer askpapers."""
        done = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if done > len(_MIGRATIONS):
            self._db.close()
            raise LibraryError(f"{path} was written by a newer askpapers (version {done}): update, or move it away")
        for number, script in enumerate(_MIGRATIONS[done:], done + 1):
            self._db.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")

    def start(self, owner: str, question: str, wanted: str = "") -> str:
        """A new conversation, named after its first question; gives its id, the one `wanted` if that may be one.

        The page makes the id itself, so that its address is known before the server answers.
        """
        free = _ID.fullmatch(wanted) and not self.do("SELECT 1 FROM conversations WHERE id = ?", wanted)
        made = wanted if free else secrets.token_urlsafe(9)
        row = (made, owner, _short(question), time.time())
        self.do("INSERT INTO conversations (id, owner, name, changed) VALUES (?, ?, ?, ?)", *row)
        return made

    def listed(self, owner: str, search: str = "") -> list[tuple[str, str]]:
        """(id, name) of the owner's conversations that contain the words searched for, last used first."""
        found = (
            "instr(fold(name), fold(?1)) OR EXISTS (SELECT 1 FROM turns WHERE conversation = conversations.id "
            "AND (instr(fold(question), fold(?1)) OR instr(fold(said), fold(?1))))"
        )
        mine = "owner = ?2 AND deleted IS NULL"
        sql = f"SELECT id, name FROM conversations WHERE ({found}) AND {mine} ORDER BY changed DESC"
        return self.do(sql, search.strip(), owner)

    def name(self, conversation: str, owner: str) -> str | None:
        """Its name; None when the owner has no such conversation."""
        rows = self.do(
            "SELECT name FROM conversations WHERE id = ? AND owner = ? AND deleted IS NULL", conversation, owner
        )
        return str(rows[0][0]) if rows else None

    def rename(self, conversation: str, owner: str, name: str) -> None:
        if name.strip():
            self.do("UPDATE conversations SET name = ? WHERE id = ? AND owner = ?", _short(name), conversation, owner)

    def delete(self, conversation: str, owner: str) -> None:
        """Takes it out of sight; for a day `restore` brings it back."""
        self._purge()
        self.do("UPDATE conversations SET deleted = ? WHERE id = ? AND owner = ?", time.time(), conversation, owner)

    def restore(self, conversation: str, owner: str) -> None:
        """Brings back what was deleted."""
        self.do("UPDATE conversations SET deleted = NULL WHERE id = ? AND owner = ?", conversation, owner)

    def turns(self, conversation: str, owner: str) -> list[Turn]:
        """Its turns in order: of each place the version that was shown last."""
        following: dict[str, list[tuple[Turn, float]]] = {}
        for turn, shown in self._turns("conversation = ? AND owner = ? AND deleted IS NULL", conversation, owner):
            following.setdefault(turn.after, []).append((turn, shown))
        way: list[Turn] = []
        while versions := following.get(way[-1].id if way else ""):
            ids = tuple(turn.id for turn, _ in versions)
            way.append(replace(max(versions, key=lambda version: version[1])[0], versions=ids))
        return way

    def turn(self, turn: str) -> Turn | None:
        """One turn, for whoever knows its id."""
        return next((found for found, _ in self._turns("turns.id = ? AND deleted IS NULL", turn)), None)

    def ask(self, conversation: str, question: str, instead_of: Turn | None = None) -> str:
        """Notes a question before it is answered, so that it is never lost; gives the turn's id.

        It follows the last turn, or takes the place of one, which is kept as another version.
        """
        turn, now = secrets.token_urlsafe(9), time.time()
        owner = self.do("SELECT owner FROM conversations WHERE id = ?", conversation)[0][0]
        before = self.turns(conversation, owner)
        after = instead_of.after if instead_of else before[-1].id if before else ""
        self.do(
            "INSERT INTO turns (id, conversation, asked, question, after, shown) VALUES (?, ?, ?, ?, ?, ?)",
            *(turn, conversation, now, question, after, now),
        )
        self.do("UPDATE conversations SET changed = ? WHERE id = ?", now, conversation)
        return turn

    def show(self, turn: str, owner: str) -> None:
        """Of all versions asked in its place this one is on the way from now on."""
        owned = "conversation IN (SELECT id FROM conversations WHERE owner = ?)"
        self.do(f"UPDATE turns SET shown = ? WHERE id = ? AND {owned}", time.time(), turn, owner)

    def answered(self, turn: str, answer: Answer, made_with: Mapping[str, Any] | None = None) -> None:
        sql = "UPDATE turns SET state = 'answered', said = ?, answer = ?, made_with = ? WHERE id = ?"
        self.do(sql, answer.text, _ANSWERS.dump_json(answer), json.dumps(made_with or {}), turn)

    def broke_off(self, turn: str, said: str, error: str = "") -> None:
        """Keeps what was said of an answer that was stopped, or failed for a reason."""
        state = "failed" if error else "stopped"
        self.do("UPDATE turns SET state = ?, said = ?, error = ? WHERE id = ?", state, said, error, turn)

    def rate(self, turn: str, owner: str, citation: int, good: bool, reason: str = "") -> bool:
        """Takes the place of an earlier rating of the same thing; False when the owner has no such turn."""
        if not self._turns("turns.id = ? AND owner = ?", turn, owner):
            return False
        row = (turn, citation, int(good), reason.strip(), time.time())
        self.do("INSERT OR REPLACE INTO ratings VALUES (?, ?, ?, ?, ?)", *row)
        return True

    def ratings(self, owner: str) -> list[Rating]:
        """All ratings of the owner's answers, in the order given."""
        rows = self.do(
            "SELECT turn, citation, good, reason FROM ratings JOIN turns ON turns.id = turn JOIN conversations "
            "ON conversations.id = conversation WHERE owner = ? ORDER BY rated",
            owner,
        )
        turns = {t.id: t for t, _ in self._turns("owner = ?", owner)} if rows else {}
        return [Rating(turns[turn], citation, bool(good), reason) for turn, citation, good, reason in rows]

    def _turns(self, where: str, *values: Any) -> list[tuple[Turn, float]]:
        """(turn, when it was shown last) in the order asked."""
        columns = "turns.id, conversation, question, state, said, error, answer, asked, after, shown, made_with"
        join = "turns JOIN conversations ON conversations.id = conversation"
        rows = self.do(f"SELECT {columns} FROM {join} WHERE {where} ORDER BY asked", *values)
        mine = f"turn IN (SELECT turns.id FROM {join} WHERE {where})"
        rated = self.do(f"SELECT turn, citation, good FROM ratings WHERE {mine}", *values) if rows else []
        ratings: dict[str, dict[int, bool]] = {row[0]: {} for row in rows}
        for turn, citation, good in rated:
            ratings[turn][citation] = bool(good)
        found = []
        for made, of, question, state, said, error, answer, asked, after, shown, with_what in rows:
            whole = _ANSWERS.validate_json(answer) if answer else None
            turn = Turn(made, of, question, state, said, error, whole, ratings[made], asked, after)
            found.append((replace(turn, made_with=json.loads(with_what)), shown))
        return found

    def do(self, sql: str, *values: Any) -> list[Any]:
        """The rows of a statement. Thread-safe."""
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
