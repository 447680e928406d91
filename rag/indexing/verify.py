"""Whether Chroma finds what it holds, and writing again what it does not find.

Chroma's HNSW graph can lose the last link to a vector, mostly after many updates (chroma-core/chroma #7758); it happens
to a fresh index too, to a row in some thousands. And its index files are not written in one piece: when a write is cut
off in their midst, the process that next reads them may die of it (#7238), so they are probed in a child process.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from rag.indexing.forward_index import ForwardIndex
from rag.indexing.records import Progress
from rag.indexing.vector_store import VectorStore
from rag.types import paper_of, passage_id

SAMPLE = 2000  # papers looked at unless all are asked for: one lost row in 1,000 is then found 6 times in 7
_BATCH = 100  # papers compared at a time
_ROUNDS = 3  # of writing again; nearly always one is enough


def unreachable(
    store: VectorStore, forward_index: ForwardIndex, paper_ids: Sequence[str], progress: Progress | None = None
) -> list[str]:
    """Ids of those papers' passages whose own vectors do not find them; both stores must hold the same of them."""

    def probe(part: Sequence[str]) -> list[str]:
        own = zip(*forward_index.vectors(part), strict=True)
        return store.unreachable([(passage_id(paper, i), row) for paper, rows in own for i, row in enumerate(rows)])

    missing: list[str] = []
    parts = [paper_ids[start : start + _BATCH] for start in range(0, len(paper_ids), _BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # a search in Chroma takes one processor
        for part, lost in zip(parts, pool.map(probe, parts), strict=True):
            missing += lost
            if progress:
                progress(len(part))
    return missing


class Found(NamedTuple):
    """Passages whose own vectors do not find them, papers that the stores do not hold alike, and Chroma's passages."""

    missing: list[str]
    apart: list[str]
    passages: int


def look(
    store: VectorStore, forward_index: ForwardIndex, sample: int | None = SAMPLE, progress: Progress | None = None
) -> Found:
    """What is found of `sample` papers, drawn anew each time; with None, or where there are no more, of all of them.

    `progress` counts papers; where all are looked at, once as they are read and once as their vectors are looked for.
    """
    known = forward_index.hashes()
    if sample is not None and len(known) > sample:
        known = {i: known[i] for i in random.sample(list(known), sample)}
        stored = store.hashes(list(known))
    else:
        stored = store.hashes(progress=progress)
    apart = {i for i in {*known, *stored} if not stored.get(i) or stored.get(i) != known.get(i)}
    missing = unreachable(store, forward_index, [i for i in known if i not in apart], progress)
    return Found(missing, sorted(apart), store.count())


def rewrite_unreachable(
    store: VectorStore, forward_index: ForwardIndex, paper_ids: Sequence[str], progress: Progress | None = None
) -> list[str]:
    """Writes again what is not found, so that Chroma links it anew; gives the passages not found even so."""
    missing = unreachable(store, forward_index, paper_ids, progress)
    for _ in range(_ROUNDS):
        if not missing:
            break
        papers = sorted({paper_of(passage) for passage in missing})
        store.put([(s.paper, s.passages, s.vectors) for s in store.get(papers)], [])
        missing = unreachable(store, forward_index, papers)
    return missing


def probe_in_subprocess(folder: Path, sample: int | None = SAMPLE, progress: Progress | None = None) -> Found | None:
    """As `look` for the index in `folder`, in a child process; None if Chroma cannot be read."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p or os.getcwd() for p in sys.path)}
    command = [sys.executable, "-m", "rag.indexing.verify", str(folder), json.dumps(sample)]
    found: Found | None = None
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdout is not None  # it is a pipe
        for line in child.stdout:  # the papers looked at, and last of all what was found
            told = json.loads(line)
            if isinstance(told, list):
                found = Found(*told)
            elif progress:
                progress(told)
    return None if child.returncode else found


def _probe(folder: Path, sample: int | None) -> Found:
    forward_index = ForwardIndex(folder / "derived.sqlite", 0)
    fingerprint = json.loads(forward_index.state("fingerprint", "null"))
    store = VectorStore(folder / "chroma", fingerprint)
    if fingerprint:
        forward_index.close()
        forward_index = ForwardIndex(folder / "derived.sqlite", fingerprint["dimension"])
    found = look(store, forward_index, sample, lambda n: print(n, flush=True))
    forward_index.close()
    return found


if __name__ == "__main__":
    print(json.dumps(_probe(Path(sys.argv[1]), json.loads(sys.argv[2]))))
