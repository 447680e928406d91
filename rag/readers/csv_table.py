"""CSV and TSV tables with a header that names the same fields as JSON lines do."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator

from rag.readers.lines import MAX_LINE, Lines
from rag.readers.record import ABSTRACT_NAMES, make_paper
from rag.types import Paper, Rejected


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the rows; a row whose quotes or number of cells are wrong is told and the rest is read."""
    top = next((line for line in lines if line.strip()), "")
    if not is_header(top):
        yield Rejected(source, lines.number, "the first row must name the columns, with a title and an abstract")
        return
    # The limit holds for the whole process; csv's own, 128 kB, is less than some tables' cells have.
    csv.field_size_limit(MAX_LINE)
    delimiter = _delimiter(top)
    header = next(csv.reader([top], delimiter=delimiter))
    for line, row in _rows(lines, delimiter):
        if isinstance(row, csv.Error):
            yield Rejected(source, line, f"not CSV: {row}")
        elif any(row[len(header) :]):
            yield Rejected(source, line, f"{len(row)} cells for {len(header)} columns: is a quote missing?")
        elif any(cell.strip() for cell in row):
            yield make_paper(dict(zip(header, row, strict=False)), source, line)


def is_header(line: str) -> bool:
    """Whether `line` names a title and an abstract column."""
    names = {name.strip(' "\r\n').lower() for name in line.split(_delimiter(line))}
    return "title" in names and not names.isdisjoint(ABSTRACT_NAMES)


def _delimiter(header: str) -> str:
    return max(",\t;|", key=header.count)


def _rows(lines: Lines, delimiter: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each row, or its fault, with its first line. After a fault the next line is read as a row's first.

    So an open quote, which makes one row of all that follows it, costs that row only.
    """
    taken: list[str] = []
    again: deque[str] = deque()

    def feed() -> Iterator[str]:
        while line := again.popleft() if again else next(lines, ""):
            taken.append(line)
            yield line

    first = lines.number + 1
    rows = csv.reader(feed(), delimiter=delimiter, strict=True)
    while True:
        row: list[str] | csv.Error
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            row = error
            again.extendleft(reversed(taken[1:]))
            rows = csv.reader(feed(), delimiter=delimiter, strict=True)
            del taken[1:]
        yield first, row
        first += len(taken)
        taken.clear()
