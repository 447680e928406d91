"""What is shown of a library, at its size: each thing worked out anew, then in a process of its own, first and again.

python -m bench.large_reads HOME
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.common import child, table
from rag.indexing.folder import active
from rag.library import Library

GOAL = 0.3  # seconds, at 100,000 papers


def _tab(library: Library) -> Callable[[], object]:
    import gradio as gr

    from ui.library_tab import LibraryTab

    with gr.Blocks():
        return LibraryTab(library).fresh


def _searched(library: Library) -> Callable[[], object]:
    import gradio as gr

    from ui.library_tab import LibraryTab

    library.search("warm", 1)
    with gr.Blocks():
        tab = LibraryTab(library)
    return lambda: tab.rows(25, "cells that divide", "Title", (), (), ())


def _opening(library: Library) -> Callable[[], object]:
    from rag.answering.assistant import Assistant
    from ui.front import Front

    return Front(library, lambda: Assistant(library, "extractive")).opening


def _examples(library: Library) -> Callable[[], object]:
    from ui.examples import examples

    return lambda: examples(library)


def _themes(library: Library) -> Callable[[], object]:
    from rag.answering.themes import themes

    return lambda: themes(library)


def _named(library: Library) -> Callable[[], object]:
    from rag.answering.themes import most_named

    return lambda: most_named(library)


def _map(library: Library) -> Callable[[], object]:
    from ui.map import picture

    return lambda: picture(library)


THINGS: dict[str, Callable[[Library], Callable[[], object]]] = {
    "status": lambda library: library.status,
    "Library tab": _tab,
    "Library tab, search": _searched,
    "landing": _opening,
    "newest papers": lambda library: lambda: library.catalogue.newest(4),
    "authors": lambda library: lambda: (library.catalogue.authors(10), library.catalogue.count_authors()),
    "examples": _examples,
    "themes": _themes,
    "most named": _named,
    "map": _map,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("home", type=Path)
    arguments.add_argument("--things", nargs="+", choices=THINGS, default=list(THINGS))
    arguments.add_argument("--only", help="this one, here")
    given = arguments.parse_args()
    if given.only:
        library = Library.open(given.home, runtime="openvino", create=False)
        call = THINGS[given.only](library)
        print(json.dumps({when: _seconds(call) for when in ("first", "again")}))
        return
    rows = []
    for name in given.things:
        forget(given.home)
        anew, got = (child("-m", "bench.large_reads", str(given.home), "--only", name) for _ in range(2))
        within = "PASS" if max(got["first"], got["again"]) < GOAL else "missed"
        rows.append((name, *(f"{s:.3f}" for s in (anew["first"], got["first"], got["again"])), within))
    table(("what", "worked out anew, s", "first in a process, s", "again, s", f"under {GOAL} s"), rows)


def forget(home: Path) -> None:
    """Drops what is kept for this state of the library."""
    with closing(sqlite3.connect(active(home) / "derived.sqlite")) as file, file:
        file.execute("DELETE FROM state WHERE name LIKE 'kept %'")


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
