"""What tests and benchmarks of faults share: made-up papers, the command line in a process of its own, a comparison.

python -m tests.crashing ARGS is `askpapers ARGS` with the fake embedder.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import rag.library
import rag.models.embedding
from rag.cli import main as cli
from rag.indexing.verify import probe_in_subprocess
from rag.library import Library
from rag.models.embedding import DEFAULT
from tests.conftest import ROOT, FakeEmbedder

WORDS = [
    f"{a}{b}" for a in "ba ce di fo gu ka le mi no ru sa te vi wo zu".split() for b in "ran lem tis dor gun".split()
]
QUERIES = ("baran celem ditis", "wodor zugun kalem letis", "paper number 7")


class Named(FakeEmbedder):
    """The fake embedder by the name of any model; another name, other vectors."""

    def __init__(self, name: str = DEFAULT, runtime: str = "") -> None:
        super().__init__(f"{name}@1")
        self.name = name


def not_found(folder: Path, *given: Any) -> list[str] | None:
    """The passages that Chroma does not find, as a process of its own sees it; None if Chroma cannot be read."""
    found = probe_in_subprocess(folder, *given)
    return found.missing if found else None


def write_papers(path: Path, n: int, version: int = 1) -> Path:
    """A JSONL file of n papers, every tenth long enough for several passages; another version, another text."""
    with path.open("w", encoding="utf-8") as file:
        for i in range(n):
            dice = random.Random(f"{i} {version}")
            sentences = 60 if i % 10 == 0 else 4
            text = " ".join(f"{' '.join(dice.choices(WORDS, k=9)).capitalize()}." for _ in range(sentences))
            row = {"id": f"made-{i}", "title": f"Paper number {i} on {dice.choice(WORDS)}", "abstract": text}
            file.write(json.dumps(row) + "\n")
    return path


def start(*args: object, first: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """`askpapers ARGS` in another process, which calls `first` before anything else."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.crashing", *map(str, args)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=first,
    )


def run(*args: object, first: Callable[[], None] | None = None) -> tuple[int, str, str]:
    """The same to its end: (exit code, stdout, stderr)."""
    process = start(*args, first=first)
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


def wait_for(condition: Callable[[], object], seconds: float = 300) -> None:
    """Until the condition holds. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.002)


def opened(home: Path, name: str = DEFAULT) -> Library:
    return Library.open(home, embedder=Named(name))


def assert_same(home: Path, fresh: Library) -> None:
    """The library there holds exactly what the fresh one does, in every part, and finds the same."""
    library = opened(home)
    assert (
        library.index.forward_index.hashes()
        == fresh.index.forward_index.hashes()
        == library.index.vector_store.hashes()
    )
    assert library.index.bm25.ids() == fresh.index.bm25.ids()
    assert library.index.bm25.count() == fresh.index.bm25.count()
    assert library.index.vector_store.count() == fresh.index.vector_store.count()
    assert library.index.forward_index.counts() == fresh.index.forward_index.counts()
    assert library.index.frequency == fresh.index.frequency
    ids = sorted(library.index.forward_index.hashes())
    for part in (ids[i : i + 500] for i in range(0, len(ids), 500)):
        ours, theirs = ({s.paper.id: s for s in one.index.vector_store.get(part)} for one in (library, fresh))
        for i in part:
            assert ours[i].whole
            np.testing.assert_allclose(ours[i].vectors, theirs[i].vectors, atol=1e-3)  # half precision
    for query in QUERIES:
        assert [h.paper for h in library.search(query, 5)] == [h.paper for h in fresh.search(query, 5)]
    library.close()


if __name__ == "__main__":
    vars(rag.library)["load_embedder"] = vars(rag.models.embedding)["load_embedder"] = Named
    cli.main()
