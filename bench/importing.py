"""A long import of one RIS file, as `askpapers index` does it: its rate, and whether its memory stays the same.

The records are made of real sentences drawn anew; each of these is embedded once. Each step and size runs in a process
of its own. What is derived of the papers lies on disk; Chroma keeps the vectors in memory, 1.5 kB a passage.

python -m bench.importing [--records 10000 100000] [--steps read count index]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.common import Composed, child, real, table
from rag.readers import read_papers
from rag.text.sentences import split_sentences

DISTINCT = 2500  # sentences that the abstracts are made of


def write_ris(path: Path, records: int) -> None:
    """A RIS file of that many papers, each with its own title (two real ones) and DOI; one in twenty comes twice."""
    papers = real(None, 600)
    pool = [s.text for p in papers for s in split_sentences(p.abstract)][:DISTINCT]
    with path.open("w", encoding="utf-8") as file:
        for i in range(records):
            n = i - 1 if i % 20 == 19 else i
            dice = random.Random(n)
            title = f"{papers[n % len(papers)].title}. {papers[n // len(papers) % len(papers)].title}"
            abstract = " ".join(dice.choices(pool, k=6))
            file.write(
                f"TY  - JOUR\nTI  - {title}\nAU  - Beck, Ina {n % 977}\nAU  - Roe, Al\nPY  - {1990 + n % 35}///\n"
                f"DO  - 10.5555/made.{n}\nJO  - Journal of Nothing\nKW  - moss\nAB  - {abstract}\nER  - \n\n"
            )


def read(file: Path, _: Path) -> dict[str, int]:
    """Only the reader."""
    papers = read_papers(file)
    count = sum(1 for _ in papers)
    return {"papers": count}


def count(file: Path, _: Path) -> dict[str, int]:
    """The reader, and what is known of papers already met, without writing any."""
    from rag.indexing.identity import known_by
    from rag.indexing.seen import Seen

    seen, duplicates = Seen(), 0
    for paper in read_papers(file):
        if seen.hash(paper.id):
            duplicates += 1
        else:
            seen.put(paper, known_by(paper))
    seen.close()
    return {"duplicates": duplicates}


def index(file: Path, home: Path) -> dict[str, int]:
    """All of `askpapers index`."""
    from rag.cli.library import read_in
    from rag.library import Library

    library = Library.open(home, embedder=Composed())
    report = read_in(library, [file])
    return {"added": report.added, "duplicates": report.duplicates, "rejected": report.rejected}


STEPS: dict[str, Callable[[Path, Path], dict[str, int]]] = {f.__name__: f for f in (read, count, index)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--records", type=int, nargs="+", default=[500, 5000])
    arguments.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS))
    arguments.add_argument("--only", nargs=2, metavar=("STEP", "FILE"), help="run this one here, and print its counts")
    given = arguments.parse_args()
    if given.only:
        with tempfile.TemporaryDirectory() as home:
            started = time.perf_counter()
            counts = STEPS[given.only[0]](Path(given.only[1]), Path(home) / "index")
            print(json.dumps({"seconds": time.perf_counter() - started, **counts}))
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "made.ris"
        for step in given.steps:
            first = 0.0
            for records in sorted(given.records):
                write_ris(file, records)
                got = child("-m", "bench.importing", "--only", step, str(file))
                first = first or got["mb"]
                said = ", ".join(f"{got[n]:,} {n}" for n in ("papers", "added", "duplicates", "rejected") if n in got)
                rows.append(
                    (step, f"{records:,}", said, round(records / got["seconds"]), round(got["mb"]), got["mb"] / first)
                )
    table(("step", "records", "what became of them", "records/s", "peak MB", "peak, times the first"), rows)


if __name__ == "__main__":
    main()
