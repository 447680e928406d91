"""The judge against labels: the statistics against scikit-learn, the mutants against the eye."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from eval.agreement import auc, balanced_accuracy, calibration_error, reliability_bins, word_probe
from eval.claims import LabelledClaim, index_claims, read_claims
from eval.meta import OWN, meta, read_judge_error
from eval.perturb import mutants, nearest_in, nearest_of, random_wrong
from rag.errors import SourceError
from rag.library import Library

ROW = {"id": "1", "group": "g", "claim": "Ducks win.", "title": "T", "sentences": ["Ducks win.", ""], "label": "nei"}


def claim(text: str, *evidence: str, id: str = "1", group: str = "g", label: str = "supported") -> LabelledClaim:
    return LabelledClaim(id, group, text, evidence or (text,), label)


def write(path: Path, *rows: Any) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return path


def test_auc_is_that_of_scikit_learn() -> None:
    dice = np.random.default_rng(0)
    truth, scores = dice.random(200) < 0.3, dice.random(200).round(1)  # with ties
    assert auc(truth, scores) == pytest.approx(roc_auc_score(truth, scores))
    assert auc(np.array([True, True]), np.array([0.1, 0.2])) is None
    assert balanced_accuracy(truth, scores > 0.5) == pytest.approx(balanced_accuracy_score(truth, scores > 0.5))


def test_calibration() -> None:
    truth, scores = np.array([True, False, True, True]), np.array([0.12, 0.18, 0.9, 1.0])
    assert reliability_bins(truth, scores) == [(0.15, 0.5, 2), (0.95, 1.0, 2)]
    assert calibration_error(truth, scores) == pytest.approx(0.5 * 0.35 + 0.5 * 0.05)


def test_the_word_probe_sees_a_giveaway_and_is_not_fooled_by_groups() -> None:
    truth = np.array([True, False] * 20)
    given = [f"word{i % 7} {'always' if t else 'never'}" for i, t in enumerate(truth)]
    groups = np.arange(40)
    found = word_probe(given, truth, groups)
    assert found is not None
    assert auc(truth, found) == 1.0
    assert word_probe(given, truth, np.array([0, 1] * 20)) is None


@pytest.mark.parametrize(
    ("text", "kind", "mutant"),
    [
        ("It wins 10 of 12 games.", "number", "It wins 6 of 12 games."),
        ("GPT-4 on v2.0 is 93.1% right.", "number", "GPT-4 on v2.0 is 55.9% right."),
        ("Higher speed improves it.", "direction", "Lower speed improves it."),
        ("It is fast.", "negation", "It is not fast."),
        ("It does not win.", "negation", "It does win."),
        ("We show DuckNet wins.", "name", "We show GooseNet wins."),
    ],
)
def test_mutants_change_one_thing(text: str, kind: str, mutant: str) -> None:
    others = claim("GooseNet bites.", id="2", label="nei")
    ((original, spoilt),) = mutants([claim(text), others], kind)
    assert (original.claim, spoilt.claim, spoilt.label) == (text, mutant, "refuted")
    assert spoilt.evidence == original.evidence


@pytest.mark.parametrize("kind", ["number", "direction", "negation", "name"])
def test_what_cannot_be_spoilt_is_left_out(kind: str) -> None:
    assert mutants([claim("Ducks swim."), claim("It wins 3 games.", label="nei")], kind) == []


def test_a_mutated_number_is_not_in_the_evidence() -> None:
    ((_, spoilt),) = mutants([claim("It wins 10 games.", "Of 6 and 7 and 15 games, 10.")], "number")
    assert spoilt.claim == "It wins 20 games."


def test_wrong_citations_are_of_other_groups() -> None:
    a = claim("Ducks swim far.", "Ducks swim in rivers.", id="a", group="a")
    b = claim("Ducks fly.", "Ducks fly south.", id="b", group="a")
    c = claim("Geese bite.", "Ducks and geese bite.", id="c", group="c")
    assert {w.evidence for w in random_wrong([a, b, c]) if w.group == "a"} == {c.evidence}
    assert nearest_of([a, b, c])(a) == c.evidence
    assert nearest_of([a, b, c])(c) in (a.evidence, b.evidence)
    assert nearest_of([a, b])(a) == ()
    assert random_wrong([a, b]) == []


def test_claims_of_the_index_itself(library: Library) -> None:
    found = index_claims(library, 3)
    assert found == index_claims(library, 3)
    assert len({c.group for c in found}) == 3
    assert all(c.claim in c.evidence and c.label == "supported" for c in found)
    assert all(nearest_in(library, c) not in (c.evidence, ()) for c in found)


def test_reading_claims(tmp_path: Path) -> None:
    write(tmp_path / "claims.jsonl", ROW)
    write(tmp_path / "corpus.jsonl", {"_id": "1", "text": "x"})
    assert read_claims(tmp_path) == {
        "claims": [LabelledClaim("1", "g", "Ducks win.", ("Ducks win.", "T"), "nei")],
    }
    wrong = write(
        tmp_path / "wrong.jsonl",
        ROW,
        ROW,
        "{",
        [],
        {**ROW, "id": "2", "label": "true"},
        {**ROW, "id": "3", "sentences": "Ducks."},
        {**ROW, "id": "4", "sentences": [], "title": ""},
        {"id": 7},
    )
    with pytest.raises(SourceError) as caught:
        read_claims(wrong)
    told = str(caught.value).split("\n")
    assert [line.removeprefix(f"{wrong}:").split(":")[0] for line in told] == ["2", "3", "4", "5", "6", "7", "8"]
    assert told[3].endswith("unknown label 'true', not one of supported, refuted, nei, partial")
    with pytest.raises(SourceError, match="no claims"):
        read_claims(write(tmp_path / "empty.jsonl", ""))
    with pytest.raises(SourceError, match="cannot be read"):
        read_claims(tmp_path / "none.jsonl")


def test_a_judge_with_and_without_labels(library: Library, tmp_path: Path, judge: Any) -> None:
    texts = ["Ducks cross 12 rivers", "Geese bite fast dogs", "Swans are larger birds", "Old owls see mice"] * 3
    rows = []
    for n, text in enumerate(texts):
        good = n < 8
        sentences = [text if good or n == 8 else "Something else", "More of it"]
        label = "supported" if good else "refuted" if n < 10 else "nei"
        rows.append({**ROW, "id": str(n), "group": str(n), "claim": text, "sentences": sentences, "label": label})
    report = meta(library, write(tmp_path / "set.jsonl", *rows), judge=judge, out=tmp_path, progress=False)
    labelled, own = report.sets
    checks = {check.name: check for check in labelled.checks}
    # scores: eight supported 1, one refuted 1, three others 0
    assert checks["AUC"].value == (8 * 3 + 8 * 0.5) / (8 * 4)
    assert checks["AUC against refuted"].value == 0.75
    assert checks["AUC against nei"].value == 1.0
    assert (checks["sensitivity"].value, checks["specificity"].value) == (1.0, 0.75)
    assert checks["balanced accuracy"].value == 0.875
    assert checks["calibration error"].value == pytest.approx(1 / 12, abs=1e-6)
    assert checks["number mutants: caught"].value == checks["direction mutants: caught"].value == 1.0
    assert checks["random wrong citation: caught"].value == 1.0
    assert checks["same input twice"].value == 0.0
    assert (own.name, own.error) == (OWN, None)
    assert not any(check.name.endswith("AUC") for check in own.checks)
    error = read_judge_error(str(tmp_path))
    assert error == labelled.error
    assert (error.judge, error.source, error.positives, error.negatives) == ("words", "set", 8, 4)
    assert "own index" in (tmp_path / "meta.md").read_text()
    assert (tmp_path / "meta.html").read_text().count("<img") == 1
    with pytest.raises(SourceError, match="no labelled claims named other"):
        read_judge_error(f"{tmp_path / 'meta.json'}#other")
    with pytest.raises(SourceError, match="not a report of eval meta"):
        read_judge_error(str(tmp_path / "set.jsonl"))


def test_a_failing_judge_is_counted(library: Library, make_judge: Any) -> None:
    chosen = [c.claim for c in index_claims(library, 2)]
    report = meta(library, judge=make_judge(level=1, fails=chosen[:1]), own=2, progress=False)
    assert report.sets[0].failures >= 1
    assert all(check.n <= 1 for check in report.sets[0].checks)


def test_limit(library: Library, tmp_path: Path, judge: Any) -> None:
    path = write(tmp_path / "set.jsonl", *({**ROW, "id": str(n)} for n in range(9)))
    report = meta(library, path, judge=judge, limit=4, own=0, progress=False)
    assert [one.claims for one in report.sets] == [4]
