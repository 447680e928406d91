"""What a process that opens a library and asks it takes of memory, step by step (Linux).

Private is what the process alone has; mapped are files in the system's cache, which gives them up when others need it.

python -m bench.reader_memory HOME [--corpus BEIR_FOLDER]
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable
from pathlib import Path

from bench.common import questions, table
from rag.library import Library


def held() -> dict[str, float]:
    """Megabytes that this process holds: all, private and mapped from files."""
    told = Path("/proc/self/smaps_rollup").read_text(encoding="utf-8")
    kb = {name: int(n) for name, n in re.findall(r"^(\w+):\s+(\d+) kB", told, re.MULTILINE)}
    return {"all": kb["Rss"] / 1024, "private": kb["Anonymous"] / 1024, "mapped": (kb["Rss"] - kb["Anonymous"]) / 1024}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("home", type=Path)
    arguments.add_argument("--corpus", type=Path)
    given = arguments.parse_args()
    asked = questions(given.corpus, 61)
    rows: list[tuple[object, ...]] = []

    def step(name: str, call: Callable[[], object]) -> None:
        before, started, cpu = held(), time.perf_counter(), time.process_time()
        call()
        now, seconds, used = held(), time.perf_counter() - started, time.process_time() - cpu
        grown = now["private"] - before["private"]
        rows.append((name, *(round(now[n]) for n in ("all", "private", "mapped")), round(grown), seconds, used))

    step("this script and its imports", lambda: None)
    library = Library.open(given.home, runtime="openvino", create=False)
    step("the library opened, and its model", lambda: library.embedder.encode_query(asked[0]))
    step("Chroma opened, its graph read", lambda: library.index.vector_store.count())
    step("token frequencies, the words' index", lambda: (library.index.frequency, library.index.bm25.count()))
    step("the first question", lambda: library.search(asked[0], 10))
    step("sixty more", lambda: [library.search(text, 10) for text in asked[1:]])
    head = ("after", "MB", "private", "mapped", "private, grown by", "seconds", "CPU s")
    table((f"{len(library):,} papers: {head[0]}", *head[1:]), rows)


if __name__ == "__main__":
    main()
