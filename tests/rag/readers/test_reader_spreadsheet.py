"""Workbooks, written here part by part: what is read, and what damage does."""

from __future__ import annotations

import io
import zipfile

import pytest

from rag.readers import spreadsheet
from tests.rag.readers.conftest import Read

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default'
    ' Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override'
    ' PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument'
    '.spreadsheetml.sheet.main+xml"/>'
    "</Types>"
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(*rows: tuple[object, ...]) -> bytes:
    """An .xlsx file with one sheet of those rows."""
    cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name="S" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1"'
        f' Type="{OFFICE}/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


BOOK = workbook(
    ("Exported by Nosuch",),
    ("Article Title", "Authors", "Abstract", "Publication Year", "DOI"),
    ("Ferns", "Lund, Ada; Dahl, Bo", "Ferns grow.", 2020, "10.5555/f.1"),
    ("Wells", "", "", 2021, ""),
)


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "export", "a.csv"])
def test_a_workbook_under_any_name(read: Read, name: str) -> None:
    (paper,), rejected = read(name, BOOK)
    assert (paper.id, paper.title, paper.authors, paper.year) == ("10.5555/f.1", "Ferns", ("Ada Lund", "Bo Dahl"), 2020)
    assert paper.line == 3
    assert [str(r) for r in rejected] == [f"{name}:4: no abstract (Wells)"]


def test_a_workbook_without_a_header_says_what_it_has(read: Read) -> None:
    said = read("a.xlsx", workbook(("Name", "Size"), ("x", 1)))[1][0].reason
    assert said == "the first row must name the columns, with a title and an abstract; found: Name, Size"


def test_a_damaged_workbook_is_told(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (
        BOOK[:-40] + b"x" * 40,
        BOOK.replace(b"sheet1", b"sheet2"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600,
    ):
        papers, rejected = read("a.xlsx", content)
        assert not papers
        assert len(rejected) == 1
    monkeypatch.setattr(spreadsheet, "MAX_UNFOLDED", 1000)
    assert "unfolds to" in read("a.xlsx", BOOK)[1][0].reason
