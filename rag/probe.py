"""Whether Chroma can be read and finds what it holds, asked in a process of its own.

Chroma's index files are not written in one piece: when a write is cut off in their midst, the process that next reads
them may die of it (chroma-core/chroma #7238), and after many deletions an index may no longer find some of its
vectors (#7758).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from rag.reach import not_found
from rag.shelf import Shelf
from rag.store import Store


def lost(folder: Path) -> list[str] | None:
    """Ids of passages that the index in `folder` holds and does not find; None if Chroma cannot be read."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p or os.getcwd() for p in sys.path)}
    done = subprocess.run([sys.executable, "-m", "rag.probe", folder], env=environment, capture_output=True, text=True)
    return None if done.returncode else list(json.loads(done.stdout))


def _look(folder: Path) -> list[str]:
    shelf = Shelf(folder / "derived.sqlite", 0)
    fingerprint = json.loads(shelf.state("fingerprint", "null"))
    store = Store(folder / "chroma", fingerprint)
    if fingerprint:
        shelf.close()
        shelf = Shelf(folder / "derived.sqlite", fingerprint["dimension"])
    missing = missed(store, shelf)
    shelf.close()
    return missing


def missed(store: Store, shelf: Shelf) -> list[str]:
    """Ids of passages that the store holds as the shelf does, and whose own vectors do not find them."""
    known = shelf.hashes()
    return not_found(store, shelf, [i for i, content in store.hashes().items() if content and known.get(i) == content])


if __name__ == "__main__":
    print(json.dumps(_look(Path(sys.argv[1]))))
