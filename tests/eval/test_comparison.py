"""Two runs side by side, and the gate: it stops what is really worse, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval import Report, compare, evaluate, gate
from eval.cases import Case, read_cases
from eval.comparison import ComparisonError
from eval.metrics import Value
from eval.report import read_report
from rag.answering.assistant import Assistant
from rag.errors import SettingsError
from rag.library import Library
from rag.retrieval.hybrid import Retrieved
from rag.types import Paper

ROOT = Path(__file__).parents[2]
SYLLABLES = ("ba", "de", "fi", "go", "lu", "mo", "na", "pe", "ri", "so", "tu", "va")
WORDS = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]


@pytest.fixture
def many(tmp_path: Path, embedder: Any) -> Iterator[Library]:
    """Twenty papers, each with eight words and a number of its own."""
    opened = Library.open(tmp_path / "many", embedder=embedder)
    papers = []
    for n in range(20):
        a, b, c, d, e, f, g, h = WORDS[8 * n : 8 * n + 8]
        abstract = f"The {a} {b} {c} serves {d}. It reaches {100 + n} {e} with {f}. Later {g} follow {h}."
        papers.append(Paper(f"p{n:02}", f"{a.title()}: {b} for {c} and {d}", abstract))
    opened.sync(papers)
    yield opened
    opened.close()


def cases(library: Library) -> list[Case]:
    found = []
    for n, paper in enumerate(library.papers()):
        a, b, c, _, e, f, *_ = WORDS[8 * n : 8 * n + 8]
        asked = f"How much {e} does {a} {b} {c} reach with {f}?"
        found.append(Case(paper.id, "factoid", asked, (paper.title,), key_facts=((str(100 + n),),)))
    return found


def run(library: Library, asked: Any, **more: Any) -> Report:
    return evaluate(Assistant(library), asked, baselines=False, progress=False, **more)


def break_retrieval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retrieval loses its best paper."""
    whole = Library.retrieve

    def broken(library: Library, query: str, k: int, where: Any = None) -> Retrieved:
        found = whole(library, query, k + 1, where)
        return replace(found, matches=found.matches[1:])

    monkeypatch.setattr(Library, "retrieve", broken)


def changed(report: Report, metric: str, values: list[Value]) -> Report:
    rows = [replace(row, values={**row.values, metric: v}) for row, v in zip(report.questions, values, strict=True)]
    return replace(report, questions=tuple(rows))


def test_ten_reruns_pass_and_broken_retrieval_does_not(many: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = cases(many)
    baseline = run(many, asked)
    assert baseline.figure("gold_f1").value == 1.0
    assert [gate(baseline, run(many, asked)) for _ in range(10)] == [[]] * 10
    break_retrieval(monkeypatch)
    failures = gate(baseline, run(many, asked))
    assert {failure.split(":")[0] for failure in failures} >= {"recall@5", "hit@1", "ndcg@10", "gold_f1"}
    assert any("over the 20 questions of both" in failure for failure in failures)


def test_a_model_that_words_things_differently_each_time_passes_ten_times(many: Library) -> None:
    baseline = run(many, cases(many))
    baseline = replace(
        baseline, questions=tuple(replace(r, id=f"{r.id}-{n}") for n in (1, 2) for r in baseline.questions)
    )
    dice = np.random.default_rng(3)
    start = dice.random(40) < 0.7
    before = changed(baseline, "answer_points", [Value(float(x)) for x in start])
    for _ in range(10):
        again = np.where(dice.random(40) < 0.1, dice.random(40) < 0.7, start)  # 1 in 10 is drawn anew
        assert gate(before, changed(baseline, "answer_points", [Value(float(x)) for x in again])) == []
    worse = np.where(dice.random(40) < 0.5, 0.0, start)
    assert gate(before, changed(baseline, "answer_points", [Value(float(x)) for x in worse])) != []


def test_higher_is_not_always_better(many: Library) -> None:
    report = run(many, cases(many))
    shy = changed(report, "false_abstention", [Value(1.0)] * 15 + [Value(0.0)] * 5)
    assert [failure.split(":")[0] for failure in gate(report, shy)] == ["false_abstention"]
    assert gate(shy, report) == []


def test_a_metric_that_is_no_longer_defined_fails(library: Library, questions: Path) -> None:
    baseline, silent = run(library, questions), run(library, questions)
    figures = [
        replace(f, n=0, value=None, excluded={"abstained": 4}) if f.metric == "citation_recall" else f
        for f in silent.figures
    ]
    silent = changed(replace(silent, figures=tuple(figures)), "citation_recall", [Value(0, 0, "abstained")] * 4)
    assert gate(baseline, silent) == ["citation_recall: 1.0 before, now undefined ({'abstained': 4})"]


def test_minimums(library: Library, questions: Path) -> None:
    report = run(library, questions)
    assert gate(report, report, {"gold_recall": 1.0, "false_abstention": 0.0}) == []
    assert gate(report, report, {"gold_recall": 1.1}) == ["gold_recall: 1.0, not as good as 1.1"]
    assert gate(report, report, {"tokens": 5}) == ["tokens: None, not as good as 5"]
    with pytest.raises(SettingsError, match="unknown metric 'gold_recal'; did you mean 'gold_recall'"):
        gate(report, report, {"gold_recal": 1.0})


def test_runs_on_other_questions_or_papers_are_not_compared(library: Library, questions: Path, tmp_path: Path) -> None:
    report = run(library, questions, out=tmp_path / "all")
    part = run(library, questions, split="test", out=tmp_path / "part")
    with pytest.raises(ComparisonError, match=r"differ in questions \(questions: \w{12} and \w{12}\)"):
        compare(tmp_path / "all", tmp_path / "part")
    library.sync([Paper("new", "Newer", "It is newer.")])
    with pytest.raises(ComparisonError, match=r"differ in corpus and questions"):
        compare(part, run(library, questions))
    with pytest.raises(ComparisonError, match="differ in corpus"):
        gate(report, run(library, questions))


def test_figures_of_other_judges_are_not_compared(library: Library, questions: Path, make_judge: Any) -> None:
    a, b = run(library, questions), run(library, questions, judge=make_judge(level=1))
    metrics = {delta.metric for delta in compare(a, b).deltas}
    assert "sentence_grounding" not in metrics
    assert "gold_f1" in metrics
    changed_since = replace(a, hashes={**a.hashes, "judge": "another threshold"})
    assert "sentence_grounding" not in {delta.metric for delta in compare(a, changed_since).deltas}
    with pytest.raises(ComparisonError, match=r"other judges \(coverage \w{12} and words \w{12}\)"):
        gate(a, b)


def test_what_b_gains_over_a(library: Library, questions: Path, tmp_path: Path) -> None:
    a = run(library, questions)
    values = [Value(0.5), Value(1.0), Value(0.0), Value(0, 0, "unanswerable")]
    b = changed(a, "gold_f1", values)
    found = compare(a, b)
    expected = np.mean([v.numerator for v in values[:3]]) - a.figure("gold_f1").value
    assert found.delta("gold_f1").value == pytest.approx(expected, abs=1e-6)
    assert (found.delta("gold_f1").n, found.delta("recall@5").value) == (3, 0.0)
    assert found.delta("tokens").value is None
    assert len(found.frame()) == len(found.deltas)
    found.write(tmp_path)
    assert "gold_f1" in (tmp_path / "compare.md").read_text()
    assert (tmp_path / "compare.html").read_text().count("<img") == 1


def test_the_exports_are_what_they_say_whatever_was_imported_before() -> None:
    import importlib
    import pkgutil

    import eval as package

    for module in pkgutil.iter_modules(package.__path__):
        if module.name != "__main__":
            importlib.import_module(f"eval.{module.name}")
    for name in package.__all__:
        assert callable(getattr(package, name)), name


@pytest.mark.slow
def test_the_gate_on_the_collection_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.readers import read_papers

    library = Library.open(tmp_path / "home")
    library.sync(read_papers(ROOT / "data" / "daily_papers"))
    asked = read_cases(ROOT / "data" / "questions.jsonl", "test")
    baseline = run(library, asked, out=tmp_path / "good")
    assert gate(tmp_path / "good", run(library, asked)) == []
    break_retrieval(monkeypatch)
    failures = gate(baseline, run(library, asked))
    assert {failure.split(":")[0] for failure in failures} >= {"hit@1", "ndcg@10", "gold_f1", "answer_points"}
    library.close()


def test_the_committed_baseline_can_be_read() -> None:
    path = ROOT / "tests" / "eval" / "baseline.json"
    if not path.exists():
        pytest.skip("made by make eval-baseline")
    report = read_report(path)
    assert report.figure("gold_f1").n > 40
    assert json.loads(path.read_text())["about"]["split"] == "test"
