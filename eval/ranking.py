"""Measures of one ranking, as pure functions: ranks count from 1, and what is labelled may have grades."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from eval.cases import normal


def recall_at(k: int, ranks: Collection[int], gold: int) -> float:
    """Share of `gold` papers whose rank is at most k."""
    return sum(rank <= k for rank in ranks) / gold


def ndcg_at(k: int, grades: Mapping[int, float], ideal: Iterable[float]) -> float:
    """Normalised discounted cumulative gain, in [0, 1]: the gain at a rank is grade / log2(rank + 1), as in trec_eval.

    `grades` are those of the papers found, by rank; `ideal` those of all labelled papers (Järvelin and Kekäläinen
    2002).
    """
    best = dict(enumerate(sorted(ideal, reverse=True), 1))
    return _gain(k, grades) / _gain(k, best)


def _gain(k: int, grades: Mapping[int, float]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in sorted(grades.items()) if rank <= k)


def reciprocal_rank_at(k: int, ranks: Collection[int]) -> float:
    """1 / the first rank, 0 where that is beyond k or there is none."""
    first = min(ranks, default=k + 1)
    return 1 / first if first <= k else 0.0


def ranks_of(gold: Sequence[str], ranking: Sequence[str]) -> list[int]:
    """Ranks at which the gold titles stand; those that do not are left out."""
    by_title = {title: rank for rank, title in reversed(list(enumerate(dict.fromkeys(map(normal, ranking)), 1)))}
    return sorted(by_title[title] for title in {normal(t) for t in gold} if title in by_title)
