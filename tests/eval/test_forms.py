"""The same request in ten wordings: what is asked does not change, and what differs is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval import evaluate, read_report
from eval.cases import Case, read_cases
from eval.forms import ABOUT, REWORDED, FormsReport, form_cases, forms_wanted, weigh_forms
from eval.metrics import Reply, Source, Statement
from rag.answering.assistant import Assistant
from rag.library import Library

QUESTION = "Which speedup does StreamingLLM give over the sliding window baseline?"


@pytest.fixture(autouse=True)
def no_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of each here."""
    monkeypatch.setattr("eval.forms.QUOTING", 2)


def answer(case: Case, title: str) -> Reply:
    said = Statement("It is fast.", (Source(title, ("It is fast.",)),))
    return Reply(case.id, case.question, (said,) if title else (), declined=not title)


def test_ten_wordings_ask_the_same() -> None:
    asked = {name: reword(QUESTION) for name, reword in REWORDED.items()}
    assert len(ABOUT) == len(set(asked.values())) == 10
    assert asked["small letters, no mark"] == "which speedup does streamingllm give over the sliding window baseline"
    assert asked["keywords"] == "speedup StreamingLLM give sliding window baseline"
    assert asked["misspelt"] == QUESTION.replace("baseline", "basleine")
    assert asked["curious"] == "I was wondering, which" + QUESTION[5:]
    assert REWORDED["curious"]("GPT-5 or else?") == "I was wondering, GPT-5 or else?"
    assert REWORDED["misspelt"]("Is it so?") == REWORDED["keywords"]("Is it so?") == "Is it so?"


def test_cases_are_drawn_from_papers_and_questions(library: Library, questions: Path) -> None:
    cases = read_cases(questions)
    made = form_cases(library, cases, 2)
    assert len(made) == 40
    assert made == form_cases(library, cases, 2)
    assert len({case.id for case in made}) == 40
    about = [case for case in made if case.type == "about"]
    assert {case.question for case in about} >= {"What is DuoAttention?", "What is HippoRAG?"}
    assert all(case.gold_titles[0].partition(":")[0] in case.question for case in about)
    follow_up = Case("f", "followup", "And then?", ("x",), history=({"role": "user", "content": "q"},))
    assert form_cases(library, [follow_up], 0) == []
    assert not [c for c in form_cases(library, [follow_up], 2) if c.type == "reworded"]


def test_papers_without_names_are_asked_about_by_title(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.forms.QUOTING", 5)  # more than have a name before a colon
    asked = [case.question for case in form_cases(library, [], 4)]
    assert "tell me about “Long-Term Ad Memorability”" in asked


def test_what_differs_is_counted() -> None:
    base = [Case(f"about:p@{i}", "about", form.format("P"), ("P",)) for i, form in enumerate(ABOUT)]
    replies = [answer(c, "P" if i < 7 else "Q" if i < 9 else "") for i, c in enumerate(base)]
    miss = [Case(f"reworded:n@{i}", "reworded", q, answerable=False) for i, q in enumerate(REWORDED)]
    replies += [answer(case, "") for case in miss]
    found = weigh_forms(FormsReport([*base, *miss], replies))
    assert found["requests"] == 2
    assert found["alike"] == found["right"] == pytest.approx((0.7 + 1) / 2)
    assert found["spread"] == [0.0, 1.0]
    assert [w["right"] for w in found["wordings"]] == [1.0] * 7 + [0.0] * 3 + [1.0] * 10
    assert found["worst"] == [
        {"id": "about:p", "request": "What is P?", "alike": 0.7, "right": 7, "wrong": [c.question for c in base[7:]]}
    ]
    assert weigh_forms(FormsReport([], [])) == {}


def test_every_run_asks_in_other_words(library: Library, questions: Path, tmp_path: Path) -> None:
    report = evaluate(Assistant(library), questions, out=tmp_path, baselines=False, progress=False)
    assert report.forms["requests"] == 4
    assert read_report(tmp_path) == report
    assert "Asked the same in other words, it answers alike" in (tmp_path / "report.md").read_text()
    again = evaluate(Assistant(library), questions, out=tmp_path, baselines=False, progress=False)
    assert again.to_json() == report.to_json()
    assert not evaluate(Assistant(library), questions, forms=0, baselines=False, progress=False).forms


def test_fewer_where_an_answer_costs() -> None:
    assert (forms_wanted(None, False), forms_wanted(None, True), forms_wanted(7, True)) == (2, 1, 7)
