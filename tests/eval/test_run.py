"""From questions to a report through the product itself; cut off, gone on with, and done twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval import evaluate, read_report, score_answers, write_report
from eval.asking import ask_case
from eval.baselines import CLOSED, COPIED, RANDOM
from eval.cases import Case, read_cases
from eval.score import judge_hash
from eval.stats import JudgeError
from rag.answering.assistant import Assistant
from rag.errors import LLMError, SourceError
from rag.library import Library
from tests.llm_server import Script, serving

USED = {"prompt_tokens": 120, "completion_tokens": 10}
FILES = ("report.json", "answers.jsonl", "claims.jsonl", "run.json")


class Clumsy(Assistant):
    """Fails on the questions in `fails`, and counts what it is asked."""

    fails: frozenset[str] = frozenset()
    asked = 0

    def ask(self, question: str, *rest: Any, **named: Any) -> Any:
        if question in self.fails:
            raise LLMError("cannot reach the model")
        type(self).asked += 1
        return super().ask(question, *rest, **named)


def run(library: Library, questions: Path | list[Case], out: Path | None, **more: Any) -> Any:
    return evaluate(Assistant(library), questions, out=out, progress=False, **more)


def test_figures_of_the_extractive_answerer(library: Library, questions: Path, tmp_path: Path) -> None:
    report = run(library, questions, tmp_path / "out")
    assert report.systems == ["askpapers (extractive)", RANDOM, COPIED]
    assert report.figure("gold_recall").value == 1.0
    assert report.figure("answer_points").value == 1.0
    assert report.figure("citation_validity").value == report.figure("sentence_grounding").value == 1.0
    assert report.figure("abstention_recall").n == 1
    assert report.figure("answer_points", system=RANDOM).value < 1.0
    assert report.figure("abstention_recall", system=COPIED).value == 0.0
    assert report.figure("gold_f1").excluded == {"unanswerable": 1}
    assert (report.figure("sentence_grounding").level, report.figure("gold_f1").level) == (0, None)
    assert report.figure("gold_f1", "factoid").n == 2
    assert (report.about["judge"], report.about["failures"], report.about["questions"]) == ("coverage", 0, 4)
    assert report.about["settings"]["llm"] == "extractive"
    assert report.timings["seconds"][report.system]["n"] == 4
    with pytest.raises(KeyError):
        report.figure("gold_f1", "survey")


def test_the_same_twice_is_the_same_byte_by_byte(library: Library, questions: Path, tmp_path: Path) -> None:
    for out, parallel in (("a", 1), ("b", 3)):
        run(library, questions, tmp_path / out, parallel=parallel)
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_report_comes_back_from_disk_as_it_went(library: Library, questions: Path, tmp_path: Path) -> None:
    report = run(library, questions, tmp_path)
    assert read_report(tmp_path) == report
    write_report(read_report(tmp_path), tmp_path / "again")
    for name in ("report.json", "report.md", "report.html"):
        assert (tmp_path / name).read_text() == (tmp_path / "again" / name).read_text()


def test_frames(library: Library, questions: Path) -> None:
    report = run(library, questions, None)
    figures, rows = report.frame(), report.frame(by="question")
    assert len(figures) == len(report.figures)
    assert rows[rows.system == report.system].set_index("id").gold_f1.isna().tolist() == [False, False, False, True]
    with pytest.raises(ValueError, match="none of"):
        report.frame("paper")


def test_one_split(library: Library, questions: Path) -> None:
    assert run(library, questions, None, split="test", baselines=False).about["questions"] == 1
    cases = read_cases(questions)
    assert run(library, cases, None, split="test", baselines=False).figure("gold_f1").n == 1


def test_a_run_that_was_cut_off_goes_on(library: Library, questions: Path, tmp_path: Path) -> None:
    assistant = Clumsy(library)
    assistant.fails = frozenset({read_cases(questions)[2].question})
    with pytest.raises(LLMError, match=r"2 of 4 .* run again"):
        evaluate(assistant, questions, out=tmp_path, baselines=False, progress=False)
    partial = tmp_path / "answers.partial.jsonl"
    partial.write_text(partial.read_text() + '{"id": "q3", "cut')  # killed while writing
    assert not (tmp_path / "report.json").exists()
    assistant.fails, Clumsy.asked = frozenset(), 0
    evaluate(assistant, questions, out=tmp_path, baselines=False, progress=False)
    assert Clumsy.asked == 2
    assert [json.loads(x)["id"] for x in (tmp_path / "answers.jsonl").read_text().splitlines()] == [
        "q1",
        "q2",
        "q3",
        "q4",
    ]
    assert not partial.exists()
    evaluate(assistant, questions, out=tmp_path, progress=False)
    assert Clumsy.asked == 2


def test_another_runs_folder_is_left_alone(library: Library, questions: Path, tmp_path: Path) -> None:
    run(library, questions, tmp_path, baselines=False)
    with pytest.raises(SourceError, match=r"holds a run of other questions; give another --out, or --fresh"):
        run(library, questions, tmp_path, split="test")
    with pytest.raises(SourceError, match="other settings"):
        evaluate(Assistant(library, sources=2), questions, out=tmp_path, progress=False)
    assert run(library, questions, tmp_path, split="test", fresh=True, baselines=False).about["questions"] == 1


def test_questions_that_do_not_hold_are_named_by_line(library: Library, questions: Path, tmp_path: Path) -> None:
    rows = questions.read_text().splitlines()
    wrong = json.loads(rows[1])
    wrong["gold_titles"] = ["DuoAtention"]
    questions.write_text("\n".join([rows[0], json.dumps(wrong)]))
    with pytest.raises(SourceError, match=rf"{questions}:2: q2: no paper 'DuoAtention'"):
        run(library, questions, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(SourceError, match="no question"):
        run(library, [], None)


def test_a_model_that_answers_and_judges(library: Library, questions: Path, tmp_path: Path) -> None:
    said = "DuoAttention makes decoding 2.18 times faster for Llama models [1.3]."
    with serving(Script(said, logprobs={"Yes": -0.1, "No": -2.4}, usage=USED)) as server:
        assistant = Assistant(library, server.url, checking="off")
        report = evaluate(assistant, questions, split="test", judge="llm", out=tmp_path / "a", progress=False)
        asked = len(server.requests)
        again = evaluate(assistant, questions, split="test", judge="llm", out=tmp_path / "a", progress=False)
        assert len(server.requests) == asked + 1  # all is on disk; only what the judge can do was asked again
    assert report.systems == ["askpapers (scripted)", RANDOM, COPIED, CLOSED]
    assert (report.about["level"], report.figure("sentence_grounding").level) == (1, 1)
    assert report.figure("evidence_coverage").level == 0
    assert report.figure("sentence_grounding").value == report.figure("answer_points").value == 1.0
    assert report.figure("tokens").value == 130.0
    assert report.figure("answer_points", system=CLOSED).value == 1.0  # it knew, but
    assert report.figure("sentence_grounding", system=CLOSED).value == 0.0
    assert report.figure("recall@5", system=CLOSED).excluded == {"ranking not told": 1}
    assert report.worst[0]["support"] == pytest.approx(np.exp(-0.1) / (np.exp(-0.1) + np.exp(-2.4)), abs=1e-6)
    assert again.to_json() == report.to_json()


def test_answers_of_another_system(library: Library, questions: Path, tmp_path: Path) -> None:
    texts = ["It gives up to 22.2x speedup over the sliding window baseline [1].", "Decoding is 2.18 times faster [2]."]
    texts += ["I do not know.", "Zebras grazed in heavy rain all day [7]."]
    contexts = [{"title": p.title, "text": p.abstract} for p in library.papers()]
    path = tmp_path / "peer.jsonl"
    rows = [
        {"input": c.question, "output": t, "ctxs": contexts} for c, t in zip(read_cases(questions), texts, strict=True)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = score_answers(path, library, questions, out=tmp_path / "out", progress=False)
    assert report.systems == ["peer", RANDOM, COPIED]
    assert report.figure("gold_recall").value == pytest.approx(2 / 3, abs=1e-6)
    assert report.figure("false_abstention").value == pytest.approx(1 / 3, abs=1e-6)
    assert report.figure("abstention_recall").value == 0.0
    assert report.figure("citation_validity").value == pytest.approx(2 / 3, abs=1e-6)
    assert report.figure("citation_recall").value == pytest.approx(2 / 3, abs=1e-6)
    assert report.hashes["questions"] == run(library, questions, None).hashes["questions"]
    alone = score_answers(path, library, progress=False)
    assert (alone.figure("gold_f1").n, alone.figure("citation_recall").n) == (0, 3)
    assert alone.figure("gold_f1").excluded == {"not labelled": 4}


def test_our_own_answers_scored_again_give_the_same_figures(library: Library, questions: Path, tmp_path: Path) -> None:
    first = run(library, questions, tmp_path / "a")
    again = score_answers(tmp_path / "a" / "answers.jsonl", library, questions, progress=False)
    assert [row.values for row in again.rows()] == [row.values for row in first.rows()]


def test_figures_are_corrected_by_the_judges_own_error(library: Library, questions: Path, tmp_path: Path) -> None:
    error = JudgeError("coverage", "labels", 0.9, 100, 0.8, 100, ((0.5, 0.4, 10),), judge_hash(0))
    report = run(library, questions, tmp_path, baselines=False, judge_error=error)
    assert (report.about["corrected"]["observed"], report.about["corrected"]["value"]) == (1.0, 1.0)
    assert "corrected for the judge's error" in (tmp_path / "report.md").read_text()
    with pytest.raises(SourceError, match="has changed since its error was measured"):
        run(library, questions, tmp_path, judge_error=replace(error, version="another threshold"))
    other = JudgeError("another", "labels", 0.9, 100, 0.8, 100)
    with pytest.raises(SourceError, match="cannot correct figures of 'coverage'"):
        run(library, questions, tmp_path, judge_error=other)


def test_what_is_no_report_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no report there"):
        read_report(tmp_path)
    for text in ("{", "[]", '{"format": 1}', '{"format": 0}'):
        (tmp_path / "report.json").write_text(text)
        with pytest.raises(SourceError, match=r"report\.json"):
            read_report(tmp_path)


def test_a_question_is_searched_once(library: Library, questions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []
    retrieve = Library.retrieve

    def noted(library: Library, query: str, k: int, where: Any = None) -> Any:
        searched.append(query)
        return retrieve(library, query, k, where)

    case = read_cases(questions)[0]
    expected = [m.record.paper.title for m in library.retrieve(case.question, 10).matches]
    monkeypatch.setattr(Library, "retrieve", noted)
    row = ask_case(Assistant(library), case)
    assert searched == [case.question]
    assert row["retrieved"] == expected
