"""A library of any size, made fast: papers that are written in earnest, without what an import looks up and asks again.

The first BASE are made of real sentences drawn anew; the others have the text and token codes of one of these, a title
and vectors of their own: a vector lies as near to the one it was made of as two passages on one subject do.

python -m bench.made_home HOME --papers 100000 [--corpus BEIR_FOLDER]
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.common import Composed, shuffled
from rag.indexing.records import Record, batches, encode
from rag.indexing.sync import BM25_BATCH
from rag.indexing.writer import writing
from rag.library import Library

BASE = 5000
WRITTEN = 2000  # papers handed to the stores at once: nearly as many rows as Chroma takes


def grow(library: Library, papers: int, corpus: Path | None) -> None:
    """Writes papers until the library holds that many."""
    index, have = library.index, len(library)
    base = [r for part in batches(shuffled(corpus, 0, min(BASE, papers))) for r in encode(library.embedder, part)]
    pool = np.concatenate([r.vectors for r in base])
    with writing(index):
        for start in range(have, papers, BM25_BATCH):
            numbers = range(start, min(start + BM25_BATCH, papers))
            for part in (numbers[i : i + WRITTEN] for i in range(0, len(numbers), WRITTEN)):
                index.write([_copy(i, base, pool) for i in part])
            ids = [f"made-{i}" for i in numbers]
            index.bm25.write(p for p in library.catalogue.papers(ids))
        index.ledger.note(index.forward_index.size(), read=papers - have, added=papers - have, rejected=0)


def _copy(number: int, base: list[Record], pool: np.ndarray) -> Record:
    of = base[number % len(base)]
    if number < len(base):
        return of
    dice = np.random.default_rng(number)
    vectors = of.vectors + pool[dice.integers(0, len(pool), (len(of.vectors), 4))].mean(axis=1)
    other = base[int(dice.integers(len(base)))].paper
    name = f"made-{number}"
    paper = replace(of.paper, id=name, title=f"{of.paper.title} {other.title}", year=1925 + number % 100)
    passages = tuple(replace(p, paper_id=name) for p in of.passages)
    return replace(of, paper=paper, passages=passages, vectors=vectors / np.linalg.norm(vectors, axis=1)[:, None])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("home", type=Path)
    arguments.add_argument("--papers", type=int, nargs="+", default=[10_000])
    arguments.add_argument("--corpus", type=Path)
    given = arguments.parse_args()
    library = Library.open(given.home, embedder=Composed())
    for papers in given.papers:
        begun, wall = time.process_time(), time.perf_counter()
        grow(library, papers, given.corpus)
        said = f"{time.perf_counter() - wall:.0f} s, {time.process_time() - begun:.0f} CPU s"
        print(f"{len(library):,} papers ({said})", flush=True)
    library.close()


if __name__ == "__main__":
    main()
