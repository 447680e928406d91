"""Answers of any system: read right, or refused as a whole with every line that is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.answers import read_answers, to_reply, to_row
from eval.cases import Case
from eval.metrics import Source, Statement
from rag.answer import Answer, Citation, Claim
from rag.errors import SourceError
from rag.types import Paper, Sentence

DUCK = Paper("d", "DuckNet", "Ducks are fast. It is open. It wins.")
SENTENCES = tuple(Sentence(i, s, e, DUCK.abstract[s:e]) for i, (s, e) in enumerate(((0, 15), (16, 27), (28, 36))))
OURS = Answer(
    "How fast?",
    "answered",
    (Claim("Ducks are fast and open [3].", (1,), evidence=("1.1", "1.2")), Claim("It wins.", (1,), evidence=("1.3",))),
    (Citation(1, DUCK, SENTENCES),),
    usage={"prompt_tokens": 7},
    timings={"total": 1.5},
)
CASES = [Case("q1", "named", "How fast?"), Case("q2", "named", "And you?"), Case("q3", "followup", "And you?")]
THEIRS = {
    "input": "How fast?",
    "output": "# Speed\n- Ducks are fast [1][2]. They win [1.2], mostly [9].\n[1.7] Really.",
    "ctxs": [{"title": "DuckNet", "text": "Ducks are fast. They win."}, {"title": "Geese", "text": "Geese bite."}],
}


def write(tmp_path: Path, *rows: Any) -> Path:
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def problems(path: Path, cases: list[Case] | None = None) -> list[str]:
    with pytest.raises(SourceError) as caught:
        read_answers(path, cases)
    return [line.removeprefix(f"{path}:") for line in str(caught.value).split("\n")]


def test_ours_cites_the_sentences_that_each_claim_rests_on() -> None:
    reply = to_reply(to_row(CASES[0], OURS, ["DuckNet", "Geese"], 0.7))
    first, second = reply.statements
    source = Source("DuckNet", ("Ducks are fast.", "It is open."))
    assert first == Statement("Ducks are fast and open.", (source, None))  # a marker that nobody resolved
    assert second == Statement("It wins.", (Source("DuckNet", ("It wins.",)),))
    assert (reply.id, reply.retrieved, reply.confidence) == ("q1", ("DuckNet", "Geese"), 0.7)
    assert (reply.seconds, reply.usage, reply.abstained) == (1.5, {"prompt_tokens": 7}, False)


def test_what_ask_prints_will_do(tmp_path: Path) -> None:
    (reply,) = read_answers(write(tmp_path, OURS.to_dict()))
    assert reply.statements[1].sources == (Source("DuckNet", tuple(s.text for s in SENTENCES)),)
    assert (reply.id, reply.retrieved) == ("1", None)


def test_brackets_of_a_quotation_are_its_own() -> None:
    quoted = Answer(
        "?", "answered", (Claim("Ducks [7] are fast.", (1,), quoted=True),), (Citation(1, DUCK, SENTENCES),)
    )
    (statement,) = to_reply(quoted.to_dict()).statements
    assert (statement.text, len(statement.sources)) == ("Ducks [7] are fast.", 1)


def test_a_greeting_is_what_it_says() -> None:
    greeting = Answer("Hi", "answered", message="Hello. Ask me about papers.")
    assert [s.text for s in to_reply(greeting.to_dict()).statements] == ["Hello.", "Ask me about papers."]


def test_theirs_markers_count_documents_from_one() -> None:
    reply = to_reply(THEIRS)
    duck, goose = Source("DuckNet", ("Ducks are fast.", "They win.")), Source("Geese", ("Geese bite.",))
    assert reply.statements == (
        Statement("# Speed"),
        Statement("Ducks are fast.", (duck, goose)),
        Statement("They win, mostly.", (Source("DuckNet", ("They win.",)), None)),
        Statement("Really.", (None,)),
    )
    assert reply.retrieved == ("DuckNet", "Geese")
    assert to_reply({**THEIRS, "ctxs": None}).retrieved is None


def test_answers_find_their_questions_by_id_or_by_text(tmp_path: Path) -> None:
    rows = [{**THEIRS, "id": "q3"}, {**THEIRS, "input": " how  FAST?"}, {**THEIRS, "id": "q2", "input": "other"}]
    assert [r.id for r in read_answers(write(tmp_path, *rows), CASES)] == ["q1", "q2", "q3"]


def test_everything_wrong_is_listed_by_line_and_nothing_is_read(tmp_path: Path) -> None:
    many = " ".join(f"[{n}]" for n in range(1, 1000))
    path = write(
        tmp_path,
        {**THEIRS, "output": f"Ducks {many}."},
        "{",
        [],
        {"input": "How fast?", "output": "Yes [1]."},
        {**THEIRS, "output": " "},
        {**THEIRS, "ctxs": [7]},
        {**THEIRS, "confidence": "high"},
        {**THEIRS, "id": ["q1"]},
        {"question": "How fast?", "outcome": "answered", "claims": []},
    )
    found = problems(path)
    assert [line.split(":")[0] for line in found] == [str(n) for n in range(1, 10)]
    for line, said in zip(
        found,
        (
            "999 citations in one sentence, at most 50",
            "not JSON",
            "an answer is a JSON object, not list",
            "missing field 'ctxs'",
            "empty answer",
            "wrong kind of value",
            "'confidence' must be a number",
            "'id' must be a string",
            "missing field 'citations'",
        ),
        strict=True,
    ):
        assert said in line


def test_every_question_is_answered_once(tmp_path: Path) -> None:
    path = write(tmp_path, {**THEIRS, "id": "q1"}, {**THEIRS, "id": "q1"}, {**THEIRS, "id": "q9"}, THEIRS)
    assert problems(path, CASES) == [
        "2: 'q1' is answered already, in line 1",
        "3: no such question: 'q9'",
        "4: 'q1' is answered already, in line 1",
    ]
    assert problems(write(tmp_path, {**THEIRS, "input": "And you?"}), CASES) == [
        "1: 2 questions have this text; give their 'id': q2, q3"
    ]
    assert problems(write(tmp_path, THEIRS), CASES) == [
        " no answer to q2: 'And you?'",
        " no answer to q3: 'And you?'",
    ]
    assert problems(write(tmp_path, "")) == [" no answer"]
    assert "cannot be read" in problems(tmp_path / "none.jsonl")[0]
