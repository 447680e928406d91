"""Reading, and knowing papers again, takes the same memory however long a file is."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rag.indexing.sync import Sync
from rag.readers import read_papers
from rag.types import Paper

TEXT = "We counted ferns on the stairs of this castle. " * 20


class _EmptyIndex:
    def hash(self, paper_id: str) -> None:
        return None

    def papers(self, *_: Any) -> Iterator[Paper]:
        return iter(())


def _peak(path: Path, records: int) -> float:
    """The peak memory in MB of the news of an import of that many RIS records."""
    with path.open("w") as file:
        for n in range(records):
            file.write(
                f"TY  - JOUR\nTI  - Ferns of castle number {n} and their stairs\nAU  - Lund, Ada\n"
                f"AB  - {TEXT}\nPY  - 2020\nDO  - 10.5555/f.{n}\nER  - \n\n"
            )
    sync = Sync(SimpleNamespace(forward_index=_EmptyIndex(), embedder=None))  # type: ignore[arg-type]
    tracemalloc.start()
    assert sum(1 for _ in sync._to_write(read_papers(path))) == records
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


@pytest.mark.slow
def test_a_long_ris_file_is_read_in_constant_memory(tmp_path: Path) -> None:
    small, large = _peak(tmp_path / "a.ris", 2_000), _peak(tmp_path / "b.ris", 20_000)
    assert large < small + 3
