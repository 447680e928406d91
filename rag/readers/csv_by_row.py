"""Embase's "CSV, fields by row": a line for each field, its name first, and records one after another."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from rag.readers.csv_table import Dialect, rows
from rag.readers.fields import ABSTRACT_NAMES, TITLE_NAMES, plain_name
from rag.readers.lines import Lines
from rag.readers.record import make_paper
from rag.types import Paper, Rejected

MAX_HEAD = 60  # lines looked at to tell the format
MAX_VALUES = 50_000  # cells of one record
_NAME = re.compile(r'\ufeff?"?([A-Za-z][A-Za-z /()-]{1,60}?)"?\s*([,;\t])')


def is_by_row(head: str) -> bool:
    """Whether a line begins with a title's name, and a later one with an abstract's, all in capitals."""
    names = [match[1] for line in head.split("\n")[:MAX_HEAD] if (match := _NAME.match(line)) and match[1].isupper()]
    plain = [plain_name(name) for name in names]
    first = next((at for at, name in enumerate(plain) if name in TITLE_NAMES), None)
    return first is not None and not ABSTRACT_NAMES.isdisjoint(plain[first:])


def read(lines: Lines, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the records, each from a title's line to the next, or to a blank line."""
    match = re.search(rf"(?m)^{_NAME.pattern}", lines.head)
    record: dict[str, object] = {}
    start = size = 0
    for line, row in rows(lines, Dialect(match[2] if match else ",")):
        if isinstance(row, csv.Error):
            yield Rejected(source, line, f"not CSV: {row}")
            continue
        name, values = (
            (row[0].lstrip("\ufeff").strip(), [cell for cell in row[1:] if cell.strip()]) if row else ("", [])
        )
        begins = plain_name(name) in TITLE_NAMES and any(plain_name(known) == plain_name(name) for known in record)
        if record and (begins or not (name or values)):
            if any(plain_name(known) in TITLE_NAMES for known in record):
                yield make_paper(record, source, start)
            record, size = {}, 0
        size += len(values)
        if name and values and size <= MAX_VALUES:
            start = start if record else line
            record.setdefault(name, values[0] if len(values) == 1 else values)
    if any(plain_name(known) in TITLE_NAMES for known in record):
        yield make_paper(record, source, start)
