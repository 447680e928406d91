"""Figures with intervals: the bootstrap over questions, paired differences, and the judge's own error taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
SEED = 20240229
CONFIDENCE = 0.95

Floats = NDArray[np.float64]
Interval = tuple[float | None, float | None]


@dataclass(frozen=True)
class JudgeError:
    """How often a judge is right, measured on people's labels.

    `sensitivity` in [0, 1] is the share of `positives` supported claims that it calls supported; `specificity` the
    share of `negatives` other claims that it does not. `source` names the labels.
    `reliability` is (mean score, share labelled supported, claims) by bin of the score, `version` the judge's hash.
    """

    judge: str
    source: str
    sensitivity: float
    positives: int
    specificity: float
    negatives: int
    reliability: tuple[tuple[float, float, int], ...] = ()
    version: str = ""


def estimate(numerators: Sequence[float], denominators: Sequence[float]) -> float | None:
    """Sum of numerators over sum of denominators, the mean over questions where these are 1; None for 0 / 0."""
    total = float(np.sum(denominators))
    return round(float(np.sum(numerators)) / total, 6) if total else None


def interval(
    numerators: Sequence[float], denominators: Sequence[float], confidence: float = CONFIDENCE, seed: int = SEED
) -> Interval:
    """Percentile bootstrap over questions (Efron 1979); (None, None) for fewer than two of them.

    Where every question is entirely right, or every one entirely wrong, resampling can show no spread: Wilson's
    interval (1927) over the questions then stands in, so that 3 of 3 is not sold as certain.
    """
    if len(numerators) < 2:
        return None, None
    if list(numerators) == list(denominators) or not any(numerators):
        from scipy.stats import binomtest

        right = len(numerators) if any(numerators) else 0
        low, high = binomtest(right, len(numerators)).proportion_ci(confidence, method="wilson")
        return round(float(low), 6), round(float(high), 6)
    return _percentiles(_draws(numerators, denominators, seed), confidence)


def difference(
    a: Sequence[tuple[float, float]], b: Sequence[tuple[float, float]], confidence: float = CONFIDENCE
) -> tuple[float | None, float | None, float | None]:
    """b - a over the same questions, each as (numerator, denominator), and its paired bootstrap interval."""
    if not a:
        return None, None, None
    numerators_a, denominators_a = zip(*a, strict=True)
    numerators_b, denominators_b = zip(*b, strict=True)
    first, second = estimate(numerators_a, denominators_a), estimate(numerators_b, denominators_b)
    if first is None or second is None:
        return None, None, None
    delta = round(second - first, 6)
    if len(a) < 2:
        return delta, None, None
    return delta, *_percentiles(_draws(numerators_b, denominators_b) - _draws(numerators_a, denominators_a), confidence)


def rogan_gladen(observed: float, sensitivity: float, specificity: float) -> float | None:
    """The true rate behind an observed one, in [0, 1]; None for a judge no better than chance.

    (observed + specificity - 1) / (sensitivity + specificity - 1), Rogan and Gladen 1978.
    """
    informedness = sensitivity + specificity - 1
    if informedness <= 0:
        return None
    return round(min(1.0, max(0.0, (observed + specificity - 1) / informedness)), 6)


def corrected_interval(numerators: Sequence[float], denominators: Sequence[float], error: JudgeError) -> Interval:
    """Interval of the corrected rate: questions resampled, and the judge's error drawn anew each time.

    Sensitivity and specificity are drawn from their Jeffreys posteriors, Beta(right + 0.5, wrong + 0.5).
    """
    if len(numerators) < 2:
        return None, None
    dice = np.random.default_rng(SEED)
    sensitivity = _beta(dice, error.sensitivity, error.positives)
    specificity = _beta(dice, error.specificity, error.negatives)
    informedness = sensitivity + specificity - 1
    usable = informedness > 0
    if usable.mean() < CONFIDENCE:  # the judge cannot be told from chance
        return None, None
    draws = (_draws(numerators, denominators)[usable] + specificity[usable] - 1) / informedness[usable]
    return _percentiles(np.clip(draws, 0, 1), CONFIDENCE)


def statistic_interval(statistic: Any, *columns: NDArray[Any], groups: NDArray[Any] | None = None) -> Interval:
    """Bootstrap interval of `statistic(*columns)`, rows of a group kept together; resamples without a value left out.

    (None, None) with fewer than two groups, or when most resamples have no value.
    """
    labels = np.arange(len(columns[0])) if groups is None else np.unique(groups, return_inverse=True)[1]
    rows = [np.flatnonzero(labels == label) for label in range(int(labels.max(initial=-1)) + 1)]
    if len(rows) < 2:
        return None, None
    found = []
    for chosen in _resamples(len(rows)):
        index = np.concatenate([rows[i] for i in chosen])
        value = statistic(*(column[index] for column in columns))
        if value is not None:
            found.append(value)
    return _percentiles(np.array(found), CONFIDENCE) if len(found) > RESAMPLES / 2 else (None, None)


def percentile_interval(values: Sequence[float], percent: float) -> Interval:
    """Bootstrap interval of a percentile of the values."""
    if len(values) < 2:
        return None, None
    return _percentiles(np.percentile(np.asarray(values)[_resamples(len(values))], percent, axis=1), CONFIDENCE)


def kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Cohen's kappa (1960) of two people's labels, in [-1, 1]; None when both gave one and the same label only."""
    labels = sorted({*first, *second})
    if len(labels) < 2:
        return None
    one, two = np.array(first), np.array(second)
    chance = sum(float((one == label).mean() * (two == label).mean()) for label in labels)
    return round((float((one == two).mean()) - chance) / (1 - chance), 6)


def _draws(numerators: Sequence[float], denominators: Sequence[float], seed: int = SEED) -> Floats:
    """The estimate in each resample, (RESAMPLES,); the same resamples for every call of that many questions."""
    chosen = _resamples(len(numerators), seed)
    totals = np.asarray(denominators, float)[chosen].sum(axis=1)
    draws: Floats = np.asarray(numerators, float)[chosen].sum(axis=1) / np.where(totals > 0, totals, np.nan)
    return draws


@lru_cache(8)
def _resamples(n: int, seed: int = SEED) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, n, (RESAMPLES, n))


def _beta(dice: np.random.Generator, rate: float, n: int) -> Floats:
    return dice.beta(rate * n + 0.5, (1 - rate) * n + 0.5, RESAMPLES)


def _percentiles(draws: Floats, confidence: float) -> tuple[float, float]:
    low, high = np.nanpercentile(draws, [50 * (1 - confidence), 50 * (1 + confidence)])
    return round(float(low), 6), round(float(high), 6)
