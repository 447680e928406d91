"""CSV and TSV tables with a header, by whatever names databases and reference managers give its columns."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from rag.readers.fields import ABSTRACT_NAMES, TITLE_NAMES, plain_name
from rag.readers.json_shapes import in_order
from rag.readers.lines import MAX_LINE, Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

MAX_PREAMBLE = 10  # lines in front of the header: Excel's "sep=;", what Dimensions and others tell of the export


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the rows; a row whose quotes or number of cells are wrong is told and the rest is read."""
    top, first = "", ""
    for text in islice(lines, MAX_PREAMBLE):
        first = first or (text if text.strip() and not text.lower().startswith("sep=") else "")
        if is_header(text):
            top = text
            break
    if not top:
        yield Rejected(source, lines.number and 1, no_header(_cells(first)))
        return
    # The limit holds for the whole process; csv's own, 128 kB, is less than some tables' cells have.
    csv.field_size_limit(MAX_LINE)
    header = _cells(top)
    if {"PT", "UT", "ID"} <= set(header):
        header[header.index("ID")] = "Keywords Plus"  # what Web of Science means by it
    for line, row in rows(lines, Dialect(top), len(header)):
        if isinstance(row, csv.Error):
            yield Rejected(source, line, f"not CSV: {row}")
        elif any(row[len(header) :]):
            yield Rejected(source, line, f"{len(row)} cells for {len(header)} columns: is a quote missing?")
        elif any(cell.strip() for cell in row):
            yield of_row(header, row, source, line)


def of_row(header: Sequence[str], row: Sequence[object], source: str, line: int) -> Paper | Rejected:
    """The paper of a row of a table."""
    record: dict[str, object] = {}
    for name, cell in zip(header, row, strict=False):
        if not str(record.get(name, "")).strip():  # of columns of one name the first that is filled
            record[name] = cell
    if isinstance(index := record.get("abstract_inverted_index"), str):
        record["abstract_inverted_index"] = in_order(index)
    return make_paper(record, source, line)


def is_header(line: str) -> bool:
    """Whether `line` names a title and an abstract column."""
    return len(line) < 20_000 and names_columns(_cells(line))


def names_columns(cells: Sequence[object]) -> bool:
    """Whether the cells of a row are the names of columns, a title and an abstract among them."""
    names = {plain_name(cell) for cell in cells if isinstance(cell, str)}
    return not names.isdisjoint(TITLE_NAMES) and not names.isdisjoint(ABSTRACT_NAMES)


def no_header(cells: Sequence[object]) -> str:
    """What to say of a table without a header that can be used."""
    there = ", ".join(str(cell).strip()[:40] for cell in cells[:20] if str(cell).strip())[:300]
    return f"the first row must name the columns, with a title and an abstract; found: {there or 'nothing'}"


class Dialect(csv.excel):
    """The delimiter that the header uses most; Web of Science's tables know no quotes."""

    strict = True

    def __init__(self, header: str) -> None:
        self.delimiter = max(",\t;|", key=header.count)
        if self.delimiter == "\t" and header.lstrip("\ufeff").upper().startswith(("PT\t", "AU\t")):
            self.quoting = csv.QUOTE_NONE
        super().__init__()


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line.lstrip("\ufeff").rstrip("\r\n")], delimiter=Dialect(line).delimiter), [])
    except csv.Error:
        return []


def rows(lines: Lines, dialect: csv.Dialect, width: int = 0) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each row, or its fault, with its first line. After a fault the next line is read as a row's first.

    So an open quote, which makes one row of all that follows it, costs that row only. A line of `width` cells in quotes
    is no fault, whatever quotes stand in them.
    """
    taken: list[str] = []
    again: deque[str] = deque()

    def feed() -> Iterator[str]:
        while line := again.popleft() if again else next(lines, ""):
            taken.append(line)
            yield line

    first = lines.number + 1
    rows = csv.reader(feed(), dialect)
    while True:
        row: list[str] | csv.Error
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            row = _between_quotes(taken[0], dialect.delimiter, width) or error
            again.extendleft(reversed(taken[1:]))
            rows = csv.reader(feed(), dialect)
            del taken[1:]
        yield first, row
        first += len(taken)
        taken.clear()


def _between_quotes(line: str, delimiter: str, width: int) -> list[str]:
    """The cells of a line that has each in quotes, and does not double those inside; none if they are not `width`."""
    line = line.strip()
    cells = line[1:-1].split(f'"{delimiter}"') if line[:1] == line[-1:] == '"' else []
    return [re.sub(r'""|\\"', '"', cell) for cell in cells] if len(cells) == width else []
