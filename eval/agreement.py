"""How well a judge's scores agree with people's labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 10  # of the score, for calibration

Array = NDArray[Any]


def auc(truth: Array, scores: Array) -> float | None:
    """Area under the ROC curve: how often a true one scores above a false one, ties half; None without both.

    The Mann-Whitney form (Hanley and McNeil 1982), a hundred times quicker than sklearn's to resample.
    """
    from scipy.stats import rankdata

    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return None
    ranks = rankdata(scores)[truth].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def sensitivity(truth: Array, called: Array) -> float | None:
    """Share of the true ones that are called true."""
    return float(called[truth].mean()) if truth.any() else None


def specificity(truth: Array, called: Array) -> float | None:
    """Share of the false ones that are not."""
    return float((~called[~truth]).mean()) if not truth.all() else None


def balanced_accuracy(truth: Array, called: Array) -> float | None:
    """Mean of the two."""
    both = sensitivity(truth, called), specificity(truth, called)
    return None if None in both else sum(x for x in both if x is not None) / 2


def reliability_bins(truth: Array, scores: Array) -> list[tuple[float, float, int]]:
    """(mean score, share true, count) of each tenth of the scores' range from 0 to 1 that has any."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    return [
        (round(float(scores[mine].mean()), 6), round(float(truth[mine].mean()), 6), int(mine.sum()))
        for mine in (bins == b for b in range(BINS))
        if mine.any()
    ]


def calibration_error(truth: Array, scores: Array) -> float:
    """Expected calibration error in [0, 1] (Naeini et al. 2015): mean gap of score and share true, by bin."""
    return sum(n * abs(score - share) for score, share, n in reliability_bins(truth, scores)) / len(truth)


def word_probe(claims: Sequence[str], truth: Array, groups: Array) -> Array | None:
    """How likely each claim is true by its words alone: logistic regression on TF-IDF, cross-validated by group.

    None with too few groups of either kind to cross-validate.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    folds = 5
    if min(len(set(groups[truth])), len(set(groups[~truth]))) < 2 * folds:
        return None
    model = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(class_weight="balanced"))
    split = StratifiedGroupKFold(folds)
    likely: Array = cross_val_predict(model, np.array(claims), truth, groups=groups, cv=split, method="predict_proba")
    return likely[:, 1]
