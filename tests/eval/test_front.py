"""The first page: a verdict in words that its figures bear out, what was lost where, the worst questions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval import evaluate, read_report, score_answers
from eval.blocks import Block, Fold, Heading, Lead, Text, to_html, to_markdown
from eval.losses import INCOMPLETE, NOT_FOUND, STEPS, Loss
from eval.report import Delta, Figure, Report
from eval.verdict import verdict_sentences
from rag.answering.assistant import Assistant
from rag.library import Library

ABOUT: dict[str, Any] = {"questions": 40, "split": None, "judge": "coverage", "level": 0, "settings": {}}


def figure(metric: str, value: float | None, n: int, group: str = "all") -> Figure:
    low, high = (None, None) if value is None else (max(0.0, value - 0.1), min(1.0, value + 0.1))
    return Figure("mine", group, metric, value, low, high, n, {}, None)


def report(**more: object) -> Report:
    figures = (
        figure("right", 0.75, 40),
        figure("right", 0.95, 20, "named"),
        figure("right", 0.5, 16, "survey"),
        figure("right", 0.0, 4, "compare"),  # too few to speak of
        figure("recall@5", 0.9, 30),
        figure("sentence_grounding", 0.9, 35),
        figure("abstention_recall", 0.5, 10),
        figure("false_abstention", 0.1, 30),
    )
    losses = (
        Loss("mine", "a", "survey", INCOMPLETE, 0.5, "x"),
        Loss("mine", "b", "named", NOT_FOUND, 1.0, "y"),
        Loss("other", "a", "survey", NOT_FOUND, 1.0, "z"),
    )
    deltas = (Delta("first passage", "mine", "right", 0.2, 0.1, 0.3, 40, 0),)
    given = {"figures": figures, "losses": losses, "deltas": deltas, "about": ABOUT, **more}
    return Report("mine", {}, questions=(), curves={}, worst=(), **given)  # type: ignore[arg-type]


def test_refusals_are_told_where_all_questions_can_be_answered() -> None:
    figures = tuple(f for f in report().figures if f.metric != "abstention_recall")
    told = " ".join(verdict_sentences(report(figures=figures)))
    assert "It refuses 3 of 30 questions that can be answered." in told


def test_the_verdict_says_what_the_figures_say() -> None:
    told = " ".join(verdict_sentences(report()))
    assert told.startswith("mine gets 75% of 40 questions right (95% interval 65 to 85%).")
    for said in (
        "It is good at questions about a named system (95%).",
        "It is weak at lists of papers (50%).",
        "What is needed is found for 97% of the answerable questions and 90% of what it says is supported",
        "Of the 1.5 points lost most go to: paper not found (67%), incomplete list (33%).",
        "It refuses 5 of 10 questions that cannot be answered and 3 of 30 that can.",
        "another 40 questions of the same kind may give 10 points more or less.",
        "Copying the first passage found, which takes no understanding, gets 20 points less; that is beyond chance.",
        "“supported” does not mean true",
    ):
        assert said in told, said
    assert "comparisons" not in told


def test_a_gain_that_chance_may_have_made_is_called_so() -> None:
    worse = (Delta("first passage", "mine", "right", -0.04, -0.1, 0.1, 40, 0),)
    assert "gets 4 points more; that is within chance." in " ".join(verdict_sentences(report(deltas=worse)))


def test_a_judge_that_was_not_examined_is_named() -> None:
    told = verdict_sentences(report(about={**ABOUT, "level": 2, "judge": "nli of x"}))
    assert told[-1] == "The judge, nli of x, has not been examined on labels here: see `eval meta`."


def test_losses_are_counted_by_step_and_kind() -> None:
    counted = report()
    assert list(counted.lost()) == list(STEPS)
    assert {step: n for step, n in counted.lost().items() if n} == {NOT_FOUND: 1.0, INCOMPLETE: 0.5}
    assert counted.lost(group="survey")[NOT_FOUND] == 0
    assert counted.lost("other")[NOT_FOUND] == 1.0
    assert list(counted.frame(by="loss").columns) == ["system", "id", "type", "step", "share", "what"]


def test_what_is_folded_is_in_both_forms() -> None:
    blocks: list[Block] = [Heading("H"), Lead("lead"), Fold("a<b>", [Text("inside *x*")], "note")]
    page, text = to_html("t", blocks), to_markdown(blocks)
    assert "<details><summary>a&lt;b&gt; <span" in page
    assert "<details><summary>a&lt;b> (note)</summary>\n\ninside \\*x\\*\n\n</details>" in text


def test_the_report_begins_with_the_verdict_and_the_worst(library: Library, questions: Path, tmp_path: Path) -> None:
    evaluate(Assistant(library, sources=1), questions, out=tmp_path, progress=False)
    text = (tmp_path / "report.md").read_text()
    order = [text.index(x) for x in ("# How well", "of 4 questions right", "## By kind of question", "## Figures")]
    assert order == sorted(order)
    known = read_report(tmp_path)
    frame = known.frame(by="loss")
    mine = frame[frame.system == known.system].share.sum()
    assert mine == pytest.approx(4 * (1 - (known.figure("right").value or 0)), abs=1e-4)


def test_without_labels_only_citations_are_spoken_of(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "peer.jsonl"
    path.write_text(
        '{"input": "q", "output": "Chickens lay brown eggs weekly [1].", "ctxs": [{"title": "t", "text": "x y"}]}'
    )
    told = verdict_sentences(score_answers(path, library, progress=False))
    assert told[0].startswith("No labels were given, so whether peer answers rightly is not known")
    assert "0% of its claim sentences are supported" in told[1]
