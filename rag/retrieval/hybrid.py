"""Question to papers: dense and BM25 candidates, fused, re-ranked by MaxSim over token vectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.indexing.index import Index
from rag.indexing.records import Record
from rag.models.embedding import Vectors
from rag.models.reranker import DEPTH as RERANKED
from rag.models.reranker import Reranker, reordered
from rag.models.token_vectors import QueryTokens, query_tokens
from rag.retrieval.maxsim import MaxSim, MaxSimScores
from rag.retrieval.query import Condition, condition
from rag.types import Hit, paper_of

CANDIDATES = 50  # papers from each side, and papers re-ranked
PASSAGES = 150  # passages asked of Chroma for them: seldom too few papers, which would take a second search
DENSE_WEIGHT = 0.7
MAXSIM_WEIGHT = 0.5
EXACT_PAPERS = 2000  # a filter that leaves so many papers, or this share of the library, compares them all;
EXACT_SHARE = 0.02  # a wider one asks the indexes for more than it needs, which costs the more, the rarer they are
MAX_EXACT_PAPERS = 10_000
MIN_DEPTH_FILTERED = 400  # asked for where a filter is wide: Chroma's ef_search, so no slower than fewer
MAX_DEPTH = 20_000  # passages, and papers of BM25, asked for at most where a filter is wide


@dataclass(frozen=True)
class Match:
    """A candidate paper with its scores as they are, and `score`, by which it is ranked, the higher the better.

    `cosine` is that of its best passage; `fused` the combination of its first passage's cosine and `bm25`, in [0, 1].
    """

    record: Record
    cosine: float
    bm25: float
    fused: float
    maxsim: MaxSimScores
    score: float

    @property
    def hit(self) -> Hit:
        sentence = self.record.sentences[int(self.maxsim.sentences.argmax())]
        holding = [p for p in self.record.passages if p.start <= sentence.start < p.end]
        return Hit(self.record.paper, holding[0], sentence, self.score)


@dataclass(frozen=True)
class Retrieved:
    """The matches for a query, best first, and the query's tokens."""

    query: str
    tokens: QueryTokens
    matches: list[Match]


def retrieve(
    index: Index, query: str, k: int, where: Mapping[str, Any] | None = None, reranker: Reranker | None = None
) -> Retrieved:
    """The k best papers for a query. Scores are comparable within one result only."""
    encoded = index.encode_query(query)
    tokens = query_tokens(query, encoded, index.frequency, max(len(index), 1))
    depth = max(CANDIDATES, k)
    proposed = _candidates(index, query, encoded.vector, depth, condition(where) if where else None)
    # Papers are ranked without what was learned of questions, which does not help there (docs/log.md).
    learned = query_tokens(query, encoded, index.frequency, max(len(index), 1), index.question_side)
    candidates = index.forward_index.features(proposed)
    if not candidates:
        return Retrieved(query, learned, [])
    # Both scores for every candidate, also those that only one side proposed: else fusion compares unlike things.
    cosines, firsts = _cosines([c.vectors for c in candidates], encoded.vector)
    bm25_scores = index.bm25.scores(query, [c.id for c in candidates])
    bm25 = np.array([bm25_scores.get(c.id, 0.0) for c in candidates])
    fused = fuse(firsts, bm25)
    best = np.argsort(-fused, kind="stable")[:depth]
    candidates, cosines, bm25, fused = [candidates[i] for i in best], cosines[best], bm25[best], fused[best]
    maxsim = MaxSim(tokens, candidates)
    final = (1 - MAXSIM_WEIGHT) * fused + MAXSIM_WEIGHT * maxsim.scores / max(float(maxsim.scores.max()), 1e-9)
    order = sorted(range(len(candidates)), key=lambda i: (-final[i], candidates[i].id))
    order = order[: max(k, RERANKED) if reranker else k]
    chosen = maxsim if index.question_side is None else MaxSim(learned, [candidates[i] for i in order])
    places = order if chosen is maxsim else range(len(order))
    records = {r.paper.id: r for r in index.forward_index.records([candidates[i].id for i in order])}
    matches = [
        Match(records[paper], float(cosines[i]), float(bm25[i]), float(fused[i]), chosen.of(place), float(final[i]))
        for i, place in zip(order, places, strict=True)
        if (paper := candidates[i].id) in records
    ]
    if reranker:
        matches = _reranked(reranker, query, matches)
    return Retrieved(query, learned, matches[:k])


def without_withdrawn(retrieved: Retrieved) -> Retrieved:
    """The same without papers that were withdrawn."""
    return replace(retrieved, matches=[m for m in retrieved.matches if not m.record.paper.withdrawn])


def _reranked(reranker: Reranker, query: str, matches: list[Match]) -> list[Match]:
    """The matches with the first RERANKED in the reranker's order; the scores stay at their ranks."""
    head = matches[:RERANKED]
    order = reordered(reranker, query, [m.record.paper for m in head])
    return [replace(matches[i], score=m.score) for i, m in zip(order, head, strict=True)] + matches[RERANKED:]


def _cosines(vectors: Sequence[Vectors], vector: Vectors) -> tuple[Vectors, Vectors]:
    """The cosine of each paper's best passage, and of its first, which has the title."""
    counts = np.array([len(v) for v in vectors])
    starts = np.cumsum(counts) - counts
    each = np.concatenate(vectors) @ vector
    return np.maximum.reduceat(each, starts), each[starts]


def fuse(cosines: NDArray[Any], bm25: NDArray[Any]) -> NDArray[Any]:
    """Convex combination with fixed floors, cosine from -1 and BM25 from 0 (Bruch et al. 2023), in [0, 1]."""
    dense = (cosines + 1) / (cosines.max() + 1)
    fused: NDArray[Any] = DENSE_WEIGHT * dense + (1 - DENSE_WEIGHT) * bm25 / max(float(bm25.max()), 1e-9)
    return fused


def _candidates(index: Index, query: str, vector: Vectors, n: int, only: Condition | None) -> list[str]:
    """Ids of the papers that dense and BM25 propose, n from each, of those that the condition lets through."""
    forward_index = index.forward_index
    exact = min(max(EXACT_PAPERS, int(EXACT_SHARE * len(index))), MAX_EXACT_PAPERS)
    allowed = forward_index.ids(*only, limit=exact + 1) if only else []
    if only and len(allowed) <= exact:
        ids, vectors = forward_index.vectors(allowed)
        nearest = [ids[i] for i in np.argsort(-_cosines(vectors, vector)[0], kind="stable")[:n]] if ids else []
        return _unique([*nearest, *index.bm25.scores(query, allowed, n)])

    def dense(depth: int) -> list[str]:
        return [paper_of(i) for i, _ in index.vector_store.search(vector, depth)]

    def lexical(depth: int) -> list[str]:
        return [i for i, _ in index.bm25.search(query, depth)]

    def let_through(ids: list[str]) -> list[str]:
        if only is None:
            return ids
        passing = forward_index.among(ids, *only)
        return [i for i in ids if i in passing]

    min_depth = MIN_DEPTH_FILTERED if only else 0
    nearest = _deepened(dense, max(PASSAGES, 2 * n, min_depth), n, let_through)
    return _unique([*nearest, *_deepened(lexical, max(n, min_depth), n, let_through)])


def _deepened(
    propose: Callable[[int], list[str]], depth: int, n: int, let_through: Callable[[list[str]], list[str]]
) -> list[str]:
    """The n best ids that are let through: asked for as many more as the share of the first ones suggests."""
    while True:
        proposed = propose(depth)
        kept = _unique(let_through(proposed))
        if len(kept) >= n or len(proposed) < depth or depth == MAX_DEPTH:
            return kept[:n]
        depth = min(MAX_DEPTH, int(depth * max(2.0, 1.5 * n / max(len(kept), 1))))


def _unique(items: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(items))
