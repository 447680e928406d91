"""Whether Chroma finds what it holds, and writing again what it does not find.

Chroma's HNSW graph can lose the last link to a vector, mostly after many updates (chroma-core/chroma #7758); it happens
to a fresh index too, to a row in some thousands. And its index files are not written in one piece: when a write is cut
off in their midst, the process that next reads them may die of it (#7238), so they are probed in a child process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rag.indexing.forward_index import ForwardIndex
from rag.indexing.vector_store import VectorStore
from rag.types import paper_of, passage_id

_BATCH = 250  # papers compared at a time
_ROUNDS = 3  # of writing again; nearly always one is enough


def unreachable(store: VectorStore, forward_index: ForwardIndex, paper_ids: Sequence[str]) -> list[str]:
    """Ids of those papers' passages whose own vectors do not find them; both stores must hold the same of them."""
    missing = []
    for start in range(0, len(paper_ids), _BATCH):
        papers, vectors = forward_index.vectors(paper_ids[start : start + _BATCH])
        own = zip(papers, vectors, strict=True)
        missing += store.unreachable([(passage_id(paper, i), row) for paper, rows in own for i, row in enumerate(rows)])
    return missing


def all_unreachable(store: VectorStore, forward_index: ForwardIndex) -> list[str]:
    """Ids of the passages, of all that both stores hold alike, whose own vectors do not find them."""
    known = forward_index.hashes()
    alike = [i for i, content in store.hashes().items() if content and known.get(i) == content]
    return unreachable(store, forward_index, alike)


def rewrite_unreachable(store: VectorStore, forward_index: ForwardIndex, paper_ids: Sequence[str]) -> list[str]:
    """Writes again what is not found, so that Chroma links it anew; gives the passages not found even so."""
    missing = unreachable(store, forward_index, paper_ids)
    for _ in range(_ROUNDS):
        if not missing:
            break
        papers = sorted({paper_of(passage) for passage in missing})
        store.put([(s.paper, s.passages, s.vectors) for s in store.get(papers)], [])
        missing = unreachable(store, forward_index, papers)
    return missing


def probe_in_subprocess(folder: Path) -> list[str] | None:
    """Ids of passages that the index in `folder` holds and does not find; None if Chroma cannot be read."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p or os.getcwd() for p in sys.path)}
    command = [sys.executable, "-m", "rag.indexing.verify", str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return None if done.returncode else list(json.loads(done.stdout))


def _probe(folder: Path) -> list[str]:
    forward_index = ForwardIndex(folder / "derived.sqlite", 0)
    fingerprint = json.loads(forward_index.state("fingerprint", "null"))
    store = VectorStore(folder / "chroma", fingerprint)
    if fingerprint:
        forward_index.close()
        forward_index = ForwardIndex(folder / "derived.sqlite", fingerprint["dimension"])
    missing = all_unreachable(store, forward_index)
    forward_index.close()
    return missing


if __name__ == "__main__":
    print(json.dumps(_probe(Path(sys.argv[1]))))
