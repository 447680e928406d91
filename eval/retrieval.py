"""How well are papers found? Any BEIR folder (corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv), each stage by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.errors import SourceError
from rag.indexing.records import Progress
from rag.library import Library
from rag.readers import read_papers
from rag.types import paper_of

DEPTH = 100  # papers of a ranking
_SHOWN = 10  # papers that the figures at 10 are about, asked for as a user would
STAGES = ("dense", "lexical", "fused", "late")  # late is what `search` and `ask` use, with the reranker if one is set
METRICS = ("ndcg@10", "recall@10", "recall@100", "mrr@10")
_RESAMPLES = 2000

Relevance = Mapping[str, int]  # grade by paper id; 0 and less is not relevant


@dataclass(frozen=True)
class Figure:
    """A mean over queries with its 95% interval, by bootstrap over queries."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True)
class Report:
    """Figures by stage and metric, and what they rest on."""

    folder: str
    split: str
    papers: int
    queries: int
    figures: dict[str, dict[str, Figure]]

    def __str__(self) -> str:
        """A Markdown table."""
        lines = [f"{self.folder}, {self.split}: {self.papers:,} papers, {self.queries:,} queries", ""]
        lines += ["| stage | " + " | ".join(METRICS) + " |", "|---" * (len(METRICS) + 1) + "|"]
        lines += [f"| {stage} | " + " | ".join(str(f[m]) for m in METRICS) + " |" for stage, f in self.figures.items()]
        return "\n".join(lines)


def bench_retrieval(
    folder: Path, library: Library, split: str = "test", progress: Progress | None = None, limit: int | None = None
) -> Report:
    """Indexes the folder's corpus in the library, which should hold nothing else, and asks it the split's queries.

    `progress` is called with papers and then queries done; `limit` takes the first so many queries. Raises
    SourceError when the folder lacks a file or names other papers than its own.
    """
    queries, judged = read_beir(folder, split)
    library.sync(read_papers(folder / "corpus.jsonl"), progress)
    found: dict[str, list[dict[str, float]]] = {stage: [] for stage in STAGES}
    asked = [i for i in judged if i in queries][:limit]
    for query_id in asked:
        for stage, ranking in rankings(library, queries[query_id]).items():
            ranked = [i for i in ranking if i != query_id]  # BEIR leaves out a paper that is its own query
            found[stage].append(measure(ranked, judged[query_id]))
        if progress:
            progress(1)
    if not asked:
        raise SourceError(f"{folder}: no query of qrels/{split}.tsv is in queries.jsonl")
    figures = {s: {m: bootstrap([row[m] for row in rows]) for m in METRICS} for s, rows in found.items()}
    return Report(folder.name, split, len(library), len(asked), figures)


def read_beir(folder: Path, split: str) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """Queries by id, and for each judged one the grade of papers by id. Raises SourceError."""
    try:
        rows = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
        queries = {str(row["_id"]): str(row["text"]) for row in map(json.loads, filter(str.strip, rows))}
        judged: dict[str, dict[str, int]] = {}
        for line in (folder / "qrels" / f"{split}.tsv").read_text(encoding="utf-8").splitlines()[1:]:
            query, paper, grade = line.split("\t")
            if int(grade) > 0:
                judged.setdefault(query, {})[paper] = int(grade)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{folder} is no BEIR folder with a split {split!r}: {error}") from None
    return queries, judged


def rankings(library: Library, query: str) -> dict[str, list[str]]:
    """Paper ids, best first, by each stage."""
    rows = library.index.vector_store.search(library.embedder.encode_query(query).vector, 3 * DEPTH)
    dense = dict.fromkeys(paper_of(i) for i, _ in rows)
    matches = library.retrieve(query, DEPTH).matches
    fused = sorted(matches, key=lambda match: -match.fused)
    shown = library.retrieve(query, _SHOWN).matches  # ranks a smaller pool than DEPTH does
    return {
        "dense": list(dense)[:DEPTH],
        "lexical": [i for i, _ in library.index.bm25.search(query, DEPTH)],
        "fused": [m.record.paper.id for m in fused],
        "late": list(dict.fromkeys(m.record.paper.id for m in [*shown, *matches])),
    }


def measure(ranked: Sequence[str], relevant: Relevance) -> dict[str, float]:
    """One ranking's figures. nDCG: gain grade / log2(1 + rank), as trec_eval (Järvelin and Kekäläinen 2002)."""
    gains = np.array([max(relevant.get(i, 0), 0) for i in ranked[:DEPTH]], float)
    best = np.sort([max(grade, 0) for grade in relevant.values()])[::-1].astype(float)
    first = np.flatnonzero(gains[:10])
    total = max(int((best > 0).sum()), 1)
    return {
        "ndcg@10": _discounted(gains[:10]) / max(_discounted(best[:10]), 1e-9),
        "recall@10": float((gains[:10] > 0).sum()) / total,
        "recall@100": float((gains > 0).sum()) / total,
        "mrr@10": 1 / (1 + int(first[0])) if len(first) else 0.0,
    }


def _discounted(gains: np.ndarray) -> float:
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum())


def bootstrap(values: Sequence[float]) -> Figure:
    """The mean with its 95% percentile interval; the same values give the same interval."""
    each = np.asarray(values, float)
    means = np.random.default_rng(0).choice(each, (_RESAMPLES, len(each))).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Figure(float(each.mean()), float(low), float(high))
