"""PaperStream labelled questions, checking them against the papers, and the questions that come with the project."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eval.cases import TYPES, Case, check_cases, read_cases, template
from rag.errors import SourceError
from rag.readers import read_papers
from rag.types import Paper

ROOT = Path(__file__).parents[2]
ABSTRACT = "Ducks are fast. We propose DuckNet, which reaches 93.1% on DuckBench (v2.0) in 3 hours. It is open."
DUCK = Paper(id="d", title="DuckNet:  A Network for Ducks", abstract=ABSTRACT)
GOOSE = Paper(id="g", title="Geese Considered Harmful", abstract="Geese bite. Our study counts 12 bites a day.")
ROW: dict[str, Any] = {
    "id": "q1",
    "type": "factoid",
    "question": "How well do nets do on waterfowl?",
    "gold_titles": [DUCK.title],
    "gold_evidence": [{"title": DUCK.title, "sentence": "It is open."}],
    "key_facts": ["93.1 % || 93.1%"],
    "answerable": True,
}
FAR = {"id": "q2", "type": "unanswerable_far", "question": "Will it rain?", "answerable": False, "split": "test"}
TURNS = [{"role": "user", "content": "Which net is for ducks?"}, {"role": "assistant", "content": "DuckNet."}]


def write(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def problems(path: Path, split: str | None = None) -> list[str]:
    with pytest.raises(SourceError) as caught:
        read_cases(path, split)
    return str(caught.value).split("\n")


def test_reads_what_is_there_and_fills_in_the_rest(tmp_path: Path) -> None:
    follow = {**ROW, "id": "q3", "type": "followup", "history": TURNS, "tags": ["typo"], "note": "not kept"}
    one, two, three = read_cases(write(tmp_path, ROW, "", FAR, follow, ""))
    assert one == Case(
        id="q1",
        type="factoid",
        question="How well do nets do on waterfowl?",
        gold_titles=(DUCK.title,),
        gold_evidence=((DUCK.title, "It is open."),),
        key_facts=(("93.1 %", "93.1%"),),
        answerable=True,
        history=(),
        tags=(),
        split="dev",
    )
    assert (two.answerable, two.gold_titles, two.split) == (False, (), "test")
    assert (three.history, three.tags) == (tuple(TURNS), ("typo",))


def test_line_separators_inside_a_question_do_not_split_its_line(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text("\ufeff" + json.dumps({**FAR, "question": "Rain?\u2028Snow?"}, ensure_ascii=False), "utf-8")
    assert read_cases(path)[0].question == "Rain?\u2028Snow?"


def test_one_split_only(tmp_path: Path) -> None:
    path = write(tmp_path, ROW, FAR)
    assert [[c.id for c in read_cases(path, split)] for split in (None, "dev", "test")] == [
        ["q1", "q2"],
        ["q1"],
        ["q2"],
    ]
    assert problems(path, "tset") == [f"{path}: no question of split 'tset'"]


def test_every_problem_is_listed_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, ROW, "{", {**FAR, "id": "q1"}, [], {"id": 7, "tpye": "named"}, FAR)
    listed = problems(path)
    assert [line.removeprefix(f"{path}:").split(":")[0] for line in listed] == ["2", "3", "4", *["5"] * 5]
    assert "not JSON" in listed[0]
    assert listed[1:] == [
        f"{path}:3: id 'q1' is taken by line 1",
        f"{path}:4: a question is a JSON object, not list",
        f"{path}:5: unknown field 'tpye', did you mean 'type'?",
        f"{path}:5: 'id' must be a string",
        f"{path}:5: missing field 'type'",
        f"{path}:5: missing field 'question'",
        f"{path}:5: missing field 'answerable'",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "riddle"}, "unknown type 'riddle', not one of factoid, named"),
        ({"type": ["factoid"]}, "'type' must be a string"),
        ({"question": " \n"}, "'question' is empty"),
        ({"answerable": 1}, "'answerable' must be true or false"),
        ({"answerable": False}, "not answerable, but has 'gold_titles', 'gold_evidence', 'key_facts'"),
        ({"type": "unanswerable_near"}, "type 'unanswerable_near' with 'answerable': true"),
        ({"gold_titles": [], "gold_evidence": []}, "answerable, but without 'gold_titles'"),
        ({"gold_titles": None}, "'gold_titles' must be a list of non-empty strings"),
        ({"gold_titles": [GOOSE.title]}, f"evidence of {DUCK.title!r}, which is not among 'gold_titles'"),
        ({"gold_evidence": [DUCK.title]}, "'gold_evidence' must be a list of objects with 'title' and 'sentence'"),
        ({"gold_evidence": [{"title": DUCK.title}]}, "'gold_evidence' must be a list of objects"),
        ({"key_facts": "93.1%"}, "'key_facts' must be a list of non-empty strings"),
        ({"key_facts": ["93.1%||"]}, "a key fact has an empty alternative"),
        ({"history": [{"role": "user"}]}, "'history' must be a list of objects with 'role' and 'content'"),
        ({"type": "followup"}, "a followup needs 'history'"),
        ({"tags": [""]}, "'tags' must be a list of non-empty strings"),
        ({"split": "train"}, "unknown split 'train', not one of dev, test"),
    ],
)
def test_wrong_fields(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = write(tmp_path, {**ROW, **change})
    assert any(line.startswith(f"{path}:1: {said}") for line in problems(path))


def test_files_without_questions(tmp_path: Path) -> None:
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"id": "\xe9"}')
    assert "cannot be read" in problems(tmp_path / "none.jsonl")[0]
    assert "cannot be read as UTF-8" in problems(latin)[0]
    assert problems(write(tmp_path, "")) == [f"{tmp_path}/questions.jsonl: no question"]


def case(**change: Any) -> Case:
    base: dict[str, Any] = {"id": "q1", "type": "factoid", "question": "How good?", "gold_titles": (DUCK.title,)}
    return Case(**{**base, **change})


def test_sound_cases_pass_however_the_title_is_spaced_or_cased() -> None:
    title = "ducknet: a network\u00a0for ducks"
    sound = case(
        gold_titles=(title,), gold_evidence=((title, "It is open."),), key_facts=(("100%", "DUCKBENCH"), ("Ducks",))
    )
    assert check_cases([sound], [DUCK, GOOSE]) == []


def test_unknown_title_comes_with_the_closest_and_hides_no_other_case() -> None:
    found = check_cases([case(gold_titles=("DuckNet: Network for Duck",)), case(id="q2", question="?")], [GOOSE, DUCK])
    assert found == [f"q1: no paper 'DuckNet: Network for Duck', the closest is {DUCK.title!r}"]
    assert check_cases([case(gold_titles=("Zzz",))], [GOOSE]) == ["q1: no paper 'Zzz'"]


def test_evidence_must_stand_in_the_abstract_as_it_is() -> None:
    found = check_cases([case(gold_evidence=((DUCK.title, "it is open."), (DUCK.title, "Geese bite.")))], [DUCK, GOOSE])
    assert [line.rpartition(": ")[2] for line in found] == ["'it is open.'", "'Geese bite.'"]


def test_key_fact_must_be_in_a_gold_paper() -> None:
    facts = (("12 bites", "a dozen"), ("93.1%",))
    assert check_cases([case(key_facts=facts)], [DUCK, GOOSE]) == [
        "q1: key fact in no gold paper: '12 bites || a dozen'"
    ]
    assert check_cases([case(key_facts=facts, gold_titles=(DUCK.title, GOOSE.title))], [DUCK, GOOSE]) == []


def test_the_same_question_twice() -> None:
    asked = (
        "How fast are the ducks of DuckNet?",
        "how fast are the ducks of DuckNet",
        "How heavy are geese in the end?",
    )
    found = check_cases([case(id=f"q{i}", question=q) for i, q in enumerate(asked)], [DUCK])
    assert found == ["q1: asks the same as q0: 'how fast are the ducks of DuckNet'"]


def test_questions_are_told_apart_by_the_talk_before_them_too() -> None:
    other = ({"role": "user", "content": "What do geese do all day long?"},)
    asked = (("And why?", tuple(TURNS)), ("And why?", other), ("How fast is it?", tuple(TURNS)))
    assert check_cases([case(id=f"q{i}", question=q, history=h) for i, (q, h) in enumerate(asked)], [DUCK]) == []


def test_template_draws_papers_once_and_is_ready_to_fill_in(tmp_path: Path) -> None:
    papers = [
        DUCK,
        GOOSE,
        Paper(id="x", title=DUCK.title.upper(), abstract=ABSTRACT),
        Paper(id="e", title="E", abstract=""),
    ]
    rows = template(papers, 5)
    assert rows == template(papers, 5)
    assert [(row["question"], row["key_facts"]) for row in rows] == [("", []), ("", [])]
    assert {line.rpartition(": ")[2] for line in problems(write(tmp_path, *rows))} == {"'question' is empty"}
    filled = [{**row, "question": question} for row, question in zip(rows, ("Why?", "How many bites?"), strict=True)]
    assert check_cases(read_cases(write(tmp_path, *filled)), papers) == []


def test_the_labelled_questions_hold_against_the_collection() -> None:
    cases = read_cases(ROOT / "data" / "questions.jsonl")
    assert check_cases(cases, read_papers(ROOT / "data" / "daily_papers")) == []
    assert {c.type for c in cases if c.split == "test"} == set(TYPES)
    assert 0.3 < Counter(c.split for c in cases)["test"] / len(cases) < 0.4
