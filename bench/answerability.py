"""Fits the calibration without a question side: `python -m bench.answerability [--home FOLDER] [--questions FILE]`.

Prints, cross-validated (ten folds, five shuffles), how many unanswerable questions are refused at each share of wrongly
refused answerable ones, and UNTRAINED for rag/answering/calibration.py; with `--llm SPEC` also what that model refuses
beside the shipped calibration, which training/calibrate.py fits.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eval.cases import read_cases
from rag import Library, Settings
from rag.answering.answerability import decide, features, odds, read_evidence
from rag.answering.evidence import select_evidence
from rag.answering.worded_answer import MAX_SENT
from rag.models.llms import name_of
from rag.models.providers import load_llm

USED = 5  # the first of the features: the others need a question side


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", help="folder of the index")
    parser.add_argument("--questions", default="data/questions.jsonl")
    parser.add_argument("--llm", help="a model that reads the evidence, as ASKPAPERS_LLM")
    given = parser.parse_args()
    library = Library.open(Settings.load(home=given.home).home, create=False)
    cases = [c for c in read_cases(given.questions, split="dev") if not c.history]
    side, library.index.question_side = library.index.question_side, None
    x = np.array([features(library.retrieve(c.question, 6))[:USED] for c in cases])
    library.index.question_side = side
    answerable = np.array([c.answerable for c in cases])
    kinds = np.array([c.type for c in cases])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, class_weight="balanced"))
    folds = [StratifiedKFold(10, shuffle=True, random_state=seed) for seed in range(5)]
    runs = [cross_val_predict(model, x, answerable, cv=fold, method="predict_proba") for fold in folds]
    probability = np.mean(runs, axis=0)[:, 1]
    print(f"{len(cases)} questions, {int((~answerable).sum())} unanswerable")
    print("threshold  wrongly refused  near refused  far refused")
    for share in (0.02, 0.03, 0.05, 0.08, 0.12, 0.2):
        least = float(np.quantile(probability[answerable], share))
        near, far = (float((probability[kinds == k] < least).mean()) for k in ("unanswerable_near", "unanswerable_far"))
        print(f"{least:9.2f}  {share:15.0%}  {near:12.0%}  {far:11.0%}")
    model.fit(x, answerable)
    weights = model[1].coef_[0] / model[0].scale_
    bias = model[1].intercept_[0] - float(weights @ model[0].mean_)
    print(f"weights ({', '.join(f'{w:.4f}' for w in weights)}), bias {bias:.4f}")
    if given.llm:
        read_with(load_llm(given.llm), library, given.questions)


def read_with(llm: Any, library: Library, questions: str) -> None:
    """Prints what retrieval and the model's reading together refuse, on each split, by threshold."""
    print("split  least log-odds  wrongly refused  near refused  far refused")
    for split in ("dev", "test"):
        cases = [c for c in read_cases(questions, split=split) if not c.history]
        values: dict[str, list[float]] = defaultdict(list)
        for case in cases:
            found = library.retrieve(case.question, 6)
            decision = decide(found)
            read = read_evidence(llm, case.question, select_evidence(case.question, found.matches, MAX_SENT))
            if read is None:
                raise SystemExit(f"{name_of(llm)} tells no probabilities")
            far = decision.outcome == "nothing_relevant"
            values["answerable" if case.answerable else case.type].append(
                -np.inf if far else odds(decision.probability, read)
            )
        for least in (-1.0, -0.5, 0.0, 0.5):
            refused = [
                f"{sum(v < least for v in values[kind])}/{len(values[kind])}"
                for kind in ("answerable", "unanswerable_near", "unanswerable_far")
            ]
            print(f"{split:5}  {least:14.2f}  {refused[0]:>15}  {refused[1]:>12}  {refused[2]:>11}")


if __name__ == "__main__":
    main()
