"""Small later imports: what 100 more papers cost a library, by its size; the words' index alone, while it is asked.

python -m bench.later_imports HOME [HOME ...]    (each is copied first, and left as it is)
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.common import Composed, shuffled, table
from rag.indexing.bm25 import Bm25Index
from rag.library import Library
from rag.types import Paper

ADDED = 100  # papers at a time


def segments(folder: Path) -> dict[str, int]:
    """The documents in each segment of the words' index."""
    return {s["segment_id"]: s["max_doc"] for s in json.loads((folder / "meta.json").read_text())["segments"]}


def words_alone(folder: Path, papers: list[list[Paper]]) -> tuple[object, ...]:
    """Adds each batch to the words' index, while a thread searches it: seconds, papers written anew by merging."""
    index, done = Bm25Index(folder), threading.Event()
    size, waits = index.count(), list[float]()

    def ask() -> None:
        reader = Bm25Index(folder)
        while not done.wait(0.01):
            started = time.perf_counter()
            reader.reload()
            reader.search("cells of the immune system", 50)
            waits.append(1000 * (time.perf_counter() - started))

    asking = threading.Thread(target=ask)
    asking.start()
    spent, merged = [], 0
    for batch in papers:
        before, started = segments(folder), time.perf_counter()
        index.write(batch)
        spent.append(time.perf_counter() - started)
        merged += sum(n for name, n in segments(folder).items() if name not in before) - len(batch)
    done.set()
    asking.join()
    kept = f"{len(segments(folder))} segments"
    p50, longest = float(np.median(spent)), max(spent)
    return f"{size:,}", p50, longest, f"{merged:,}", kept, float(np.median(waits)), max(waits)


def whole(home: Path, batches: list[list[Paper]]) -> Iterator[float]:
    """Seconds of each import."""
    library = Library.open(home, embedder=Composed(), create=False)
    for batch in batches:
        started = time.perf_counter()
        library.sync(batch)
        yield time.perf_counter() - started
    library.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("homes", type=Path, nargs="+")
    arguments.add_argument("--corpus", type=Path)
    arguments.add_argument("--times", type=int, default=30)
    given = arguments.parse_args()
    first = 10**7  # numbers that no paper there has
    papers = list(shuffled(given.corpus, first, first + ADDED * given.times))
    batches = [papers[i : i + ADDED] for i in range(0, len(papers), ADDED)]
    words, imports = [], []
    for home in given.homes:
        with tempfile.TemporaryDirectory(dir=home.parent) as folder:
            copy = Path(folder) / "home"
            shutil.copytree(home, copy)
            words.append(words_alone(copy / "lexical", batches))
            shutil.rmtree(copy / "lexical")
            shutil.copytree(home / "lexical", copy / "lexical")
            spent = list(whole(copy, batches[:6]))
            imports.append((words[-1][0], spent[0], *spent[1:]))
    table(
        ("papers", "100 more, median s", "longest s", "merged", "kept", "a search beside it, median ms", "longest ms"),
        words,
    )
    table(("papers", "first import, s", *[f"import {n}, s" for n in range(2, 7)]), imports)


if __name__ == "__main__":
    main()
