"""The records of one file, by the reader of its format, and what is wrong with the file itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from rag.readers import marc, spreadsheet
from rag.readers.detect import recognise, seems
from rag.readers.formats import READERS, Reader
from rag.readers.lines import DAMAGED, MAX_LINE, Lines
from rag.types import Paper, Rejected

MAX_REJECTED_IN_A_ROW = 10_000  # records rejected in a row after which a file is given up


def records(path: Path, source: str, notes: list[str]) -> Iterator[Paper | Rejected]:
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
    advice = "" if ":" in kind else "; export it as RIS, BibTeX, CSV or JSON"
    return f"not recognised: {looks}{advice} (docs/formats.md lists what is read)"


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
