"""A large collection: how fast it is written (the model's time apart), what it takes, how fast it answers.

Papers are made of real sentences drawn anew; each of these is embedded once.

python -m bench.large [--corpus BEIR_FOLDER] [--papers 1000 100000]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from bench.common import Composed, questions, shuffled, table, timed
from rag.library import Library


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--corpus", type=Path)
    arguments.add_argument("--papers", type=int, nargs="+", default=[500, 2000])
    arguments.add_argument("--questions", type=int, default=100)
    given = arguments.parse_args()
    asked = questions(given.corpus, given.questions)
    rows, base = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(Path(folder), embedder=Composed())
        for size in sorted(given.papers):
            before, started = len(library), time.perf_counter()
            library.sync(shuffled(given.corpus, before, size))
            rate = (size - before) / (time.perf_counter() - started)
            p50, p95 = timed({"ask": lambda text: library.search(text, 10)}, asked)["ask"]
            base = base or p95
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            disk = library.status()["megabytes"]
            rows.append((f"{size:,}", round(rate), round(disk), 1000 * disk / size, round(peak), p50, p95, p95 / base))
    head = ("papers", "written/s", "disk MB", "kB a paper", "peak MB", "p50 ms", "p95 ms", "p95, times the first")
    table(head, rows)


if __name__ == "__main__":
    main()
