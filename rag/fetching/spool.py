"""The pages of one fetch on disk, until they are indexed: a fetch that was cut off goes on where it stood."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from rag.fetching.request import Page, Request

FOLDER = "fetched"
MAX_AGE = 7 * 24 * 3600  # seconds after which a fetch begins anew: results have moved, cursors are forgotten


class Spool:
    """A folder with the pages so far, and a state that is replaced after each: both survive a kill at any time."""

    def __init__(self, home: Path, request: Request) -> None:
        """Finds what an earlier, unfinished fetch of the same request left."""
        self.request = request
        self.folder = home / FOLDER / request.digest
        _remove_old(home / FOLDER)
        self._state: dict[str, Any] = {"pages": [], "records": 0, "cursor": None, "done": False, "total": 0}
        self._state |= {"missing": [], "notes": []} | self._read()

    def _read(self) -> dict[str, Any]:
        try:
            state = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        whole = isinstance(state, dict) and all((self.folder / name).exists() for name in state.get("pages", ()))
        return state if whole else {}

    def add(self, page: Page) -> None:
        """Keeps a page, then says that it is there."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = self._state
        if page.records:
            name = f"{len(state['pages']):05}{page.suffix}"
            _write(self.folder / name, page.content)
            state["pages"].append(name)
        state["records"] += page.records
        state["done"] = page.cursor is None or page.cursor == state["cursor"] or self.records >= self.request.number
        state["cursor"], state["total"] = page.cursor, page.total or state["total"]
        state["missing"] += page.missing
        state["notes"] += [note for note in page.notes if note not in state["notes"]]
        _write(self.folder / "state.json", json.dumps(state).encode())

    @property
    def done(self) -> bool:
        return bool(self._state["done"])

    @property
    def records(self) -> int:
        return int(self._state["records"])

    @property
    def cursor(self) -> Any:
        return self._state["cursor"]

    @property
    def total(self) -> int:
        """How many papers the service has on the question, 0 if it did not say."""
        return int(self._state["total"])

    @property
    def missing(self) -> list[str]:
        """Ids that were asked for and not found."""
        return [str(name) for name in self._state["missing"]]

    @property
    def notes(self) -> list[str]:
        return [str(note) for note in self._state["notes"]]

    @property
    def pages(self) -> list[Path]:
        return [self.folder / name for name in self._state["pages"]]

    def remove(self) -> None:
        """Removes the pages: they are indexed, or not wanted any more."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    beside = path.with_name(path.name + ".new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _remove_old(folder: Path) -> None:
    for path in folder.glob("*") if folder.is_dir() else ():
        if time.time() - path.stat().st_mtime > MAX_AGE:
            shutil.rmtree(path, ignore_errors=True)
