"""Reads one file, written by the test, and checks that the counts add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.readers import read_papers
from rag.types import Paper, Rejected

Read = Callable[[str, "str | bytes"], tuple[list[Paper], list[Rejected]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """(name, content) -> the papers and the rejected records of a file of that name and content."""

    def written(name: str, content: str | bytes) -> tuple[list[Paper], list[Rejected]]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        reading = read_papers(path)
        papers = list(reading)
        assert reading.read == len(papers) + len(reading.rejected)
        assert reading.read or reading.notes, "nothing passes in silence"
        assert {r.source for r in papers} | {r.source for r in reading.rejected} <= {name}
        return papers, reading.rejected

    return written


def reads_as(read: Read, name: str, content: str | bytes, right: Sequence[Mapping[str, Any]]) -> None:
    """Asserts that a file's papers are as many as are right, each with the fields that are."""
    papers, rejected = read(name, content)
    assert len(papers) == len(right), [str(r) for r in rejected]
    for paper, expected in zip(papers, right, strict=True):
        assert {field: getattr(paper, field) for field in expected} == expected
