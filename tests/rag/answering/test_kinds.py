"""Kinds of questions, held against questions that nothing was fitted to (training/intents_held.jsonl)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answering.kinds import KINDS, guess
from rag.answering.languages import unread_language
from rag.answering.small_talk import small_talk
from rag.answering.understanding import kind_by_wording, kind_of, read_offline
from rag.library import Library
from tests.conftest import ROOT

TRAINING = ROOT / "training"


def labelled(path: Path) -> list[tuple[str, str]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["question"], row["kind"]) for row in rows]


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    library = Library.open(tmp_path_factory.mktemp("kinds"))
    yield library
    library.close()


def test_the_labelled_questions_are_many_and_apart() -> None:
    fitted, held = labelled(TRAINING / "intents.jsonl"), labelled(TRAINING / "intents_held.jsonl")
    assert len(fitted) >= 300
    assert {kind for _, kind in fitted} == {kind for _, kind in held} == set(KINDS)
    assert not {q.lower() for q, _ in fitted} & {q.lower() for q, _ in held}


def test_forms_not_seen_are_told_better_by_vectors_than_by_words(minilm: Library) -> None:
    held = labelled(TRAINING / "intents_held.jsonl")
    by_both = sum(kind_of(q, minilm.index) == kind for q, kind in held) / len(held)
    by_words = sum(kind_by_wording(q) == kind for q, kind in held) / len(held)
    assert by_both >= 0.75
    assert by_both > by_words + 0.2


def test_with_another_model_the_words_stand_alone(library: Library) -> None:
    assert guess("what should I read about retrieval?", library.index) == (None, False)
    assert kind_of("Summarise HippoRAG", library.index) == "overview"
    assert read_offline("Summarise HippoRAG", (), library=library).kind == "overview"


def test_no_labelled_question_is_small_talk_or_wrongly_foreign(minilm: Library) -> None:
    rows = [json.loads(line) for line in (ROOT / "data/questions.jsonl").read_text(encoding="utf-8").splitlines()]
    foreign = {"french": "French", "german": "German", "spanish": "Spanish", "chinese": "Chinese"}
    for row in rows:
        (tag,) = [t for t in row.get("tags") or [] if t in foreign] or [""]
        assert unread_language(row["question"], minilm.embedder) == foreign.get(tag, ""), row["question"]
        assert not small_talk(row["question"], 259), row["question"]
    for question, kind in labelled(TRAINING / "intents.jsonl"):
        if kind != "small_talk":
            assert not unread_language(question, minilm.embedder), question


@pytest.mark.parametrize(
    "said",
    [
        "hi :)",
        "Hello there!",
        "thanks, great!",
        "who made you?",
        "bye",
        "ok, thank you so much",
        "good morning",
        "help?",
    ],
)
def test_small_talk_in_its_usual_spellings(said: str) -> None:
    assert small_talk(said, 259)
