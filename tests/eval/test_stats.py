"""Intervals, paired differences, corrections: against values worked out by hand or by scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap
from sklearn.metrics import cohen_kappa_score

from eval.stats import (
    JudgeError,
    corrected_interval,
    difference,
    estimate,
    interval,
    kappa,
    rogan_gladen,
    statistic_interval,
)


def test_estimates_are_means_or_rates_and_undefined_for_nothing() -> None:
    assert estimate([1, 0, 0.5], [1, 1, 1]) == 0.5
    assert estimate([3, 0], [4, 1]) == 0.6  # of sentences, not of answers
    assert estimate([], []) is None
    assert estimate([0], [0]) is None


def test_the_interval_is_the_percentile_bootstrap() -> None:
    sample = np.random.default_rng(1).random(80)
    expected = bootstrap((sample,), np.mean, n_resamples=2000, method="percentile", rng=2).confidence_interval
    low, high = interval(sample.tolist(), [1.0] * 80)
    assert [low, high] == pytest.approx([expected.low, expected.high], abs=0.01)
    assert (low, high) == interval(sample.tolist(), [1.0] * 80)
    assert (low, high) != interval(sample.tolist(), [1.0] * 80, seed=0)


def test_all_right_is_not_certain() -> None:
    assert list(interval([1.0] * 3, [1.0] * 3)) == pytest.approx([0.4385, 1.0], abs=1e-4)  # Wilson, 3 of 3
    assert list(interval([0.0] * 10, [1.0] * 10)) == pytest.approx([0.0, 0.2775], abs=1e-4)
    assert interval([1.0], [1.0]) == (None, None)


def test_paired_differences() -> None:
    a = [(0.0, 1.0), (1.0, 1.0), (0.0, 1.0), (1.0, 1.0)]
    assert difference(a, a) == (0.0, 0.0, 0.0)
    better = [(x + 0.25, 1.0) for x, _ in a]
    assert difference(a, better) == (0.25, 0.25, 0.25)  # the same on every question: no doubt is left
    assert difference([], []) == (None, None, None)
    assert difference(a[:1], better[:1]) == (0.25, None, None)


def test_rogan_gladen() -> None:
    # 60 of 100 true; a judge of sensitivity 0.9 and specificity 0.8 sees 0.6 * 0.9 + 0.4 * 0.2 = 0.62
    assert rogan_gladen(0.62, 0.9, 0.8) == pytest.approx(0.6)
    assert rogan_gladen(0.05, 0.9, 0.8) == 0.0
    assert rogan_gladen(0.99, 0.9, 0.8) == 1.0
    assert rogan_gladen(0.5, 0.6, 0.4) is None


def test_the_corrected_interval_is_wider_the_less_is_known_of_the_judge() -> None:
    numerators, ones = [1.0] * 62 + [0.0] * 38, [1.0] * 100
    widths = []
    for n in (20, 2000):
        low, high = corrected_interval(numerators, ones, JudgeError("j", "labels", 0.9, n, 0.8, n))
        assert low is not None
        assert high is not None
        assert low < 0.6 < high
        widths.append(high - low)
    assert widths[0] > widths[1]
    assert corrected_interval(numerators, ones, JudgeError("j", "labels", 0.5, 20, 0.5, 20)) == (None, None)


def test_rows_of_a_group_are_drawn_together() -> None:
    values = np.repeat([0.0, 1.0] * 10, 5)
    alone = statistic_interval(lambda x: float(x.mean()), values)
    grouped = statistic_interval(lambda x: float(x.mean()), values, groups=np.repeat(np.arange(20), 5))
    assert grouped[0] < alone[0]  # type: ignore[operator]
    assert grouped[1] > alone[1]  # type: ignore[operator]
    assert statistic_interval(lambda x: float(x.mean()), values, groups=np.zeros(100)) == (None, None)
    assert statistic_interval(lambda x: None, values) == (None, None)


def test_kappa() -> None:
    # 20 both yes, 15 both no, 5 and 10 not: observed 0.7, by chance 0.5 (Cohen 1960's textbook table)
    first = ["y"] * 25 + ["n"] * 25
    second = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    assert kappa(first, second) == pytest.approx(0.4)
    dice = np.random.default_rng(5)
    one, two = dice.choice(list("abc"), 90).tolist(), dice.choice(list("abcd"), 90).tolist()
    assert kappa(one, two) == pytest.approx(cohen_kappa_score(one, two), abs=1e-6)
    assert kappa(["y"] * 3, ["y"] * 3) is None
    assert kappa([], []) is None
