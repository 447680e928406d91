"""A question to ranked papers, warm: askpapers, the floor, and the LlamaIndex starter, in turn.

The floor is what any dense search must do: the question embedded on the same runtime, and one exact search in numpy
over the same passages. Papers are made of real sentences drawn anew.

python -m bench.asking [--corpus BEIR_FOLDER] [--home HOME | --sizes 1000 10000] [--starter-up-to N]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.common import Composed, questions, shuffled, table, timed
from rag.library import Library


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--corpus", type=Path)
    arguments.add_argument("--home", type=Path, help="an index to ask, in place of made papers")
    arguments.add_argument("--sizes", type=int, nargs="+", default=[1000])
    arguments.add_argument("--questions", type=int, default=60)
    arguments.add_argument("--starter-up-to", type=int, default=0)
    given = arguments.parse_args()
    asked = questions(given.corpus, given.questions)
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        if given.home:
            library = Library.open(given.home, runtime="openvino", create=False)
            rows += measure(library, asked, Path(folder), given.starter_up_to)
        else:
            library = Library.open(Path(folder) / "home", embedder=Composed())
            for size in sorted(given.sizes):
                library.sync(shuffled(given.corpus, len(library), size))
                rows += measure(library, asked, Path(folder), given.starter_up_to)
    table(("papers", "way", "median ms", "95th percentile ms", "times the floor"), rows)


def measure(library: Library, asked: list[str], folder: Path, starter_up_to: int) -> list[tuple[object, ...]]:
    """Rows of the table for the library as it is."""
    ids, vectors = library.index.forward_index.vectors(list(library.index.forward_index.hashes()))
    matrix = np.concatenate(vectors)

    def floor(text: str) -> object:
        return np.argpartition(-(matrix @ library.embedder.encode_query(text).vector), 10)[:10]

    calls: dict[str, Callable[[str], object]] = {
        "floor": floor,
        "askpapers": lambda text: library.search(text, 10),
        "askpapers, one year": lambda text: library.search(text, 10, {"year": 2000}),
        "askpapers, ten years": lambda text: library.search(text, 10, {"year": list(range(2000, 2010))}),
    }
    if len(library) <= starter_up_to:
        from bench.llamaindex_starter import stored

        firsts = dict(zip(ids, vectors, strict=True))
        index = stored(((p, firsts[p.id][0]) for p in library.papers()), folder / f"starter-{len(library)}")
        calls["LlamaIndex starter"] = index.as_retriever(similarity_top_k=10).retrieve
    times = timed(calls, asked)
    return [(f"{len(library):,}", name, p50, p95, p50 / times["floor"][0]) for name, (p50, p95) in times.items()]


if __name__ == "__main__":
    main()
