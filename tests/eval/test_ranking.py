"""Measures of a ranking, by hand and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from eval.ranking import ndcg_at, ranks_of, recall_at, reciprocal_rank_at


def test_ranks_count_titles_once_however_they_are_cased() -> None:
    assert ranks_of(["b ", "C", "Z"], ["A", "B", "b", "c"]) == [2, 3]


@pytest.mark.parametrize("grades", [{1: 1}, {2: 1, 5: 1}, {1: 1, 2: 2, 3: 1}, {10: 3}, {4: 2, 8: 1, 9: 5}])
def test_ndcg_is_that_of_scikit_learn(grades: dict[int, float]) -> None:
    truth = np.zeros((1, 12))
    for rank, grade in grades.items():
        truth[0, rank - 1] = grade
    assert ndcg_at(10, grades, grades.values()) == pytest.approx(ndcg_score(truth, -np.arange(12)[None], k=10))


def test_ndcg_counts_what_was_not_found() -> None:
    ideal = 2 + 1 / math.log2(3) + 1 / 2
    assert ndcg_at(10, {2: 2, 4: 1}, [1, 2, 1]) == pytest.approx((2 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert ndcg_at(10, {11: 1}, [1]) == ndcg_at(10, {}, [1]) == 0


def test_recall_and_the_first_rank() -> None:
    assert recall_at(10, [2, 11], 4) == 0.25
    assert reciprocal_rank_at(10, [2, 4]) == 0.5
    assert reciprocal_rank_at(10, [11]) == reciprocal_rank_at(10, []) == 0
