"""Workbooks, written here part by part: what is read, and what damage does."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from rag.readers import read_papers, spreadsheet
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


def workbook(*rows: tuple[object, ...], more: dict[str, list[tuple[object, ...]]] | None = None) -> bytes:
    """An .xlsx file with a sheet "S" of those rows, and `more` by their names."""
    sheets = {"S": rows, **(more or {})}
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        + "</Relationships>",
    }
    for n, table in enumerate(sheets.values(), 1):
        cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in table)
        parts[f"xl/worksheets/sheet{n}.xml"] = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
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


def test_every_sheet_with_a_header_is_read(tmp_path: Path) -> None:
    header = ("Title", "Abstract")
    (tmp_path / "a.xlsx").write_bytes(
        workbook(
            header, ("Ferns", "They grow."), more={"Notes": [("Read me",)], "Second": [header, ("Moss", "It grows.")]}
        )
    )
    assert [(p.title, p.source, p.line) for p in read_papers(tmp_path / "a.xlsx")] == [
        ("Ferns", "a.xlsx", 2),
        ("Moss", "a.xlsx (Second)", 2),
    ]
