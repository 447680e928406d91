"""Nuggets as TREC RAG scores them: its own files, rubrics, and a judge that assigns them to answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.nuggets import SCORES, Nugget, read_nuggets, score
from rag.errors import SourceError
from rag.library import Library


def nugget(text: str, importance: str, assignment: str = "") -> dict[str, str]:
    return {"text": text, "importance": importance, **({"assignment": assignment} if assignment else {})}


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def run(*arguments: Any) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(map(str, arguments)))
    return result.exit_code, result.output


def test_scores_are_those_of_the_nuggetizer() -> None:
    given = (("vital", "support"), ("vital", "partial_support"), ("okay", "support"), ("okay", "not_support"))
    nuggets = [Nugget("x", importance, grade) for importance, grade in given]
    found = {name: score(nuggets, *how) for name, how in SCORES.items()}
    assert found == {
        "vital, strict": 0.5,
        "vital, lenient": 0.75,
        "all, strict": 0.5,
        "all, lenient": 0.625,
        "weighted, strict": 0.5,
        "weighted, lenient": pytest.approx(2 / 3),
    }
    assert score([Nugget("x", "okay", "support")], *SCORES["vital, strict"]) is None


def test_assignments_of_the_file_are_scored_without_an_index(tmp_path: Path) -> None:
    row = {"query": "Ducks?", "qid": "q1", "nuggets": [nugget("Ducks swim.", "vital", "support")], "run_id": "r"}
    code, told = run("nuggets", write(tmp_path / "n.jsonl", row), "--out", tmp_path / "out")
    assert code == 0
    assert "1 nuggets of 1 questions, assigned by the file." in told
    assert json.loads((tmp_path / "out" / "assignments.jsonl").read_text())["nuggets"] == row["nuggets"]
    with pytest.raises(SourceError, match="not assigned yet"):
        CliRunner().invoke(
            app,
            ["nuggets", str(write(tmp_path / "m.jsonl", {"qid": 1, "nuggets": [nugget("Ducks.", "vital")]}))],
            catch_exceptions=False,
        )


def test_a_judge_assigns_nuggets_to_answers_and_is_compared_with_people(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.questions_cli.open_library", lambda settings: library)
    said = "HippoRAG is a retrieval framework inspired by hippocampal indexing theory."
    nuggets = [nugget(said, "vital", "support"), nugget("Sourdough pizza needs flour.", "okay", "not_support")]
    topics = [
        {"query": "What inspired HippoRAG?", "qid": "q1", "nuggets": nuggets},
        {"query": "Who?", "qid": "q2", "nuggets": [nugget("Nobody knows of it at all.", "vital")]},
        {"query": "Left out?", "qid": "q3", "nuggets": [nugget("No answer.", "vital")]},
    ]
    answers = [
        {
            "id": "a",
            "input": "what inspired hipporag?",
            "output": f"{said} [1]",
            "ctxs": [{"title": "H", "text": said}],
        },
        {"id": "q2", "input": "", "output": "None of the sources helps.", "ctxs": None},
    ]
    asked = write(tmp_path / "n.jsonl", *topics), write(tmp_path / "a.jsonl", *answers)
    code, told = run("nuggets", *asked, "--out", tmp_path / "out")
    assert code == 0, told
    assert "3 nuggets of 2 questions, assigned by coverage (level 0). 1 questions have no answer" in told
    assert "agrees with the file on 1.00 of 2 nuggets (Cohen's kappa 1.00)" in told
    rows = [json.loads(line) for line in (tmp_path / "out" / "assignments.jsonl").read_text().splitlines()]
    assert [[n["assignment"] for n in row["nuggets"]] for row in rows] == [["support", "not_support"], ["not_support"]]


def test_rubrics_of_scholarqabench(tmp_path: Path) -> None:
    items = [
        {"name": "most_important_item_0", "criterion": "It should say that ducks swim.", "weight": 0.1, "evidence": []},
        {"name": "nice_to_have_item_0", "criterion": "It should name a lake.", "weight": 0.1, "evidence": []},
    ]
    config = {"name": "rubric_corpusqa_generic", "config": {"question": "Ducks?", "other_properties": items}}
    path = tmp_path / "rubrics.json"
    path.write_text(json.dumps([{"initial_prompt": "Ducks?", "metric_config": config, "case_id": "c1"}], indent=1))
    (topic,) = read_nuggets(path)
    assert (topic.qid, topic.query, [n.importance for n in topic.nuggets]) == ("c1", "Ducks?", ["vital", "okay"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([], "not list"),
        ({"qid": "1"}, "'qid' and 'nuggets'"),
        ({"qid": "1", "nuggets": [nugget("x", "nice")]}, "'importance' vital or okay"),
        ({"metric_config": {}}, "not a rubric"),
    ],
)
def test_what_is_wrong_is_told_by_line(row: Any, said: str, tmp_path: Path) -> None:
    good = {"qid": "0", "nuggets": [nugget("x", "okay")]}
    with pytest.raises(SourceError, match=f"n.jsonl:2: .*{said}"):
        read_nuggets(write(tmp_path / "n.jsonl", good, row))


def test_the_rubrics_of_researchrubrics(tmp_path: Path) -> None:
    weights = {"Says that ducks swim.": 5.0, "Names a pond.": 2.0, "Calls a duck a goose.": -4.0}
    rubrics = [{"criterion": text, "weight": weight} for text, weight in weights.items()]
    (tmp_path / "r.jsonl").write_text(json.dumps({"qid": "1", "rubrics": rubrics}) + "\n")
    (topic,) = read_nuggets(tmp_path / "r.jsonl")
    assert [(n.text, n.importance) for n in topic.nuggets] == [
        ("Says that ducks swim.", "vital"),
        ("Names a pond.", "okay"),
    ]
