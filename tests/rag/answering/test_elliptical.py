"""Questions that lack a subject: told from those that stand alone, and asked of what was just shown."""

from __future__ import annotations

import json

import pytest

from rag.answering.assistant import Assistant
from rag.answering.elliptical import SURE, lacks_subject, probability
from rag.library import Library
from tests.conftest import ROOT
from tests.rag.answering.everyday_papers import cited, talk

TRAINING = ROOT / "training"


def read(name: str) -> dict[str, bool]:
    rows = [json.loads(line) for line in (TRAINING / name).read_text(encoding="utf-8").splitlines()]
    return {row["question"]: row["elliptical"] for row in rows}


def test_questions_not_fitted_to_are_told_apart(assistant: Assistant) -> None:
    held = read("turns_held.jsonl")
    assert not set(held) & set(read("turns.jsonl"))
    told = {q: probability(q, assistant.library.index) >= SURE for q in held}
    elliptical = [told[q] for q, yes in held.items() if yes]
    alone = [told[q] for q, yes in held.items() if not yes]
    assert sum(elliptical) >= 0.8 * len(elliptical)
    assert sum(alone) <= 0.05 * len(alone)


def test_labelled_questions_stand_alone(assistant: Assistant) -> None:
    rows = [json.loads(line) for line in (ROOT / "data/questions.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = [row["question"] for row in rows if not row.get("history")]
    assert sum(lacks_subject(q, assistant.library) for q in asked) <= 2


@pytest.mark.parametrize("question", ["who made MossNet?", "how does crabtag work", "list all papers", "thanks", "hi"])
def test_what_names_a_thing_or_needs_none_is_not_elliptical(assistant: Assistant, question: str) -> None:
    assert not lacks_subject(question, assistant.library)


def test_with_another_model_nothing_is_elliptical(library: Library) -> None:
    assert not lacks_subject("which datasets were used?", library)


def test_it_is_asked_of_the_paper_just_shown(assistant: Assistant) -> None:
    _, code, gpus = talk(assistant, "What is MossNet?", "is the code available?", "how many gpus were needed")
    assert cited(code) == ["m1"]
    assert "https://example.org/moss" in code.text
    assert gpus.outcome == "not_stated"
    assert gpus.text == "The abstract of “MossNet: a network that counts moss” does not say."


def test_it_is_asked_of_all_that_were_shown(assistant: Assistant) -> None:
    shown, battery, cost = talk(assistant, "papers by Ina Beck", "how long does the battery last", "the training cost?")
    assert set(cited(shown)) == {"m1", "m2"}
    assert cited(battery) == ["m2"]
    assert cost.text == "The abstract of “CrabTag: radio tags for crabs” does not say."
    *_, funded = talk(assistant, "papers by Ina Beck", "who funded the study")
    assert funded.text == "The abstracts of these papers do not say."


def test_a_refusal_keeps_what_was_shown(assistant: Assistant) -> None:
    *_, refused, battery = talk(assistant, "What is CrabTag?", "is it waterproof?", "how long does the battery last?")
    assert refused.outcome == "not_stated"
    assert cited(battery) == ["m2"]  # "last" is no place in a list here


def test_a_new_subject_leaves_what_was_shown(assistant: Assistant) -> None:
    *_, roofs = talk(assistant, "What is CrabTag?", "how much rain do roofs hold?")
    assert cited(roofs) == ["m5"]


def test_what_nothing_was_shown_for_is_no_subject(assistant: Assistant) -> None:
    bread, moss = talk(assistant, "how do i bake bread", "what do these papers say about moss")
    assert not bread.papers
    assert "bread" not in moss.standalone
    assert "m1" in cited(moss)
    *_, named = talk(assistant, "How fast is TurboQuark?", "how does it work?")
    assert "TurboQuark" in named.standalone


def test_the_other_side_may_be_named_in_small_letters(assistant: Assistant) -> None:
    *_, both = talk(assistant, "What is MossNet?", "is it better than crabtag")
    assert set(cited(both)) == {"m1", "m2"}


def test_a_part_of_what_was_shown_needs_no_pointing_word(assistant: Assistant) -> None:
    *_, coil = talk(assistant, "What is CrabTag?", "what is the coil made of")
    assert cited(coil) == ["m2"]


def test_which_of_them_is_asked_of_those_that_were_listed(assistant: Assistant) -> None:
    _, photographs = talk(assistant, "papers by Ina Beck", "which of them use photographs?")
    assert cited(photographs) == ["m1"]  # LichenFormer uses some, too, but was not listed
    assert "Asked of the 2 papers just shown." in photographs.notes
    *_, year = talk(assistant, "papers from 2023", "which of these are by Ed Poe?", "which one is the newest?")
    assert set(cited(year)) <= {"m3", "m4"}


def test_a_filter_that_leaves_none_of_them_finds_no_others(assistant: Assistant) -> None:
    *_, none = talk(assistant, "papers by Ina Beck", "which of these are from 2023?")
    assert none.text == "The abstracts of these papers do not say."
    assert not none.citations  # LichenFormer and SlugLM-2 are from 2023


def test_records_of_all_that_were_listed(assistant: Assistant) -> None:
    _, entries = talk(assistant, "papers by Ina Beck", "give me the bibtex")
    assert set(cited(entries)) == {"m1", "m2"}
    assert entries.text.count("@") == 2
