"""What the benchmark scripts share: papers to index, questions to ask, a child process with its costs, a table."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
os.environ.update(
    HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", ANONYMIZED_TELEMETRY="False", OPENBLAS_NUM_THREADS="1"
)

import numpy as np  # noqa: E402

from rag.models.embedding import Encoded, load_embedder  # noqa: E402
from rag.readers import read_papers  # noqa: E402
from rag.text.sentences import split_sentences  # noqa: E402
from rag.types import Paper  # noqa: E402

DISTINCT = 2500  # sentences that large collections are made of
_KEPT = 6000  # pieces whose vectors are kept (20 kB each): each sentence twice, and the last titles


def real(corpus: Path | None, n: int) -> list[Paper]:
    """The first n papers of a BEIR folder, or of the collection that comes with askpapers."""
    source = corpus / "corpus.jsonl" if corpus else ROOT / "data" / "daily_papers"
    return list({p.id: p for p in read_papers(source)}.values())[:n]


def questions(corpus: Path | None, n: int) -> list[str]:
    """Questions that go with `real`."""
    source, key = (corpus / "queries.jsonl", "text") if corpus else (ROOT / "data" / "questions.jsonl", "question")
    rows = [json.loads(line)[key] for line in source.read_text(encoding="utf-8").splitlines()]
    return random.Random(0).sample(rows, min(n, len(rows)))


def shuffled(corpus: Path | None, start: int, stop: int) -> Iterator[Paper]:
    """Papers number `start` to `stop`, made of the real papers' sentences drawn anew; the same at every run.

    Each has a title (two real ones) and first author that no other has: else an import would take some for one paper.
    """
    papers = real(corpus, 600)
    pool = [s.text for p in papers for s in split_sentences(p.abstract)][:DISTINCT]
    for i in range(start, stop):
        abstract = " ".join(random.Random(i).choices(pool, k=8))
        title = f"{papers[i % len(papers)].title} {papers[i // len(papers) % len(papers)].title}"
        authors = (f"Ina Beck{i // len(papers) ** 2}", f"Al Roe{i % 977}")
        area = (f"made.{i % 40}",)
        yield Paper(f"made-{i}", title, abstract, authors, 1925 + i % 100, categories=area, source="made")


class Composed:
    """The default model, for made papers: every sentence is run once, a passage is the mean of its sentences.

    So a collection of any size is written and searched in earnest, at the cost of embedding DISTINCT sentences.
    """

    def __init__(self) -> None:
        self._model = load_embedder()
        self.name, self.fingerprint = self._model.name, self._model.fingerprint
        self.dimension, self.runtime, self.window = self._model.dimension, self._model.runtime, self._model.window
        self._known: OrderedDict[str, Encoded] = OrderedDict()
        self.count = lru_cache(4 * DISTINCT)(self._model.count)

    def encode_query(self, text: str) -> Encoded:
        return self._model.encode_query(text)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        parts = [[m.span() for m in re.finditer(r"[^\n.]+[\n.]*", text)] for text in texts]
        new = {text[a:b] for text, spans in zip(texts, parts, strict=True) for a, b in spans} - self._known.keys()
        wanted = sorted(t for t in new if t.strip())
        for start in range(0, len(wanted), 256):
            batch = wanted[start : start + 256]
            for text, e in zip(batch, self._model.encode(batch), strict=True):
                self._known[text] = Encoded(e.vector, e.ids, e.spans, e.tokens.astype(np.float16))
        joined = [self._join(text, spans) for text, spans in zip(texts, parts, strict=True)]
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return joined

    def _join(self, text: str, spans: Sequence[tuple[int, int]]) -> Encoded:
        found = []
        for a, b in spans:
            if (piece := text[a:b]) in self._known:
                self._known.move_to_end(piece)
                found.append((a, self._known[piece]))
        vector = np.sum([e.vector for _, e in found], axis=0)
        offsets = np.concatenate([e.spans + a for a, e in found])
        ids, tokens = (np.concatenate([getattr(e, name) for _, e in found]) for name in ("ids", "tokens"))
        return Encoded(vector / np.linalg.norm(vector), ids, offsets, tokens)


def child(*command: str) -> dict[str, Any]:
    """Runs Python on these arguments: wall and CPU seconds, peak memory in MB, and its last line as JSON if it is."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    lines = process.stdout.read().splitlines()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):  # 3: askpapers found no answer
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    costs = {
        "wall": time.perf_counter() - started,
        "cpu": used.ru_utime + used.ru_stime,
        "mb": used.ru_maxrss / 1024,
    }
    return {**costs, **(json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {})}


def used(pid: int) -> tuple[float, int]:
    """CPU seconds that another process has used so far, and the megabytes that it holds (Linux)."""
    times = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    cpu = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    return cpu, pages * os.sysconf("SC_PAGE_SIZE") // 10**6


def timed(calls: dict[str, Callable[[str], object]], asked: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Milliseconds (median, 95th percentile) of each call over the questions, in turn: all meet the same load."""
    for call in calls.values():
        for text in asked[:3]:
            call(text)
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for text in asked:
        for name, call in calls.items():
            started = time.perf_counter()
            call(text)
            spent[name].append((time.perf_counter() - started) * 1000)
    return {name: (float(np.median(ms)), float(np.percentile(ms, 95))) for name, ms in spent.items()}


def cpu_seconds(call: Callable[[], object], times: int) -> float:
    """CPU seconds of a call once it is warm, the mean of so many."""
    call()
    begun = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - begun) / times


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints Markdown."""
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    for row in rows:
        print("| " + " | ".join(f"{x:.2f}" if isinstance(x, float) else str(x) for x in row) + " |", flush=True)
