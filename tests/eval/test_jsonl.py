"""The one reader of JSON lines that people write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.jsonl import read_jsonl
from rag.errors import SourceError


def parse(row: Any, number: int) -> str:
    if not isinstance(row, str):
        raise ValueError("no string\nno text")
    return f"{number}{row}"


def test_lines_are_read_with_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('\ufeff"a"\n\n  \n"b"')
    assert read_jsonl(path, parse) == ["1a", "4b"]


def test_all_that_is_wrong_is_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('"a"\n{\n3\n"a"\n' + "[" * 100_000)
    with pytest.raises(SourceError) as caught:
        read_jsonl(path, parse, key=lambda text: text[1:])
    told = [line.removeprefix(f"{path}:") for line in str(caught.value).split("\n")]
    assert told[0].startswith("2: not JSON: ")
    assert told[1:4] == ["3: no string", "3: no text", "4: id 'a' is taken by line 1"]
    assert told[4].startswith("5: not JSON: ")
    with pytest.raises(SourceError, match="cannot be read as UTF-8 text"):
        read_jsonl(tmp_path / "none.jsonl", parse)
