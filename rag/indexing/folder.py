"""The folder that a library lies in: which index in it is in use, who may write, who may read its files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.errors import AskpapersError, BusyError, LibraryError, NoIndexError, disk_trouble

_PARTS = ("chroma", "lexical", "derived.sqlite", "derived.sqlite-wal", "derived.sqlite-shm")  # of an index
_PAGE = ("conversations.sqlite", "conversations.sqlite-wal", "conversations.sqlite-shm", "evaluations", "uploads")
_FETCH = ("fetched", "searches.json")
_OURS = (*_PARTS, *_PAGE, *_FETCH, "index-*", "current", "ledger.jsonl", "write.lock", "writer", "chroma.lock")


def active(home: Path) -> Path:
    """The folder of the index in use: the home itself, until a reindex has put another beside it."""
    try:
        return home / (home / "current").read_text().strip()
    except FileNotFoundError:
        return home


def check_index(home: Path) -> None:
    """Raises NoIndexError when there is no index in that folder."""
    if not any((active(home) / name).exists() for name in ("derived.sqlite", "chroma/chroma.sqlite3")):
        raise NoIndexError(f"no index in {home} yet; make one with: askpapers index PATH...")


def next_folder(home: Path) -> Path:
    """A folder for another index, not there yet."""
    taken = [int(f.name[6:]) for f in home.glob("index-*") if f.name[6:].isdecimal()]
    return home / f"index-{max(taken, default=1) + 1}"


def activate(home: Path, folder: Path) -> None:
    """Puts another index to use, for all processes at once."""
    pointer = home / "current.new"
    pointer.touch(mode=0o600)
    with pointer.open("w") as file:
        file.write(folder.name)
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(home / "current")


def remove_inactive(home: Path) -> None:
    """Removes indexes that are not in use: what an interrupted reindex left, and the one before the last.

    Not at the switch itself: a question may be under way in the old one.
    """
    used = active(home)
    unused = [f for f in home.glob("index-*") if f != used]
    if used != home:
        unused += [home / name for name in _PARTS]
    for path in unused:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def owner_only(name: str, flags: int) -> int:
    """An `opener` of files that nobody but their owner may read."""
    return os.open(name, flags, 0o600)


def open_to_others(home: Path) -> list[Path]:
    """Files and folders of the library that others than their owner may read or write."""
    return [path for path in _ours(home) if path.stat().st_mode & 0o077]


def close_to_others(home: Path) -> None:
    """Leaves what the library made, and nothing else in the folder, to its owner: folders 0700, files 0600."""
    for path in _ours(home):
        with suppress(FileNotFoundError):  # what an open page keeps for a while only
            path.chmod(0o700 if path.is_dir() else 0o600)


def _ours(home: Path) -> Iterator[Path]:
    for name in _OURS:
        for path in home.glob(name):
            yield path
            yield from path.rglob("*") if path.is_dir() else ()


@contextmanager
def writer_lock(home: Path) -> Iterator[None]:
    """Makes this the one writer. Raises BusyError, which names the other, while there is one.

    The system lets go of the lock when its holder dies, however that comes about. That the disk is full or fails,
    whoever of those who write may say so, becomes a LibraryError.
    """
    from filelock import FileLock, Timeout

    lock, name = FileLock(home / "write.lock"), home / "writer"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        holder = name.read_text() if name.exists() else "?"
        raise BusyError(f"process {holder} is writing to {home}; try again when it is done") from None
    try:
        name.write_text(str(os.getpid()))
        yield
    except Exception as error:
        if isinstance(error, AskpapersError) or not (trouble := disk_trouble(error, home)):
            raise
        raise LibraryError(f"{trouble}, then do the same again; nothing is lost") from error
    finally:
        lock.release()
