"""Fits the shipped calibration: `python -m training.calibrate FOLDER COLLECTION HELD`.

FOLDER is what the question side was trained on, COLLECTION other papers (data/daily_papers), HELD the weights trained
without every fifth paper of FOLDER. The held-back papers are asked about with HELD, the collection with the shipped
weights: nothing is fitted on what it was trained on. Prints what to put into rag/answering/calibration.py, and what it
refuses, cross-validated (ten folds, five shuffles).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from eval.cases import read_cases
from rag import Library, read_papers
from rag.answering.answerability import features, relevance
from rag.answering.calibration import FEATURES
from rag.answering.own_calibration import FAR, SOURCES
from rag.models.question_side import load_question_side
from rag.text.entities import name_in_title
from training.examples import held_papers, index_folder, rows
from training.forms import HELD
from training.missing import HELD as MISSING
from training.missing import missing_from

# How much a question of each kind counts; the answerable ones are the first four.
IMPORTANCE = {
    "written": 1.0, "dev": 1.5, "form": 0.3, "form, collection": 0.3,
    "near miss": 2.0, "dev near": 3.0, "absent": 0.5, "form absent": 0.5, "form absent, collection": 0.5,
    "missing": 0.5, "missing, collection": 0.5, "other field": 0.5, "far": 0.5,
}  # fmt: skip
ANSWERABLE = tuple(IMPORTANCE)[:4]
USED = (2, 3, 5, 6, 7, 8, 9)  # of FEATURES; the others add nothing to these
QUESTIONS = Path(__file__).parents[1] / "data" / "questions.jsonl"


@dataclass(frozen=True)
class Asked:
    """A question of one kind with its features, and how near the best paper is."""

    kind: str
    features: NDArray[np.float64]
    relevance: float


def ask(library: Library, text: str, kind: str, without: str = "") -> Asked:
    """The features of a question, as if the paper `without` were not there."""
    found = library.retrieve(text, SOURCES + 1)
    left = [m for m in found.matches if m.record.paper.id != without][:SOURCES]
    found = replace(found, matches=left)
    return Asked(kind, features(found), relevance(found))


def of_folder(library: Library, folder: Path, chance: random.Random) -> Iterator[Asked]:
    """Questions and requests about the papers held back."""
    held = held_papers(folder)
    for row in rows(folder / "questions.jsonl"):
        if row["paper"] not in held:
            continue
        near = row["type"] == "near_miss"
        yield ask(library, row["question"], "near miss" if near else "written")
        if not near and chance.random() < 1 / 3:
            yield ask(library, row["question"], "absent", row["paper"])
    yield from of_forms(library, 4, "", chance, held)


def of_collection(library: Library, folder: Path, chance: random.Random) -> Iterator[Asked]:
    """Labelled and far questions, requests, and questions about the folder's papers, which are not there."""
    for case in read_cases(QUESTIONS, split="dev"):
        if not case.history:
            kind = {"unanswerable_near": "dev near", "unanswerable_far": "far"}.get(case.type, "dev")
            yield ask(library, case.question, kind)
    for text in FAR:
        yield ask(library, text, "far")
    for row in chance.sample(rows(folder / "questions.jsonl"), 100):
        yield ask(library, row["question"], "other field")
    yield from of_forms(library, 3, ", collection", chance)


def of_forms(
    library: Library, count: int, suffix: str, chance: random.Random, only: set[str] | None = None
) -> Iterator[Asked]:
    """Everyday requests about papers of the library, as Asked."""
    for paper in library.papers():
        if (only is None or paper.id in only) and (name := name_in_title(paper.title)):
            for form in chance.sample(HELD, count):
                yield ask(library, form.format(x=name), "form" + suffix)
            yield ask(library, chance.choice(HELD).format(x=name), "form absent" + suffix, paper.id)
            for text in missing_from(f"{paper.title} {paper.abstract}", name, MISSING, 2, chance):
                yield ask(library, text, "missing" + suffix)


def fit(
    x: NDArray[np.float64], yes: NDArray[np.bool_], counts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias."""
    mean, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    model = LogisticRegression(C=0.3, max_iter=1000).fit((x - mean) / spread, yes, sample_weight=counts)
    weights: NDArray[np.float64] = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def report(asked: Sequence[Asked]) -> None:
    """Fits the calibration, and prints what each threshold refuses."""
    kinds = np.array([a.kind for a in asked])
    x, near = np.array([a.features for a in asked])[:, USED], np.array([a.relevance for a in asked])
    yes, counts = np.isin(kinds, ANSWERABLE), np.array([IMPORTANCE[k] for k in kinds])
    held = np.zeros(len(x))
    for seed in range(5):
        for learnt, rest in StratifiedKFold(10, shuffle=True, random_state=seed).split(x, kinds):
            weights, bias = fit(x[learnt], yes[learnt], counts[learnt])
            held[rest] += 1 / (1 + np.exp(-(x[rest] @ weights + bias))) / 5
    weights, bias = fit(x, yes, counts)
    full = np.zeros(len(FEATURES))
    full[list(USED)] = weights
    print(f"weights ({', '.join(f'{w:.4f}' for w in full)}), bias {bias:.4f}")
    print(f"expected calibration error {calibration_error(held, yes, counts):.3f}")
    for name, one, other in (
        ("written", "written", "near miss"),
        ("dev", "dev", "dev near"),
        ("requests", "form, collection", "missing, collection"),
    ):
        area = (held[kinds == one][:, None] > held[kinds == other][None]).mean()
        print(f"ROC-AUC of answerable questions against near misses, {name}: {area:.3f}")
    print("relevance: far at most", near[kinds == "far"].max().round(3), "dev and written, 1%:", end=" ")
    print(np.quantile(near[np.isin(kinds, ["dev", "written"])], 0.01).round(3))
    for share in (0.02, 0.03, 0.04, 0.05):
        least = float(np.quantile(held[np.isin(kinds, ["written", "dev"])], share))
        refused = ", ".join(f"{kind} {np.mean(held[kinds == kind] < least):.2f}" for kind in IMPORTANCE)
        print(f"from {least:.3f} on answered; refused: {refused}")


def calibration_error(p: NDArray[np.float64], yes: NDArray[np.bool_], counts: NDArray[np.float64]) -> float:
    """Mean distance of the probability from the share that is answerable, over ten bins."""
    bins = np.minimum((p * 10).astype(int), 9)
    parts = [
        counts[mine].sum()
        * abs(np.average(p[mine], weights=counts[mine]) - np.average(yes[mine], weights=counts[mine]))
        for mine in (bins == b for b in set(bins.tolist()))
    ]
    return float(sum(parts) / counts.sum())


def main() -> None:
    """Reads the arguments, fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("collection", type=Path)
    parser.add_argument("held", type=Path)
    given = parser.parse_args()
    chance = random.Random(0)
    with TemporaryDirectory() as home:
        library = index_folder(given.folder, Path(home))
        library.index.question_side = load_question_side(library.embedder.fingerprint, given.held)
        asked = list(of_folder(library, given.folder, chance))
        library.close()
    with TemporaryDirectory() as home:
        library = Library.open(home)
        library.sync(read_papers(given.collection))
        asked += of_collection(library, given.folder, chance)
        library.close()
    report(asked)


if __name__ == "__main__":
    main()
