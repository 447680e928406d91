"""Fits the weights of rag/answering/kinds.npz on training/intents.jsonl and the forms of `training.forms`.

python -m training.intents FOLDER [--check FILE]     FILE: further labelled questions, never fitted on

FOLDER holds the labelled questions of `training.train`: its factoids, rough questions and near misses are plain facts,
in every wording that people have for them. A third of the other questions is held back in turn to measure; the forms
are left out of that.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from rag.answering.kinds import KINDS, WEIGHTS, Kind, guess
from rag.answering.understanding import kind_by_wording, kind_of
from rag.answering.wording import Weights, features, save
from rag.library import Library
from rag.models.embedding import load_embedder
from training.forms import FRESH, HELD, MEASURE, TRAIN

QUESTIONS = Path(__file__).with_name("intents.jsonl")
STRENGTH = 5.0  # inverse of the regularisation; 3 to 30 differ by less than chance

# In front of the colon of some title they would be names; none is a paper's of the default collection.
NAMES = ("MossNet", "FooBERT", "Graph-X2", "QRoPE", "SwiftDiff", "Pallas 2", "TreeRAG", "NoiseCLIP")
_EXPLAINED = re.compile(r"\b(?:how|explain\w*|walk|talk|break|mechanism|method|techniques|inside|architecture)\b", re.I)


def of_forms() -> tuple[list[str], NDArray[np.int64]]:
    """The everyday forms, each with one of the names: all of them ask for an overview or an explanation."""
    forms = [*TRAIN, *HELD, *MEASURE, *FRESH]
    kinds: list[Kind] = ["explanation" if _EXPLAINED.search(form) else "overview" for form in forms]
    names = [NAMES[i % len(NAMES)] for i in range(len(forms))]  # every third in small letters, as people type
    questions = [f.format(x=n if i % 3 else n.lower()) for i, (f, n) in enumerate(zip(forms, names, strict=True))]
    return questions, np.array([KINDS.index(kind) for kind in kinds])


def read(path: Path) -> tuple[list[str], NDArray[np.int64]]:
    """Questions and the numbers of their kinds."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [r["question"] for r in rows], np.array([KINDS.index(r["kind"]) for r in rows])


def of_papers(folder: Path) -> tuple[list[str], NDArray[np.int64]]:
    """Questions about one paper each, all plain facts; conceptual ones may be explanations, and are left out."""
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    questions = [r["question"] for r in rows if r["type"] != "conceptual"]
    return questions, np.full(len(questions), KINDS.index("fact"))


def share(right: NDArray[np.bool_]) -> str:
    """A share with its 95% interval (bootstrap over questions)."""
    drawn = np.random.default_rng(0).choice(right, (2000, len(right))).mean(axis=1)
    return f"{right.mean():.3f} [{np.quantile(drawn, 0.025):.3f}, {np.quantile(drawn, 0.975):.3f}]"


def main() -> None:
    """Fits, measures and writes the weights."""
    embedder = load_embedder()
    questions, kinds = read(QUESTIONS)
    vectors = np.stack([features(q, embedder.encode_query(q)) for q in questions])
    regression = LogisticRegression(C=STRENGTH, max_iter=1000, class_weight="balanced")
    for seed in range(3):  # a third is held back, in turn
        held = cross_val_predict(regression, vectors, kinds, cv=StratifiedKFold(3, shuffle=True, random_state=seed))
        print(f"vectors alone, a third held back, split {seed}: {share(held == kinds)}")
    for further, their_kinds in (of_forms(), of_papers(Path(sys.argv[1]))):
        vectors = np.vstack([vectors, *(features(q, embedder.encode_query(q)) for q in further)])
        kinds = np.concatenate([kinds, their_kinds])
    regression.fit(vectors, kinds)
    order = np.argsort(regression.classes_)
    save(Weights(embedder.fingerprint, regression.coef_[order], regression.intercept_[order]), WEIGHTS)
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size:,} bytes")
    if sys.argv[2:3] == ["--check"]:
        asked, truth = read(Path(sys.argv[3]))
        index = Library.open(tempfile.mkdtemp(), embedder=embedder).index
        ways = {
            "wording alone": [kind_by_wording(q) for q in asked],
            "vectors alone": [guess(q, index)[0] or "fact" for q in asked],
            "both": [kind_of(q, index) for q in asked],
        }
        for way, told in ways.items():
            print(f"{way}: {share(np.array([KINDS.index(k) for k in told]) == truth)}")
        for question, kind, taken in zip(asked, truth, ways["both"], strict=True):
            if KINDS[kind] != taken:
                print(f"  {KINDS[kind]} taken for {taken}: {question}")


if __name__ == "__main__":
    main()
