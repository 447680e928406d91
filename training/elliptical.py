"""Fits the weights of rag/answering/elliptical.npz: `python -m training.elliptical FOLDER [--check FILE]`.

`turns.jsonl` has questions as people ask them of a paper before them, and others that stand alone; more of the latter
come from FOLDER, which `training.train` learns from. FILE has further ones, never fitted on.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from rag.answering.elliptical import SURE, WEIGHTS
from rag.answering.wording import Weights, features, save
from rag.models.embedding import Embedder, load_embedder
from training.examples import rows

HERE = Path(__file__).parent
OF_FOLDER, THEIR_WEIGHT = 1200, 0.3  # questions that are taken from it, and how much each counts
STRENGTH = 3.0  # inverse of the regularisation; 1 to 10 differ by less than chance


def vectors(embedder: Embedder, questions: list[str]) -> NDArray[np.float32]:
    """(questions, features)."""
    return np.stack([features(q, embedder.encode_query(q)) for q in questions])


def main() -> None:
    """Fits, measures and writes the weights."""
    embedder = load_embedder()
    turns = rows(HERE / "turns.jsonl")
    folder = random.Random(0).sample([r["question"] for r in rows(Path(sys.argv[1]) / "questions.jsonl")], OF_FOLDER)
    x = np.vstack([vectors(embedder, [r["question"] for r in turns]), vectors(embedder, folder)])
    y = np.array([r["elliptical"] for r in turns] + [False] * len(folder))
    counts = np.array([1.0] * len(turns) + [THEIR_WEIGHT] * len(folder))
    regression = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced")
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    p = cross_val_predict(regression, x, y, cv=folds, method="predict_proba")[:, 1][: len(turns)]
    print("cross-validated:", told(p, y[: len(turns)]))
    regression.fit(x, y, sample_weight=counts)
    save(Weights(embedder.fingerprint, regression.coef_, regression.intercept_), WEIGHTS)
    if sys.argv[2:3] == ["--check"]:
        asked = rows(Path(sys.argv[3]))
        p = regression.predict_proba(vectors(embedder, [r["question"] for r in asked]))[:, 1]
        print("held back:", told(p, np.array([r["elliptical"] for r in asked])))


def told(p: NDArray[np.float64], elliptical: NDArray[np.bool_]) -> str:
    """What several thresholds find, and take wrongly."""
    parts = [f"{t}: {(p[elliptical] >= t).mean():.3f} and {(p[~elliptical] >= t).mean():.3f}" for t in (0.5, SURE, 0.9)]
    area = (p[elliptical][:, None] > p[~elliptical][None]).mean()
    return f"found and wrongly taken from {', '.join(parts)}; ROC-AUC {area:.3f}"


if __name__ == "__main__":
    main()
