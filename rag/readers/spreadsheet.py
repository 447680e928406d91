"""Spreadsheets (.xlsx, .xls, .ods), whose sheets with a header are read as tables."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineWorkbook

from rag.clean import clean
from rag.readers.csv_table import MAX_PREAMBLE, names_columns, no_header, of_row
from rag.types import Paper, Rejected

MAX_UNFOLDED = 1_000_000_000  # bytes that the parts of a workbook may unfold to
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_spreadsheet(path: Path) -> bool:
    """Whether the file is a workbook by its content; other archives are none."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
        if start == _OLD:
            return True
        if not start.startswith(b"PK\x03\x04"):
            return False
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
        return "xl/workbook.xml" in names or "xl/workbook.bin" in names or {"content.xml", "mimetype"} <= names
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def read(path: Path, source: str) -> Iterator[Paper | Rejected]:
    """The papers of the rows of the sheets that have a header; from the second on the source names the sheet."""
    if (size := _unfolded(path)) > MAX_UNFOLDED:
        yield Rejected(source, 0, f"it unfolds to {size:,} bytes: export the table as CSV")
        return
    try:
        with path.open("rb") as file:  # without its name: many a workbook called .xls is an .xlsx
            yield from _rows(CalamineWorkbook.from_filelike(file), source)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a damaged workbook may even make the reader's Rust give up, which is no Exception
        yield Rejected(source, 0, f"not a workbook that can be read: {str(error)[:200]}")


def _unfolded(path: Path) -> int:
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(part.file_size for part in archive.infolist())
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return 0


def _rows(book: CalamineWorkbook, source: str) -> Iterator[Paper | Rejected]:
    top: list[object] = []
    tables = 0
    for sheet in book.sheet_names:
        header: list[str] = []
        for number, row in enumerate(book.get_sheet_by_name(sheet).iter_rows(), 1):
            if header:
                if any(str(cell).strip() for cell in row):
                    place = source if tables == 1 else f"{source} ({clean(sheet)})"
                    yield of_row(header, [_cell(cell) for cell in row], place, number)
            elif names_columns(row):
                header, tables = [str(cell) for cell in row], tables + 1
            else:
                top = top or list(row)
                if number >= MAX_PREAMBLE:
                    break
    if not tables:
        yield Rejected(source, 1, no_header(top))


def _cell(value: object) -> object:
    """Whole numbers as such: a spreadsheet's years are 2021.0."""
    return (
        int(value)
        if isinstance(value, float) and value.is_integer()
        else value
        if isinstance(value, int)
        else str(value)
    )
