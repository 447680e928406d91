"""Papers out of files and folders: one file here per format, each turning numbered lines into records."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from rag.clean import clean
from rag.errors import SourceError
from rag.types import Paper, Rejected

__all__ = ["PaperStream", "read_papers"]

_DOCUMENT = re.compile(r"(README|LICEN[CS]E).*|.*\.(md|rst)", re.IGNORECASE)


class PaperStream(Iterable[Paper]):
    """The papers of some files, read as they are asked for; every iteration reads the files anew.

    `read` counts the records met so far in this iteration, `rejected` holds those of them that were not taken, `notes`
    what else there is to say of the files. It ends early once `stop` was called. With a `source` the records are said
    to come from there and numbered through, whatever their files.
    """

    def __init__(self, *roots: Path, source: str = "") -> None:
        self._roots, self._source = roots, source
        self.rejected: list[Rejected] = []
        self.notes: list[str] = []
        self.read = 0
        self.stopped = False

    def stop(self) -> None:
        """No more records from now on, in this iteration and any other."""
        self.stopped = True

    def __iter__(self) -> Iterator[Paper]:
        self.rejected, self.notes, self.read = [], [], 0
        for root in self._roots:
            for record in _folder(root, self.notes):
                if self.stopped:
                    return
                self.read += 1
                if self._source:
                    record = replace(record, source=self._source, line=self.read)
                if isinstance(record, Paper):
                    yield record
                else:
                    self.rejected.append(record)


def read_papers(*paths: str | Path) -> PaperStream:
    """The papers of files, and of the files in folders at any depth. Raises SourceError for a path that is neither."""
    for path in paths:
        if not (os.path.isfile(path) or os.path.isdir(path)):
            raise SourceError(f"no such file or folder: {str(path)!r}; check the path and try again")
    return PaperStream(*(Path(os.path.abspath(path)) for path in paths))


def _folder(root: Path, notes: list[str]) -> Iterator[Paper | Rejected]:
    """The records of `root`: of that file, or of the files at any depth of that folder."""
    from rag.readers.one_file import records  # all formats: not loaded by who reads nothing

    paths = [root]
    if root.is_dir():
        paths = [path for path in sorted(root.rglob("*")) if path.is_file() and not _is_skipped(path.relative_to(root))]
    if not paths:
        notes.append(f"{clean(root.name)}: holds no files to read")
    for path in paths:
        # File names may hold bytes that are no text, and characters that a terminal obeys.
        source = clean(path.relative_to(root.parent).as_posix().encode(errors="replace").decode())
        yield from records(path, source, notes)


def _is_skipped(path: Path) -> bool:
    """Whether a file in a folder is hidden, or is there to be read by people."""
    return any(part.startswith(".") for part in path.parts) or _DOCUMENT.fullmatch(path.name) is not None
