"""A question to ranked papers, warm: askpapers, the floor, and the LlamaIndex starter, in turn.

The floor is what any dense search must do: the question embedded on the same runtime, and one exact search in numpy
over the same passages. Papers are made of real sentences drawn anew.

python bench/asking.py [--corpus BEIR_FOLDER] [--sizes 1000 10000] [--starter-up-to N]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from common import Composed, questions, shuffled, table, timed

from rag.library import Library


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--corpus", type=Path)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[1000])
    arguments.add_argument("--questions", type=int, default=60)
    arguments.add_argument("--starter-up-to", type=int, default=0)
    given = arguments.parse_args()
    asked = questions(given.corpus, given.questions)
    embedder, rows = Composed(), []
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(Path(folder) / "home", embedder=embedder)
        for size in sorted(given.sizes):
            library.sync(shuffled(given.corpus, len(library), size))
            ids, vectors = library.shelf.vectors(list(library.shelf.hashes()))
            matrix = np.concatenate(vectors)

            def floor(text: str, matrix: np.ndarray = matrix) -> object:
                scores = matrix @ embedder.encode_query(text).vector
                return np.argpartition(-scores, 10)[:10]

            calls = {
                "floor": floor,
                "askpapers": lambda text: library.search(text, 10),
                "askpapers, one year": lambda text: library.search(text, 10, {"year": 2000}),
                "askpapers, ten years": lambda text: library.search(text, 10, {"year": list(range(2000, 2010))}),
            }
            if size <= given.starter_up_to:
                from starter import stored

                firsts = dict(zip(ids, vectors, strict=True))
                index = stored(((p, firsts[p.id][0]) for p in library.papers()), Path(folder) / f"starter-{size}")
                calls["LlamaIndex starter"] = index.as_retriever(similarity_top_k=10).retrieve
            times = timed(calls, asked)
            rows += [(f"{size:,}", name, p50, p95, p50 / times["floor"][0]) for name, (p50, p95) in times.items()]
    table(("papers", "way", "median ms", "95th percentile ms", "times the floor"), rows)


if __name__ == "__main__":
    main()
