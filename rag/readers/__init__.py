"""Papers out of files and folders: one file here per format, each turning numbered lines into records."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path

from rag.clean import clean
from rag.errors import SourceError
from rag.readers import marc, spreadsheet
from rag.readers.detect import recognise, seems
from rag.readers.formats import READERS, Reader
from rag.readers.lines import DAMAGED, MAX_LINE, Lines
from rag.types import Paper, Rejected

__all__ = ["PaperStream", "read_papers"]

MAX_REJECTED_IN_A_ROW = 10_000  # records rejected in a row after which a file is given up
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
    paths = [root]
    if root.is_dir():
        paths = [path for path in sorted(root.rglob("*")) if path.is_file() and not _is_skipped(path.relative_to(root))]
    if not paths:
        notes.append(f"{clean(root.name)}: holds no files to read")
    for path in paths:
        # File names may hold bytes that are no text, and characters that a terminal obeys.
        yield from _file(path, clean(path.relative_to(root.parent).as_posix().encode(errors="replace").decode()), notes)


def _is_skipped(path: Path) -> bool:
    """Whether a file in a folder is hidden, or is there to be read by people."""
    return any(part.startswith(".") for part in path.parts) or _DOCUMENT.fullmatch(path.name) is not None


def _file(path: Path, source: str, notes: list[str]) -> Iterator[Paper | Rejected]:
    """The records of one file, and what is wrong with the file itself."""
    try:
        if spreadsheet.is_spreadsheet(path):
            yield from spreadsheet.read(path, source)
            return
        if marc.is_marc(path):
            yield from marc.read(path, source)
            return
        with closing(Lines(path)) as lines:
            # What holds no records counts as none: a note says so.
            reader = READERS.get(recognise(path.name, lines.head))
            if reader and lines.encoding:
                notes.append(f"{source}: read as {lines.encoding}")
            if not lines.head:
                notes.append(f"{source}: is empty")
            elif not reader:
                yield Rejected(source, 0, _unknown(lines.head))
            else:
                yield from _records(reader, lines, source, notes)
    except DAMAGED as error:
        yield Rejected(source, 0, f"cannot be read to its end: {getattr(error, 'strerror', None) or error}")


def _unknown(head: str) -> str:
    """Why a file is refused: what it looks like, and what to do."""
    kind = seems(head)
    looks = f"it looks like {kind}" if kind else "it holds no text"
    return f"not recognised: {looks}; export it as RIS, BibTeX, CSV or JSON (docs/formats.md lists what is read)"


def _records(reader: Reader, lines: Lines, source: str, notes: list[str]) -> Iterator[Paper | Rejected]:
    """What the reader makes of the lines, and the lines that it never saw; a file of nothing but faults is given up."""
    empty, rejected_in_a_row = True, 0
    for record in chain(reader(lines, source), [None]):
        while lines.too_long:
            empty = False
            yield Rejected(source, lines.too_long.pop(0), f"more than {MAX_LINE:,} characters: not read")
        if record:
            empty = False
            yield record
            rejected_in_a_row = rejected_in_a_row + 1 if isinstance(record, Rejected) else 0
        if rejected_in_a_row >= MAX_REJECTED_IN_A_ROW:
            yield Rejected(source, lines.number, f"given up: the last {rejected_in_a_row:,} records were all rejected")
            return
    if empty:
        notes.append(f"{source}: no papers found")
