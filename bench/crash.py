"""Faults made on purpose, many times: figures for docs/reliability.md. The embedder is a fake, all else is real.

python -m bench.crash [--papers 5000] [--times 20] [--fault kill-index kill-persist kill-reindex]
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

from bench.common import table
from rag.indexing.folder import active
from rag.library import Library
from tests.crashing import assert_same, not_found, opened, run, start, wait_for, write_papers

FAULTS = ("kill-index", "kill-persist", "kill-reindex")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--papers", type=int, default=5000)
    arguments.add_argument("--times", type=int, default=20)
    arguments.add_argument("--fault", nargs="+", choices=FAULTS, default=FAULTS)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = write_papers(Path(folder) / "made.jsonl", given.papers)
        whole, taken = Path(folder) / "fresh", {}
        for fault, first in (("index", ["index", source]), ("reindex", ["reindex"])):
            began = time.monotonic()
            ended = run(*first, "--home", whole)
            assert ended[0] == 0, ended
            taken[fault] = time.monotonic() - began
        fresh = opened(whole)
        rows = []
        for fault in given.fault:
            seen: Counter[str] = Counter()
            number = 0
            while seen["killed"] < given.times:  # one that had ended before its moment came does not count
                number += 1
                with tempfile.TemporaryDirectory(dir=folder) as home:
                    moment = random.Random(number).uniform(0, taken["reindex" if fault == "kill-reindex" else "index"])
                    seen += once(fault, Path(home), source, fresh, moment)
                print(fault, number, f"{moment:.1f} s", dict(seen), flush=True)
            rows.append((fault, number, *(seen[name] for name in ("killed", "damaged", "answered", "completed"))))
        table(("fault", "runs", "killed in time", "Chroma damaged", "opened and answered", "completed as fresh"), rows)


def _written(process: subprocess.Popen[str], home: Path, before: object) -> bool:
    """Has Chroma written its files anew since, or has the process ended?"""
    return header(home) != before or process.poll() is not None


def once(fault: str, home: Path, source: Path, fresh: Library, moment: float) -> Counter[str]:
    """Makes the fault, then looks what became of the library. `moment` is in seconds from the start."""
    if fault == "kill-reindex":
        run("index", source, "--home", home)
    process = start(*(["reindex"] if fault == "kill-reindex" else ["index", source]), "--home", home)
    if fault == "kill-persist":  # as soon as Chroma begins to write its files anew: the nth time
        for _ in range(1 + int(moment) % 4):
            wait_for(partial(_written, process, home, header(home)), 600)
    else:
        time.sleep(moment)
    seen = Counter(killed=int(process.poll() is None))
    process.kill()
    process.communicate()
    seen["damaged"] += (active(home) / "chroma").exists() and not_found(active(home)) != []
    library = opened(home)
    held = len(library)
    seen["answered"] += len(library.search("baran celem", 3)) == min(held, 3)
    library.close()
    code, _, said = run("index", source, "--home", home)
    assert code == 0, said
    assert f"{held} unchanged, 0 duplicates" in said, said  # none lost, none twice
    assert_same(home, fresh)
    seen["completed"] += 1
    return seen


def header(home: Path) -> float:
    """When Chroma last wrote its files."""
    return max((file.stat().st_mtime for file in home.glob("chroma/*/header.bin")), default=0.0)


if __name__ == "__main__":
    main()
