"""What is worked out of a library is kept: for as long as its papers are the same, and by the same code."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rag.library import Library
from rag.retrieval.per_state import PerState
from rag.types import Paper
from tests.conftest import FakeEmbedder


def test_it_is_made_once_for_all_processes_until_papers_or_code_change(library: Library, tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text("1")
    made: list[int] = []

    def make() -> dict[str, int]:
        made.append(len(library))
        return {"papers": len(library)}

    def asked(by: Library) -> dict[str, int]:
        return PerState[dict[str, int]]("count", str(code))(by.index, make)  # as another process: nothing in memory

    other = Library.open(library.home, embedder=FakeEmbedder())
    assert [asked(library), asked(library), asked(other)] == [{"papers": 4}] * 3
    assert made == [4]
    library.sync([Paper("new", "A new one", "It grows.")])
    assert asked(other) == {"papers": 5}
    code.write_text("2")
    assert asked(library) == {"papers": 5}
    assert made == [4, 5, 5]
    other.close()


def test_it_is_given_though_it_cannot_be_kept(library: Library) -> None:
    kept = PerState[list[int]]("list", __file__)
    writer = sqlite3.connect(library.index.folder / "derived.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert kept(library.index, lambda: [1]) == [1]
    writer.execute("ROLLBACK")
    writer.close()
    assert library.index.forward_index.state("kept list") == ""
